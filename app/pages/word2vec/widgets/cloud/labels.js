// Which words are written beside their points: as many as fit without covering each other.

const LETTER = 13; // pixels
const ROW = 17;
const MOST_LABELS = 160;

class Labels {
  constructor(context) {
    this.context = context;
    this.widths = new Map();
    this.width = 0;
    this.height = 0;
  }

  begin(width, height) {
    [this.width, this.height] = [width, height];
    this.rows = Array.from({ length: Math.ceil(height / ROW) + 2 }, () => []);
    this.count = 0;
  }

  get full() {
    return this.count >= MOST_LABELS;
  }

  widthOf(word, size) {
    let width = this.widths.get(word);
    if (width === undefined) {
      this.context.font = `${LETTER}px ${FONT}`;
      width = this.context.measureText(word).width;
      if (this.widths.size > 30000) this.widths.clear();
      this.widths.set(word, width);
    }
    return (width * size) / LETTER;
  }

  free(left, right, row) {
    return !this.rows[row]?.some(([from, to]) => left < to && right > from);
  }

  // Write a word beside a point where there is room; one that must be written is in any case.
  write(word, x, y, { size = LETTER, colour, halo, gap = 6, must = false, bold = false }) {
    const width = this.widthOf(word, size) + 4;
    /** @type {[number, number][]} */
    const places = [
      [x + gap, y],
      [x - gap - width, y],
      [x - width / 2, y - gap - size / 2],
      [x - width / 2, y + gap + size / 2],
    ];
    const seen = ([left, middle]) =>
      left >= 0 && left + width <= this.width && middle >= 8 && middle <= this.height - 8;
    const open = ([left, middle]) => {
      const row = Math.round(middle / ROW);
      return [row - 1, row, row + 1].every(
        (at) => Math.abs(at * ROW - middle) >= ROW || this.free(left, left + width, at),
      );
    };
    const place = places.find((one) => seen(one) && open(one)) ?? (must ? places.find(seen) : null);
    if (!place) return false;
    const [left, middle] = place;
    this.rows[clamp(Math.round(middle / ROW), 0, this.rows.length - 1)].push([left, left + width]);
    this.count += 1;
    const { context } = this;
    context.font = `${bold ? "600 " : ""}${size}px ${FONT}`;
    context.lineWidth = 3.5;
    context.strokeStyle = halo;
    context.strokeText(word, left + 2, middle);
    context.fillStyle = colour;
    context.fillText(word, left + 2, middle);
    return true;
  }
}
