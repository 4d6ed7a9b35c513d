// Under the text: what the shades mean, the switch for them, and how the writing went.

class Legend {
  constructor() {
    this.status = html("p", { class: "tk-status" });
    this.scale = html("div", { class: "tk-scale" });
    this.button = html("button", { class: "tk-switch", type: "button" });
    this.button.addEventListener("click", () => setShaded(!isShaded()));
    this.node = html("div", { class: "tk-legend" }, this.status, this.scale, this.button);
    this.follow();
  }

  // All views of the page switch together; one that left the page stops listening.
  follow() {
    const update = () => {
      if (this.wasShown && !this.node.isConnected) window.removeEventListener(CHANGED, update);
      setAttribute(this.button, "aria-pressed", isShaded());
    };
    window.addEventListener(CHANGED, update);
    update();
  }

  show(stream) {
    this.wasShown = true;
    const { mode, lang } = stream.head;
    this.node.hidden = false;
    setText(this.button, phrase("shading", lang));
    setAttribute(this.button, "title", phrase("shading_title", lang));
    if (mode === "rank") this.draw(rankChips(stream.tokens, lang), lang, "rank");
    else this.draw(shareChips(), lang, "probability");
  }

  draw(chips, lang, name) {
    const key = JSON.stringify([chips, lang]);
    if (this.scale.dataset.key === key) return;
    this.scale.dataset.key = key;
    const boxes = chips.map(([shade, text]) =>
      html("span", { class: "tk-chip" }, html("span", { class: shade }, text)),
    );
    this.scale.replaceChildren(html("span", { class: "tk-name" }, phrase(name, lang)), ...boxes);
  }

  tell(status) {
    setText(this.status, status);
    this.status.hidden = status === "";
  }
}

function shareChips() {
  const shown = SHARES.map((share) => `${100 * share}`);
  return [...shown, ""].map((least, level) => {
    if (level === 0) return ["tk-share-0", `≥${least}%`];
    const most = shown[level - 1];
    return [`tk-share-${level}`, least === "" ? `<${most}%` : `${least}–${most}%`];
  });
}

function rankChips(tokens, lang) {
  const counts = [...RANKS, null].map(() => 0);
  for (const token of tokens) counts[bucketOf(token.rank)] += 1;
  return counts.map((count, bucket) => {
    const key = bucket < RANKS.length ? "first" : "beyond";
    const name = phrase(key, lang, { count: RANKS[Math.min(bucket, RANKS.length - 1)] });
    const share = tokens.length > 0 ? ` ${Math.round((100 * count) / tokens.length)}%` : "";
    return [`tk-rank-${bucket}`, `${name} · ${count}${share && ` (${share.trim()})`}`];
  });
}
