// The box beside a token: what else might have stood there, as bars.

class Popover {
  // onChoose(id): an alternative was clicked.
  constructor(onChoose) {
    this.title = html("b", { class: "tk-title", dir: "auto" });
    this.fact = html("span", { class: "tk-fact" });
    this.rows = html("div", { class: "tk-rows" });
    this.hint = html("p", { class: "tk-hint" });
    const head = html("div", { class: "tk-head" }, this.title, this.fact);
    this.node = html("div", { class: "tk-popover", popover: "manual" }, head, this.rows, this.hint);
    this.node.hidden = true;
    this.onChoose = onChoose;
    this.node.addEventListener("click", (event) => {
      const row = event.target.closest("button");
      if (row !== null) this.onChoose(Number(row.dataset.id));
    });
  }

  get isOpen() {
    return !this.node.hidden;
  }

  // token, the rectangle it stands in, and {lang, branchable, running}.
  open(token, anchor, { lang, branchable, running }) {
    const can = branchable && !running && token.alternatives.some(({ id }) => id !== token.id);
    const name = piece(token.text, lang);
    setText(this.title, name.text);
    this.title.classList.toggle("tk-special", name.special);
    const place = token.rank === null ? "" : phrase("place", lang, { rank: token.rank });
    setText(this.fact, [percent(token.logprob), place].filter(Boolean).join(" · "));
    this.rows.replaceChildren(...choices(token).map((choice) => this.row(choice, token, can, lang)));
    setAttribute(this.rows, "role", can ? "menu" : "list");
    const label = phrase("alternatives", lang, { text: spoken(token.text, lang) });
    setAttribute(this.rows, "aria-label", label);
    this.rows.hidden = token.alternatives.length === 0;
    this.hint.hidden = !branchable || this.rows.hidden;
    setText(this.hint, phrase(running ? "wait" : "branch", lang));
    this.reveal();
    placeBox(this.node, anchor);
  }

  row(choice, token, can, lang) {
    const name = piece(choice.text, lang);
    const text = html("span", { class: "tk-piece", dir: "auto" }, name.text);
    text.classList.toggle("tk-special", name.special);
    const bar = html("i", {});
    bar.style.width = `${100 * Math.exp(choice.logprob)}%`;
    const track = html("span", { class: "tk-track", "aria-hidden": "true" }, bar);
    const share = html("span", { class: "tk-share" }, percent(choice.logprob));
    const chosen = choice.id === token.id;
    const button = can && !chosen;
    const row = button
      ? html("button", { type: "button", role: "menuitem", tabindex: -1 }, text, track, share)
      : html("div", { class: "tk-row", role: can ? "none" : "listitem" }, text, track, share);
    if (button) row.dataset.id = choice.id;
    if (chosen) row.classList.add("tk-chosen");
    if (chosen) share.prepend(html("em", { class: "tk-mark" }, phrase("chosen", lang)));
    return row;
  }

  // In the top layer of the page, where nothing cuts it off.
  reveal() {
    this.node.hidden = false;
    if (this.node.showPopover && !this.node.matches(":popover-open")) this.node.showPopover();
  }

  close() {
    if (this.node.hidden) return;
    if (this.node.hidePopover && this.node.matches(":popover-open")) this.node.hidePopover();
    this.node.hidden = true;
  }

  get buttons() {
    return [...this.rows.querySelectorAll("button")];
  }

  // Move the focus to the alternative that many steps on; the first one at first.
  step(by) {
    const buttons = this.buttons;
    const at = buttons.indexOf(document.activeElement);
    const next = at < 0 ? 0 : (at + by + buttons.length) % buttons.length;
    buttons[next]?.focus({ preventScroll: true });
    return buttons.length > 0;
  }
}

// The alternatives, and the chosen token after them where it is not one of them.
function choices(token) {
  const among = token.alternatives.some(({ id }) => id === token.id);
  return among ? token.alternatives : [...token.alternatives, token];
}
