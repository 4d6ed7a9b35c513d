// The table of examples: a question and an answer a row. What the visitor makes of it is written
// back into props.value, which the server gets with every request.

const WAIT = 250; // milliseconds after the last key before the server is told

class ExamplesEditor {
  constructor(root) {
    this.root = root;
    this.version = null;
    this.timer = null;
    root.addEventListener("input", (event) => this.typed(event.target));
    root.addEventListener("focusout", () => this.flush());
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("paste", (event) => this.paste(event));
    root.addEventListener("click", (event) => this.click(event.target.closest("button")));
  }

  receive(value) {
    const content = parsed(value);
    if (content === null || content.version === this.version) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.version = content.version;
    this.lang = content.lang;
    this.most = content.most;
    this.draw(content.rows);
  }

  draw(rows) {
    const say = (key, values) => phrase(key, this.lang, values);
    this.body = html("div", { class: "fs-rows", role: "table", "aria-label": say("table") });
    const button = (action, glyph) =>
      html("button", { type: "button", "data-do": action }, `${glyph} ${say(action)}`);
    this.count = html("span", { class: "fs-count" });
    const bar = html(
      "div",
      { class: "fs-bar" },
      button("add", "+"),
      button("shuffle", "⇅"),
      button("clear", "×"),
      this.count,
    );
    this.undo = html("button", { type: "button", "data-do": "restore", hidden: "" }, say("restore"));
    bar.insertBefore(this.undo, this.count);
    this.root.replaceChildren(this.body, bar, html("p", { class: "fs-hint" }, say("paste_hint")));
    this.fill(rows.length ? rows : [["", ""]]);
  }

  fill(rows) {
    this.body.replaceChildren(...rows.map((row) => this.row(row)));
    this.number();
  }

  row([question, answer]) {
    const cell = (name, text) => {
      const area = html("textarea", {
        rows: 1,
        spellcheck: "false",
        maxlength: 300,
        "data-cell": name,
        placeholder: phrase(name, this.lang),
        "aria-label": phrase(name, this.lang),
      });
      area.value = text;
      return area;
    };
    return html(
      "div",
      { class: "fs-row", role: "row" },
      html("span", { class: "fs-number", "aria-hidden": "true" }),
      cell("question", question),
      cell("answer", answer),
      html(
        "button",
        {
          type: "button",
          "data-do": "remove",
          title: phrase("remove", this.lang),
          "aria-label": phrase("remove", this.lang),
        },
        "×",
      ),
    );
  }

  get rows() {
    return [...this.body.children].map((row) =>
      [...row.querySelectorAll("textarea")].map((area) => area.value),
    );
  }

  number() {
    [...this.body.children].forEach((row, at) => {
      row.querySelector(".fs-number").textContent = String(at + 1);
      const filled = [...row.querySelectorAll("textarea")].filter((area) => area.value.trim());
      row.classList.toggle("fs-half", filled.length === 1);
    });
    const whole = this.rows.filter(([q, a]) => q.trim() && a.trim()).length;
    setText(this.count, phrase("count", this.lang, { count: whole }));
  }

  typed(area) {
    if (area.tagName !== "TEXTAREA") return;
    if (area.value.includes("\n")) area.value = area.value.replace(/\n+/g, " ");
    this.number();
    this.changed(WAIT);
  }

  // The value is up to date at once, for whichever button is pressed next; the event may wait.
  changed(wait) {
    const value = { rows: this.rows, lang: this.lang, most: this.most, version: this.version };
    props.value = JSON.stringify(value);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  flush() {
    if (this.timer === null) return;
    clearTimeout(this.timer);
    this.timer = null;
    trigger("edit", {});
  }

  key(event) {
    const area = event.target;
    if (area.tagName !== "TEXTAREA" || event.isComposing) return;
    const row = area.closest(".fs-row");
    if (event.key === "Enter") {
      event.preventDefault();
      const next = area.dataset.cell === "question" ? row : (row.nextElementSibling ?? this.add());
      const name = area.dataset.cell === "question" ? "answer" : "question";
      next?.querySelector(`[data-cell="${name}"]`).focus();
    } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      const other = event.key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
      if (other === null) return;
      if (event.key === "ArrowUp") other.before(row);
      else other.after(row);
      area.focus();
      this.number();
      this.changed(WAIT);
    }
  }

  add() {
    if (this.body.children.length >= this.most) return null;
    const row = this.row(["", ""]);
    this.body.append(row);
    this.number();
    return row;
  }

  click(button) {
    if (button === null || button.dataset.do === undefined) return;
    const action = button.dataset.do;
    const rows = this.rows;
    if (action === "add") {
      this.add()?.querySelector("textarea").focus();
      return;
    }
    if (action === "remove") {
      const row = button.closest(".fs-row");
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      if (next === null) this.add();
      (next ?? this.body.firstElementChild).querySelector("textarea").focus();
      this.number();
    } else if (action === "shuffle") {
      for (let at = rows.length - 1; at > 0; at -= 1) {
        const other = Math.floor(Math.random() * (at + 1));
        [rows[at], rows[other]] = [rows[other], rows[at]];
      }
      this.fill(rows);
    } else if (action === "clear") {
      this.cleared = rows;
      this.fill([["", ""]]);
    } else if (action === "restore") {
      this.fill(this.cleared);
    }
    this.undo.hidden = action !== "clear";
    this.changed(0);
  }

  // A table from a spreadsheet or a file; a single cell is pasted as ever.
  paste(event) {
    const area = event.target;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (area.tagName !== "TEXTAREA" || !/[\t\n]/.test(text.trim())) return;
    const rows = table(text);
    if (rows.length === 0) return;
    event.preventDefault();
    const own = area.closest(".fs-row");
    const before = [...this.body.children].indexOf(own);
    const all = this.rows;
    const empty = all[before].every((cell) => cell.trim() === "");
    all.splice(before + (empty ? 0 : 1), empty ? 1 : 0, ...rows);
    this.fill(all.slice(0, this.most));
    this.changed(0);
  }
}

// Rows of two cells from TSV or CSV with quotes.
function table(text) {
  const delimiter = text.includes("\t") ? "\t" : ",";
  const rows = [[""]];
  let quoted = false;
  const plain = text.replace(/\r\n?/g, "\n");
  for (let at = 0; at < plain.length; at += 1) {
    const character = plain[at];
    const cells = rows[rows.length - 1];
    if (quoted && character === '"' && plain[at + 1] === '"') {
      at += 1;
      cells[cells.length - 1] += plain[at];
    } else if (character === '"' && (quoted || cells[cells.length - 1] === "")) quoted = !quoted;
    else if (!quoted && character === delimiter) cells.push("");
    else if (!quoted && character === "\n") rows.push([""]);
    else cells[cells.length - 1] += character === "\n" ? " " : character;
  }
  return rows
    .map(([question, ...rest]) => [question.trim().slice(0, 300), rest.join(delimiter).trim().slice(0, 300)])
    .filter(([question, answer]) => question || answer);
}

const editor = new ExamplesEditor(element.querySelector(".fs-examples"));
watch("value", () => editor.receive(props.value));
editor.receive(props.value);
