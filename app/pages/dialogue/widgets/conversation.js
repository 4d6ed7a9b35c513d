// Values of the server, JSON Lines: {seq, lang, ack}; for each turn {side, author, name, text} and,
// where a model wrote it, a line a token and {done}; {cards}; and {end} once nothing is written.

class Conversation {
  constructor() {
    this.value = "";
    this.clear();
  }

  clear() {
    this.head = null;
    this.turns = [];
    this.cards = null;
    this.end = null;
  }

  // A value that begins with the one before has only what is new read. One with a lower number than
  // what is shown was overtaken: the last words of a run that was stopped.
  receive(value) {
    const text = typeof value === "string" ? value : "";
    if (parsed(text.split("\n", 1)[0])?.seq < this.head?.seq) return;
    const grown = this.value !== "" && text.startsWith(this.value);
    if (!grown) this.clear();
    const rest = grown ? text.slice(this.value.length) : text;
    this.value = text;
    for (const line of rest.split("\n")) {
      if (line !== "") this.read(line, parsed(line));
    }
  }

  read(line, content) {
    const turn = this.turns.at(-1);
    if (content === null) return;
    if (Array.isArray(content)) {
      turn?.lines.push(line);
      turn?.tokens.push(tokenOf(content));
    } else if ("seq" in content) this.head = content;
    else if ("author" in content) {
      this.turns.push({ ...content, key: line, lines: [], tokens: [], done: null });
    } else if ("done" in content && turn !== undefined) turn.done = String(content.done);
    else if ("cards" in content) this.cards = content;
    else if ("end" in content) this.end = content.end;
  }

  get running() {
    return this.head !== null && this.end === null;
  }
}
