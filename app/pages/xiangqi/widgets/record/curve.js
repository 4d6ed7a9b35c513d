// Red's expected score over the game: above the middle red is ahead, below it black.

const WIDTH = 1000;
const HEIGHT = 100;

class Curve {
  constructor(onGoto) {
    this.area = svg("path", { class: "xq-area" });
    this.line = svg("path", { class: "xq-line" });
    const middle = svg("path", { class: "xq-even", d: `M0 ${HEIGHT / 2}H${WIDTH}` });
    this.drawing = svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
      this.area,
      middle,
      this.line,
    );
    this.here = html("i", { class: "xq-here" });
    this.dot = html("i", { class: "xq-dot" });
    this.tip = html("span", { class: "xq-tip", hidden: "" });
    const parts = [this.drawing, this.here, this.dot, this.tip];
    this.plot = html("div", { class: "xq-plot", role: "img" }, ...parts);
    this.node = html("div", { class: "xq-curve" }, this.plot);
    this.plot.addEventListener("pointermove", (event) => this.hover(this.plyUnder(event)));
    this.plot.addEventListener("pointerleave", () => this.hover(null));
    this.plot.addEventListener("click", (event) => onGoto(this.plyUnder(event)));
  }

  show(value) {
    this.value = value;
    this.scores = (Array.isArray(value.scores) ? value.scores : []).map((score) =>
      typeof score === "number" ? clamp(score, 0, 1) : null,
    );
    this.last = Math.max(1, value.moves.length);
    this.node.hidden = this.scores.every((score) => score === null);
    if (this.node.hidden) return;
    const runs = this.runs();
    const x = ([ply]) => (WIDTH * ply) / this.last;
    const points = (run) => run.map((at) => `${x(at)} ${HEIGHT * (1 - at[1])}`).join("L");
    this.line.setAttribute("d", runs.map((run) => `M${points(run)}`).join(""));
    const filled = runs.map(
      (run) => `M${x(run[0])} ${HEIGHT}L${points(run)}L${x(run[run.length - 1])} ${HEIGHT}Z`,
    );
    this.area.setAttribute("d", filled.join(""));
    setAttribute(this.plot, "aria-label", this.summary());
  }

  // Stretches of plies in a row that have a score, as lists of [ply, score].
  runs() {
    const runs = [];
    let run = [];
    this.scores.slice(0, this.last + 1).forEach((score, ply) => {
      if (score !== null) run.push([ply, score]);
      else if (run.length > 0) [run, runs[runs.length]] = [[], run];
    });
    return run.length > 0 ? [...runs, run] : runs;
  }

  summary() {
    const known = this.scores.filter((score) => score !== null);
    const percent = Math.round(100 * known[known.length - 1]);
    return phrase("curve", this.value.lang, { percent });
  }

  mark(current) {
    if (this.node.hidden) return;
    this.current = current;
    this.here.style.left = `${(100 * current) / this.last}%`;
    this.point(current);
  }

  point(ply) {
    const score = this.scores[ply] ?? null;
    this.dot.hidden = score === null;
    this.dot.style.left = `${(100 * ply) / this.last}%`;
    this.dot.style.top = `${HEIGHT * (1 - (score ?? 0))}%`;
  }

  plyUnder({ clientX }) {
    const box = this.plot.getBoundingClientRect();
    return Math.round(clamp((clientX - box.left) / box.width, 0, 1) * this.last);
  }

  hover(ply) {
    this.tip.hidden = ply === null;
    this.point(ply ?? this.current);
    if (ply === null) return;
    const { moves, lang } = this.value;
    const score = this.scores[ply] ?? null;
    const name = ply === 0 ? phrase("start", lang) : `${ply}. ${moves[ply - 1] ?? ""}`;
    const percent = score === null ? "–" : `${Math.round(100 * score)}%`;
    setText(this.tip, `${name} · ${phrase("red", lang)} ${percent}`);
    const share = ply / this.last;
    this.tip.style.left = `${100 * share}%`;
    this.tip.style.transform = `translateX(${-100 * share}%)`;
  }
}
