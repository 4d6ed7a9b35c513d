// Parse trees as nodes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { joined as load } from "./joined.js";

const { outlineOf, visibleNodes, joined, isWithin } = load(
  ["pages/parse_tree/widgets/outline.js"],
  ["outlineOf", "visibleNodes", "joined", "isWithin"],
);

const TREE = [0, [[1, 2], 3]];
const SPLITS = [
  [0, 4, 1, 0.9],
  [1, 4, 3, 0.5],
  [1, 3, 2, 0.1],
];

test("every node knows its span, its height and its split", () => {
  const { root, nodes, byId } = outlineOf(TREE, SPLITS);
  assert.deepEqual([root.start, root.stop, root.height, root.order], [0, 4, 3, 0]);
  assert.equal(nodes.length, 7);
  assert.deepEqual([byId.get("1-4").order, byId.get("1-3").order], [1, 2]);
  assert.deepEqual([byId.get("2-3").order, byId.get("2-3").level], [-1, 4]);
  for (const node of nodes.slice(1)) assert.ok(isWithin(node, node.parent));
});

test("a list of one is what is in it", () => {
  const { root, nodes } = outlineOf([[0]], []);
  assert.deepEqual([root.id, root.height, nodes.length], ["0-1", 0, 1]);
});

test("a closed node hides all that is below it", () => {
  const outline = outlineOf(TREE, SPLITS);
  const seen = visibleNodes(outline, ({ id }) => id === "1-4").map(({ id }) => id);
  assert.deepEqual(seen, ["0-4", "0-1", "1-4"]);
});

test("Chinese words have no space between them, others have one", () => {
  assert.equal(joined(["我", "爱", "New", "York", "市"]), "我爱New York市");
});
