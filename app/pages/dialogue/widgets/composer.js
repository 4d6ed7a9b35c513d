// Where one writes: Enter sends, Shift+Enter breaks the line, and an input method keeps its Enter.

function sends(event) {
  const composing = event.isComposing || event.keyCode === 229;
  return event.key === "Enter" && !event.shiftKey && !composing;
}

// As high as its text, up to what the style sheet allows.
function grow(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

class Composer {
  // onSend(text), onStop().
  constructor(onSend, onStop) {
    this.onSend = onSend;
    this.onStop = onStop;
    this.field = html("textarea", { class: "dg-field", rows: 1, enterkeyhint: "send" });
    this.button = button("dg-send", "", () => this.press());
    this.node = html("div", { class: "dg-composer" }, this.field, this.button);
    this.running = false;
    this.sent = null; // what waits for the server's word that it has come
    this.field.addEventListener("input", () => grow(this.field));
    this.field.addEventListener("keydown", (event) => {
      if (!sends(event)) return;
      event.preventDefault();
      if (!this.running) this.press();
    });
  }

  press() {
    if (this.running) return this.onStop();
    const text = this.field.value;
    if (text.trim() === "") return this.field.focus();
    this.sent = text;
    this.onSend(text);
  }

  // The server has the text: the field is free for the next one.
  taken() {
    if (this.sent === null) return;
    if (this.field.value === this.sent) this.field.value = "";
    this.sent = null;
    grow(this.field);
  }

  show(running, lang) {
    this.running = running;
    setText(this.button, phrase(running ? "stop" : "send", lang));
    this.button.classList.toggle("dg-stop", running);
    const short = window.matchMedia("(max-width: 640px)").matches;
    setAttribute(this.field, "placeholder", phrase(short ? "placeholder_short" : "placeholder", lang));
    setAttribute(this.field, "aria-label", phrase("placeholder", lang));
  }
}
