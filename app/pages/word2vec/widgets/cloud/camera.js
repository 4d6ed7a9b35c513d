// Which part of the map is seen: its centre, and how many pixels its width takes.

const CLOSEST = 90; // times as large as the whole map
const FLIGHT = 420; // milliseconds

class Camera {
  // moved(): something has changed, and the map is to be drawn.
  constructor(moved) {
    this.moved = moved;
    this.width = this.height = 1;
    this.spread = [1, 1];
    this.home();
  }

  home() {
    [this.x, this.y, this.zoom] = [0.5, 0.5, this.whole];
    this.flight = null;
    this.still = true; // nobody has moved it yet
  }

  // Other words, which take this much of the map along each axis.
  over(spread, anew) {
    this.spread = spread;
    if (anew || this.still) this.home();
  }

  resize(width, height) {
    [this.width, this.height] = [width, height];
    if (this.still) this.home();
  }

  // As close as all words can be seen.
  get whole() {
    const unit = Math.min(this.width, this.height);
    const [across, down] = this.spread;
    return Math.max(1, Math.min(this.width / unit / across, this.height / unit / down));
  }

  get pixels() {
    return Math.min(this.width, this.height) * 0.94 * this.zoom;
  }

  toScreen(x, y) {
    return [(x - this.x) * this.pixels + this.width / 2, (y - this.y) * this.pixels + this.height / 2];
  }

  toMap(left, top) {
    return [(left - this.width / 2) / this.pixels + this.x, (top - this.height / 2) / this.pixels + this.y];
  }

  pan(right, down) {
    this.flight = null;
    this.still = false;
    this.x = clamp(this.x - right / this.pixels, 0, 1);
    this.y = clamp(this.y - down / this.pixels, 0, 1);
    this.moved();
  }

  // What is at a place of the screen stays there.
  zoomAt(factor, left, top) {
    this.flight = null;
    this.still = false;
    const [x, y] = this.toMap(left, top);
    this.zoom = clamp(this.zoom * factor, 0.7, CLOSEST);
    const [newX, newY] = this.toMap(left, top);
    this.x = clamp(this.x + x - newX, 0, 1);
    this.y = clamp(this.y + y - newY, 0, 1);
    this.moved();
  }

  fly(x, y, zoom) {
    this.still = false;
    const to = { x, y, zoom: clamp(zoom, 0.7, CLOSEST) };
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
      Object.assign(this, to);
      this.moved();
      return;
    }
    const from = { x: this.x, y: this.y, zoom: this.zoom };
    const flight = { began: performance.now() };
    this.flight = flight;
    const step = (now) => {
      if (this.flight !== flight) return;
      const share = clamp((now - flight.began) / FLIGHT, 0, 1);
      const eased = share * share * (3 - 2 * share);
      this.x = from.x + (to.x - from.x) * eased;
      this.y = from.y + (to.y - from.y) * eased;
      this.zoom = from.zoom * (to.zoom / from.zoom) ** eased;
      if (share >= 1) this.flight = null;
      else requestAnimationFrame(step);
      this.moved();
    };
    requestAnimationFrame(step);
  }

  // Far enough that all of these places are seen.
  frame(places) {
    const xs = places.map(([x]) => x);
    const ys = places.map(([, y]) => y);
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
    const unit = Math.min(this.width, this.height) * 0.94;
    const zoom = Math.min(
      (0.62 * this.width) / unit / Math.max(right - left, 1e-6),
      (0.62 * this.height) / unit / Math.max(bottom - top, 1e-6),
      14,
    );
    this.fly((left + right) / 2, (top + bottom) / 2, Math.max(1, zoom));
  }
}
