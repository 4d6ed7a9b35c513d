// How many tokens stood at which rank; the steps grow, and a colour never spans two buckets.

const STEPS = [1, 2, 5, 10, 30, 100, 300, 1000, Infinity]; // the last rank of each bar

class Histogram {
  constructor() {
    this.bars = html("div", { class: "tk-bars", role: "img" });
    this.title = html("p", { class: "tk-name" });
    this.node = html("div", { class: "tk-histogram" }, this.title, this.bars);
  }

  show({ head, tokens, running }) {
    this.node.hidden = head.mode !== "rank" || tokens.length === 0 || running;
    if (this.node.hidden) return;
    setText(this.title, phrase("histogram_title", head.lang));
    const counts = STEPS.map(() => 0);
    for (const { rank } of tokens) counts[STEPS.findIndex((last) => rank <= last)] += 1;
    const most = Math.max(...counts);
    this.bars.replaceChildren(...counts.map((count, at) => this.bar(at, count, most)));
    const items = counts.map((count, at) =>
      phrase("histogram_item", head.lang, { ranks: rangeOf(at), count }),
    );
    setAttribute(this.bars, "aria-label", phrase("histogram", head.lang, { counts: items.join(", ") }));
  }

  bar(at, count, most) {
    const bucket = bucketOf(STEPS[at]);
    const column = html("i", { class: `tk-rank-${bucket}` });
    column.style.height = `${(100 * count) / most}%`;
    column.hidden = count === 0;
    const room = html("span", { class: "tk-room" }, html("b", {}, count || ""), column);
    return html("span", { class: "tk-bar" }, room, html("span", {}, shortRange(at)));
  }
}

function shortRange(at) {
  return at > 1 && STEPS[at] !== Infinity ? `≤${STEPS[at]}` : rangeOf(at);
}

function rangeOf(at) {
  const first = at === 0 ? 1 : STEPS[at - 1] + 1;
  if (STEPS[at] === Infinity) return `>${STEPS[at - 1]}`;
  return first === STEPS[at] ? `${first}` : `${first}–${STEPS[at]}`;
}
