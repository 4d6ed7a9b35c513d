// Several replies at once, to choose one: each with what it is ranked by.

class Cards {
  constructor(onChoose, onClose) {
    this.onChoose = onChoose;
    this.onClose = onClose;
    this.title = html("p", { class: "dg-cards-title" });
    this.list = html("div", { class: "dg-cards-list" });
    this.node = html("section", { class: "dg-cards" }, this.title, this.list);
    this.node.hidden = true;
  }

  show(value, lang) {
    this.node.hidden = value === null;
    if (value === null) return;
    const { running, by } = value;
    setText(this.title, phrase(running ? "cards.running" : `cards.by_${by}`, lang, value));
    const cards = value.cards.map((card, at) => this.card(card, at, value, lang));
    const close = running ? [] : [button("dg-tool", phrase("cards.close", lang), () => this.onClose())];
    this.list.replaceChildren(...cards, ...close);
  }

  card(card, at, { running, by }, lang) {
    const text = html("span", { class: "dg-card-text", dir: "auto" }, card.text);
    const facts = html("span", { class: "dg-card-facts" });
    if (!running) {
      const bar = html("i", {});
      bar.style.width = `${Math.round(100 * card.share)}%`;
      const scores = html("span", { class: "dg-card-scores" });
      for (const name of ["logprob", "mmi"]) {
        if (card[name] === null) continue;
        const score = phrase(`cards.${name}`, lang, { value: card[name].toFixed(2) });
        scores.append(html("span", { class: name === by ? "dg-ranked" : "" }, score));
      }
      if (card.count > 1) scores.append(html("span", {}, phrase("cards.count", lang, card)));
      facts.append(html("span", { class: "dg-card-bar", "aria-hidden": "true" }, bar), scores);
    }
    const node = button("dg-card", "", () => this.onChoose(at));
    node.disabled = running;
    node.append(text, facts);
    return node;
  }
}
