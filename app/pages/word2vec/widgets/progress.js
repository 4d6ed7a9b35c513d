// Training as it goes: how far it is, and the loss.

const root = element.querySelector(".wv-progress");
const HEIGHT = 190;
const MARGIN = { top: 12, right: 12, bottom: 26, left: 44 };

function curve(points, width, lang) {
  const losses = points.map(([, loss]) => loss);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const pad = Math.max((high - low) * 0.08, 0.02);
  const [least, most] = [low - pad, high + pad];
  const x = (share) => MARGIN.left + share * (width - MARGIN.left - MARGIN.right);
  const y = (loss) => MARGIN.top + ((most - loss) / (most - least)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const ticks = [0, 0.5, 1].map((share) => least + share * (most - least));
  const grid = ticks.flatMap((loss) => [
    svg("line", { class: "wv-grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(loss), y2: y(loss) }),
    svg(
      "text",
      { class: "wv-tick", x: MARGIN.left - 7, y: y(loss) + 4, "text-anchor": "end" },
      loss.toFixed(2),
    ),
  ]);
  const line = points.map(([share, loss]) => `${x(share).toFixed(1)},${y(loss).toFixed(1)}`).join(" ");
  const [lastShare, lastLoss] = points[points.length - 1];
  const spoken = phrase("loss_spoken", lang, { first: losses[0].toFixed(2), last: lastLoss.toFixed(2) });
  return svg(
    "svg",
    { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": spoken },
    ...grid,
    svg(
      "text",
      { class: "wv-tick", x: width / 2, y: HEIGHT - 6, "text-anchor": "middle" },
      phrase("loss", lang),
    ),
    svg("polyline", { class: "wv-loss", points: line }),
    svg("circle", { class: "wv-last", cx: x(lastShare), cy: y(lastLoss), r: 4 }),
  );
}

function draw() {
  const content = parsed(props.value);
  if (content === null) {
    root.replaceChildren();
    return;
  }
  const { share, running, status, points, lang } = content;
  const parts = [html("p", { class: "wv-said", role: "status" }, status)];
  if (running) parts.unshift(html("progress", { max: 1, value: share, "aria-label": status }));
  if (points.length > 1) parts.push(curve(points, Math.max(260, root.clientWidth || 480), lang));
  root.replaceChildren(...parts);
}

watch("value", draw);
draw();
