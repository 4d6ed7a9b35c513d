// The words of a map, most frequent first, and where they are: x and y from 0 to 1.

const CELLS = 64; // of the index along each axis
const WHOLE = 65535; // coordinates are sent as 16 bits

function bytesOf(text) {
  const binary = atob(text);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function cellOf(value) {
  return Math.min(CELLS - 1, Math.max(0, Math.floor(value * CELLS)));
}

// How much of the map the words take along an axis.
function extent(values) {
  let [least, most] = [1, 0];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return clamp(most - least, 0.05, 1);
}

class Points {
  // words: joined by line breaks; xy: base64 of x and y in turn, 16 bits each, the low byte first;
  // clusters: base64, a byte a word.
  constructor({ words, xy, clusters }) {
    this.words = words === "" ? [] : words.split("\n");
    const bytes = bytesOf(xy);
    this.count = Math.min(this.words.length, bytes.length >> 2);
    this.x = new Float32Array(this.count);
    this.y = new Float32Array(this.count);
    for (let at = 0; at < this.count; at += 1) {
      this.x[at] = (bytes[4 * at] | (bytes[4 * at + 1] << 8)) / WHOLE;
      this.y[at] = (bytes[4 * at + 2] | (bytes[4 * at + 3] << 8)) / WHOLE;
    }
    this.spread = [extent(this.x), extent(this.y)];
    const groups = bytesOf(clusters);
    this.cluster = groups.length >= this.count ? groups : new Uint8Array(this.count);
    this.places = new Map(this.words.map((word, at) => [word, at]));
    this.index();
  }

  index() {
    this.byCluster = [];
    this.cells = Array.from({ length: CELLS * CELLS }, () => []);
    for (let at = 0; at < this.count; at += 1) {
      const cluster = this.cluster[at];
      this.byCluster[cluster] ??= [];
      this.byCluster[cluster].push(at);
      this.cells[cellOf(this.y[at]) * CELLS + cellOf(this.x[at])].push(at);
    }
  }

  // The place of a word, or -1.
  find(word) {
    return this.places.get(word) ?? -1;
  }

  // The word nearest to a place, if one is within the distance; -1 otherwise.
  nearest(x, y, distance) {
    let [best, least] = [-1, distance * distance];
    for (let row = cellOf(y - distance); row <= cellOf(y + distance); row += 1) {
      for (let column = cellOf(x - distance); column <= cellOf(x + distance); column += 1) {
        for (const at of this.cells[row * CELLS + column]) {
          const apart = (this.x[at] - x) ** 2 + (this.y[at] - y) ** 2;
          if (apart < least) [best, least] = [at, apart];
        }
      }
    }
    return best;
  }

  // Words that begin with a text, then those that hold it.
  search(text, most) {
    if (text === "") return [];
    const [first, second] = [[], []];
    for (let at = 0; at < this.count && first.length < most; at += 1) {
      const found = this.words[at].indexOf(text);
      if (found === 0) first.push(this.words[at]);
      else if (found > 0 && second.length < most) second.push(this.words[at]);
    }
    const exact = this.places.has(text) ? [text] : [];
    return [...new Set([...exact, ...first, ...second])].slice(0, most);
  }
}
