// A map of words: what the server says about it, and what somebody does on it.

const PICK_WITHIN = 14; // pixels of a mouse; a finger is allowed more
const TOUCH_WITHIN = 26;
const ANSWER_WITHIN = 6000; // milliseconds

class Cloud {
  constructor(root) {
    this.root = root;
    this.points = null;
    this.source = null; // what the points were asked for
    this.told = ""; // under the map, while nothing else is said there
    this.content = {};
    this.picks = []; // of an analogy that is being put together
    this.pairs = false; // clicks put an analogy together
    this.hovered = -1;
    this.found = [];
    this.canvas = html("canvas", { tabindex: 0, role: "img" });
    this.status = html("p", { class: "cl-status", role: "status" });
    this.camera = new Camera(() => this.redraw());
    this.drawing = new Drawing(this.canvas, this.camera);
    this.side = new Side((word) => this.choose(word));
    this.toolbar = new Toolbar(this, `cl-words-${Math.random().toString(36).slice(2)}`);
    this.input = new Input(this.canvas, this);
    const frame = html("div", { class: "cl-frame" }, this.canvas, this.status);
    root.replaceChildren(this.toolbar.node, html("div", { class: "cl-body" }, frame, this.side.node));
    new ResizeObserver(() => this.resize()).observe(frame);
    this.frame = frame;
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
  }

  get lang() {
    return this.content.lang ?? (document.documentElement.lang.startsWith("zh") ? "zh" : "en");
  }

  resize() {
    const { clientWidth, clientHeight } = this.frame;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.drawing.resize(clientWidth, clientHeight);
    this.redraw();
  }

  receive(value) {
    const content = parsed(value);
    this.root.classList.toggle("cl-empty", content === null);
    if (content === null) return;
    const before = this.content;
    this.content = content;
    this.root.classList.toggle("cl-bare", Boolean(content.inline));
    this.toolbar.say(this.lang, this.pairs);
    if (content.inline) this.take(new Points(content.inline), content.status);
    else if (content.source !== this.source) this.load(content.source);
    else if (content.seq !== before.seq) this.answered();
    this.show();
  }

  // The points come in one piece, past the queue and not as a value.
  async load(source) {
    this.source = source;
    this.points = null;
    this.picks = [];
    this.found = [];
    setText(this.status, phrase("loading", this.lang));
    let found = null;
    try {
      found = parsed(await server.points(source));
    } catch {
      // The server is away, or knows nothing of these points.
    }
    if (this.source !== source) return;
    if (found === null || found.error) {
      this.source = null;
      setText(this.status, found?.error ?? phrase("failed", this.lang));
      return;
    }
    this.take(new Points(found), phrase("count", this.lang, { count: found.count.toLocaleString() }));
    this.answered();
    this.show();
  }

  take(points, status) {
    this.points = points;
    this.camera.over(points.spread, !this.content.inline);
    this.told = status ?? "";
    setText(this.status, this.told);
    this.found = [];
    this.hovered = -1;
    this.redraw();
  }

  place(word) {
    return this.points === null ? -1 : this.points.find(word);
  }

  // What the server answered to a choice.
  answered() {
    clearTimeout(this.waiting);
    const { selected = "", arrows = [], near = [] } = this.content;
    const missing = selected !== "" && this.points !== null && this.place(selected) < 0;
    setText(this.status, missing ? phrase("missing", this.lang, { word: selected }) : this.told);
    const words = arrows.length
      ? arrows.flatMap(({ from, to }) => [from, to])
      : [selected, ...near.map(([word]) => word)];
    const places = words.map((word) => this.place(word)).filter((at) => at >= 0);
    if (places.length > 0 && this.place(words[0]) >= 0) {
      this.camera.frame(places.map((at) => [this.points.x[at], this.points.y[at]]));
    }
  }

  show() {
    const { selected = "", near = [], arrows = [], note = "" } = this.content;
    const at = this.place(selected);
    let family = null;
    if (at >= 0) {
      const cluster = this.points.cluster[at];
      const members = this.points.byCluster[cluster].slice(0, 8);
      const words = members.map((one) => this.points.words[one]);
      family = { colour: this.drawing.colour(cluster), words };
    }
    const told = this.pairs && this.picks.length < 2 ? this.steps() : note;
    const waits = this.pairs && this.picks.length < 2;
    this.side.show({ lang: this.lang, selected, near, family, arrows: waits ? [] : arrows, note: told });
    setAttribute(this.canvas, "aria-label", phrase("about", this.lang));
    this.redraw();
  }

  steps() {
    const [first] = this.picks;
    if (first === undefined) return phrase("first", this.lang);
    return phrase("second", this.lang, { word: first });
  }

  redraw() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      if (this.canvas.width > 1) this.drawing.draw(this.scene());
    });
  }

  scene() {
    const { selected = "", near = [], arrows = [] } = this.content;
    const picking = this.pairs && this.picks.length < 2;
    const shown = picking ? [] : arrows;
    return {
      points: this.points,
      selected: picking || shown.length ? -1 : this.place(selected),
      near:
        picking || shown.length
          ? []
          : near.map(([word, share]) => ({ at: this.place(word), share })).filter(({ at }) => at >= 0),
      arrows: shown
        .map(({ from, to }, index) => ({ from: this.place(from), to: this.place(to), main: index === 0 }))
        .filter(({ from, to }) => from >= 0 && to >= 0),
      picks: this.picks.map((word) => this.place(word)).filter((at) => at >= 0),
      hover: this.hovered,
      found: this.found,
    };
  }

  near(left, top, within) {
    if (this.points === null) return -1;
    return this.points.nearest(...this.camera.toMap(left, top), within / this.camera.pixels);
  }

  hover(left, top) {
    const at = left === null ? -1 : this.near(left, top, PICK_WITHIN);
    this.canvas.style.cursor = at >= 0 ? "pointer" : "grab";
    if (at === this.hovered) return;
    this.hovered = at;
    this.redraw();
  }

  pick(left, top, touch, shift) {
    const at = this.near(left, top, touch ? TOUCH_WITHIN : PICK_WITHIN);
    if (at < 0 || this.content.inline) return;
    const { selected } = this.content;
    if (shift && !this.pairs && selected) this.pairing(true, [selected]);
    this.choose(this.points.words[at]);
  }

  // Two words make an arrow; a third one asks where the same arrow leads from there.
  choose(word) {
    if (!this.pairs) {
      this.ask("pick", { word });
      return;
    }
    this.picks = [...this.picks.slice(0, 2), word];
    if (this.picks[0] === this.picks[1]) this.picks = [word];
    if (this.picks.length > 1) this.ask("pair", { words: this.picks });
    this.show();
  }

  ask(name, fields) {
    setText(this.status, phrase("asking", this.lang));
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => setText(this.status, this.told), ANSWER_WITHIN);
    trigger(name, fields);
  }

  // What the toolbar asks for.

  pairing(on, picks = []) {
    this.pairs = on;
    this.picks = picks;
    this.toolbar.say(this.lang, on);
    this.show();
  }

  search(text) {
    const words = this.points === null ? [] : this.points.search(text, MOST_FOUND);
    this.found = words.map((word) => this.place(word));
    this.redraw();
    return words;
  }

  go(text) {
    const [best] = this.search(text);
    this.found = [];
    if (best !== undefined) this.choose(best);
    else if (text !== "") setText(this.status, phrase("missing", this.lang, { word: text }));
  }

  zoom(factor) {
    this.camera.zoomAt(factor, this.camera.width / 2, this.camera.height / 2);
  }

  home() {
    this.camera.fly(0.5, 0.5, this.camera.whole);
  }
}

if (document.getElementById("cl-style") === null) {
  document.head.append(html("style", { id: "cl-style" }, STYLE));
}
const cloud = new Cloud(element.querySelector(".cl"));
watch("value", () => cloud.receive(props.value));
cloud.receive(props.value);
