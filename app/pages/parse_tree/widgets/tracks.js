// Under the words, on the same columns: distances and surprisal as bars, the gates as heat-maps.

const STEPS = 25; // shades of a heat-map; cells of one shade above each other are one rectangle
const NUMBER_ROOM = 11; // pixels above the bars

function trackTitle(text, y) {
  return svg("text", { class: "pt-track-title", x: 0, y }, text);
}

// values: one a word, at least 0; numbers: what stands above each bar, "" for nothing.
// unused: the first word's distance cuts nothing: it is drawn hollow, and the scale is the others'.
function bars(grid, { top, height }, values, numbers, kind, unused = false) {
  const most = Math.max(...(unused ? values.slice(1) : values), 1e-9);
  const room = height - NUMBER_ROOM;
  const group = svg("g", { class: `pt-bars pt-${kind}` });
  const last = grid.edges.at(-1);
  const floor = top + height;
  group.append(svg("path", { class: "pt-floor", d: `M${grid.edges[0]} ${floor}H${last}` }));
  values.forEach((value, index) => {
    const column = grid.span(index, index + 1);
    const width = Math.min(24, 0.56 * column.width);
    const tall = clamp((room * value) / most, 1, room);
    const x = grid.center(index);
    const bar = svg("rect", {
      class: unused && index === 0 ? "pt-bar pt-unused" : "pt-bar",
      x: tenth(x - width / 2),
      y: tenth(floor - tall),
      width: tenth(width),
      height: tenth(tall),
      rx: 1.5,
    });
    bar.dataset.bar = String(index);
    group.append(bar);
    if (numbers[index] === "") return;
    const y = tenth(floor - tall - 3);
    group.append(svg("text", { class: "pt-number", x: tenth(x), y }, numbers[index]));
  });
  return group;
}

// gates: for each word its levels in percent, the lowest level first; that is drawn lowest.
function heatMap(grid, { top, height }, gates, kind) {
  const group = svg("g", { class: `pt-heat pt-${kind}` });
  const frame = grid.span(0, gates.length);
  group.append(svg("rect", { class: "pt-frame", x: frame.x, y: top, width: tenth(frame.width), height }));
  gates.forEach((levels, index) => {
    const { x, width } = grid.span(index, index + 1);
    const cell = height / levels.length;
    for (const [from, to, share] of runs(levels)) {
      if (share === 0) continue;
      const cellTop = tenth(top + height - to * cell);
      const size = { x: tenth(x), y: cellTop, width: tenth(width - 1), height: tenth((to - from) * cell) };
      group.append(svg("rect", { class: "pt-cell", ...size, "fill-opacity": share }));
    }
  });
  return group;
}

// Levels of the same shade: [first, after the last, shade from 0 to 1].
function runs(levels) {
  const shades = levels.map((percent) => Math.round((percent / 100) * STEPS) / STEPS);
  const found = [];
  shades.forEach((shade, level) => {
    if (found.length > 0 && found.at(-1)[2] === shade) found.at(-1)[1] = level + 1;
    else found.push([level, level + 1, shade]);
  });
  return found;
}

// Three places, or two figures of what is smaller.
function distanceText(distance) {
  return distance === 0 || distance >= 0.01 ? distance.toFixed(3) : distance.toPrecision(2);
}

// What a gate lets through on average, in percent.
function meanOf(levels) {
  return levels.reduce((sum, level) => sum + level, 0) / Math.max(1, levels.length);
}
