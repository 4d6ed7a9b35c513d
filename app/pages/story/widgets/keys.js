// Ctrl+Enter continues, at the caret where it is in the middle of the text; Esc stops.

function press(id) {
  const button = document.getElementById(id);
  if (button === null || button.disabled || button.offsetParent === null) return false;
  button.click();
  return true;
}

function onKey(event) {
  if (event.isComposing || element.offsetParent === null) return;
  if (event.key === "Escape" && press("story-stop")) event.preventDefault();
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const { target } = event;
  const writing = target instanceof HTMLTextAreaElement && target.closest("#story-manuscript");
  if (!writing && !target.closest?.("#story-page")) return;
  event.preventDefault();
  const within = writing && target.value.slice(target.selectionStart).trim() !== "";
  press(within ? "story-here" : "story-continue");
}

document.addEventListener("keydown", onKey);
