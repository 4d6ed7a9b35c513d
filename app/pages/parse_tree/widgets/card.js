// A sentence with one tree, or two beside each other.

const TRACK_NAMES = ["distance", "surprisal", "forget", "input"];

class Card {
  constructor() {
    this.mark = html("span", { class: "pt-mark", "aria-hidden": "true" });
    this.text = html("span", { class: "pt-text", dir: "auto" });
    this.facts = html("span", { class: "pt-facts" });
    this.button = html("button", { type: "button", class: "pt-open" }, this.mark, this.text, this.facts);
    this.body = html("div", { class: "pt-body", hidden: "" });
    this.node = html("article", { class: "pt-card" }, this.button, this.body);
    this.panels = [];
    this.sentence = null;
    this.lang = "";
    this.hidden = new Set();
    this.button.addEventListener("click", () => this.open(this.body.hidden));
  }

  // What is open is drawn already, and would be drawn anew without its motion.
  open(isOpen) {
    const wasOpen = !this.body.hidden;
    this.body.hidden = !isOpen;
    setAttribute(this.button, "aria-expanded", isOpen);
    if (isOpen && !wasOpen) this.draw();
  }

  // hidden: names of tracks that nobody wants to see.
  show(sentence, lang, hidden) {
    Object.assign(this, { sentence, lang, hidden });
    setText(this.text, sentence.text);
    setText(this.facts, sentence.facts);
    if (!this.body.hidden) this.draw();
  }

  draw() {
    const { panels: wanted, words } = this.sentence;
    while (this.panels.length > wanted.length) {
      const panel = this.panels.pop();
      panel.leave();
      panel.node.remove();
    }
    while (this.panels.length < wanted.length) {
      const panel = new Panel((span) => this.panels.forEach((one) => one.light(span)));
      this.panels.push(panel);
      this.body.append(panel.node);
    }
    this.body.classList.toggle("pt-pair", wanted.length > 1);
    const outlines = wanted.map((panel) => outlineOf(panel.tree, panel.splits));
    const levels = Math.max(...outlines.map(({ root }) => root.height));
    wanted.forEach((panel, index) => {
      const other = outlines[1 - index];
      const tracks = TRACK_NAMES.filter((name) => panel[name] && !this.hidden.has(name));
      this.panels[index].show({
        words,
        panel,
        levels,
        tracks,
        lang: this.lang,
        other: other === undefined ? null : new Set(other.byId.keys()),
      });
    });
  }

  leave() {
    for (const panel of this.panels) panel.leave();
  }
}
