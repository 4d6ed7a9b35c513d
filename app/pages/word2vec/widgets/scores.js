// Results of a test set: a row a section, with how much of it the vocabulary covers.

const root = element.querySelector(".wv-scores");

function shareOf(share, text, kind) {
  const bar = html("i", {});
  bar.style.width = `${(100 * clamp(share ?? 0, 0, 1)).toFixed(1)}%`;
  return html(
    "td",
    { "data-kind": kind },
    html(
      "span",
      { class: "wv-cell" },
      html("span", { class: "wv-track", "aria-hidden": "true" }, bar),
      html("b", {}, text),
    ),
  );
}

function draw() {
  const content = parsed(props.value);
  if (content === null) {
    root.replaceChildren();
    return;
  }
  const { rows = [], heads = [], note = "", running = false, share = 0 } = content;
  const parts = [];
  if (running) parts.push(html("progress", { max: 1, value: share }));
  if (note) parts.push(html("p", { class: "wv-said", role: "status" }, note));
  if (rows.length) {
    const lines = rows.map((row) =>
      html(
        "tr",
        { "data-total": row.total ? "" : null },
        html("th", { scope: "row" }, row.name),
        shareOf(row.score, row.scored, "score"),
        shareOf(row.coverage, row.covered, "coverage"),
      ),
    );
    const head = html("tr", {}, ...heads.map((name) => html("th", { scope: "col" }, name)));
    parts.push(
      html(
        "div",
        { class: "wv-scroll" },
        html("table", {}, html("thead", {}, head), html("tbody", {}, ...lines)),
      ),
    );
  }
  root.replaceChildren(...parts);
}

watch("value", draw);
draw();
