// Which shade a token gets, and whether shades are shown at all, on the whole page alike.

const SHARES = [0.5, 0.2, 0.05, 0.01]; // the least probability of the first four shades
const RANKS = [10, 100, 1000];
const STORED = "tokens.shading";
const CHANGED = "tokens-shading";

function shadeOf(token, mode) {
  if (mode === "rank") return `tk-rank-${bucketOf(token.rank)}`;
  const share = Math.exp(token.logprob);
  const level = SHARES.findIndex((least) => share >= least);
  return `tk-share-${level < 0 ? SHARES.length : level}`;
}

function bucketOf(rank) {
  const bucket = RANKS.findIndex((last) => rank <= last);
  return bucket < 0 ? RANKS.length : bucket;
}

function isShaded() {
  return !document.documentElement.classList.contains("tk-unshaded");
}

function setShaded(shaded) {
  document.documentElement.classList.toggle("tk-unshaded", !shaded);
  try {
    window.localStorage.setItem(STORED, shaded ? "on" : "off");
  } catch {
    // Without a store the choice holds for this visit.
  }
  window.dispatchEvent(new Event(CHANGED));
}

// Style sheet and choice of all token views of the page, put in place by the first.
function preparePage() {
  if (document.getElementById("tk-style") !== null) return;
  document.head.append(html("style", { id: "tk-style" }, STYLE));
  try {
    const off = window.localStorage.getItem(STORED) === "off";
    document.documentElement.classList.toggle("tk-unshaded", off);
  } catch {
    // Nothing is stored: shades are shown.
  }
}
