// The board: state, what a click means, and drawing it all.

const ANSWER_WITHIN = 20000; // milliseconds, after which an unanswered move is taken back

class Board {
  constructor(root) {
    this.value = null;
    this.position = new Map(); // what is on the screen, a move not yet answered included
    this.selected = null;
    this.pending = null; // the move that waits for the server
    this.sent = []; // placements of the editor that the server has not answered
    this.drag = null;
    this.build(root);
    this.stage = new Stage(this.layers.pieces);
    this.pointer = new Pointer(this.cells, this);
    this.cursor = new Cursor(this.cells, this);
    this.countdown = new Countdown((color) => trigger("flagfall", { color, seq: this.value.seq }));
  }

  build(root) {
    this.layers = {};
    for (const name of ["ground", "pieces", "targets", "arrows", "held"]) {
      this.layers[name] = svg("g", { class: `xq-layer-${name}` });
    }
    const layers = Object.values(this.layers);
    this.wood = svg("svg", { class: "xq-wood", "aria-hidden": "true" });
    this.drawing = svg("svg", { class: "xq-drawing", "aria-hidden": "true" }, gradients(), ...layers);
    this.cells = buildCells();
    this.banner = html("div", { class: "xq-banner", hidden: "" });
    this.banner.addEventListener("click", () => (this.banner.hidden = true));
    const parts = [this.wood, this.drawing, this.cells, this.banner];
    this.table = html("div", { class: "xq-table" }, ...parts);
    this.bar = scoreBar();
    this.strips = [playerStrip(), playerStrip()];
    this.palette = new Palette((event, piece) => this.pointer.down(event, piece));
    this.live = html("div", { class: "xq-live", "aria-live": "polite" });
    root.replaceChildren(
      this.strips[0].node,
      html("div", { class: "xq-middle" }, this.bar.node, this.table),
      this.strips[1].node,
      this.palette.node,
      this.live,
    );
  }

  // A value from the server.
  receive(value) {
    const previous = this.value;
    const before = this.position;
    const moved = this.pending;
    clearTimeout(moved?.timer);
    this.value = value;
    this.pending = null;
    const position = positionOf(value.fen);
    if (!this.isOutdated(value, position)) this.position = position;
    if (!this.canLift(this.selected)) this.selected = null;
    // What the person did is no news to them; that it was refused is.
    const refused = moved !== null && placementOf(position) === moved.placement;
    const isOwn = moved !== null && value.last === moved.uci;
    drawBoard(this, previous !== null);
    if (refused) setText(this.live, phrase("refused", value.lang));
    else if (!isOwn) this.say(newsOf(previous, value, before));
    else this.say(newsOf({ ...previous, last: value.last }, value, before));
  }

  // In the editor one may be faster than the server: its answer to an earlier change must not
  // undo a later one.
  isOutdated(value, position) {
    if (!value.editor) this.sent = [];
    const answered = this.sent.indexOf(placementOf(position));
    const outdated = answered >= 0 && answered < this.sent.length - 1;
    this.sent = outdated ? this.sent.slice(answered + 1) : [];
    return outdated;
  }

  say(sentence) {
    if (sentence) setText(this.live, sentence);
  }

  orientation() {
    return this.value?.orientation === "black" ? "black" : "red";
  }

  targets() {
    if (this.selected === null || this.value.editor) return [];
    const squares = this.value.legal?.[this.selected];
    return Array.isArray(squares) ? squares.filter(isSquare) : [];
  }

  canLift(square) {
    if (!isSquare(square) || !this.position.has(square)) return false;
    const { editor, movable, legal } = this.value;
    if (editor) return true;
    if (this.pending !== null || !movable || !Array.isArray(legal?.[square])) return false;
    return movable === "both" || colorOf(this.position.get(square)) === movable;
  }

  tap(square) {
    if (this.value.editor && this.palette.brush !== null) this.paint(square);
    else if (this.isTarget(square)) this.carry(this.selected, square, true);
    else this.select(this.canLift(square) && square !== this.selected ? square : null);
  }

  isTarget(square) {
    if (this.selected === null) return false;
    return this.value.editor ? square !== this.selected : this.targets().includes(square);
  }

  select(square) {
    this.selected = square;
    drawMarks(this);
    if (square === null) return;
    const count = this.targets().length;
    const piece = nameOf(this.position.get(square), this.value.lang);
    const key = this.value.editor ? "chosen_edit" : "chosen";
    this.say(phrase(key, this.value.lang, { piece, square, count }));
  }

  cancel() {
    this.palette.brush = null;
    this.palette.mark();
    this.select(null);
  }

  remove(square) {
    if (this.value.editor && this.position.has(square)) this.edit(square, undefined);
  }

  paint(square) {
    const { brush } = this.palette;
    const same = brush === ERASER || this.position.get(square) === brush;
    this.edit(square, same ? undefined : brush);
  }

  // Put a piece where it was carried to: a move in a game, a change in the editor.
  carry(from, to, slides) {
    if (this.value.editor) this.edit(to, this.position.get(from), from, slides);
    else this.play(from, to, slides);
  }

  play(from, to, slides) {
    const { seq, lang } = this.value;
    const uci = from + to;
    const sentence = moveSentence(uci, this.position, lang);
    const placement = placementOf(this.position);
    const timer = setTimeout(() => this.receive(this.value), ANSWER_WITHIN);
    this.pending = { uci, placement, timer };
    this.position = new Map(this.position);
    this.position.set(to, this.position.get(from));
    this.position.delete(from);
    this.selected = null;
    drawBoard(this, slides);
    this.say(sentence);
    trigger("move", { uci, seq });
  }

  edit(square, piece, from = null, slides = false) {
    this.position = new Map(this.position);
    if (from !== null) this.position.delete(from);
    if (piece === undefined) this.position.delete(square);
    else if (square !== null) this.position.set(square, piece);
    this.selected = null;
    drawBoard(this, slides);
    const placement = placementOf(this.position);
    this.sent.push(placement);
    const rest = String(this.value.fen).trim().split(/\s+/).slice(1);
    trigger("edit", { fen: [placement, ...rest].join(" ") });
  }

  // from: null for a new piece of the palette.
  beginDrag(from, piece) {
    if (from !== null) this.select(from);
    const { letters } = this.value;
    const node = from === null ? this.stage.add(piece, letters) : this.stage.nodes.get(from);
    this.stage.halt(node);
    this.layers.held.append(node);
    node.classList.add("xq-held");
    this.table.classList.add("xq-dragging");
    this.drag = node;
  }

  dragTo([x, y], square) {
    this.drag.style.transform = `translate(${x}px, ${y}px)`;
    for (const cell of this.cells.querySelectorAll(".xq-cell")) {
      cell.classList.toggle("xq-over", cell.dataset.square === square && this.isTarget(square));
    }
  }

  drop(from, to, piece) {
    const node = this.drag;
    this.drag = null;
    node.classList.remove("xq-held");
    this.table.classList.remove("xq-dragging");
    // A value of the server may have taken the piece from the board in the meantime.
    if (this.stage.has(node)) this.layers.pieces.append(node);
    else node.remove();
    if (from === null && to !== null) this.edit(to, piece);
    else if (from !== null && to === null && this.value.editor) this.edit(from, undefined);
    else if (from !== null && to !== null && this.canLift(from) && this.isTarget(to)) {
      this.carry(from, to, false);
    } else if (this.stage.nodes.get(from) === node) {
      this.stage.moveTo(node, pointOf(from, this.orientation()), true);
    }
    for (const cell of this.cells.querySelectorAll(".xq-over")) cell.classList.remove("xq-over");
  }
}

const board = new Board(element.querySelector(".xq"));
const receive = () => {
  const value = parsed(props.value);
  if (value !== null) board.receive(value);
};
watch("value", receive);
receive();
