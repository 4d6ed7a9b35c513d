// Above and below the board: who plays, what they have taken, how much time they have; and the
// bar of the chances beside it.

const TENTHS_BELOW = 20000; // milliseconds: the last seconds are shown with tenths
const ORDER = "RNCBAP"; // of taken pieces in a tray

function playerStrip() {
  const dots = [0, 1, 2].map(() => html("i", {}));
  const strip = {
    icon: html("span", { class: "xq-icon" }),
    name: html("span", { class: "xq-name", dir: "auto" }),
    thinking: html("span", { class: "xq-thinking", "aria-hidden": "true" }, ...dots),
    tray: html("span", { class: "xq-tray", role: "img" }),
    clock: html("span", { class: "xq-clock", role: "timer" }),
  };
  strip.node = html(
    "div",
    { class: "xq-player" },
    strip.icon,
    strip.name,
    strip.thinking,
    strip.tray,
    strip.clock,
  );
  dots.forEach((dot, index) =>
    animate(dot, [{ opacity: 0.2 }, { opacity: 1 }, { opacity: 0.2 }], {
      duration: 1200,
      delay: index * 180,
      iterations: Infinity,
    }),
  );
  return strip;
}

function sortedTray(pieces) {
  const rank = (piece) => ORDER.indexOf(piece.toUpperCase());
  return [...String(pieces ?? "")]
    .filter((piece) => PIECES.includes(piece) && rank(piece) >= 0)
    .sort((one, other) => rank(one) - rank(other));
}

function drawTray(tray, pieces, value) {
  const taken = sortedTray(pieces);
  const key = [taken.join(""), value.letters, value.lang].join();
  if (tray.dataset.key === key) return;
  tray.dataset.key = key;
  const icons = taken.map((piece, index) => {
    const same = index > 0 && taken[index - 1] === piece;
    return pieceIcon(piece, value.letters, same ? "xq-mini xq-same" : "xq-mini");
  });
  tray.replaceChildren(...icons);
  const names = taken.map((piece) => phrase(`piece_${piece}`, value.lang)).join(", ");
  setAttribute(tray, "aria-label", names ? phrase("taken", value.lang, { pieces: names }) : null);
  tray.hidden = taken.length === 0;
}

function drawPlayer(strip, color, value) {
  const { players, captured, clocks, letters } = value;
  if (strip.icon.dataset.key !== color + letters) {
    strip.icon.dataset.key = color + letters;
    strip.icon.replaceChildren(pieceIcon(color === "red" ? "K" : "k", letters, "xq-mini"));
  }
  const name = players ? players[color] : phrase(color, value.lang);
  setText(strip.name, String(name ?? ""));
  const active = turnOf(value.fen) === color && !value.banner;
  strip.node.classList.toggle("xq-active", active);
  strip.thinking.hidden = !(value.thinking && active);
  drawTray(strip.tray, captured?.[color], value);
  strip.clock.hidden = !clocks;
}

function hasPlayers(value) {
  const captured = Object.values(value.captured ?? {}).some((pieces) => pieces);
  return !value.editor && Boolean(value.players || value.clocks || captured || value.thinking);
}

function clockText(milliseconds) {
  if (milliseconds < TENTHS_BELOW) {
    return (Math.floor(Math.max(0, milliseconds) / 100) / 10).toFixed(1);
  }
  const seconds = Math.ceil(milliseconds / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

// Counts down between two values of the server, and reports a fallen flag once a value.
class Countdown {
  constructor(onFlag) {
    this.onFlag = onFlag;
    this.timer = null;
  }

  // faces: the clock's node by color.
  show(clocks, faces) {
    clearInterval(this.timer);
    if (!clocks) return;
    const started = performance.now();
    let reported = false;
    const tick = () => {
      if (!faces.red.isConnected) return clearInterval(this.timer);
      for (const color of ["red", "black"]) {
        const running = clocks.running === color;
        const used = running ? performance.now() - started : 0;
        const left = clamp(clocks[color], 0, 1e9) - used;
        setText(faces[color], clockText(left));
        faces[color].classList.toggle("xq-running", running);
        faces[color].classList.toggle("xq-hurry", running && left < TENTHS_BELOW);
        if (running && left <= 0 && !reported) {
          reported = true;
          this.onFlag(color);
        }
      }
    };
    tick();
    if (clocks.running) this.timer = setInterval(tick, 100);
  }
}

function scoreBar() {
  const red = html("div", { class: "xq-bar-red" });
  const label = html("span", { class: "xq-bar-label" });
  return { red, label, node: html("div", { class: "xq-bar", role: "meter" }, red, label) };
}

function drawScore(bar, value) {
  bar.node.hidden = value.score === null || value.score === undefined || Boolean(value.editor);
  if (bar.node.hidden) return;
  const share = clamp(value.score, 0, 1);
  const shown = Math.round(share * 100);
  bar.red.style.height = `${share * 100}%`;
  bar.node.classList.toggle("xq-turned", value.orientation === "black");
  const ahead = share >= 0.5;
  bar.node.classList.toggle("xq-red-ahead", ahead);
  setText(bar.label, String(ahead ? shown : 100 - shown));
  setAttribute(bar.node, "aria-valuemin", 0);
  setAttribute(bar.node, "aria-valuemax", 100);
  setAttribute(bar.node, "aria-valuenow", shown);
  const text = phrase("chances", value.lang, { percent: shown });
  setAttribute(bar.node, "aria-label", text);
  setAttribute(bar.node, "title", text);
}
