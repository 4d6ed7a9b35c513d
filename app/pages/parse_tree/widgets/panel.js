// One tree with everything around it: a title, the picture, the replay, and its files.

const FORMATS = ["brackets", "json", "forest"];
const FILES = ["svg", "png"];
const SAID_FOR = 1600; // milliseconds

class Panel {
  // point(span): told to whoever holds this panel, which lights it here too.
  constructor(point) {
    this.point = point;
    this.picture = new Picture();
    this.replay = new Replay((step) => this.shown(step));
    this.title = html("h4", { class: "pt-title" });
    this.note = html("p", { class: "pt-note" });
    this.line = html("p", { class: "pt-line" });
    this.tools = html("div", { class: "pt-tools" });
    const head = html("div", { class: "pt-head" }, this.title, this.note);
    const parts = [this.line, this.picture.node, this.replay.node, this.tools];
    this.node = html("section", { class: "pt-panel" }, head, ...parts);
    new Pointing(this);
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.picture.node);
  }

  // scene: {words, panel, lang, other, levels, tracks}; see picture.js.
  show(scene) {
    const same = this.scene !== undefined && sameWords(this.scene.words, scene.words);
    const changed = !same || this.shape !== shapeOf(scene);
    this.shape = shapeOf(scene);
    const outline = outlineOf(scene.panel.tree, scene.panel.splits);
    this.scene = { ...scene, outline };
    const { panel, words, lang } = scene;
    setText(this.title, panel.title);
    setText(this.note, panel.note);
    this.drawTools(lang);
    if (changed) {
      this.picture.collapsed.clear();
      this.picture.step = Infinity;
      this.picture.lit = null;
    }
    if (!same) this.picture.branches.motion.places = new Map();
    this.width = this.picture.node.clientWidth;
    this.picture.show(this.scene, changed);
    if (changed) this.replay.take(panel.splits, words, lang);
    this.tell(this.picture.lit);
  }

  fit() {
    const width = this.picture.node.clientWidth;
    if (width === 0 || width === this.width) return;
    this.width = width;
    this.picture.show(this.scene, false);
  }

  shown(step) {
    const all = step >= this.scene.panel.splits.length;
    this.picture.step = all ? Infinity : step;
    this.picture.redraw();
  }

  toggle(id) {
    this.picture.toggle(id);
    this.drawTools(this.scene.lang);
  }

  light(span) {
    this.picture.light(span);
    this.tell(span);
  }

  // What is pointed at, in words and numbers.
  tell(span) {
    const { lang, words, panel, outline } = this.scene;
    if (span === null) return setText(this.line, phrase("hint", lang));
    const [start, stop] = span;
    const name = joined(words.slice(start, stop));
    if (stop - start === 1) return setText(this.line, this.wordLine(start, name));
    if (!outline.byId.has(span.join("-"))) {
      return setText(this.line, phrase("not_here", lang, { name }));
    }
    const split = panel.splits[outline.byId.get(span.join("-")).order];
    const values = { name, count: stop - start };
    if (split === undefined) return setText(this.line, phrase("node", lang, values));
    const [, , at, distance] = split;
    const more = { at: words[at], distance: distanceText(distance) };
    setText(this.line, phrase("node_split", lang, { ...values, ...more }));
  }

  wordLine(index, name) {
    const { lang, panel } = this.scene;
    const parts = [phrase("word", lang, { name })];
    for (const track of ["distance", "surprisal"]) {
      if (panel[track] === null) continue;
      const number = panel[track][index];
      const value = track === "distance" ? distanceText(number) : number.toFixed(1);
      parts.push(phrase(`word_${track}`, lang, { value }));
    }
    for (const track of HEAT) {
      if (panel[track] === null) continue;
      parts.push(phrase(`word_${track}`, lang, { value: Math.round(meanOf(panel[track][index])) }));
    }
    if (panel.unknown.includes(index)) parts.push(phrase("word_unknown", lang));
    return parts.join(" · ");
  }

  drawTools(lang) {
    const { panel } = this.scene;
    const open = this.picture.collapsed.size > 0;
    const unfold = this.button(phrase("unfold", lang), () => {
      this.picture.collapsed.clear();
      this.picture.redraw();
      this.drawTools(lang);
      this.picture.focus(this.picture.current); // this button is gone
    });
    unfold.hidden = !open;
    const copies = FORMATS.map((kind) =>
      this.button(phrase(kind, lang), async (button) => {
        await copyText(panel.formats[kind]);
        this.confirm(button, phrase("copied", lang));
      }),
    );
    const files = FILES.map((kind) => this.button(kind.toUpperCase(), () => savePicture(this.picture, kind)));
    const group = (name, ...buttons) =>
      html("span", { class: "pt-group" }, html("span", {}, phrase(name, lang)), ...buttons);
    this.tools.replaceChildren(unfold, group("copy", ...copies), group("save", ...files));
  }

  button(text, action) {
    const button = html("button", { type: "button", class: "pt-button" }, text);
    button.addEventListener("click", () => action(button));
    return button;
  }

  confirm(button, words) {
    const before = button.textContent;
    if (before === words) return;
    setText(button, words);
    setTimeout(() => setText(button, before), SAID_FOR);
  }

  leave() {
    this.observer.disconnect();
    this.replay.stop();
  }
}

function sameWords(one, other) {
  return one.length === other.length && one.every((word, index) => word === other[index]);
}

// Differs where the tree or the order of its splits does.
function shapeOf({ panel, words }) {
  return JSON.stringify([panel.tree, panel.splits, words]);
}
