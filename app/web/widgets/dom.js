// Build elements. Children that are strings become text nodes, so no value is read as HTML.

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(...children);
  return node;
}

function html(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG_NAMESPACE, tag), attributes, children);
}

// A text of the interface with its {fields} filled in.
function phrase(key, lang, values = {}) {
  const text = TEXTS[key][lang === "zh" ? "zh" : "en"];
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

// Set only what differs: every write costs, and a screen reader repeats what is written anew.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function setAttribute(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
}

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, Number(value) || 0));
}

function animate(node, frames, options) {
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return null;
  return node.animate(frames, options);
}

function parsed(value) {
  try {
    const content = JSON.parse(value);
    return content !== null && typeof content === "object" ? content : null;
  } catch {
    return null;
  }
}
