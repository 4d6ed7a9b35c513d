// Pointer (mouse, pen, touch) and keyboard. What is done with a square is the board's business:
//   canLift(square), tap(square), drop(from, to), lift(square | null), cancel(), remove(square)
// "from" is null for a piece that comes from the palette, "to" null beside the board.

const DRAG_THRESHOLD = 6; // pixels: below, a press is a click
const STEPS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

class Pointer {
  constructor(cells, board) {
    this.cells = cells;
    this.board = board;
    this.press = null;
    cells.addEventListener("pointerdown", (event) => this.down(event, null));
    cells.addEventListener("contextmenu", (event) => {
      if (this.press?.dragging) event.preventDefault();
    });
  }

  squareUnder({ clientX, clientY }) {
    const box = this.cells.getBoundingClientRect();
    const column = Math.floor(((clientX - box.left) / box.width) * COLUMNS);
    const row = Math.floor(((clientY - box.top) / box.height) * ROWS);
    const inside = column >= 0 && column < COLUMNS && row >= 0 && row < ROWS;
    return inside ? squareAt(column, row, this.board.orientation()) : null;
  }

  // piece: from the palette, null for a press on the board.
  down(event, piece) {
    if (event.button !== 0 || this.press !== null) return;
    const square = piece === null ? this.squareUnder(event) : null;
    const liftable = piece !== null || (square !== null && this.board.canLift(square));
    this.press = {
      id: event.pointerId,
      x: event.clientX,
      y: event.clientY,
      square,
      piece,
      liftable,
      dragging: false,
    };
    this.target = event.currentTarget;
    if (liftable) this.target.setPointerCapture(event.pointerId);
    // Listeners live as long as the press, so that an unmounted board leaves none behind.
    this.listening = new AbortController();
    const options = { signal: this.listening.signal };
    this.target.addEventListener("pointermove", (moved) => this.move(moved), options);
    this.target.addEventListener("pointerup", (up) => this.up(up), options);
    this.target.addEventListener("pointercancel", (gone) => this.stop(gone), options);
  }

  move(event) {
    const press = this.press;
    if (press === null || event.pointerId !== press.id || !press.liftable) return;
    const far = Math.hypot(event.clientX - press.x, event.clientY - press.y) > DRAG_THRESHOLD;
    if (!press.dragging && far) {
      press.dragging = true;
      this.board.beginDrag(press.square, press.piece);
    }
    if (press.dragging) this.board.dragTo(this.pointUnder(event), this.squareUnder(event));
  }

  pointUnder({ clientX, clientY }) {
    const box = this.cells.getBoundingClientRect();
    const unit = (COLUMNS * UNIT) / box.width;
    return [(clientX - box.left) * unit - UNIT / 2, (clientY - box.top) * unit - UNIT / 2];
  }

  up(event) {
    const press = this.press;
    if (press === null || event.pointerId !== press.id) return;
    this.release();
    const square = this.squareUnder(event);
    if (press.dragging) {
      this.board.drop(press.square, square, press.piece);
      if (press.piece !== null) this.swallowClick();
    } else if (press.piece === null && square !== null && square === press.square) {
      this.board.tap(square);
    }
  }

  stop(event) {
    const press = this.press;
    if (press === null || event.pointerId !== press.id) return;
    this.release();
    if (press.dragging) this.board.drop(press.square, press.square, press.piece);
  }

  release() {
    this.listening.abort();
    this.press = null;
  }

  // The click that ends a drag from the palette must not choose the brush.
  swallowClick() {
    const button = this.target;
    const swallow = (event) => event.stopImmediatePropagation();
    button.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => button.removeEventListener("click", swallow, { capture: true }), 50);
  }
}

// The arrow keys move a cursor over the points; index counts them from the top left.
class Cursor {
  constructor(cells, board) {
    this.cells = cells;
    this.board = board;
    this.index = 7 * COLUMNS + 4;
    cells.addEventListener("keydown", (event) => this.key(event));
    this.mark();
  }

  square() {
    const [column, row] = [this.index % COLUMNS, Math.floor(this.index / COLUMNS)];
    return squareAt(column, row, this.board.orientation());
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (step !== undefined) this.step(...step);
    else if (event.key === "Enter" || event.key === " ") this.board.tap(this.square());
    else if (event.key === "Escape") this.board.cancel();
    else if (event.key === "Delete" || event.key === "Backspace") this.board.remove(this.square());
    else return;
    event.preventDefault();
  }

  step(dx, dy) {
    const column = clamp((this.index % COLUMNS) + dx, 0, COLUMNS - 1);
    const row = clamp(Math.floor(this.index / COLUMNS) + dy, 0, ROWS - 1);
    this.index = row * COLUMNS + column;
    this.mark();
  }

  mark() {
    const nodes = this.cells.querySelectorAll(".xq-cell");
    nodes.forEach((node, index) => node.classList.toggle("xq-cursor", index === this.index));
    setAttribute(this.cells, "aria-activedescendant", nodes[this.index].id);
  }
}
