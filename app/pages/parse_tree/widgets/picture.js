// One sentence drawn: the tree, its words, and under them what the model's gates do.

const HEAT = new Set(["forget", "input"]);

class Picture {
  constructor() {
    this.bands = svg("g", {});
    this.columns = svg("g", {});
    this.tracks = svg("g", { class: "pt-tracks" });
    this.titles = svg("g", {});
    this.branches = new Branches();
    this.words = svg("g", { class: "pt-words" });
    this.cut = svg("path", { class: "pt-cut" });
    this.name = svg("title", {});
    const { edges, knots } = this.branches;
    this.tree = svg("g", { role: "tree" }, edges, this.words, knots);
    const parts = [this.name, this.bands, this.columns, this.tracks, this.titles, this.cut];
    this.svg = svg("svg", { class: "pt-svg" }, ...parts, this.tree);
    this.node = html("div", { class: "pt-scroll" }, this.svg);
    this.node.addEventListener("scroll", () => this.hold());
    this.collapsed = new Set();
    this.step = Infinity; // splits that are shown
    this.lit = null; // the span that is pointed at
    this.mark = `pt-${Math.random().toString(36).slice(2)}`; // begins the ids of its nodes
    this.isClosed = ({ id, order, height }) => height > 0 && (this.collapsed.has(id) || order >= this.step);
  }

  // scene: {words, panel, outline, lang, other, levels, tracks}, as panel.js puts it together.
  show(scene, smoothly) {
    this.scene = scene;
    const { words, levels, tracks, outline, lang } = scene;
    const family = getComputedStyle(this.node).fontFamily;
    const room = this.node.clientWidth || 600;
    this.grid = new Grid(words, room, family, levels, tracks);
    this.places = this.grid.places(outline);
    const { width, height } = this.grid;
    filled(this.svg, { width: tenth(width), height, viewBox: `0 0 ${tenth(width)} ${height}` }, []);
    setText(this.name, joined(words));
    setAttribute(this.tree, "aria-label", phrase("tree", lang));
    this.drawWords();
    this.drawTracks();
    this.redraw(smoothly);
    this.hold();
  }

  redraw(smoothly = true) {
    const { outline, other } = this.scene;
    const { isClosed } = this;
    this.visible = visibleNodes(outline, isClosed);
    const isCollapsed = ({ id }) => this.collapsed.has(id);
    const how = { isClosed, isCollapsed, other, smoothly };
    this.branches.show(this.visible, this.grid, this.places, how);
    this.describe();
    this.markCut();
    this.light(this.lit);
  }

  drawWords() {
    const { rows } = this.grid;
    const bottom = this.grid.height - rows.base;
    const hits = [];
    const unknown = new Set(this.scene.panel.unknown);
    const shown = this.scene.words.map((word, index) => {
      const { x, width } = this.grid.span(index, index + 1);
      const hit = { class: "pt-column", x, y: rows.base, width, height: bottom };
      hits.push(svg("rect", { ...hit, "data-word": index }));
      const id = `${index}-${index + 1}`;
      const text = { x: tenth(this.grid.center(index)), y: rows.words };
      const box = { class: "pt-box", x: x + 1, y: rows.base + 1, width: width - 2, height: 23, rx: 4 };
      return svg(
        "g",
        { class: `pt-word${unknown.has(index) ? " pt-unknown" : ""}`, "data-id": id, "data-word": index },
        svg("rect", box),
        svg("text", text, shortened(word)),
      );
    });
    this.columns.replaceChildren(...hits);
    this.words.replaceChildren(...shown);
  }

  drawTracks() {
    const { panel, lang } = this.scene;
    const { tracks } = this.grid.rows;
    const drawn = [];
    const titles = [];
    for (const [name, place] of Object.entries(tracks)) {
      const key = HEAT.has(name) && panel.gates === "plain" ? `${name}_plain` : name;
      titles.push(trackTitle(phrase(`track_${key}`, lang), place.title));
      const values = panel[name];
      if (HEAT.has(name)) drawn.push(heatMap(this.grid, place, values, name));
      else {
        const numbers = name === "distance" ? this.ranks() : values.map(rounded);
        const unused = name === "distance" && values.length > 1 && numbers[0] === "";
        drawn.push(bars(this.grid, place, values, numbers, name, unused));
      }
    }
    this.tracks.replaceChildren(...drawn);
    this.titles.replaceChildren(...titles);
  }

  // The word whose distance decides a split: Shen's parser cuts before a word, and behind it too.
  decider([, , at, distance]) {
    return this.scene.panel.distance?.[at] === distance ? at : at - 1;
  }

  // Above each distance, as which split it cuts first.
  ranks() {
    const { panel, words } = this.scene;
    const numbers = words.map(() => "");
    panel.splits.forEach((split, order) => {
      numbers[this.decider(split)] ||= String(order + 1);
    });
    return numbers;
  }

  // Titles stay at the left while the columns scroll.
  hold() {
    const left = Math.max(this.grid.edges[0], this.node.scrollLeft + MARGIN);
    setAttribute(this.titles, "transform", `translate(${tenth(left)} 0)`);
  }

  // For voices and keys: levels, names, and which node Tab reaches. The tree owns its nodes in
  // their order, parents first: they are drawn in another, all words before all knots.
  describe() {
    const visible = new Set(this.visible);
    const owned = [];
    this.items = new Map();
    for (const node of this.scene.outline.nodes) {
      const item = node.height > 0 ? this.branches.drawn.get(node.id)?.knot : this.words.children[node.start];
      if (item === undefined) continue;
      const here = visible.has(node);
      setAttribute(item, "role", here ? "treeitem" : "none");
      setAttribute(item, "aria-level", here ? node.level : null);
      setAttribute(item, "tabindex", here ? -1 : null);
      setAttribute(item, "aria-label", here ? this.nameOf(node) : null);
      setAttribute(item, "aria-expanded", here && node.height > 0 ? !this.isClosed(node) : null);
      if (!here) continue;
      this.items.set(node.id, item);
      owned.push(`${this.mark}-${node.id}`);
      setAttribute(item, "id", owned.at(-1));
    }
    setAttribute(this.tree, "aria-owns", owned.join(" "));
    if (!this.items.has(this.current)) this.current = this.scene.outline.root.id;
    setAttribute(this.items.get(this.current), "tabindex", 0);
  }

  nameOf({ start, stop }) {
    return joined(this.scene.words.slice(start, stop));
  }

  focus(id) {
    const item = this.items.get(id);
    if (item === undefined) return;
    setAttribute(this.items.get(this.current), "tabindex", -1);
    this.current = id;
    setAttribute(item, "tabindex", 0);
    item.focus();
  }

  toggle(id) {
    const node = this.scene.outline.byId.get(id);
    if (node === undefined || node.height === 0 || node.order >= this.step) return;
    if (!this.collapsed.delete(id)) this.collapsed.add(id);
    this.redraw();
  }

  // The last of the splits shown, as a line between two columns.
  markCut() {
    const split = this.scene.panel.splits[this.step - 1];
    for (const bar of this.tracks.querySelectorAll(".pt-distance .pt-bar")) {
      const cuts = split !== undefined && bar.dataset.bar === String(this.decider(split));
      bar.classList.toggle("pt-cutting", cuts);
    }
    if (split === undefined) return setAttribute(this.cut, "d", "M0 0");
    const [start, stop, at] = split;
    const { y } = this.places.get(`${start}-${stop}`);
    const { tracks, base } = this.grid.rows;
    const end = tracks.distance ? tracks.distance.top + tracks.distance.height : base + 26;
    setAttribute(this.cut, "d", `M${tenth(this.grid.edges[at])} ${tenth(y)}V${end}`);
  }

  // span: [start, stop], or null for none.
  light(span) {
    this.lit = span;
    const { outline, words } = this.scene;
    const wanted = span === null || span[1] > words.length ? null : span;
    const node = wanted === null ? null : (outline.byId.get(wanted.join("-")) ?? null);
    this.branches.light(node);
    const bands = [];
    if (wanted !== null) {
      const { x, width } = this.grid.span(...wanted);
      const y = node === null ? this.grid.rows.base : this.places.get(node.id).y;
      bands.push(svg("rect", { class: "pt-band", x, y, width, height: this.grid.height - y, rx: 6 }));
    }
    this.bands.replaceChildren(...bands);
    [...this.words.children].forEach((word, index) => {
      const on = wanted !== null && index >= wanted[0] && index < wanted[1];
      word.classList.toggle("pt-on", on);
    });
  }
}

function rounded(value) {
  return value >= 9.95 ? value.toFixed(0) : value.toFixed(1);
}
