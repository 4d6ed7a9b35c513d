// The tree itself: an edge and a knot a node, a triangle over what is closed.

const ROUND = 7; // radius of an edge's corner
const DIGITS = 10; // a tenth of a pixel

function tenth(number) {
  return Math.round(number * DIGITS) / DIGITS;
}

// Sideways from the parent, then down to the child.
function elbow(parent, child) {
  const round = Math.min(ROUND, Math.abs(child.x - parent.x), Math.abs(child.y - parent.y));
  const side = Math.sign(child.x - parent.x);
  const [x, y] = [tenth(parent.x), tenth(parent.y)];
  const [cx, cy] = [tenth(child.x), tenth(child.y)];
  return `M${x} ${y}H${tenth(cx - side * round)}Q${cx} ${y} ${cx} ${tenth(y + round)}V${cy}`;
}

class Branches {
  constructor() {
    this.edges = svg("g", { class: "pt-edges" });
    this.knots = svg("g", { class: "pt-knots" });
    this.drawn = new Map(); // id to its elements
    this.motion = new Motion((places) => this.paint(places));
  }

  // other: ids of the tree beside this one, or null.
  show(visible, grid, places, { isClosed, isCollapsed, other, smoothly }) {
    this.visible = visible;
    this.grid = grid;
    this.isClosed = isClosed;
    const targets = new Map(visible.map(({ id }) => [id, places.get(id)]));
    for (const [id, { edge, knot }] of this.drawn) {
      if (targets.has(id)) continue;
      edge.remove();
      knot.remove();
      this.drawn.delete(id);
    }
    visible.forEach((node) => this.elements(node));
    this.sort(visible.filter(({ height }) => height > 0));
    for (const node of visible) {
      const { knot } = this.elements(node);
      knot.classList.toggle("pt-closed", isClosed(node));
      knot.classList.toggle("pt-collapsed", isCollapsed(node));
      knot.classList.toggle("pt-differs", other !== null && !other.has(node.id));
    }
    const parents = new Map(visible.map(({ id, parent }) => [id, parent?.id]));
    const known = new Map(this.motion.places);
    const origin = (id) =>
      known.size > 0 ? known.get(parents.get(id)) : { x: places.get(id).x, y: grid.rows.base };
    this.motion.move(targets, origin, smoothly);
  }

  // Parents before children. What stands right already is not touched: it would lose the focus.
  sort(nodes) {
    nodes.forEach(({ id }, index) => {
      const { knot } = this.drawn.get(id);
      if (this.knots.children[index] !== knot) {
        this.knots.insertBefore(knot, this.knots.children[index] ?? null);
      }
    });
  }

  elements(node) {
    if (this.drawn.has(node.id)) return this.drawn.get(node.id);
    const edge = svg("path", { class: "pt-edge", fill: "none" });
    const knot = svg("g", { class: "pt-knot" });
    const made = { edge, knot };
    if (node.children.length > 0) {
      knot.dataset.id = node.id;
      made.triangle = svg("path", { class: "pt-triangle" });
      made.area = svg("circle", { class: "pt-area", r: 12 });
      made.dot = svg("rect", { class: "pt-dot", x: -4, y: -4, width: 8, height: 8, rx: 4 });
      knot.append(made.triangle, made.dot, made.area);
    }
    this.edges.append(edge);
    this.drawn.set(node.id, made);
    return made;
  }

  paint(places) {
    for (const node of this.visible) {
      const place = places.get(node.id);
      const made = this.drawn.get(node.id);
      const parent = node.parent === null ? null : places.get(node.parent.id);
      made.edge.setAttribute("d", parent === null ? "" : elbow(parent, place));
      made.edge.setAttribute("opacity", tenth(place.alpha));
      if (made.dot === undefined) continue;
      const at = `translate(${tenth(place.x)} ${tenth(place.y)})`;
      made.dot.setAttribute("transform", at);
      made.area.setAttribute("transform", at);
      made.knot.setAttribute("opacity", tenth(place.alpha));
      made.triangle.setAttribute("d", this.isClosed(node) ? this.fan(node, place) : "");
    }
  }

  // Over the words of a closed node.
  fan(node, { x, y }) {
    const { x: left, width } = this.grid.span(node.start, node.stop);
    const base = tenth(this.grid.rows.base);
    return `M${tenth(x)} ${tenth(y)}L${tenth(left + 5)} ${base}H${tenth(left + width - 5)}Z`;
  }

  // A node lights what is below it, a word (a node without children) its way to the root.
  light(node) {
    for (const one of this.visible) {
      const { edge, knot } = this.drawn.get(one.id);
      const below = node !== null && node.height > 0 && isWithin(one, node);
      const above = node !== null && node.height === 0 && isWithin(node, one);
      edge.classList.toggle("pt-on", (below && one !== node) || above);
      knot.classList.toggle("pt-on", below || above);
    }
  }
}
