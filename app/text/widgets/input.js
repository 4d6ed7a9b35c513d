// Mouse, finger and keyboard on the text: which token's box is open, and whether it stays open.

const SHOW_AFTER = 110; // milliseconds of a mouse resting on a token
const HIDE_AFTER = 180; // enough to get from the token into its box

class Input {
  // view: what main.js gives: {passage, popover, open(index, anchor), close(), choose(id)}.
  constructor(root, view) {
    this.view = view;
    this.pinned = false; // opened by a click, a tap or the keyboard: only these close it
    this.timer = null;
    const { passage, popover } = view;
    const listen = (node, type, method) => node.addEventListener(type, (event) => this[method](event));
    listen(passage.node, "pointerover", "over");
    listen(root, "pointerout", "out");
    listen(popover.node, "pointerover", "stay");
    listen(passage.node, "click", "click");
    listen(passage.node, "focusin", "focusIn");
    listen(root, "focusout", "focusOut");
    listen(passage.node, "keydown", "textKey");
    listen(popover.node, "keydown", "boxKey");
    this.outside = (event) => {
      const { target } = event;
      if (!passage.node.contains(target) && !popover.node.contains(target)) this.close();
    };
    this.moved = () => this.follow();
  }

  later(action, milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(action, milliseconds);
  }

  over(event) {
    if (event.pointerType !== "mouse" || event.buttons !== 0 || this.pinned) return;
    const index = this.view.passage.indexOf(event.target);
    if (index === null) return;
    const [x, y] = [event.clientX, event.clientY];
    this.later(() => this.open(index, false, [x, y]), SHOW_AFTER);
  }

  out(event) {
    if (event.pointerType === "mouse" && !this.pinned) this.later(() => this.close(), HIDE_AFTER);
  }

  stay() {
    if (!this.pinned) clearTimeout(this.timer);
  }

  // A click that ended a selection is not meant for the token.
  click(event) {
    const selection = window.getSelection();
    const index = this.view.passage.indexOf(event.target);
    const selecting = selection !== null && !selection.isCollapsed;
    if (index === null || selecting) return this.close();
    const again = this.pinned && this.index === index;
    if (again) return this.close();
    this.view.passage.select(index);
    this.view.passage.nodes[index].focus({ preventScroll: true });
    this.open(index, true, [event.clientX, event.clientY]);
  }

  open(index, pinned, [x, y] = []) {
    clearTimeout(this.timer);
    const node = this.view.passage.nodes[index];
    if (node === undefined) return;
    this.mark(false);
    this.index = index;
    this.pinned = pinned;
    this.view.open(index, anchorOf(node, x, y));
    this.mark(true);
    document.addEventListener("pointerdown", this.outside);
    window.addEventListener("scroll", this.moved, { capture: true, passive: true });
    window.addEventListener("resize", this.moved);
  }

  close() {
    clearTimeout(this.timer);
    this.mark(false);
    this.pinned = false;
    this.view.popover.close();
    document.removeEventListener("pointerdown", this.outside);
    window.removeEventListener("scroll", this.moved, { capture: true });
    window.removeEventListener("resize", this.moved);
  }

  mark(open) {
    const node = this.view.passage.nodes[this.index];
    if (node === undefined) return;
    node.classList.toggle("tk-open", open);
    setAttribute(node, "aria-expanded", node.hasAttribute("role") ? open : null);
  }

  follow() {
    const node = this.view.passage.nodes[this.index];
    const anchor = node?.isConnected ? anchorOf(node) : null;
    const seen = anchor !== null && anchor.bottom > 0 && anchor.top < window.innerHeight;
    if (seen) placeBox(this.view.popover.node, anchor);
    else this.close();
  }

  focusIn(event) {
    const { passage } = this.view;
    const index = passage.indexOf(event.target);
    const asked = !passage.restoring && event.target.matches(":focus-visible");
    if (index !== null && asked) this.open(index, true);
  }

  focusOut(event) {
    const { relatedTarget } = event;
    const { passage, popover } = this.view;
    const inside = passage.node.contains(relatedTarget) || popover.node.contains(relatedTarget);
    if (this.pinned && relatedTarget !== null && !inside) this.close();
  }

  textKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const { passage, popover } = this.view;
    const at = passage.current;
    const targets = {
      ArrowLeft: () => passage.focus(at - 1),
      ArrowRight: () => passage.focus(at + 1),
      ArrowUp: () => passage.focus(passage.lineStep(-1)),
      ArrowDown: () => passage.focus(passage.lineStep(1)),
      Home: () => passage.focus(0),
      End: () => passage.focus(passage.nodes.length - 1),
      Enter: () => this.enter(at),
      " ": () => this.enter(at),
      Escape: () => this.close(),
    };
    if (passage.indexOf(event.target) === null || !Object.hasOwn(targets, event.key)) return;
    if (event.key === "Escape" && !popover.isOpen) return;
    event.preventDefault();
    targets[event.key]();
  }

  enter(index) {
    this.open(index, true);
    this.view.popover.step(0);
  }

  boxKey(event) {
    const { passage, popover } = this.view;
    const actions = {
      ArrowDown: () => popover.step(1),
      ArrowUp: () => popover.step(-1),
      Home: () => popover.buttons[0]?.focus(),
      End: () => popover.buttons.at(-1)?.focus(),
      Tab: () => passage.focus(this.index),
      Escape: () => {
        passage.focus(this.index);
        this.close();
      },
    };
    if (!Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  }
}
