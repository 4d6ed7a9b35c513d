// Where everything stands: a column a word, as wide as the word is drawn here, and rows.

const WORD_SIZE = 15; // pixels
const PADDING = 7;
const NARROWEST = 30;
const STRETCH = 1.8; // at most so much wider than needed, where there is room
const LONGEST = 22; // characters of a word that are shown

const TRACKS = { distance: 44, surprisal: 34, forget: 76, input: 76 };
const TITLE_HEIGHT = 24;
const MARGIN = 8;

const pen = document.createElement("canvas").getContext("2d");

function shortened(word) {
  const characters = [...word];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join("")}…` : word;
}

// The left edges of the columns, and the right edge of the last.
function columnsOf(words, room, family) {
  pen.font = `${WORD_SIZE}px ${family}`;
  const widths = words.map((word) =>
    Math.max(NARROWEST, Math.ceil(pen.measureText(shortened(word)).width) + 2 * PADDING),
  );
  const needed = widths.reduce((sum, width) => sum + width, 0);
  const factor = clamp((room - 2 * MARGIN) / needed, 1, STRETCH);
  const edges = [Math.max(MARGIN, (room - needed * factor) / 2)];
  for (const width of widths) edges.push(edges.at(-1) + width * factor);
  return edges;
}

// names: of the tracks under the words; height: levels of the highest tree beside this one.
function rowsOf(height, names) {
  const gap = height > 0 ? clamp(290 / height, 12, 36) : 0;
  const top = 14;
  const base = top + gap * height;
  let y = base + WORD_SIZE + 14;
  const tracks = {};
  for (const name of names) {
    tracks[name] = { title: y + 15, top: y + TITLE_HEIGHT, height: TRACKS[name] };
    y += TITLE_HEIGHT + TRACKS[name] + 4;
  }
  return { gap, top, base, words: base + WORD_SIZE + 5, tracks, bottom: y + 4 };
}

class Grid {
  constructor(words, room, family, height, names) {
    this.edges = columnsOf(words, room, family);
    this.rows = rowsOf(height, names);
    this.width = Math.max(room, this.edges.at(-1) + MARGIN);
    this.height = this.rows.bottom;
  }

  center(index) {
    return (this.edges[index] + this.edges[index + 1]) / 2;
  }

  span(start, stop) {
    return { x: this.edges[start], width: this.edges[stop] - this.edges[start] };
  }

  // Positions of nodes by id: above the middle of their children, as high as their subtree is.
  places({ nodes }) {
    const places = new Map();
    for (const node of [...nodes].reverse()) {
      const ends = [node.children[0], node.children.at(-1)].map((child) => places.get(child?.id));
      const x = node.height > 0 ? (ends[0].x + ends[1].x) / 2 : this.center(node.start);
      places.set(node.id, { x, y: this.rows.base - this.rows.gap * node.height });
    }
    return places;
  }
}
