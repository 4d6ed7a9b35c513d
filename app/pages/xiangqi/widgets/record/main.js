// The game record: which ply is shown, and asking the server for another one.

const KEYS = {
  ArrowLeft: "previous",
  ArrowUp: "previous",
  ArrowRight: "next",
  ArrowDown: "next",
  Home: "first",
  End: "last",
};

class Record {
  constructor(root) {
    this.value = { moves: [], current: 0, lang: "zh" };
    this.current = 0;
    this.asked = []; // plies that the server has not answered
    const onGoto = (ply) => this.goto(ply);
    this.navigation = new Navigation((name) => this.step(name));
    this.curve = new Curve(onGoto);
    this.moves = new MoveList(onGoto);
    this.verdict = html("p", { class: "xq-verdict", dir: "auto", "aria-live": "polite" });
    const parts = [this.curve, this.moves, this.navigation].map(({ node }) => node);
    parts.splice(2, 0, this.verdict);
    root.replaceChildren(...parts);
    root.addEventListener("keydown", (event) => this.key(event));
  }

  receive(value) {
    this.value = { ...value, moves: Array.isArray(value.moves) ? value.moves : [] };
    this.follow(Math.round(clamp(value.current, 0, this.value.moves.length)));
    this.curve.show(this.value);
    this.moves.show(this.value);
    this.navigation.show(this.value);
    setText(this.verdict, String(value.verdict ?? ""));
    this.verdict.hidden = !value.verdict;
    this.mark();
  }

  // Whoever leafs fast is ahead of the server: its answer to an earlier step is out of date.
  follow(ply) {
    const answered = this.asked.indexOf(ply);
    const outdated = answered >= 0 && answered < this.asked.length - 1;
    this.asked = outdated ? this.asked.slice(answered + 1) : [];
    if (!outdated) this.current = ply;
  }

  mark() {
    this.moves.mark(this.current);
    this.curve.mark(this.current);
    this.navigation.mark(this.current, this.value.moves.length);
  }

  goto(ply) {
    const target = clamp(ply, 0, this.value.moves.length);
    if (target === this.current) return;
    this.current = target;
    this.asked.push(target);
    this.mark();
    trigger("goto", { ply: target });
  }

  step(name) {
    const last = this.value.moves.length;
    const plies = { first: 0, previous: this.current - 1, next: this.current + 1, last };
    this.goto(plies[name]);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const name = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
    if (name === null) return;
    event.preventDefault();
    this.step(name);
  }
}

const record = new Record(element.querySelector(".xq-record"));
const receive = () => {
  const value = parsed(props.value);
  if (value !== null) record.receive(value);
};
watch("value", receive);
receive();
