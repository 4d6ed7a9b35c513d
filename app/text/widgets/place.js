// Where a box beside a token goes, so that the whole of it can be seen.

const EDGE = 8; // of the window, in pixels
const GAP = 5; // between the token and the box

// anchor: the rectangle of the token. Above it where there is room, so that the lines that are
// read next stay free; otherwise below, or as near to it as the window allows.
function placeBox(box, anchor) {
  const width = document.documentElement.clientWidth;
  const height = window.innerHeight;
  const left = clamp(anchor.left - 12, EDGE, Math.max(EDGE, width - box.offsetWidth - EDGE));
  const above = anchor.top - GAP - box.offsetHeight;
  const below = Math.min(anchor.bottom + GAP, height - box.offsetHeight - EDGE);
  box.style.left = `${left}px`;
  box.style.top = `${above >= EDGE ? above : Math.max(EDGE, below)}px`;
}

// A token that goes over a line's end has several rectangles: the one under the pointer, or the
// first.
function anchorOf(node, x = null, y = null) {
  const boxes = [...node.getClientRects()];
  const under = boxes.find((box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
  return under ?? boxes[0] ?? node.getBoundingClientRect();
}
