// The moves in two columns, red left, black right.

const SIGNS = { good: "!", inaccuracy: "?!", mistake: "?", blunder: "??", book: "•" };

class MoveList {
  constructor(onGoto) {
    this.onGoto = onGoto;
    this.node = html("div", { class: "xq-moves", role: "group" });
    this.buttons = [];
    this.key = "";
    this.node.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button !== null) this.onGoto(Number(button.dataset.ply));
    });
  }

  show(value) {
    setAttribute(this.node, "aria-label", phrase("moves", value.lang));
    const key = JSON.stringify([value.moves, value.marks, value.first, value.number, value.lang]);
    if (key === this.key) return;
    this.key = key;
    this.buttons = value.moves.map((move, index) => this.button(move, index, value));
    const cells = [...this.buttons];
    if (value.first === "black" && cells.length > 0) {
      cells.unshift(html("span", { class: "xq-gap", "aria-hidden": "true" }, "…"));
    }
    const rows = [];
    const number = Math.round(clamp(value.number, 1, 9999));
    for (let index = 0; index < cells.length; index += 2) {
      rows.push(html("span", { class: "xq-number" }, `${number + index / 2}.`));
      rows.push(...cells.slice(index, index + 2));
      if (index + 1 === cells.length) rows.push(html("span", {}));
    }
    const nothing = html("p", { class: "xq-nothing" }, phrase("no_moves", value.lang));
    this.node.replaceChildren(...(rows.length > 0 ? rows : [nothing]));
  }

  button(move, index, value) {
    const button = html("button", { type: "button", tabindex: -1, dir: "auto" }, String(move));
    button.dataset.ply = index + 1;
    const mark = value.marks?.[index];
    if (typeof mark === "string" && Object.hasOwn(SIGNS, mark)) {
      const name = phrase(mark, value.lang);
      button.append(html("b", { class: `xq-sign xq-${mark}`, title: name }, SIGNS[mark]));
      button.setAttribute("aria-label", `${move} ${name}`);
    }
    return button;
  }

  // Mark the ply that is shown and bring it into view, scrolling nothing but the list.
  mark(current) {
    this.buttons.forEach((button, index) =>
      setAttribute(button, "aria-current", index + 1 === current ? "step" : null),
    );
    const button = this.buttons[current - 1];
    if (button === undefined) {
      this.node.scrollTop = 0;
      return;
    }
    const top = button.offsetTop; // the list is the offset parent
    const { scrollTop, clientHeight } = this.node;
    const hidden = top < scrollTop || top + button.offsetHeight > scrollTop + clientHeight;
    if (hidden) this.node.scrollTop = top - clientHeight / 2;
  }
}
