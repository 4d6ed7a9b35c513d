// What was tried: each continuation under the one that it went on from.

class Tree {
  constructor(root) {
    this.root = root;
  }

  receive(value) {
    const { lang = "zh", current = null, nodes = [] } = parsed(value) ?? {};
    this.current = current;
    this.root.hidden = nodes.length === 0;
    const known = new Set(nodes.map(({ id }) => id));
    const below = new Map();
    for (const node of nodes) {
      const parent = known.has(node.parent) ? node.parent : null;
      below.set(parent, [...(below.get(parent) ?? []), node]);
    }
    const title = html("p", {}, phrase("tree.title", lang));
    this.root.replaceChildren(title, this.list(below, null));
    this.root.querySelector("[aria-current]")?.scrollIntoView?.({ block: "nearest" });
  }

  // A single continuation goes on in the same list, so that a long story is not a staircase.
  list(below, parent) {
    const list = html("ul");
    let level = below.get(parent) ?? [];
    while (level.length === 1) {
      list.append(html("li", {}, this.button(level[0])));
      level = below.get(level[0].id) ?? [];
    }
    for (const node of level) {
      const item = html("li", { class: "story-fork" }, this.button(node));
      if (below.has(node.id)) item.append(this.list(below, node.id));
      list.append(item);
    }
    return list;
  }

  button({ id, text, meta }) {
    const current = id === this.current ? "true" : null;
    const words = html("span", { lang: "zh" }, text);
    const button = html("button", { type: "button", "aria-current": current }, words);
    if (meta) button.append(html("small", {}, meta));
    button.addEventListener("click", () => trigger("goto", { id }));
    return button;
  }
}

const tree = new Tree(element.querySelector(".story-tree"));
watch("value", () => tree.receive(props.value));
tree.receive(props.value);
