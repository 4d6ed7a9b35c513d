// The exact prompt: monospaced, with its line breaks shown, and a caret where the model goes on.

const root = element.querySelector(".fs-prompt");

function lines(text) {
  const nodes = [];
  text.split("\n").forEach((line, at) => {
    if (at) nodes.push(html("span", { class: "fs-newline", "aria-hidden": "true" }), "\n");
    nodes.push(line);
  });
  return nodes;
}

function draw() {
  const content = parsed(props.value);
  if (content === null) return;
  const { text, at, lang, note, error } = content;
  if (error) {
    root.replaceChildren(html("p", { class: "fs-error", role: "status" }, error));
    return;
  }
  const copy = html("button", { type: "button", class: "fs-copy" }, phrase("copy", lang));
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      setText(copy, phrase("copied", lang));
    } catch {
      getSelection()?.selectAllChildren(root.querySelector("pre"));
    }
  });
  root.replaceChildren(
    html(
      "pre",
      { tabindex: 0, "aria-label": phrase("prompt", lang) },
      ...lines(text.slice(0, at)),
      html("b", {}, ...lines(text.slice(at))),
      html("span", { class: "fs-caret", "aria-hidden": "true" }),
    ),
    html("p", { class: "fs-note" }, html("span", {}, note), copy),
  );
}

watch("value", draw);
draw();
