// Words with a bar or two each. A word that is clicked is looked up.

const root = element.querySelector(".wv-bars");

function wordButton(word) {
  const button = html("button", { type: "button", class: "wv-word", lang: "zh" }, word);
  button.addEventListener("click", () => trigger("pick", { word }));
  return button;
}

function barOf({ share, text, kind }, head) {
  const bar = html("i", {});
  bar.style.width = `${(100 * clamp(share, 0, 1)).toFixed(1)}%`;
  return html(
    "span",
    { class: "wv-cell", role: "cell", "data-kind": kind ?? null, title: head ?? null },
    html("span", { class: "wv-track", "aria-hidden": "true" }, bar),
    html("b", {}, text),
  );
}

function table({ rows, heads, title }) {
  const lines = rows.map(({ word, cells, mark }) =>
    html(
      "div",
      { class: "wv-line", role: "row", "data-mark": mark ?? null },
      html("span", { role: "rowheader" }, wordButton(word)),
      ...cells.map((cell, at) => barOf(cell, heads[at])),
    ),
  );
  const top = heads.some(Boolean)
    ? [
        html(
          "div",
          { class: "wv-line wv-head", role: "row" },
          html("span", { role: "columnheader" }),
          ...heads.map((head) => html("span", { role: "columnheader", lang: "zh" }, head)),
        ),
      ]
    : [];
  return html("div", { role: "table", "aria-label": title }, ...top, ...lines);
}

function draw() {
  const content = parsed(props.value);
  if (content === null) {
    root.replaceChildren();
    return;
  }
  const { title = "", about = "", rows = [], heads = [], note = "", near = [], error = false } = content;
  const parts = [];
  if (title) parts.push(html("h4", {}, title));
  if (note) parts.push(html("p", { class: error ? "wv-error" : "wv-said", role: "status" }, note));
  if (about) parts.push(html("p", { class: "wv-note" }, about));
  if (near.length) parts.push(html("p", { class: "wv-words" }, ...near.map(wordButton)));
  root.style.setProperty("--columns", Math.max(heads.length, 1));
  if (rows.length) parts.push(table(content));
  root.replaceChildren(...parts);
}

watch("value", draw);
draw();
