// From where things stand to where they shall: a third of a second, or at once.

const DURATION = 340; // milliseconds

class Motion {
  // paint(places): called with a Map from id to {x, y, alpha}, in every frame.
  constructor(paint) {
    this.paint = paint;
    this.places = new Map();
    this.frame = null;
  }

  // origin(id): where something that was not there before comes from.
  move(targets, origin, smoothly) {
    cancelAnimationFrame(this.frame);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const from = new Map();
    for (const [id, place] of targets) {
      from.set(id, this.places.get(id) ?? { ...(origin(id) ?? place), alpha: 0 });
    }
    if (!smoothly || still) return this.show(targets, from, 1);
    const started = performance.now();
    const step = (now) => {
      const share = clamp((now - started) / DURATION, 0, 1);
      this.show(targets, from, 1 - (1 - share) ** 3);
      if (share < 1) this.frame = requestAnimationFrame(step);
    };
    this.show(targets, from, 0);
    this.frame = requestAnimationFrame(step);
  }

  show(targets, from, share) {
    const between = (a, b) => a + (b - a) * share;
    this.places = new Map();
    for (const [id, { x, y }] of targets) {
      const start = from.get(id);
      this.places.set(id, {
        x: between(start.x, x),
        y: between(start.y, y),
        alpha: between(start.alpha, 1),
      });
    }
    this.paint(this.places);
  }
}
