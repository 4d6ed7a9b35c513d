// How alike sentences are: a table in which the shade of a cell is the similarity.

const root = element.querySelector(".wv-matrix");

function cellOf(share, same) {
  if (share === null || same) return html("td", {}, same ? "·" : "–");
  const cell = html(
    "td",
    {},
    share
      .toFixed(2)
      .replace(/^-(?=.*[1-9])/, "−")
      .replace("-", ""),
  );
  cell.style.setProperty("--strength", `${Math.round(60 * clamp(share, 0, 1))}%`);
  return cell;
}

function draw() {
  const content = parsed(props.value);
  if (content === null) {
    root.replaceChildren();
    return;
  }
  const { sentences, values, note, lang } = content;
  const head = html(
    "tr",
    {},
    html("td", {}),
    ...sentences.map((_, at) => html("th", { scope: "col" }, String(at + 1))),
  );
  const lines = sentences.map((sentence, row) => {
    const words = sentence.words.flatMap(([word, known]) => [known ? word : html("s", {}, word), " "]);
    const name = html(
      "th",
      { scope: "row" },
      html("i", {}, String(row + 1)),
      html("span", { class: "wv-sentence", lang: "zh" }, ...words),
    );
    return html("tr", {}, name, ...values[row].map((share, column) => cellOf(share, row === column)));
  });
  root.replaceChildren(
    html(
      "div",
      { class: "wv-scroll" },
      html(
        "table",
        { "aria-label": phrase("similar", lang) },
        html("thead", {}, head),
        html("tbody", {}, ...lines),
      ),
    ),
    html("p", { class: "wv-note" }, note),
  );
}

watch("value", draw);
draw();
