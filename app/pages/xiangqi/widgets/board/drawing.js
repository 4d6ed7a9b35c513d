// Bring the screen up to date with the state of a board.

// The points as a grid of elements: they are clicked, and a screen reader walks over them.
function buildCells() {
  const cells = html("div", { class: "xq-cells", role: "grid", tabindex: 0 });
  for (let row = 0; row < ROWS; row += 1) {
    const line = html("div", { class: "xq-row", role: "row" });
    for (let column = 0; column < COLUMNS; column += 1) {
      const id = `${GRADIENT}-${column}-${row}`;
      line.append(html("div", { class: "xq-cell", role: "gridcell", id }));
    }
    cells.append(line);
  }
  return cells;
}

function drawBoard(board, slides) {
  const { value, position, pending, strips } = board;
  drawSurface(board);
  const last = pending?.uci ?? value.last;
  const { letters } = value;
  board.stage.show(position, { orientation: board.orientation(), letters, last }, slides);
  drawMarks(board);
  board.layers.arrows.replaceChildren(...(pending === null ? arrowMarks(value) : []));
  const [top, bottom] = board.orientation() === "red" ? ["black", "red"] : ["red", "black"];
  drawPlayer(strips[0], top, value);
  drawPlayer(strips[1], bottom, value);
  const faces = { [top]: strips[0].clock, [bottom]: strips[1].clock };
  board.countdown.show(value.clocks, faces);
  for (const strip of strips) strip.node.hidden = !hasPlayers(value);
  drawScore(board.bar, value);
  board.palette.show(value);
  drawBanner(board);
}

// The board and where its points lie; this changes only when it is turned or relabelled.
function drawSurface({ value, table, wood, drawing, cells }) {
  const margin = marginOf(value);
  const key = [value.orientation, value.letters, margin].join();
  if (table.dataset.key === key) return;
  table.dataset.key = key;
  const [left, top, width, height] = viewBoxOf(margin);
  const viewBox = [left, top, width, height].join(" ");
  setAttribute(wood, "viewBox", viewBox);
  setAttribute(drawing, "viewBox", viewBox);
  wood.replaceChildren(...drawnGrid(value));
  table.style.aspectRatio = `${width} / ${height}`;
  cells.style.inset = `${((margin - UNIT / 2) / height) * 100}% ${((margin - UNIT / 2) / width) * 100}%`;
}

function drawMarks(board) {
  const { value, layers, selected, pending, position } = board;
  const targets = board.targets();
  // A move that waits for the server is the last one already, and answers any check.
  const shown = pending === null ? value : { ...value, check: null };
  layers.ground.replaceChildren(...groundMarks(shown, selected, pending?.uci ?? value.last));
  layers.targets.replaceChildren(...targetMarks(value, targets, position));
  board.stage.raise(selected);
  drawCells(board, new Set(targets));
}

function drawCells(board, targets) {
  const { cells, value, position, selected, palette } = board;
  const { lang } = value;
  setAttribute(cells, "aria-label", phrase(value.editor ? "editor" : "board", lang));
  cells.classList.toggle("xq-painting", palette.brush !== null);
  let index = 0;
  for (const cell of cells.querySelectorAll(".xq-cell")) {
    const square = squareAt(index % COLUMNS, Math.floor(index / COLUMNS), board.orientation());
    index += 1;
    const target = targets.has(square);
    const isSelected = square === selected;
    setAttribute(cell, "data-square", square);
    const piece = position.get(square);
    const name = cellName(square, piece, { target, selected: isSelected, lang });
    setAttribute(cell, "aria-label", name);
    setAttribute(cell, "aria-selected", isSelected);
    cell.classList.toggle("xq-liftable", board.canLift(square));
    cell.classList.toggle("xq-reachable", target);
  }
}

function drawBanner({ banner, value, table }) {
  const shown = value.banner && typeof value.banner === "object";
  table.classList.toggle("xq-over-board", Boolean(shown));
  if (!shown) {
    banner.hidden = true;
    delete banner.dataset.key;
    return;
  }
  const [title, detail] = [String(value.banner.title ?? ""), String(value.banner.detail ?? "")];
  const key = JSON.stringify([title, detail, value.fen]);
  if (banner.dataset.key === key) return; // it may have been clicked away
  banner.dataset.key = key;
  banner.replaceChildren(html("strong", {}, title), html("span", {}, detail));
  setAttribute(banner, "title", phrase("dismiss", value.lang));
  banner.hidden = false;
  animate(
    banner,
    [
      { opacity: 0, transform: "translate(-50%, -50%) scale(1.25)" },
      { opacity: 1, transform: "translate(-50%, -50%) scale(1)" },
    ],
    { duration: 260, easing: "ease-out" },
  );
}
