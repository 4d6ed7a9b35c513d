// A picture as a file, with the colours that it has on this page, and texts to paste elsewhere.

const CARRIED = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linejoin",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "shape-rendering",
];
const LEFT_OUT = ".pt-area, .pt-column, .pt-box, .pt-band";
const SHARPNESS = 2; // pixels of a PNG for one on the screen
const LARGEST = 8192; // of its sides: browsers draw no larger canvas

// A copy that needs no style sheet.
function standalone(drawing) {
  const copy = drawing.cloneNode(true);
  const originals = [drawing, ...drawing.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((node, index) => {
    const style = getComputedStyle(originals[index]);
    for (const { name } of [...node.attributes]) {
      if (/^(class|id|role|tabindex|aria-|data-|style)/.test(name)) node.removeAttribute(name);
    }
    if (node.tagName === "g" || node.tagName === "title") return;
    for (const name of CARRIED) node.setAttribute(name, style.getPropertyValue(name));
  });
  [...drawing.querySelectorAll(LEFT_OUT)]
    .map((node) => originals.indexOf(node))
    .map((index) => [copy, ...copy.querySelectorAll("*")][index])
    .forEach((node) => node.remove());
  return copy;
}

// What is drawn, without the empty room beside it.
function frameOf(picture) {
  const { x, y, width, height } = picture.svg.getBBox();
  const size = { width: Math.ceil(width) + 2 * MARGIN, height: Math.ceil(height) + 2 * MARGIN };
  return { x: Math.floor(x) - MARGIN, y: Math.floor(y) - MARGIN, ...size };
}

function asSvg(picture) {
  const copy = standalone(picture.svg);
  const frame = frameOf(picture);
  const { x, y, width, height } = frame;
  const fill = getComputedStyle(picture.node).backgroundColor;
  copy.prepend(svg("rect", { ...frame, fill }));
  filled(copy, { width, height, viewBox: `${x} ${y} ${width} ${height}` }, []);
  return new XMLSerializer().serializeToString(copy);
}

async function asPng(picture) {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([asSvg(picture)], { type: "image/svg+xml" }));
  try {
    await image.decode();
    const { width, height } = frameOf(picture);
    const scale = Math.min(SHARPNESS, LARGEST / width, LARGEST / height);
    const canvas = html("canvas", { width: Math.ceil(width * scale), height: Math.ceil(height * scale) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

async function savePicture(picture, kind) {
  const blob = kind === "png" ? await asPng(picture) : new Blob([asSvg(picture)], { type: "image/svg+xml" });
  saveFile(blob, `parse-tree.${kind}`);
}

// Browsers give the clipboard to pages of https and of this machine only; elsewhere the old way.
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = html("textarea", { readonly: "", style: "position:fixed;opacity:0" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
