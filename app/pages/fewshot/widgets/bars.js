// Candidates, a bar for each way of comparing them; a click on a column orders by it.

const root = element.querySelector(".fs-bars");
let by = 0;

function percent(share) {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "<0.1%";
  return `${value > 0 && value < 1 ? value.toFixed(1) : value.toFixed(0)}%`;
}

function cell(share, method, lang, best) {
  const bar = html("i", {});
  bar.style.width = `${(100 * share).toFixed(2)}%`;
  return html(
    "span",
    { class: "fs-cell", role: "cell", "data-method": method, "data-best": best ? "" : null },
    html("small", {}, phrase(method, lang)),
    html("span", { class: "fs-track" }, bar),
    html("b", {}, percent(share)),
  );
}

function draw() {
  const content = parsed(props.value);
  if (content === null) {
    root.replaceChildren();
    return;
  }
  const { rows, methods, lang, title, note } = content;
  const parts = [];
  if (title) parts.push(html("h4", {}, title));
  if (rows.length) {
    if (by >= methods.length) by = 0;
    const head = html(
      "div",
      { class: "fs-head", role: "row" },
      html("span", { role: "columnheader" }, phrase("candidate", lang)),
    );
    methods.forEach((method, at) => {
      const button = html(
        "button",
        { type: "button", "aria-pressed": at === by, title: phrase(`${method}_about`, lang) },
        phrase(method, lang),
      );
      button.addEventListener("click", () => {
        by = at;
        draw();
      });
      head.append(html("span", { role: "columnheader" }, button));
    });
    const best = methods.map((_, at) => Math.max(...rows.map((row) => row.shares[at])));
    const ordered = [...rows].sort((a, b) => b.shares[by] - a.shares[by]);
    root.style.setProperty("--columns", methods.length);
    parts.push(
      html(
        "div",
        { class: "fs-table", role: "table", "aria-label": title || phrase("candidate", lang) },
        head,
        ...ordered.map((row) =>
          html(
            "div",
            { class: "fs-line", role: "row" },
            html(
              "span",
              { class: "fs-text", role: "rowheader", title: phrase("logprob", lang, { value: row.logprob }) },
              row.text,
            ),
            ...methods.map((method, at) => cell(row.shares[at], method, lang, row.shares[at] === best[at])),
          ),
        ),
      ),
    );
  }
  if (note) parts.push(html("p", { class: "fs-note" }, note));
  root.replaceChildren(...parts);
}

watch("value", draw);
draw();
