// A text with its keywords marked, the stronger the higher they rank.

const root = element.querySelector(".wv-passage");

function piece([text, rank]) {
  if (rank === null || rank === undefined) return text;
  const strength = Math.max(0.16, 0.62 - 0.05 * rank);
  const mark = html("mark", { title: `#${rank + 1}` }, text);
  mark.style.setProperty("--strength", `${Math.round(100 * strength)}%`);
  return mark;
}

function draw() {
  const content = parsed(props.value);
  if (content === null) {
    root.replaceChildren();
    return;
  }
  const { pieces = [], note = "" } = content;
  const parts = [];
  if (pieces.length)
    parts.push(html("p", { class: "wv-text", lang: "zh", tabindex: 0 }, ...pieces.map(piece)));
  if (note) parts.push(html("p", { class: "wv-note" }, note));
  root.replaceChildren(...parts);
}

watch("value", draw);
draw();
