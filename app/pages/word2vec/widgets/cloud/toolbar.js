// Above the map: a search, the analogy, and how close one looks.

const MOST_FOUND = 8;

class Toolbar {
  // view: {search(text), go(word), pairing(on), zoom(factor), home()}.
  constructor(view, name) {
    this.input = html("input", { type: "search", class: "cl-search", maxlength: 40, list: name, lang: "zh" });
    this.list = html("datalist", { id: name });
    this.pair = html("button", { type: "button", "aria-pressed": "false" });
    this.zooms = [
      ["closer", "+"],
      ["farther", "−"],
      ["home", "⤢"],
    ].map(([key, sign]) => {
      const button = html("button", { type: "button", class: "cl-zoom" }, sign);
      return [key, button];
    });
    this.node = html(
      "div",
      { class: "cl-bar" },
      this.input,
      this.list,
      this.pair,
      ...this.zooms.map(([, b]) => b),
    );
    const actions = {
      closer: () => view.zoom(1.7),
      farther: () => view.zoom(1 / 1.7),
      home: () => view.home(),
    };
    for (const [key, button] of this.zooms) button.addEventListener("click", actions[key]);
    const offer = () => this.offer(view.search(this.input.value.trim()));
    this.input.addEventListener("input", (event) => {
      if (!event.isComposing) offer();
    });
    this.input.addEventListener("compositionend", offer);
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      view.go(this.input.value.trim());
    });
    this.pair.addEventListener("click", () =>
      view.pairing(this.pair.getAttribute("aria-pressed") !== "true"),
    );
  }

  say(lang, pairing) {
    setAttribute(this.input, "placeholder", phrase("search", lang));
    setAttribute(this.input, "aria-label", phrase("search", lang));
    setText(this.pair, phrase("pair", lang));
    setAttribute(this.pair, "aria-pressed", pairing);
    for (const [key, button] of this.zooms) {
      setAttribute(button, "title", phrase(key, lang));
      setAttribute(button, "aria-label", phrase(key, lang));
    }
  }

  offer(words) {
    this.list.replaceChildren(...words.map((word) => html("option", { value: word })));
  }
}
