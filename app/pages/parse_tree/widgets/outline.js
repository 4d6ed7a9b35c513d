// A tree as its nodes: what each spans, how high it stands, and which split opened it.

// tree: a word's index, or a list of trees; splits: [start, stop, at, distance] in their order.
// Nodes come parents first, and are told apart by their spans.
function outlineOf(tree, splits) {
  const nodes = [];
  const visit = (part, parent, level) => {
    if (Array.isArray(part) && part.length === 1) return visit(part[0], parent, level);
    const node = { parent, level, children: [], height: 0, order: -1 };
    nodes.push(node);
    if (Array.isArray(part)) {
      node.children = part.map((child) => visit(child, node, level + 1));
      node.height = 1 + Math.max(...node.children.map(({ height }) => height));
    }
    node.start = node.children.length > 0 ? node.children[0].start : part;
    node.stop = node.children.length > 0 ? node.children.at(-1).stop : part + 1;
    node.id = `${node.start}-${node.stop}`;
    return node;
  };
  const root = visit(tree, null, 1);
  for (const node of nodes) {
    node.order = splits.findIndex(([start, stop]) => start === node.start && stop === node.stop);
  }
  return { root, nodes, byId: new Map(nodes.map((node) => [node.id, node])) };
}

// The nodes that are on the screen: closed ones hide what is below them.
function visibleNodes({ nodes }, isClosed) {
  const hidden = new Set();
  return nodes.filter((node) => {
    const { parent } = node;
    const gone = parent !== null && (hidden.has(parent) || isClosed(parent));
    if (gone) hidden.add(node);
    return !gone;
  });
}

// Words as they are written: Chinese ones without a space between them.
function joined(words) {
  const isChinese = (text) => /\p{Script=Han}/u.test(text);
  return words.reduce((text, word) => {
    const close = isChinese([...text].at(-1)) || isChinese([...word][0]);
    return close ? text + word : `${text} ${word}`;
  });
}

function isWithin(node, ancestor) {
  return node.start >= ancestor.start && node.stop <= ancestor.stop;
}
