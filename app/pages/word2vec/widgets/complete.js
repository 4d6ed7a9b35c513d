// Words that begin with what is being typed, under every field of the page that takes words; and a
// paste that its field has no room for is refused with a sentence instead of being cut off in silence.

const PAGE = "#w2v-page";
const SEPARATORS = /[\s,，、;；]+/;
const AFTER = 90; // milliseconds after the last key
let field = null;
let words = [];
let chosen = -1;
let asked = 0;

const list = html("ul", {
  id: "w2v-completions",
  role: "listbox",
  class: "wv-completions",
  popover: "manual",
});
element.querySelector("div").append(list);

function isOpen() {
  return list.matches(":popover-open");
}

function close() {
  if (isOpen()) list.hidePopover();
  field?.setAttribute("aria-expanded", "false");
  field?.removeAttribute("aria-activedescendant");
  chosen = -1;
}

function target(node) {
  if (!(node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement)) return null;
  return node.closest(`${PAGE} .wv-takes-word, ${PAGE} .wv-takes-words`) ? node : null;
}

// The word that is being typed: all of the field, or what stands last in a list of words.
function typed(node) {
  if (node.closest(".wv-takes-word")) return ["", node.value.trim()];
  const at = node.value.split(SEPARATORS).pop().length;
  return [node.value.slice(0, node.value.length - at), node.value.slice(node.value.length - at)];
}

function show() {
  list.replaceChildren(
    ...words.map((word, at) =>
      html(
        "li",
        { id: `w2v-completion-${at}`, role: "option", lang: "zh", "aria-selected": at === chosen },
        word,
      ),
    ),
  );
  if (words.length === 0 || document.activeElement !== field) {
    close();
    return;
  }
  if (!isOpen()) list.showPopover();
  const box = field.getBoundingClientRect();
  list.style.left = `${box.left}px`;
  list.style.top = `${box.bottom + 3}px`;
  list.style.minWidth = `${Math.min(box.width, 320)}px`;
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "true");
  if (chosen >= 0) field.setAttribute("aria-activedescendant", `w2v-completion-${chosen}`);
  else field.removeAttribute("aria-activedescendant");
}

async function ask(node) {
  const [, prefix] = typed(node);
  asked += 1;
  const mine = asked;
  await new Promise((done) => setTimeout(done, AFTER));
  if (mine !== asked) return;
  let found = [];
  try {
    if (prefix) found = parsed(await server.complete(JSON.stringify({ key: props.value, prefix }))) ?? [];
  } catch {
    // Without completions a word can still be typed.
  }
  if (mine !== asked) return;
  field = node;
  words = found.filter((word) => word !== prefix);
  chosen = -1;
  show();
}

function take(word) {
  const [before] = typed(field);
  const kind = field instanceof HTMLInputElement ? HTMLInputElement : HTMLTextAreaElement;
  asked += 1;
  Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, before + word);
  words = [];
  close();
  quiet = true;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  quiet = false;
}

let quiet = false;

document.addEventListener("input", (event) => {
  const node = target(event.target);
  if (node !== null && !quiet && !event.isComposing) ask(node);
});
document.addEventListener("compositionend", (event) => {
  const node = target(event.target);
  if (node !== null) ask(node);
});
document.addEventListener(
  "keydown",
  (event) => {
    if (event.target === field && event.key === "Enter" && !event.isComposing) asked += 1;
    if (event.target !== field || !isOpen() || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      chosen = (chosen + step + words.length + (chosen < 0 && step < 0 ? 1 : 0)) % words.length;
      show();
      event.preventDefault();
    } else if (event.key === "Escape" || event.key === "Tab") close();
    else if (event.key === "Enter") {
      if (chosen >= 0) take(words[chosen]);
      else close();
    }
  },
  true,
);
list.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  const at = [...list.children].indexOf(event.target.closest("li"));
  if (at < 0) return;
  take(words[at]);
  if (field.closest("#w2v-search")) document.getElementById("w2v-look")?.click();
});
document.addEventListener("focusout", (event) => {
  if (event.target === field) close();
});
document.addEventListener("scroll", () => close(), true);

document.addEventListener(
  "paste",
  (event) => {
    const area = /** @type {HTMLTextAreaElement} */ (event.target);
    const most = area.closest?.(PAGE) ? (area.maxLength ?? -1) : -1;
    if (most < 0) return;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const kept = area.value.length - (area.selectionEnd - area.selectionStart);
    if (kept + text.length <= most) return;
    event.preventDefault();
    event.stopPropagation();
    trigger("refuse", { length: kept + text.length, maximum: most });
  },
  true,
);
