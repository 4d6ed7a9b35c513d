// What lies on the board besides pieces: last move, check, selection, targets, arrows.

function bracket(square, orientation, className) {
  const [x, y] = pointOf(square, orientation);
  const path = [];
  for (const [dx, dy] of [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ]) {
    path.push(`M${dx * 48} ${dy * 26}V${dy * 48}H${dx * 26}`);
  }
  return svg("path", { class: className, d: path.join(""), transform: `translate(${x} ${y})` });
}

function ring(square, orientation, className, radius) {
  const [cx, cy] = pointOf(square, orientation);
  return svg("circle", { class: className, cx, cy, r: radius });
}

// Below the pieces.
function groundMarks(value, selected, last) {
  const marks = [];
  if (isMove(last)) {
    marks.push(ring(last.slice(0, 2), value.orientation, "xq-left", 26));
    marks.push(ring(last.slice(0, 2), value.orientation, "xq-left-point", 7));
    marks.push(bracket(last.slice(2), value.orientation, "xq-last"));
  }
  if (isSquare(value.check)) {
    const glow = ring(value.check, value.orientation, "xq-check", 74);
    glow.setAttribute("fill", `url(#${GRADIENT}-glow)`);
    animate(glow, [{ opacity: 1 }, { opacity: 0.45 }, { opacity: 1 }], {
      duration: 1100,
      iterations: 3,
    });
    marks.push(glow);
  }
  if (selected !== null) marks.push(ring(selected, value.orientation, "xq-selected", 52));
  return marks;
}

// Above the pieces.
function targetMarks(value, targets, position) {
  return targets.map((square) =>
    position.has(square)
      ? ring(square, value.orientation, "xq-capture", 49)
      : ring(square, value.orientation, "xq-target", 13),
  );
}

// An arrow ends short of the point it leads to, so that the piece there stays readable.
function arrowPath(from, to, width) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const head = 16 + 1.5 * width;
  const behind = Math.min(80, length / 2);
  const tip = [to[0] - ux * 20, to[1] - uy * 20];
  const neck = [tip[0] - ux * head, tip[1] - uy * head];
  const half = 0.45 * head + 0.35 * width;
  const tail = [from[0] + ux * 24, from[1] + uy * 24];
  return {
    shaft: `M${tail.join(" ")}L${neck.join(" ")}`,
    head: `M${tip.join(" ")}L${neck[0] - uy * half} ${neck[1] + ux * half}L${neck[0] + uy * half} ${
      neck[1] - ux * half
    }Z`,
    // Near the end but behind the head: moves of one piece along one line end apart.
    label: [to[0] - ux * behind, to[1] - uy * behind],
  };
}

function percent(share) {
  return share >= 0.0095 ? `${Math.round(share * 100)}%` : "<1%";
}

/** @param {number[]} place @param {string} text */
function arrowLabel([x, y], text) {
  const width = 22 + 17 * text.length;
  return svg(
    "g",
    { class: "xq-share", transform: `translate(${x} ${y})` },
    svg("rect", { x: -width / 2, y: -20, width, height: 40, rx: 20 }),
    svg("text", {}, text),
  );
}

function drawnArrow(move, orientation, className, width, opacity) {
  const path = arrowPath(...endsOf(move, orientation), width);
  return svg(
    "g",
    { class: className, opacity },
    svg("path", { class: "xq-shaft", d: path.shaft, "stroke-width": width }),
    svg("path", { class: "xq-head", d: path.head }),
  );
}

function endsOf(move, orientation) {
  return [move.slice(0, 2), move.slice(2)].map((square) => pointOf(square, orientation));
}

// The likeliest move comes last, so that it lies on top; the shares lie above all of them.
function arrowMarks(value) {
  const thoughts = (Array.isArray(value.arrows) ? value.arrows : [])
    .filter((arrow) => arrow !== null && isMove(arrow.move))
    .slice(0, 12)
    .map(({ move, p, legal }) => {
      const share = clamp(p, 0, 1);
      const kind = legal === false ? "xq-arrow xq-illegal" : "xq-arrow";
      return { move, share, kind, width: 7 + 19 * Math.sqrt(share) };
    })
    .reverse();
  const arrows = thoughts.map(({ move, share, kind, width }) =>
    drawnArrow(move, value.orientation, kind, width, 0.5 + 0.45 * share),
  );
  const labels = thoughts.map(({ move, share, kind, width }) => {
    const { label } = arrowPath(...endsOf(move, value.orientation), width);
    return svg("g", { class: kind }, arrowLabel(label, percent(share)));
  });
  arrows.push(...labels);
  if (isMove(value.hint)) {
    arrows.push(drawnArrow(value.hint, value.orientation, "xq-arrow xq-hint", 18, 0.92));
  }
  return arrows;
}
