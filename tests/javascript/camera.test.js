// What of the map of words is seen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { joined } from "./joined.js";

const window = { matchMedia: () => ({ matches: true }) }; // no flights: one has arrived at once
const { Camera } = joined(["web/widgets/dom.js", "pages/word2vec/widgets/cloud/camera.js"], ["Camera"], {
  TEXTS: {},
  window,
});

function camera() {
  const seen = new Camera(() => {});
  seen.resize(800, 400);
  return seen;
}

const near = (one, other) => one.forEach((value, at) => assert.ok(Math.abs(value - other[at]) < 1e-9));

test("a place of the screen is the place of the map that is drawn there", () => {
  const seen = camera();
  near(seen.toScreen(0.5, 0.5), [400, 200]);
  near(seen.toMap(...seen.toScreen(0.3, 0.8)), [0.3, 0.8]);
});

test("what is under the pointer stays there when the map comes closer", () => {
  const seen = camera();
  const before = seen.toMap(500, 150);
  seen.zoomAt(3, 500, 150);
  near(seen.toMap(500, 150), before);
  assert.ok(!seen.still);
});

test("it neither leaves the map nor comes too close", () => {
  const seen = camera();
  seen.pan(1e6, -1e6);
  assert.deepEqual([seen.x, seen.y], [0, 1]);
  seen.zoomAt(1e9, 0, 0);
  assert.equal(seen.zoom, 90);
});

test("a frame holds all of its places", () => {
  const seen = camera();
  const places = [
    [0.1, 0.2],
    [0.4, 0.3],
  ];
  seen.frame(places);
  for (const place of places) {
    const [left, top] = seen.toScreen(...place);
    assert.ok(left > 0 && left < 800 && top > 0 && top < 400);
  }
});

test("a camera that nobody moved follows the size of its window", () => {
  const seen = camera();
  seen.over([0.5, 0.5], false);
  assert.equal(seen.zoom, seen.whole);
  seen.resize(300, 300);
  assert.equal(seen.zoom, seen.whole);
});
