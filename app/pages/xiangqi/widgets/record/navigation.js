// First, previous, next, last.

const ICONS = {
  first: "M6 5V19M18 5L9 12L18 19Z",
  previous: "M16 5L7 12L16 19Z",
  next: "M8 5L17 12L8 19Z",
  last: "M18 5V19M6 5L15 12L6 19Z",
};

class Navigation {
  // onStep(name): one of the names above.
  constructor(onStep) {
    this.count = html("span", { class: "xq-count" });
    this.buttons = Object.entries(ICONS).map(([name, path]) => {
      const icon = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: path }));
      const button = html("button", { type: "button" }, icon);
      button.dataset.step = name;
      button.addEventListener("click", () => onStep(name));
      return button;
    });
    const [first, previous, next, last] = this.buttons;
    const parts = [first, previous, this.count, next, last];
    this.node = html("div", { class: "xq-navigation", role: "toolbar" }, ...parts);
  }

  show({ lang }) {
    setAttribute(this.node, "aria-label", phrase("navigation", lang));
    for (const button of this.buttons) {
      const name = phrase(button.dataset.step, lang);
      setAttribute(button, "aria-label", name);
      setAttribute(button, "title", name);
    }
  }

  // aria-disabled instead of disabled: a button that loses the focus would stop the arrow keys.
  mark(current, last) {
    setText(this.count, `${current} / ${last}`);
    for (const button of this.buttons) {
      const back = button.dataset.step === "first" || button.dataset.step === "previous";
      setAttribute(button, "aria-disabled", back ? current === 0 : current === last);
    }
  }
}
