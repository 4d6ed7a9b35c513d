// Values of the server, JSON Lines: what holds for the whole text, a line a token
// ([text, id, logprob, alternatives, rank]), and {status} once the text is finished.

class Stream {
  constructor() {
    this.value = "";
    this.clear();
  }

  clear() {
    this.head = null;
    this.end = null;
    this.lines = []; // of the tokens, as they came
    this.tokens = [];
  }

  // Read a value. Returns how many tokens are still the same ones.
  receive(value) {
    const text = typeof value === "string" ? value : "";
    const grown = this.value !== "" && text.startsWith(this.value);
    const before = this.lines;
    const known = this.tokens;
    const rest = grown ? text.slice(this.value.length) : text;
    if (!grown) this.clear();
    this.value = text;
    let same = !grown;
    let kept = grown ? before.length : 0;
    for (const line of rest.split("\n")) {
      if (!line.startsWith("[")) {
        if (line !== "") this.mark(parsed(line));
        continue;
      }
      same = same && line === before[this.lines.length];
      if (same) kept += 1;
      const token = same ? known[this.lines.length] : tokenOf(parsed(line));
      if (token === null) continue;
      this.lines.push(line);
      this.tokens.push(token);
    }
    return kept;
  }

  mark(line) {
    if (this.head === null) this.head = line;
    else this.end = line;
  }

  get running() {
    return this.head !== null && this.end === null;
  }
}

function tokenOf(line) {
  if (!Array.isArray(line)) return null;
  const [text, id, logprob, others, rank] = line;
  const alternatives = (Array.isArray(others) ? others : []).map(choiceOf);
  return { ...choiceOf([text, id, logprob]), alternatives, rank: rank ?? null };
}

function choiceOf([text, id, logprob]) {
  return { text: String(text), id: Number(id), logprob: Number(logprob) };
}
