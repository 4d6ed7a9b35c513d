// Continuations that are written side by side; one of them is chosen.

class Cards {
  constructor(root) {
    this.root = root;
    this.cards = [];
    this.seq = undefined;
    this.running = false;
    this.live = html("p", { class: "story-live", "aria-live": "polite" });
    this.grid = html("ol", { class: "story-grid" });
    root.replaceChildren(this.grid, this.live);
  }

  receive(value) {
    const { seq = 0, lang = "zh", running = false, chosen = null, cards = [] } = parsed(value) ?? {};
    if (seq !== this.seq || cards.length !== this.cards.length) {
      this.cards = cards.map((_, index) => this.card(index, lang));
      this.grid.dataset.count = cards.length;
      this.grid.replaceChildren(...this.cards.map(({ node }) => node));
    }
    if (this.running && !running) setText(this.live, phrase("cards.done", lang));
    Object.assign(this, { seq, running });
    this.root.hidden = cards.length === 0;
    cards.forEach((card, index) => this.draw(this.cards[index], card, index === chosen));
  }

  card(index, lang) {
    const name = html("b");
    const meta = html("span");
    const text = html("p", { lang: "zh", tabindex: "0" });
    const choose = html("button", { type: "button" }, phrase("cards.choose", lang));
    choose.addEventListener("click", () => trigger("choose", { seq: this.seq, index }));
    const head = html("header", {}, name, meta);
    return { node: html("li", {}, head, text, choose), name, meta, text, choose };
  }

  draw(parts, { name, text, meta, done }, chosen) {
    setText(parts.name, name);
    setText(parts.meta, meta);
    const { scrollTop, clientHeight, scrollHeight } = parts.text;
    setText(parts.text, text);
    if (!done && scrollTop + clientHeight >= scrollHeight - 24) parts.text.scrollTop = 1e6;
    parts.choose.disabled = this.running || text === "";
    setAttribute(parts.node, "data-done", done);
    setAttribute(parts.node, "aria-current", chosen ? "true" : null);
  }
}

const cards = new Cards(element.querySelector(".story-cards"));
watch("value", () => cards.receive(props.value));
cards.receive(props.value);
