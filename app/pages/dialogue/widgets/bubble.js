// One turn: its words, shaded by token where a model wrote it, and what can be done with it.

class Bubble {
  // chat: what main.js gives: {ask(act, values), alter(act, values), lang(), idle()}.
  constructor(chat, index) {
    this.chat = chat;
    this.index = index;
    this.key = null;
    this.lines = [];
    this.name = html("span", { class: "dg-name" });
    this.words = html("div", { class: "dg-words" });
    this.fact = html("span", { class: "dg-fact" });
    this.tools = html("span", { class: "dg-tools" });
    const foot = html("div", { class: "dg-foot" }, this.tools, this.fact);
    this.node = html("article", { class: "dg-turn" }, this.name, this.words, foot);
  }

  show(turn, running) {
    if (turn.key !== this.key) this.begin(turn);
    this.turn = turn;
    const writing = running && turn.done === null;
    if (this.passage !== null) {
      const kept = sharedLines(this.lines, turn.lines);
      const head = { lang: this.chat.lang(), mode: "probability", prompt: "" };
      if (this.popover.isOpen && this.input.index >= kept) this.input.close();
      this.passage.show({ head, tokens: turn.tokens, running: writing }, kept);
      this.passage.wait(null);
      this.lines = [...turn.lines];
    }
    this.node.classList.toggle("dg-waiting", writing && turn.tokens.length === 0);
    setText(this.fact, turn.done ?? "");
  }

  begin(turn) {
    this.key = turn.key;
    this.offered = "";
    this.lines = [];
    this.input?.close();
    this.passage = null;
    this.node.className = `dg-turn dg-side-${turn.side} dg-by-${turn.author}`;
    setText(this.name, turn.name || phrase(`by.${turn.author}.${turn.side}`, this.chat.lang()));
    if (typeof turn.text === "string") {
      this.words.className = "dg-words";
      this.words.replaceChildren(turn.text);
    } else this.beginTokens();
  }

  beginTokens() {
    this.passage = new Passage();
    this.popover = new Popover((id) => this.branch(id));
    this.words.className = "dg-words tk";
    this.words.replaceChildren(this.passage.node, this.popover.node);
    this.input = new Input(this.words, this);
  }

  // What Input asks of a view.
  open(index, anchor) {
    const running = !this.chat.idle();
    const state = { lang: this.chat.lang(), branchable: true, running };
    this.popover.open(this.turn.tokens[index], anchor, state);
  }

  close() {
    this.input.close();
  }

  branch(id) {
    const { index } = this.input;
    if (!this.chat.idle() || this.turn.tokens[index] === undefined) return;
    this.input.close();
    this.passage.wait(index);
    this.chat.ask("branch", { index: this.index, token: index, id });
  }

  get text() {
    return this.passage === null ? this.turn.text : this.turn.tokens.map(({ text }) => text).join("");
  }

  // The buttons under the words; none while something is written.
  offer(last, running) {
    const { author, side } = this.turn;
    const lang = this.chat.lang();
    const offered = JSON.stringify([author, side, last, running, lang]);
    if (offered === this.offered) return;
    this.offered = offered;
    const tools = [];
    const add = (key, action) => tools.push(button("dg-tool", phrase(key, lang), action));
    if (!running) {
      const heard = author !== "call" && author !== "help";
      if (author === "model") add("tool.again", () => this.chat.ask("again", { index: this.index }));
      if (author === "model" && last) add("tool.more", () => this.chat.ask("more", {}));
      if (heard && author !== "model" && last && side === 0)
        add("tool.answer", () => this.chat.ask("answer", {}));
      if (heard) add("tool.edit", () => this.edit());
      if (!last) add("tool.rewind", () => this.chat.alter("rewind", { index: this.index }));
      add("tool.copy", (event) => this.copy(event.currentTarget));
    }
    const focused = [...this.tools.children].indexOf(document.activeElement);
    this.tools.replaceChildren(...tools);
    if (focused >= 0) tools[Math.min(focused, tools.length - 1)]?.focus({ preventScroll: true });
  }

  async copy(node) {
    const lang = this.chat.lang();
    setText(node, phrase((await copyText(this.text)) ? "tool.copied" : "tool.not_copied", lang));
    setTimeout(() => setText(node, phrase("tool.copy", lang)), 1500);
  }

  edit() {
    const lang = this.chat.lang();
    const field = html("textarea", { class: "dg-edit", rows: 2, "aria-label": phrase("tool.edit", lang) });
    field.value = this.text;
    const shown = [...this.words.childNodes];
    const restore = () => {
      this.words.replaceChildren(...shown);
      this.node.classList.remove("dg-editing");
    };
    const save = () => {
      const text = field.value;
      restore();
      if (text.trim() !== "" && text !== this.text) this.chat.ask("edit", { index: this.index, text });
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") restore();
      if (sends(event)) {
        event.preventDefault();
        save();
      }
    });
    const buttons = html(
      "div",
      { class: "dg-edit-tools" },
      button("dg-tool dg-main", phrase("tool.save", lang), save),
      button("dg-tool", phrase("tool.cancel", lang), restore),
    );
    this.words.replaceChildren(field, buttons);
    this.node.classList.add("dg-editing");
    grow(field);
    field.addEventListener("input", () => grow(field));
    field.focus();
  }
}

function sharedLines(before, after) {
  const most = Math.min(before.length, after.length);
  for (let at = 0; at < most; at += 1) if (before[at] !== after[at]) return at;
  return most;
}
