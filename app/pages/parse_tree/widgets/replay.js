// The splits again, one after the other, in the parser's order.

const PAUSE = 700; // milliseconds a split

class Replay {
  // shown(step): called when so many splits are to be seen.
  constructor(shown) {
    this.shown = shown;
    this.button = html("button", { type: "button", class: "pt-button pt-play" });
    this.slider = html("input", { type: "range", min: 0, step: 1 });
    this.line = html("output", { class: "pt-step" });
    this.node = html("div", { class: "pt-replay" }, this.button, this.slider, this.line);
    this.timer = null;
    this.splits = [];
    this.words = [];
    this.lang = undefined;
    this.slider.addEventListener("input", () => {
      this.stop();
      this.go(Number(this.slider.value));
    });
    this.button.addEventListener("click", () => (this.timer === null ? this.play() : this.stop()));
  }

  // splits: [start, stop, at, distance]; all of them are shown.
  take(splits, words, lang) {
    this.stop();
    Object.assign(this, { splits, words, lang });
    this.node.hidden = splits.length === 0;
    setAttribute(this.slider, "max", splits.length);
    setAttribute(this.slider, "aria-label", phrase("replay", lang));
    this.name();
    this.go(splits.length);
  }

  go(step) {
    this.step = step;
    this.slider.value = String(step);
    const said = this.sayStep(step);
    setText(this.line, said);
    setAttribute(this.slider, "aria-valuetext", said);
    this.shown(step);
  }

  sayStep(step) {
    const { splits, words, lang } = this;
    const count = splits.length;
    if (step === 0) return phrase("step_none", lang, { count });
    if (step === count) return phrase("step_all", lang, { count });
    const [, , at, distance] = splits[step - 1];
    return phrase("step", lang, { step, count, word: words[at], distance: distanceText(distance) });
  }

  name() {
    const key = this.timer === null ? "play" : "pause";
    setText(this.button, phrase(key, this.lang));
    this.button.classList.toggle("pt-running", this.timer !== null);
  }

  play() {
    if (this.step >= this.splits.length) this.go(0);
    this.timer = setInterval(() => {
      // A picture that left the page has nothing to show any more.
      if (!this.node.isConnected || this.step >= this.splits.length) return this.stop();
      this.go(this.step + 1);
    }, PAUSE);
    this.name();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    if (this.lang !== undefined) this.name();
  }
}
