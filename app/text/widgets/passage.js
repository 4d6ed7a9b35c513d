// The text: one element a token, in plain running text, so that selecting and copying work.

const BUTTON = ["tabindex", "role", "aria-label", "aria-description", "aria-haspopup", "aria-expanded"];

class Passage {
  constructor() {
    this.prompt = html("span", { class: "tk-prompt" });
    this.caret = html("span", { class: "tk-caret", "aria-hidden": "true" });
    this.body = html("span", {});
    this.node = html("div", { class: "tk-text", role: "group", dir: "auto" });
    this.node.append(this.prompt, this.body, this.caret);
    this.nodes = [];
    this.current = 0; // the token that Tab reaches
    this.shown = "";
    this.restoring = false; // the focus goes back to its place: nobody asked for a box
    this.node.addEventListener("copy", (event) => this.copy(event));
    animate(this.caret, [{ opacity: 1 }, { opacity: 1, offset: 0.45 }, { opacity: 0.15 }], {
      duration: 1000,
      iterations: Infinity,
    });
  }

  // Draw what is new after the first kept tokens.
  show({ head, tokens, running }, kept) {
    const { lang, mode } = head;
    const look = [lang, mode].join();
    const keep = look === this.shown ? kept : 0;
    this.shown = look;
    this.tokens = tokens;
    this.lang = lang;
    const focused = this.nodes.indexOf(document.activeElement);
    for (const node of this.nodes.splice(keep)) node.remove();
    this.nodes.push(...tokens.slice(keep).map((token, at) => this.element(token, keep + at, mode)));
    this.body.append(...this.nodes.slice(keep));
    setAttribute(this.node, "aria-label", phrase("passage", lang));
    setAttribute(this.node, "aria-busy", running);
    setText(this.prompt, String(head.prompt ?? ""));
    this.caret.hidden = !running;
    this.select(Math.min(this.current, Math.max(0, tokens.length - 1)));
    // Whoever was at a token that was written anew stays at its place.
    if (focused >= keep) this.restoreFocus();
  }

  restoreFocus() {
    this.restoring = true;
    this.nodes[this.current]?.focus({ preventScroll: true });
    this.restoring = false;
  }

  // The text without its shades: what is pasted elsewhere should look like what is around it.
  copy(event) {
    const text = window.getSelection()?.toString() ?? "";
    if (text === "" || event.clipboardData === null) return;
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  }

  element(token, index, mode) {
    const node = html("span", { class: `tk-token ${shadeOf(token, mode)}` }, token.text);
    if (token.text === "") node.classList.add("tk-empty");
    if (/^\n+$/.test(token.text)) node.classList.add("tk-newline");
    node.dataset.index = index;
    return node;
  }

  clear() {
    for (const node of this.nodes.splice(0)) node.remove();
    setText(this.prompt, "");
    this.caret.hidden = true;
    this.current = 0;
    this.tokens = [];
  }

  indexOf(node) {
    const token = node instanceof Element ? node.closest(".tk-token") : null;
    return token !== null && this.body.contains(token) ? Number(token.getAttribute("data-index")) : null;
  }

  // Only one token is a button at a time: a screen reader reads the others as text.
  select(index) {
    const before = this.nodes[this.current];
    if (before !== undefined && index !== this.current) {
      for (const name of BUTTON) before.removeAttribute(name);
    }
    this.current = index;
    const node = this.nodes[index];
    if (node === undefined) return;
    const name = (choice) =>
      phrase("token_name", this.lang, {
        text: spoken(choice.text, this.lang),
        percent: percent(choice.logprob),
      });
    const token = this.tokens[index];
    setAttribute(node, "tabindex", 0);
    setAttribute(node, "role", "button");
    setAttribute(node, "aria-haspopup", "menu");
    setAttribute(node, "aria-label", name(token));
    setAttribute(node, "aria-description", token.alternatives.map(name).join("; ") || null);
  }

  focus(index) {
    this.select(clamp(index, 0, this.nodes.length - 1));
    this.nodes[this.current]?.focus({ preventScroll: true });
    this.nodes[this.current]?.scrollIntoView({ block: "nearest" });
  }

  // The token on the next line (by = 1) or the one before (-1) that is nearest across.
  lineStep(by) {
    const from = anchorOf(this.nodes[this.current]);
    let [best, bestLine] = [this.current, null];
    for (let at = this.current + by; this.nodes[at] !== undefined; at += by) {
      const box = anchorOf(this.nodes[at]);
      const away = by * (box.top - from.top) > from.height / 2;
      if (!away) continue;
      bestLine ??= box.top;
      if (Math.abs(box.top - bestLine) > from.height / 2) break;
      const nearer = (one, other) => Math.abs(one.left - from.left) < Math.abs(other.left - from.left);
      if (best === this.current || nearer(box, anchorOf(this.nodes[best]))) best = at;
    }
    return best;
  }

  // The token that was branched from, until the server answers.
  wait(index) {
    this.nodes.forEach((node, at) => node.classList.toggle("tk-stale", index !== null && at >= index));
  }
}
