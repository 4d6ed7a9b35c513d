// Questions and answers as they come. Values of one run begin with each other: only what was added
// is drawn.

const root = element.querySelector(".fs-results");
let shown = 0;
let run = null;
let body = null;
let progress = null;

function mark(right) {
  return html("span", { class: right ? "fs-right" : "fs-wrong" }, right ? "✓" : "✗");
}

function begin(head) {
  run = head.run;
  shown = 0;
  const say = (key) => phrase(key, head.lang);
  progress = html("progress", { max: head.total, value: 0, "aria-label": say("progress") });
  body = html("tbody", {});
  const names = ["question", "expected", "answer", "choice"].map((key) =>
    html("th", { scope: "col" }, say(key)),
  );
  root.replaceChildren(
    progress,
    html(
      "div",
      { class: "fs-scroll", tabindex: 0 },
      html("table", {}, html("thead", {}, html("tr", {}, ...names)), body),
    ),
  );
}

function row([question, expected, answer, exact, choice, right, share]) {
  const chosen = choice === undefined ? "" : ` ${choice} `;
  return html(
    "tr",
    {},
    html("td", {}, question),
    html("td", {}, expected),
    html("td", {}, mark(exact), ` ${answer}`),
    choice === undefined
      ? html("td", {}, "—")
      : html("td", {}, mark(right), chosen, html("small", {}, share)),
  );
}

function draw() {
  const lines = String(props.value ?? "")
    .split("\n")
    .filter(Boolean);
  const head = lines.length ? parsed(lines[0]) : null;
  if (head === null) {
    root.replaceChildren();
    run = null;
    return;
  }
  if (head.run !== run || lines.length - 1 < shown) begin(head);
  for (const line of lines.slice(1 + shown)) {
    const content = parsed(line);
    if (content === null) break;
    body.append(row(content));
    shown += 1;
  }
  progress.value = shown;
  progress.hidden = shown >= head.total;
}

watch("value", draw);
draw();
