// The chat: turns, replies to choose from, the field to write in, and what goes to the server.

const QUESTION = 130; // pixels of the conversation that stay above replies to choose from
const ANSWER_WITHIN = 20000; // milliseconds, after which an unanswered request can be made again

class Chat {
  constructor(root) {
    this.conversation = new Conversation();
    this.bubbles = [];
    this.waiting = null;
    this.nonce = 0;
    this.bar = html("div", { class: "dg-bar" });
    this.fresh = button("dg-tool", "", () => this.alter("fresh", {}));
    this.undo = button("dg-tool", "", () => this.alter("undo", {}));
    this.redo = button("dg-tool", "", () => this.alter("redo", {}));
    this.legend = new Legend();
    this.bar.append(this.fresh, this.undo, this.redo, this.legend.node);
    this.turns = html("div", { class: "dg-turns" });
    this.opening = new Opening(
      (text) => this.say(text),
      (key) => this.alter("persona", { key }),
    );
    this.cards = new Cards(
      (at) => this.alter("choose", { card: at }),
      () => this.alter("put_away", {}),
    );
    this.scroller = html("div", { class: "dg-scroll", tabindex: 0, role: "log", "aria-live": "off" });
    this.scroller.append(this.opening.node, this.turns, this.cards.node);
    this.composer = new Composer(
      (text) => this.say(text),
      () => trigger("halt", {}),
    );
    this.live = html("div", { class: "tk-live", "aria-live": "polite" });
    root.replaceChildren(this.bar, this.scroller, this.composer.node, this.live);
    this.root = root;
  }

  lang() {
    return this.conversation.head?.lang ?? pageLanguage();
  }

  idle() {
    return !this.conversation.running && this.waiting === null;
  }

  say(text) {
    this.ask("say", { text });
  }

  ask(act, values) {
    if (this.idle()) this.send("ask", act, values);
  }

  alter(act, values) {
    if (this.idle()) this.send("alter", act, values);
  }

  send(event, act, values) {
    this.nonce += 1;
    this.waiting = setTimeout(() => this.answered(), ANSWER_WITHIN);
    this.root.classList.add("dg-asked");
    const known = { act, nonce: this.nonce, seq: this.conversation.head?.seq ?? 0 };
    if (event === "ask") trigger("ask", { ...values, ...known });
    else trigger("alter", { ...values, ...known });
  }

  answered() {
    clearTimeout(this.waiting);
    this.waiting = null;
    this.root.classList.remove("dg-asked");
  }

  receive(value) {
    const wasRunning = this.conversation.running;
    this.conversation.receive(value);
    this.answered();
    if (this.conversation.head?.ack === this.nonce && this.nonce > 0) this.composer.taken();
    const atEnd = this.atEnd() || !wasRunning;
    this.draw();
    if (atEnd) this.scroller.scrollTop = this.end();
    if (wasRunning && !this.conversation.running) this.tell();
  }

  atEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    return scrollTop + clientHeight >= scrollHeight - 40;
  }

  // Where the end is in sight; of replies to choose from, the beginning, below the last question;
  // and of ways to begin, the first.
  end() {
    if (this.conversation.turns.length === 0) return 0;
    const cards = this.cards.node;
    const { scrollHeight, offsetTop } = this.scroller;
    return cards.hidden ? scrollHeight : cards.offsetTop - offsetTop - QUESTION;
  }

  draw() {
    const { turns, cards, running, end } = this.conversation;
    const lang = this.lang();
    this.drawBar(running, end, lang);
    this.opening.show(turns.length === 0, lang);
    for (const gone of this.bubbles.splice(turns.length)) gone.node.remove();
    turns.forEach((turn, index) => {
      const bubble = this.bubbles[index] ?? this.added(index);
      bubble.show(turn, running);
    });
    this.bubbles.forEach((bubble, index) => {
      bubble.offer(index === turns.length - 1, running || cards !== null);
    });
    this.cards.show(cards, lang);
    this.composer.show(running, lang);
    setAttribute(this.scroller, "aria-busy", running);
  }

  added(index) {
    const bubble = new Bubble(this, index);
    this.bubbles[index] = bubble;
    this.turns.append(bubble.node);
    return bubble;
  }

  drawBar(running, end, lang) {
    for (const name of ["fresh", "undo", "redo"]) {
      setText(this[name], phrase(`bar.${name}`, lang));
      this[name].disabled = running || !(end?.[name] ?? false);
    }
    const written = this.conversation.turns.some(({ tokens }) => tokens.length > 0);
    this.legend.show({ head: { mode: "probability", lang }, tokens: [] });
    this.legend.tell("");
    this.legend.node.hidden = !written;
    setAttribute(this.scroller, "aria-label", phrase("log", lang));
  }

  // For a screen reader: the reply once it is whole.
  tell() {
    const last = this.bubbles.at(-1);
    if (last?.turn.author === "model" || last?.turn.author === "help") {
      setText(this.live, `${last.name.textContent}: ${last.text}`);
    }
  }
}

preparePage();
const chat = new Chat(element.querySelector(".dg"));
watch("value", () => chat.receive(props.value));
chat.receive(props.value);
