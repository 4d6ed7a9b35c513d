// The look of a piece: a turned wooden disc with a carved character or letter.

const CHARACTERS = {
  K: "帥",
  A: "仕",
  B: "相",
  N: "傌",
  R: "俥",
  C: "炮",
  P: "兵",
  k: "將",
  a: "士",
  b: "象",
  n: "馬",
  r: "車",
  c: "砲",
  p: "卒",
};
const WESTERN = { K: "K", A: "A", B: "E", N: "H", R: "R", C: "C", P: "P" };
const RADIUS = 45;

// Gradients are found by id in the whole document, and a page may hold several boards.
const GRADIENT = "xq-" + Math.random().toString(36).slice(2);

function gradients() {
  const face = (name) =>
    svg(
      "radialGradient",
      { id: GRADIENT + name, cx: "38%", cy: "30%", r: "85%" },
      svg("stop", { offset: "0", class: "xq-face-light" + name }),
      svg("stop", { offset: "0.62", class: "xq-face-middle" + name }),
      svg("stop", { offset: "1", class: "xq-face-dark" + name }),
    );
  const glow = svg(
    "radialGradient",
    { id: GRADIENT + "-glow" },
    svg("stop", { offset: "0.45", class: "xq-glow-inner" }),
    svg("stop", { offset: "1", class: "xq-glow-outer" }),
  );
  return svg("defs", {}, face(""), face("-ink"), glow);
}

function drawnSign(piece, letters) {
  if (letters === "western") {
    const sign = svg("text", { class: "xq-letter", y: 1 });
    sign.textContent = WESTERN[piece.toUpperCase()];
    return sign;
  }
  return svg("path", { class: "xq-glyph", d: GLYPHS[CHARACTERS[piece]] });
}

// A piece around the origin. Letters are the same on both sides, so that colour alone would tell
// them apart: with letters, black's pieces are dark all over.
function drawnPiece(piece, letters) {
  const color = colorOf(piece);
  const ink = letters === "western" && color === "black" ? "-ink" : "";
  return svg(
    "g",
    { class: `xq-piece xq-${color}${ink && " xq-inked"}` },
    svg("circle", { class: "xq-shadow", cy: 5, r: RADIUS }),
    svg(
      "g",
      { class: "xq-disc" },
      svg("circle", { class: "xq-edge", r: RADIUS }),
      svg("circle", { r: RADIUS - 2.5, fill: `url(#${GRADIENT}${ink})` }),
      svg("circle", { class: "xq-groove-light", cy: 1.2, r: RADIUS - 8 }),
      svg("circle", { class: "xq-groove", r: RADIUS - 8 }),
      drawnSign(piece, letters),
    ),
  );
}

// A small piece outside the board, for trays and the palette.
function pieceIcon(piece, letters, className) {
  return svg(
    "svg",
    { viewBox: "-50 -50 100 104", class: className, "aria-hidden": "true" },
    drawnPiece(piece, letters),
  );
}
