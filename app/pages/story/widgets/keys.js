// Ctrl+Enter continues, at the caret where it is in the middle of the text; Esc stops. A line says
// so to those who have a keyboard, and how many characters there are.

function press(id) {
  const button = document.getElementById(id);
  if (!(button instanceof HTMLButtonElement) || button.disabled || button.offsetParent === null) return false;
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

function tell() {
  if (!props.value) return;
  const text = String(JSON.parse(props.value) ?? "");
  const most = props.maximum;
  const full = text.length > most ? ` / ${most.toLocaleString()}` : "";
  const count = [...text.replace(/\s/g, "")].length.toLocaleString() + full;
  const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const keys = matchMedia("(hover: none)").matches ? ["count"] : ["count", "count_keys"];
  setText(element.querySelector("p"), keys.map((key) => phrase(key, lang, { count })).join(" · "));
}

document.addEventListener("keydown", onKey);
watch("value", tell);
tell();
