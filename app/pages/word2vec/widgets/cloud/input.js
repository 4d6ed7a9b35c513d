// Mouse, fingers and keys on the canvas.

const STEP = 60; // pixels that an arrow key moves

class Input {
  // view: {camera, hover(x, y), pick(x, y, touch, shift), home()}.
  constructor(canvas, view) {
    this.canvas = canvas;
    this.view = view;
    this.pointers = new Map();
    this.travelled = 0;
    const listen = (type, method, options) =>
      canvas.addEventListener(type, (event) => this[method](event), options);
    listen("pointerdown", "down");
    listen("pointermove", "move");
    listen("pointerup", "up");
    listen("pointercancel", "cancel");
    listen("pointerleave", "leave");
    listen("wheel", "wheel", { passive: false });
    listen("dblclick", "twice");
    listen("keydown", "key");
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  down(event) {
    if (event.button !== 0) return;
    // An event that a program made belongs to no pointer that could be held.
    if (event.isTrusted) this.canvas.setPointerCapture(event.pointerId);
    if (this.pointers.size === 0) this.travelled = 0;
    this.pointers.set(event.pointerId, this.place(event));
  }

  move(event) {
    const now = this.place(event);
    const before = this.pointers.get(event.pointerId);
    if (before === undefined) {
      if (event.pointerType === "mouse") this.view.hover(...now);
      return;
    }
    const { camera } = this.view;
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, now);
    const [right, down] = [now[0] - before[0], now[1] - before[1]];
    this.travelled += Math.hypot(right, down);
    if (other === undefined) {
      if (this.travelled > 4) camera.pan(right, down);
      return;
    }
    const apart = (place) => Math.hypot(place[0] - other[0], place[1] - other[1]);
    const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
    camera.pan(right / 2, down / 2);
    camera.zoomAt(apart(now) / Math.max(apart(before), 1), ...middle);
  }

  up(event) {
    const known = this.pointers.delete(event.pointerId);
    if (!known || this.pointers.size > 0 || this.travelled > 6) return;
    this.view.pick(...this.place(event), event.pointerType !== "mouse", event.shiftKey);
  }

  cancel(event) {
    this.pointers.delete(event.pointerId);
  }

  leave() {
    this.view.hover(null, null);
  }

  wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.view.camera.zoomAt(Math.exp(-event.deltaY * lines * 0.0016), ...this.place(event));
  }

  twice(event) {
    this.view.camera.zoomAt(event.shiftKey ? 0.5 : 2, ...this.place(event));
  }

  key(event) {
    const { camera } = this.view;
    const middle = [camera.width / 2, camera.height / 2];
    const actions = {
      ArrowLeft: () => camera.pan(STEP, 0),
      ArrowRight: () => camera.pan(-STEP, 0),
      ArrowUp: () => camera.pan(0, STEP),
      ArrowDown: () => camera.pan(0, -STEP),
      "+": () => camera.zoomAt(1.5, ...middle),
      "=": () => camera.zoomAt(1.5, ...middle),
      "-": () => camera.zoomAt(1 / 1.5, ...middle),
      0: () => this.view.home(),
      Enter: () => this.view.pick(...middle, true, event.shiftKey),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }
}
