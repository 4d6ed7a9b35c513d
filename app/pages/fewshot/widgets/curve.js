// Accuracy by the number of examples: means with Wilson's intervals, a dot for each choice of
// examples, and what guessing would get.

const root = element.querySelector(".fs-curve");
const HEIGHT = 260;
const MARGIN = { top: 14, right: 14, bottom: 38, left: 44 };

function percent(share) {
  return `${Math.round(100 * share)}%`;
}

function axes(plot, points, lang) {
  const { left, right, bottom, x, y } = plot;
  const parts = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    svg("line", { class: "fs-grid", x1: left, x2: right, y1: y(share), y2: y(share) }),
    svg("text", { class: "fs-tick", x: left - 7, y: y(share) + 4, "text-anchor": "end" }, percent(share)),
  ]);
  points.forEach((point, at) => {
    parts.push(
      svg(
        "text",
        { class: "fs-tick", x: x(at), y: bottom + 17, "text-anchor": "middle" },
        String(point.shots),
      ),
    );
  });
  const middle = (left + right) / 2;
  parts.push(
    svg(
      "text",
      { class: "fs-tick", x: middle, y: bottom + 34, "text-anchor": "middle" },
      phrase("shots", lang),
    ),
  );
  return parts;
}

function series(plot, values, name, label) {
  const { x, y } = plot;
  const ats = values.map((value, at) => [value, at]).filter(([value]) => value);
  if (ats.length === 0) return [];
  const upper = ats.map(([[, , high], at]) => `${x(at)},${y(high)}`);
  const lower = ats.map(([[, low], at]) => `${x(at)},${y(low)}`).reverse();
  const middle = ats.map(([[share], at]) => `${x(at)},${y(share)}`);
  return [
    svg("polygon", { class: `fs-band fs-${name}`, points: [...upper, ...lower].join(" ") }),
    ...ats.map(([[, low, high], at]) =>
      svg("line", { class: `fs-whisker fs-${name}`, x1: x(at), x2: x(at), y1: y(low), y2: y(high) }),
    ),
    svg("polyline", { class: `fs-mean fs-${name}`, points: middle.join(" ") }),
    ...ats.map(([[share, low, high], at]) =>
      svg(
        "circle",
        { class: `fs-point fs-${name}`, cx: x(at), cy: y(share), r: 4.5 },
        svg("title", {}, `${label}: ${percent(share)} (${percent(low)}–${percent(high)})`),
      ),
    ),
  ];
}

function draw() {
  const content = parsed(props.value);
  if (content === null) {
    root.replaceChildren();
    return;
  }
  const { points, chance, lang, done, total } = content;
  const say = (key, values) => phrase(key, lang, values);
  const width = Math.max(280, root.clientWidth || 560);
  const [left, right] = [MARGIN.left, width - MARGIN.right];
  const [top, bottom] = [MARGIN.top, HEIGHT - MARGIN.bottom];
  const step = (right - left) / Math.max(points.length, 1);
  const plot = {
    left,
    right,
    bottom,
    x: (at) => left + step * (at + 0.5),
    y: (share) => bottom - share * (bottom - top),
  };
  const parts = axes(plot, points, lang);
  if (chance !== null) {
    const [y, label] = [plot.y(chance), say("chance", { share: percent(chance) })];
    parts.push(
      svg("line", { class: "fs-chance", x1: left, x2: right, y1: y, y2: y }, svg("title", {}, label)),
    );
  }
  points.forEach((point, at) => {
    const seeds = point.seeds.length > 1 ? point.seeds : [];
    seeds.forEach((share, seed) => {
      const shift = (seed - (seeds.length - 1) / 2) * 7;
      parts.push(svg("circle", { class: "fs-seed", cx: plot.x(at) + shift, cy: plot.y(share), r: 2.2 }));
    });
  });
  parts.push(
    ...series(
      plot,
      points.map((point) => point.exact),
      "exact",
      say("exact"),
    ),
  );
  parts.push(
    ...series(
      plot,
      points.map((point) => point.chosen),
      "chosen",
      say("chosen"),
    ),
  );
  const told = points
    .map(
      ({ shots, exact, chosen }) =>
        `${shots}: ${percent(exact[0])}${chosen ? ` / ${percent(chosen[0])}` : ""}`,
    )
    .join("; ");
  const hasChoice = points.some((point) => point.chosen);
  const legend = (name, label) => html("span", {}, html("i", { class: `fs-key fs-${name}` }), label);
  root.replaceChildren(
    html("progress", {
      max: total,
      value: done,
      hidden: done >= total ? "" : null,
      "aria-label": say("progress"),
    }),
    svg(
      "svg",
      {
        width,
        height: HEIGHT,
        viewBox: `0 0 ${width} ${HEIGHT}`,
        role: "img",
        "aria-label": `${say("shots")}. ${told}`,
      },
      ...parts,
    ),
    html(
      "p",
      { class: "fs-legend" },
      legend("exact", say("exact")),
      ...(hasChoice ? [legend("chosen", say("chosen"))] : []),
      ...(chance === null ? [] : [legend("chance", say("chance", { share: percent(chance) }))]),
      ...(points.some((point) => point.seeds.length > 1) ? [legend("seed", say("seed"))] : []),
    ),
  );
}

new ResizeObserver(() => {
  const drawn = root.querySelector("svg");
  if (drawn && Math.abs(Number(drawn.getAttribute("width")) - root.clientWidth) > 2) draw();
}).observe(root);
watch("value", draw);
draw();
