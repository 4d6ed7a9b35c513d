// The map on its canvas.

const FONT = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
const GOLDEN = 137.508; // degrees between the hues of two clusters

class Drawing {
  constructor(canvas, camera) {
    this.canvas = canvas;
    this.camera = camera;
    this.context = canvas.getContext("2d");
    this.labels = new Labels(this.context);
  }

  resize(width, height) {
    const dense = Math.min(window.devicePixelRatio || 1, 2);
    this.canvas.width = Math.round(width * dense);
    this.canvas.height = Math.round(height * dense);
    this.context.setTransform(dense, 0, 0, dense, 0, 0);
    this.camera.resize(width, height);
  }

  get dark() {
    return this.canvas.closest(".dark") !== null;
  }

  colour(cluster) {
    const hue = (cluster * GOLDEN + 12) % 360;
    return this.dark ? `hsl(${hue} 48% 62%)` : `hsl(${hue} 52% 40%)`;
  }

  // scene: {points, selected, near, arrows, picks, hover, found}, places of words in points.
  draw(scene) {
    const { context, camera } = this;
    const { width, height } = camera;
    const style = getComputedStyle(this.canvas);
    this.ink = style.color;
    this.paper = style.backgroundColor;
    this.accent = this.dark ? "#f08a72" : "#b3301c";
    this.second = this.dark ? "#57cbb4" : "#0f6b5d";
    context.clearRect(0, 0, width, height);
    context.textBaseline = "middle";
    const { points } = scene;
    if (points === null) return;
    const quiet = scene.selected >= 0 || scene.arrows.length > 0;
    this.dots(points, quiet ? 0.34 : 0.85);
    this.labels.begin(width, height);
    this.links(scene);
    this.paths(scene);
    this.marked(scene);
    this.frequent(points, quiet ? 0.5 : 1);
  }

  place(points, at) {
    return this.camera.toScreen(points.x[at], points.y[at]);
  }

  // Frequent words, which come first, have larger points.
  radius(at) {
    const size = at < 300 ? 3.2 : at < 2000 ? 2.4 : 1.7;
    return size * Math.min(2.2, Math.max(0.8, Math.sqrt(this.camera.zoom) * 0.75));
  }

  dots(points, alpha) {
    const { context } = this;
    const { width, height } = this.camera;
    context.globalAlpha = alpha;
    points.byCluster.forEach((members, cluster) => {
      context.fillStyle = this.colour(cluster);
      context.beginPath();
      for (const at of members) {
        const [x, y] = this.place(points, at);
        if (x < -4 || y < -4 || x > width + 4 || y > height + 4) continue;
        const radius = this.radius(at);
        if (radius < 2.2) context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
        else {
          context.moveTo(x + radius, y);
          context.arc(x, y, radius, 0, 7);
        }
      }
      context.fill();
    });
    context.globalAlpha = 1;
  }

  links({ points, selected, near }) {
    if (selected < 0) return;
    const { context } = this;
    const [x, y] = this.place(points, selected);
    context.strokeStyle = this.accent;
    for (const { at, share } of near) {
      const [toX, toY] = this.place(points, at);
      context.globalAlpha = 0.25 + 0.6 * clamp(share, 0, 1);
      context.lineWidth = 0.6 + 2.2 * clamp(share, 0, 1);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(toX, toY);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  paths({ points, arrows }) {
    for (const { from, to, main } of arrows) {
      const start = this.place(points, from);
      const end = this.place(points, to);
      this.arrow(start, end, main ? this.accent : this.second, main ? 3 : 1.8);
    }
  }

  arrow([x, y], [toX, toY], colour, width) {
    const { context } = this;
    const length = Math.hypot(toX - x, toY - y);
    if (length < 4) return;
    const [right, down] = [(toX - x) / length, (toY - y) / length];
    const [tipX, tipY] = [toX - 5 * right, toY - 5 * down];
    const head = 5 + 2 * width;
    const wing = (side) => [
      tipX - head * (right - side * 0.45 * down),
      tipY - head * (down + side * 0.45 * right),
    ];
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(x + 5 * right, y + 5 * down);
    context.lineTo(tipX - head * 0.6 * right, tipY - head * 0.6 * down);
    context.stroke();
    context.beginPath();
    context.moveTo(tipX, tipY);
    context.lineTo(...wing(1));
    context.lineTo(...wing(-1));
    context.fill();
  }

  ring(points, at, colour, radius) {
    const { context } = this;
    const [x, y] = this.place(points, at);
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.fillStyle = this.colour(points.cluster[at]);
    context.fill();
    context.lineWidth = 2.2;
    context.strokeStyle = colour;
    context.stroke();
  }

  // Words that somebody asked for are written in any case.
  marked({ points, selected, near, arrows, picks, hover, found }) {
    const written = new Set();
    const mark = (at, colour, size, radius, bold) => {
      if (at < 0 || written.has(at)) return;
      written.add(at);
      this.ring(points, at, colour, radius);
      const [x, y] = this.place(points, at);
      const style = { size, colour: this.ink, halo: this.paper, gap: radius + 4, must: true, bold };
      this.labels.write(points.words[at], x, y, style);
    };
    mark(hover, this.ink, 15, 5, true);
    mark(selected, this.accent, 18, 7, true);
    for (const at of picks) mark(at, this.accent, 17, 6.5, true);
    for (const { from, to, main } of arrows) {
      const [colour, size] = main ? [this.accent, 17] : [this.second, 14];
      mark(from, colour, size, 4.5, main);
      mark(to, colour, size, 4.5, main);
    }
    for (const { at } of near) mark(at, this.accent, 14, 4.5, false);
    for (const at of found) mark(at, this.second, 14, 4.5, false);
  }

  frequent(points, alpha) {
    const { context } = this;
    const { width, height } = this.camera;
    const style = { colour: this.ink, halo: this.paper };
    context.globalAlpha = alpha;
    let tried = 0;
    for (let at = 0; at < points.count && tried < 700 && !this.labels.full; at += 1) {
      const [x, y] = this.place(points, at);
      if (x < 0 || y < 0 || x > width || y > height) continue;
      tried += 1;
      this.labels.write(points.words[at], x, y, { ...style, gap: this.radius(at) + 2 });
    }
    context.globalAlpha = 1;
  }
}
