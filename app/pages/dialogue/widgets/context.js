// What the model sees: the tokens of each turn in the colour of its segment, and what was left out.

const contextRoot = element.querySelector(".dg-context");

function drawContext() {
  const value = parsed(props.value);
  if (value === null) return contextRoot.replaceChildren();
  const { lang } = value;
  const note = html("p", { class: "dg-context-note" }, value.note);
  const share = html("i", {});
  share.style.width = `${Math.min(100, (100 * value.used) / Math.max(1, value.room))}%`;
  const meter = html("span", { class: "dg-meter", "aria-hidden": "true" }, share);
  const parts = [note];
  if (value.turns.length > 0) {
    parts.push(meter);
    const stream = html("div", { class: "dg-context-tokens", lang: "zh" });
    stream.append(...value.before.map((piece) => tokenNode(piece)));
    for (const turn of value.turns) stream.append(turnNode(turn, lang));
    stream.append(...value.after.map((piece) => tokenNode(piece)));
    parts.push(stream);
  }
  contextRoot.replaceChildren(...parts);
}

function turnNode({ speaker, segment, pieces, text }, lang) {
  const node = html("span", { class: `dg-context-turn dg-speaker-${speaker}` });
  if (segment === null) {
    node.classList.add("dg-left-out");
    node.append(html("s", { title: phrase("left_out", lang) }, text));
    return node;
  }
  const name = phrase("segment", lang, { segment });
  node.append(html("b", { class: "dg-segment", title: name }, String(segment)));
  node.append(...pieces.map((piece) => tokenNode(piece)));
  return node;
}

function tokenNode(piece) {
  const special = /^(<[^<>\s]+>|\[\w+\])$/.test(piece);
  return html("span", { class: special ? "dg-piece dg-special" : "dg-piece" }, piece);
}

watch("value", drawContext);
drawContext();
