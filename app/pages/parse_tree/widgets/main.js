// The tree view: values from the server, and which tracks are shown, on the whole page alike.

const OPEN_AT_FIRST = 3; // sentences; the others open when asked for
const STORED = "tree.hidden-tracks";

class TreeView {
  constructor(root) {
    this.message = html("p", { class: "pt-message", role: "status" });
    this.switches = html("div", { class: "pt-switches", role: "group" });
    this.cards = html("div", { class: "pt-cards" });
    this.legend = html("p", { class: "pt-legend" });
    this.hidden = storedTracks();
    this.shown = [];
    root.replaceChildren(this.message, this.switches, this.cards, this.legend);
  }

  receive(value) {
    const content = parsed(value);
    this.content = content ?? nothingYet();
    const { lang, message, sentences } = this.content;
    setText(this.message, message);
    this.message.hidden = message === "";
    this.message.classList.toggle("pt-waiting", content === null);
    while (this.shown.length > sentences.length) {
      const card = this.shown.pop();
      card.leave();
      card.node.remove();
    }
    sentences.forEach((sentence, index) => {
      const known = this.shown[index];
      const card = known ?? new Card();
      if (known === undefined) {
        this.shown.push(card);
        this.cards.append(card.node);
      }
      const isNew = known === undefined || !sameWords(known.sentence.words, sentence.words);
      card.show(sentence, lang, this.hidden);
      if (isNew) card.open(index < OPEN_AT_FIRST);
    });
    this.drawSwitches();
  }

  drawSwitches() {
    const { lang, sentences } = this.content;
    const there = TRACK_NAMES.filter((name) =>
      sentences.some(({ panels }) => panels.some((panel) => panel[name])),
    );
    this.switches.hidden = there.length === 0;
    setAttribute(this.switches, "aria-label", phrase("tracks", lang));
    const buttons = there.map((name) => {
      const pressed = !this.hidden.has(name);
      const settings = { type: "button", class: "pt-button pt-switch", "aria-pressed": pressed };
      const button = html("button", settings, phrase(`switch_${name}`, lang));
      button.addEventListener("click", () => this.turn(name));
      return button;
    });
    this.switches.replaceChildren(html("span", {}, phrase("tracks", lang)), ...buttons);
    const pair = sentences.some(({ panels }) => panels.length > 1);
    setText(this.legend, pair ? phrase("legend_pair", lang) : phrase("legend", lang));
    this.legend.hidden = sentences.length === 0;
  }

  turn(name) {
    if (!this.hidden.delete(name)) this.hidden.add(name);
    storeTracks(this.hidden);
    const at = [...this.switches.children].indexOf(document.activeElement);
    const { sentences, lang } = this.content;
    this.shown.forEach((card, index) => card.show(sentences[index], lang, this.hidden));
    this.drawSwitches();
    this.switches.children[at]?.focus();
  }
}

function nothingYet() {
  const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  return { lang, message: phrase("waiting", lang), sentences: [] };
}

function storedTracks() {
  try {
    const names = JSON.parse(window.localStorage.getItem(STORED) ?? "[]");
    return new Set(TRACK_NAMES.filter((name) => Array.isArray(names) && names.includes(name)));
  } catch {
    return new Set(); // nothing is stored: all are shown
  }
}

function storeTracks(hidden) {
  try {
    window.localStorage.setItem(STORED, JSON.stringify([...hidden]));
  } catch {
    // Without a store the choice holds for this visit.
  }
}

// The style sheet of all tree views of the page, put in place by the first.
function preparePage() {
  if (document.getElementById("pt-style") !== null) return;
  document.head.append(html("style", { id: "pt-style" }, STYLE));
}

preparePage();
const view = new TreeView(element.querySelector(".pt"));
watch("value", () => view.receive(props.value));
view.receive(props.value);
