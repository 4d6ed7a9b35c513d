// The pieces on the board, kept from one position to the next so that they can slide.

const SLIDE = 190; // milliseconds
const EASING = "cubic-bezier(0.2, 0.7, 0.25, 1)";

class Stage {
  constructor(layer) {
    this.layer = layer;
    this.nodes = new Map(); // by square
    this.look = "";
  }

  // Show a position. slides: whether pieces that moved glide to their new points.
  show(position, { orientation, letters, last }, slides) {
    const look = [orientation, letters].join();
    if (look !== this.look) this.clear();
    const sameLook = look === this.look;
    this.look = look;
    this.orientation = orientation;
    const free = new Map(); // nodes that are no longer where they were
    for (const [square, node] of this.nodes) {
      if (position.get(square) === node.dataset.piece) continue;
      free.set(square, node);
      this.nodes.delete(square);
    }
    const missing = [...position].filter(([square]) => !this.nodes.has(square));
    // The move just made goes first, so that it gets the piece that made it.
    missing.sort(([one], [other]) => this.isTarget(other, last) - this.isTarget(one, last));
    for (const [square, piece] of missing) {
      const from = this.origin(free, square, piece, last);
      const node = from === null ? this.add(piece, letters) : free.get(from);
      if (from !== null) free.delete(from);
      this.place(square, node, slides && sameLook);
    }
    for (const node of free.values()) this.fade(node, slides && sameLook);
  }

  isTarget(square, last) {
    return isMove(last) && last.slice(2) === square ? 1 : 0;
  }

  // The square from which a piece comes: that of the last move, otherwise the nearest alike.
  origin(free, square, piece, last) {
    const from = isMove(last) && last.slice(2) === square ? last.slice(0, 2) : null;
    if (from !== null && free.get(from)?.dataset.piece === piece) return from;
    const [x, y] = pointOf(square, this.orientation);
    let [best, bestDistance] = [null, Infinity];
    for (const [candidate, node] of free) {
      if (node.dataset.piece !== piece) continue;
      const [cx, cy] = pointOf(candidate, this.orientation);
      const distance = Math.hypot(cx - x, cy - y);
      if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
    }
    return best;
  }

  add(piece, letters) {
    const node = svg("g", { class: "xq-man" }, drawnPiece(piece, letters));
    node.dataset.piece = piece;
    this.layer.append(node);
    return node;
  }

  place(square, node, slides) {
    this.nodes.set(square, node);
    this.moveTo(node, pointOf(square, this.orientation), slides);
  }

  moveTo(node, [x, y], slides) {
    this.halt(node);
    const before = node.style.transform;
    const after = `translate(${x}px, ${y}px)`;
    node.style.transform = after;
    if (!slides || before === "" || before === after) return;
    this.layer.append(node); // above the pieces it passes
    animate(node, [{ transform: before }, { transform: after }], {
      duration: SLIDE,
      easing: EASING,
    });
  }

  // A slide that still runs would hide where the piece is put next.
  halt(node) {
    for (const running of node.getAnimations()) running.cancel();
  }

  fade(node, slides) {
    const fading = slides
      ? animate(node, [{ opacity: 1 }, { opacity: 1, offset: 0.5 }, { opacity: 0 }], {
          duration: SLIDE,
        })
      : null;
    if (fading === null) node.remove();
    else
      fading.finished.then(
        () => node.remove(),
        () => node.remove(),
      );
  }

  has(node) {
    return [...this.nodes.values()].includes(node);
  }

  raise(square) {
    for (const [at, node] of this.nodes) node.classList.toggle("xq-raised", at === square);
  }

  clear() {
    this.nodes.clear();
    this.layer.replaceChildren();
  }
}
