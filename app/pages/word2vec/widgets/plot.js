// Words in a plane: the arithmetic of an analogy, or words between two pairs of opposites.

const root = element.querySelector(".wv-plot");
const MARGIN = 46;

// Where a label can stand around its point, the best first.
function around(x, y, width, arrows) {
  const beside = [
    [x + 9, y + 5],
    [x - 9 - width, y + 5],
  ];
  const over = [
    [x - width / 2, y - 11],
    [x - width / 2, y + 22],
    [x + 6, y - 9],
    [x + 6, y + 20],
  ];
  return arrows ? [...over, ...beside] : [...beside, ...over];
}

function widthOf(word, size) {
  let width = 0;
  for (const character of word) width += character > "\u2e7f" ? size : size * 0.58;
  return width;
}

function labels(points, scale, width, height, arrows) {
  const taken = points.map((point) => {
    const [x, y] = scale(point);
    return [x - 5, y - 5, x + 5, y + 5];
  });
  const order = [...points.keys()].sort((a, b) => rank(points[a]) - rank(points[b]));
  const written = [];
  for (const at of order) {
    const point = points[at];
    const size = point.kind === "other" ? 14 : 16;
    const long = widthOf(point.word, size);
    const [x, y] = scale(point);
    const own = taken[at];
    const costs = around(x, y, long, arrows).map(([left, base]) => {
      const box = [left, base - size, left + long, base + 4];
      const hits = taken.filter(
        (other) =>
          other !== own && box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1],
      ).length;
      const out = box[0] < 2 || box[2] > width - 2 || box[1] < 2 || box[3] > height - 2;
      return { left, base, box, cost: hits + (out ? 5 : 0) };
    });
    const best = costs.reduce((one, other) => (other.cost < one.cost ? other : one));
    taken.push(best.box);
    const text = svg(
      "text",
      { x: best.left, y: best.base, "font-size": size, class: "wv-label", "data-kind": point.kind },
      point.word,
    );
    if (point.kind !== "target") text.addEventListener("click", () => trigger("pick", { word: point.word }));
    written.push(text);
  }
  return written;
}

function rank({ kind }) {
  return kind === "other" ? 1 : 0;
}

function arrow([x, y], [toX, toY], kind) {
  const length = Math.hypot(toX - x, toY - y);
  if (length < 14) return [];
  const [right, down] = [(toX - x) / length, (toY - y) / length];
  const tip = [toX - 8 * right, toY - 8 * down];
  const back = [tip[0] - 11 * right, tip[1] - 11 * down];
  const wings = [1, -1].map((side) => `${back[0] - side * 5 * down},${back[1] + side * 5 * right}`);
  return [
    svg("line", {
      class: "wv-arrow",
      "data-kind": kind,
      x1: x + 7 * right,
      y1: y + 7 * down,
      x2: back[0],
      y2: back[1],
    }),
    svg("polygon", { class: "wv-arrow", "data-kind": kind, points: `${tip.join()} ${wings.join(" ")}` }),
  ];
}

// The ends of the axes are words too; lines through zero where that is in sight.
function frame(content, box, scale) {
  const { width, height } = box;
  const { xaxis, yaxis } = content;
  if (!xaxis) return [];
  const zero = scale({ x: 0, y: 0 });
  const parts = [];
  if (zero[0] > 0 && zero[0] < width)
    parts.push(svg("line", { class: "wv-zero", x1: zero[0], x2: zero[0], y1: 0, y2: height }));
  if (zero[1] > 0 && zero[1] < height)
    parts.push(svg("line", { class: "wv-zero", x1: 0, x2: width, y1: zero[1], y2: zero[1] }));
  const name = (text, x, y, anchor) => svg("text", { class: "wv-end", x, y, "text-anchor": anchor }, text);
  parts.push(
    name(`← ${xaxis[0]}`, 8, height - 10, "start"),
    name(`${xaxis[1]} →`, width - 8, height - 10, "end"),
  );
  if (yaxis)
    parts.push(name(`↑ ${yaxis[1]}`, 8, 22, "start"), name(`↓ ${yaxis[0]}`, 8, height - 32, "start"));
  return parts;
}

function draw() {
  const content = parsed(props.value);
  const points = content?.points ?? [];
  if (points.length === 0) {
    root.replaceChildren(...(content?.note ? [html("p", { class: "wv-note" }, content.note)] : []));
    return;
  }
  const width = Math.max(260, root.clientWidth || 560);
  const height = Math.round(clamp(width * (content.xaxis ? 0.7 : 0.62), 280, 520));
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const across = (width - 2 * MARGIN) / Math.max(right - left, 1e-9);
  const up = (height - 2 * MARGIN) / Math.max(high - low, 1e-9);
  // An analogy keeps its angles; two axes are stretched to the room there is.
  const [wide, tall] = content.xaxis ? [across, up] : [Math.min(across, up), Math.min(across, up)];
  /** @returns {[number, number]} */
  const scale = ({ x, y }) => [
    width / 2 + (x - (left + right) / 2) * wide,
    height / 2 - (y - (low + high) / 2) * tall,
  ];
  const parts = frame(content, { width, height }, scale);
  for (const { from, to, kind } of content.arrows ?? []) {
    parts.push(...arrow(scale(points[from]), scale(points[to]), kind));
  }
  for (const point of points) {
    const [cx, cy] = scale(point);
    parts.push(
      svg("circle", {
        class: "wv-point",
        "data-kind": point.kind,
        cx,
        cy,
        r: point.kind === "other" ? 3.5 : 5.5,
      }),
    );
  }
  parts.push(...labels(points, scale, width, height, content.arrows?.length > 0));
  const drawing = svg(
    "svg",
    { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": content.spoken ?? "" },
    ...parts,
  );
  const note = content.note ? [html("p", { class: "wv-note" }, content.note)] : [];
  root.replaceChildren(drawing, ...note);
}

new ResizeObserver(() => {
  const drawn = root.querySelector("svg");
  if (drawn && root.clientWidth && Math.abs(Number(drawn.getAttribute("width")) - root.clientWidth) > 2)
    draw();
}).observe(root);
watch("value", draw);
draw();
