// The token view: values from the server, and which alternative was chosen.

const ANSWER_WITHIN = 8000; // milliseconds, after which an unanswered choice can be made again

class TokenView {
  constructor(root) {
    this.stream = new Stream();
    this.passage = new Passage();
    this.popover = new Popover((id) => this.choose(id));
    this.legend = new Legend();
    this.histogram = new Histogram();
    this.nothing = html("div", { class: "tk-nothing" });
    this.live = html("div", { class: "tk-live", "aria-live": "polite" });
    const parts = [this.passage, this.histogram, this.legend, this.popover].map(({ node }) => node);
    root.replaceChildren(this.nothing, ...parts, this.live);
    this.root = root;
    this.waiting = null; // for the answer to a choice
    this.firstCount = undefined; // of the tokens that were seen first, and when that was
    this.firstAt = 0;
    this.input = new Input(root, this);
  }

  receive(value) {
    const wasRunning = this.stream.running;
    const kept = this.stream.receive(value);
    this.answered();
    const { head, tokens } = this.stream;
    const empty = head === null || (tokens.length === 0 && !head.prompt && !this.stream.running);
    this.root.classList.toggle("tk-is-empty", empty);
    this.drawNothing();
    if (empty) {
      this.input.close();
      this.passage.clear();
      return;
    }
    if (this.popover.isOpen && this.input.index >= kept) this.input.close();
    this.follow(() => this.passage.show(this.stream, kept));
    this.legend.show(this.stream);
    this.histogram.show(this.stream);
    this.tell(wasRunning);
    if (this.popover.isOpen && wasRunning !== this.stream.running) {
      this.input.open(this.input.index, this.input.pinned);
    }
  }

  drawNothing() {
    const words = props.placeholder;
    const shown = words && typeof words === "object";
    const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
    setText(this.nothing, shown ? String(words[lang] ?? "") : "");
  }

  // A view with a height of its own keeps its end in sight, unless somebody scrolled up.
  follow(draw) {
    const { node } = this.passage;
    const atEnd = node.scrollTop + node.clientHeight >= node.scrollHeight - 24;
    draw();
    if (atEnd && this.stream.running) node.scrollTop = node.scrollHeight;
  }

  tell(wasRunning) {
    const { head, tokens, end, running } = this.stream;
    if (running) this.legend.tell(this.progress(tokens.length, head.lang, wasRunning));
    else {
      const status = String(end.status ?? "");
      this.legend.tell(status);
      if (wasRunning) setText(this.live, phrase("done", head.lang, { status }));
    }
  }

  // Counted from the first tokens that were seen on, so that waiting in a queue does not count.
  progress(count, lang, wasRunning) {
    if (!wasRunning || this.firstCount === undefined || count < this.firstCount) {
      [this.firstCount, this.firstAt] = [count, performance.now()];
    }
    const seconds = (performance.now() - this.firstAt) / 1000;
    if (count === 0) return phrase("starting", lang);
    if (this.stream.head.mode === "rank") return phrase("reading", lang, { count });
    const rate = seconds > 0.4 ? ((count - this.firstCount) / seconds).toFixed(0) : null;
    return phrase(rate === null ? "writing" : "writing_rate", lang, { count, rate });
  }

  open(index, anchor) {
    const { head, tokens, running } = this.stream;
    const { lang, branchable } = head;
    this.popover.open(tokens[index], anchor, { lang, branchable: branchable && !this.waiting, running });
  }

  choose(id) {
    const { index } = this.input;
    if (this.waiting || this.stream.running || this.stream.tokens[index] === undefined) return;
    this.passage.select(index);
    this.passage.restoreFocus();
    this.input.close();
    this.passage.wait(index);
    this.waiting = setTimeout(() => this.answered(), ANSWER_WITHIN);
    trigger("branch", { seq: this.stream.head.seq, index, id });
  }

  answered() {
    if (!this.waiting) return;
    clearTimeout(this.waiting);
    this.waiting = null;
    this.passage.wait(null);
  }
}

preparePage();
const view = new TokenView(element.querySelector(".tk"));
watch("value", () => view.receive(props.value));
view.receive(props.value);
