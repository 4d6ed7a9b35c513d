// Beside the map: the neighbours of the word that was chosen, or the pairs of an analogy.

class Side {
  // onPick(word): somebody wants to see this word.
  constructor(onPick) {
    this.node = html("div", { class: "cl-side" });
    this.node.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-word]");
      if (button !== null) onPick(button.dataset.word);
    });
  }

  word(word, extra = {}) {
    return html("button", { type: "button", "data-word": word, lang: "zh", ...extra }, word);
  }

  // content: {lang, selected, near, arrows, note, family: {colour, words} or null}.
  show({ lang, selected, near, arrows, note, family }) {
    const parts = [];
    if (arrows.length > 0) parts.push(...this.pairs(arrows, lang));
    else if (selected) parts.push(...this.neighbours(selected, near, family, lang));
    if (note) parts.push(html("p", { class: "cl-note" }, note));
    if (parts.length === 0) parts.push(html("p", { class: "cl-note" }, phrase("hint", lang)));
    this.node.replaceChildren(...parts);
  }

  neighbours(selected, near, family, lang) {
    const parts = [html("h4", { lang: "zh" }, selected)];
    if (near.length > 0) {
      const rows = near.map(([word, share]) => {
        const bar = html("i", {});
        bar.style.width = `${100 * clamp(share, 0, 1)}%`;
        const track = html("span", { class: "cl-track", "aria-hidden": "true" }, bar);
        return html("li", {}, this.word(word), track, html("b", {}, Number(share).toFixed(2)));
      });
      parts.push(html("ul", { class: "cl-near", "aria-label": phrase("near", lang) }, ...rows));
    }
    if (family !== null) {
      const dot = html("i", { class: "cl-dot" });
      dot.style.background = family.colour;
      const words = family.words.map((word) => this.word(word));
      parts.push(html("p", { class: "cl-family" }, dot, phrase("family", lang), " ", ...words));
    }
    return parts;
  }

  pairs(arrows, lang) {
    const [main, ...others] = arrows;
    const line = ({ from, to, share }, name) =>
      html(
        "li",
        { class: name },
        this.word(from),
        html("span", { "aria-hidden": "true" }, "→"),
        this.word(to),
        html("b", {}, share === null ? "" : Number(share).toFixed(2)),
      );
    return [
      html("ul", { class: "cl-pairs" }, line(main, "cl-main")),
      html("p", { class: "cl-note" }, phrase(others.length ? "alike" : "none_alike", lang)),
      html("ul", { class: "cl-pairs" }, ...others.map((one) => line(one, ""))),
    ];
  }
}
