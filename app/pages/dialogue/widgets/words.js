// Words of the page, and what a button of it looks like.

// A text of the dialogue page; phrase() has those of the token view.
function word(key, lang, values = {}) {
  const text = WORDS[key][lang === "zh" ? "zh" : "en"];
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

function pageLanguage() {
  return document.documentElement.lang.startsWith("zh") ? "zh" : "en";
}

function button(className, text, onClick) {
  const node = html("button", { type: "button", class: className }, text);
  node.addEventListener("click", onClick);
  return node;
}

// A failure to copy is no reason to disturb anybody: the text can still be selected.
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
