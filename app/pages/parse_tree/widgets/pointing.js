// Mouse, finger and keyboard on a picture.

class Pointing {
  // panel: {picture, point(span), toggle(id)}
  constructor(panel) {
    this.panel = panel;
    this.picture = panel.picture;
    const { svg: drawing } = this.picture;
    const listen = (type, method) => drawing.addEventListener(type, (event) => this[method](event));
    listen("pointerover", "over");
    listen("pointerleave", "leave");
    listen("click", "click");
    listen("focusin", "focus");
    listen("focusout", "leave");
    listen("keydown", "key");
  }

  // What an event is about: {id, word} of the closest element that has them.
  under({ target }) {
    const found = target.closest?.("[data-id], [data-word]");
    if (!found) return null;
    const { id, word } = found.dataset;
    return { id: id ?? null, span: word === undefined ? spanOf(id) : [Number(word), Number(word) + 1] };
  }

  over(event) {
    const found = this.under(event);
    if (found !== null) this.panel.point(found.span);
    else if (event.pointerType === "mouse") this.panel.point(null);
  }

  // A finger that was lifted leaves what it pointed at.
  leave(event) {
    if (event.pointerType === undefined || event.pointerType === "mouse") this.panel.point(null);
  }

  click(event) {
    const found = this.under(event);
    if (found === null) return;
    if (found.id !== null) {
      this.picture.focus(found.id);
      this.panel.toggle(found.id);
    }
    this.panel.point(found.span);
  }

  focus(event) {
    const found = this.under(event);
    if (found === null) return;
    if (found.id !== null) this.picture.current = found.id;
    this.panel.point(found.span);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { scene, visible, current, isClosed } = this.picture;
    const node = scene.outline.byId.get(current);
    const along = (by) => {
      const siblings = node.height > 0 ? (node.parent?.children ?? []) : visible.filter(isLeaf);
      return siblings[siblings.indexOf(node) + by];
    };
    const targets = {
      ArrowUp: () => node.parent,
      ArrowDown: () => (isClosed(node) ? undefined : node.children[0]),
      ArrowLeft: () => along(-1),
      ArrowRight: () => along(1),
      Home: () => scene.outline.root,
      End: () => visible.filter(isLeaf).at(-1),
    };
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.panel.toggle(current);
      this.panel.point(spanOf(current));
      return;
    }
    if (!Object.hasOwn(targets, event.key)) return;
    event.preventDefault();
    const target = targets[event.key]();
    if (target) this.picture.focus(target.id);
  }
}

function isLeaf({ height }) {
  return height === 0;
}

function spanOf(id) {
  return id.split("-").map(Number);
}
