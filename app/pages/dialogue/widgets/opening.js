// An empty conversation: ways to begin it.

class Opening {
  constructor(onSay, onPersona) {
    this.onSay = onSay;
    this.onPersona = onPersona;
    this.node = html("div", { class: "dg-opening" });
    this.lang = null;
  }

  show(visible, lang) {
    this.node.hidden = !visible;
    if (lang === this.lang) return;
    this.lang = lang;
    const chips = EXAMPLES.openings.map((text) => button("dg-chip", text, () => this.onSay(text)));
    const people = EXAMPLES.personas.map(({ key, name }) =>
      button("dg-chip dg-person", name[lang], () => this.onPersona(key)),
    );
    this.node.replaceChildren(
      html("p", { class: "dg-hello" }, phrase("hello", lang)),
      html("div", { class: "dg-chips" }, ...chips),
      html("p", { class: "dg-hint" }, phrase("personas", lang)),
      html("div", { class: "dg-chips" }, ...people),
    );
  }
}
