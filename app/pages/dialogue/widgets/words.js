// What several parts of the chat use.

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
