// The board itself: lines, palaces, river and the numbers around it. Redrawn only when the board
// is turned or its letters change.

const MARGIN = { wide: 90, narrow: 60 }; // around the points, with and without coordinates
const RED_FILES = "九八七六五四三二一";

function marginOf(value) {
  return value.coordinates === false ? MARGIN.narrow : MARGIN.wide;
}

function viewBoxOf(margin) {
  const width = (COLUMNS - 1) * UNIT + 2 * margin;
  const height = (ROWS - 1) * UNIT + 2 * margin;
  return [-margin, -margin, width, height];
}

function lines() {
  const right = (COLUMNS - 1) * UNIT;
  const bottom = (ROWS - 1) * UNIT;
  const path = [];
  for (let row = 0; row < ROWS; row += 1) path.push(`M0 ${row * UNIT}H${right}`);
  path.push(`M0 0V${bottom}M${right} 0V${bottom}`);
  for (let x = UNIT; x < right; x += UNIT) {
    path.push(`M${x} 0V${4 * UNIT}M${x} ${5 * UNIT}V${bottom}`);
  }
  for (const top of [0, 7 * UNIT]) {
    path.push(`M300 ${top}L500 ${top + 200}M500 ${top}L300 ${top + 200}`);
  }
  return path.join("");
}

// The small corners around the starting points of cannons and pawns.
function corners() {
  const points = [
    [1, 2],
    [7, 2],
    [1, 7],
    [7, 7],
  ];
  for (let column = 0; column < COLUMNS; column += 2) points.push([column, 3], [column, 6]);
  const path = [];
  for (const [column, row] of points) {
    for (const dx of [-1, 1]) {
      if (column + dx < 0 || column + dx >= COLUMNS) continue;
      for (const dy of [-1, 1]) {
        const x = column * UNIT + dx * 8;
        const y = row * UNIT + dy * 8;
        path.push(`M${x + dx * 16} ${y}H${x}V${y + dy * 16}`);
      }
    }
  }
  return path.join("");
}

function river() {
  const places = [
    ["楚", 150],
    ["河", 270],
    ["漢", 530],
    ["界", 650],
  ];
  return places.map(([character, x]) =>
    svg("path", {
      class: "xq-river",
      d: GLYPHS[character],
      transform: `translate(${x} 450) scale(0.12)`,
    }),
  );
}

// With Chinese pieces the numbers of the Chinese notation (red counts in 一 to 九 from its own
// right, black in 1 to 9 from its own), with letters the files and ranks of a move like h2e2.
function coordinates(value) {
  const numbers = [];
  const write = (text, x, y) => numbers.push(svg("text", { class: "xq-coordinate", x, y }, text));
  const right = (COLUMNS - 1) * UNIT;
  const bottom = (ROWS - 1) * UNIT;
  for (let column = 0; column < COLUMNS; column += 1) {
    const square = squareAt(column, 0, value.orientation);
    const file = "abcdefghi".indexOf(square[0]);
    const names = value.letters === "western" ? [square[0], square[0]] : [String(file + 1), RED_FILES[file]];
    if (value.orientation === "black") names.reverse();
    write(names[0], column * UNIT, -68);
    write(names[1], column * UNIT, bottom + 69);
  }
  if (value.letters !== "western") return numbers;
  for (let row = 0; row < ROWS; row += 1) {
    const rank = squareAt(0, row, value.orientation)[1];
    write(rank, -68, row * UNIT);
    write(rank, right + 68, row * UNIT);
  }
  return numbers;
}

function drawnGrid(value) {
  const right = (COLUMNS - 1) * UNIT;
  const bottom = (ROWS - 1) * UNIT;
  return [
    svg("rect", { class: "xq-frame", x: -11, y: -11, width: right + 22, height: bottom + 22 }),
    svg("path", { class: "xq-lines", d: lines() }),
    svg("path", { class: "xq-corners", d: corners() }),
    ...river(),
    ...(value.coordinates === false ? [] : coordinates(value)),
  ];
}
