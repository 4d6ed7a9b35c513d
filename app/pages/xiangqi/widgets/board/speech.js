// What a screen reader is told, in the language of the interface.

function nameOf(piece, lang) {
  return phrase(`piece_${piece}`, lang);
}

function cellName(square, piece, { target, selected, lang }) {
  const parts = [square, piece === undefined ? phrase("empty", lang) : nameOf(piece, lang)];
  if (selected) parts.push(phrase("selected", lang));
  if (target) parts.push(phrase(piece === undefined ? "target" : "capture", lang));
  return parts.join(" ");
}

// before: the position in which the move is made.
function moveSentence(move, before, lang) {
  const [from, to] = [move.slice(0, 2), move.slice(2)];
  const [piece, taken] = [before.get(from), before.get(to)];
  if (piece === undefined) return "";
  const values = { piece: nameOf(piece, lang), from, to };
  if (taken === undefined) return phrase("moved", lang, values);
  return phrase("took", lang, { ...values, taken: nameOf(taken, lang) });
}

// What changed between two values, in one sentence; "" if nothing that matters.
function newsOf(previous, value, before) {
  const news = [];
  const moved = isMove(value.last) && (previous === null || previous.last !== value.last);
  if (previous !== null && moved) news.push(moveSentence(value.last, before, value.lang));
  const checkChanged = previous === null || previous.check !== value.check;
  if (isSquare(value.check) && (moved || checkChanged)) news.push(phrase("check", value.lang));
  if (value.banner && !previous?.banner) {
    news.push(`${value.banner.title ?? ""} ${value.banner.detail ?? ""}`);
  }
  return news.filter(Boolean).join(". ");
}
