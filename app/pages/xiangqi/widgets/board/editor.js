// The palette of the position editor. "brush" is a piece to put down, "eraser", or null for the
// hand that moves what is on the board.

const ERASER = "eraser";

class Palette {
  // onGrab(event, piece): a press on a piece, which may become a drag onto the board.
  constructor(onGrab) {
    this.node = html("div", { class: "xq-palette", role: "toolbar" });
    this.onGrab = onGrab;
    this.brush = null;
    this.buttons = new Map();
  }

  show(value) {
    this.node.hidden = !value.editor;
    if (!value.editor) this.brush = null;
    const key = [value.letters, value.lang].join();
    if (!this.node.hidden && this.node.dataset.key !== key) {
      this.node.dataset.key = key;
      this.build(value);
    }
    this.mark();
  }

  build({ letters, lang }) {
    this.buttons.clear();
    setAttribute(this.node, "aria-label", phrase("palette", lang));
    for (const piece of PIECES) {
      this.add(piece, nameOf(piece, lang), pieceIcon(piece, letters, "xq-palette-piece"));
    }
    const cross = svg("path", { d: "M-24 -24L24 24M24 -24L-24 24" });
    const icon = svg("svg", { viewBox: "-50 -50 100 104", class: "xq-eraser" }, cross);
    this.add(ERASER, phrase("eraser", lang), icon);
    this.node.replaceChildren(...this.buttons.values());
  }

  add(tool, name, icon) {
    const button = html("button", { type: "button", "aria-label": name, title: name }, icon);
    button.dataset.tool = tool;
    button.addEventListener("click", () => {
      this.brush = this.brush === tool ? null : tool;
      this.mark();
    });
    if (tool !== ERASER) {
      button.addEventListener("pointerdown", (event) => this.onGrab(event, tool));
    }
    this.buttons.set(tool, button);
  }

  mark() {
    for (const [tool, button] of this.buttons) {
      setAttribute(button, "aria-pressed", tool === this.brush);
    }
  }
}
