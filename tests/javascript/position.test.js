// The xiangqi board's squares and FEN.

import assert from "node:assert/strict";
import { test } from "node:test";
import { joined } from "./joined.js";

const { squareAt, columnAndRow, isSquare, isMove, colorOf, positionOf, placementOf, turnOf } = joined(
  ["pages/xiangqi/widgets/board/position.js"],
  ["squareAt", "columnAndRow", "isSquare", "isMove", "colorOf", "positionOf", "placementOf", "turnOf"],
);

const START = "rnbakabnr/9/1c5c1/p1p1p1p1p/9/9/P1P1P1P1P/1C5C1/9/RNBAKABNR";

test("a placement comes back as it was read", () => {
  const position = positionOf(`${START} w - - 0 1`);
  assert.equal(position.size, 32);
  assert.deepEqual([position.get("e0"), position.get("e9"), position.get("b7")], ["K", "k", "c"]);
  assert.equal(placementOf(position), START);
});

test("other letters of pieces are read, and what is none is left out", () => {
  assert.equal(placementOf(positionOf("rheakaehr/9/9/9/9/9/9/9/9/RHEAKAEHR")).split("/")[0], "rnbakabnr");
  assert.equal(positionOf("xyz/99999p").size, 0);
  assert.equal(positionOf("").size, 0);
});

test("a square stands where it is seen from each side", () => {
  for (const side of ["red", "black"]) {
    for (const square of ["a0", "e4", "i9"]) {
      assert.equal(squareAt(...columnAndRow(square, side), side), square);
    }
  }
  assert.deepEqual(columnAndRow("a0", "red"), [0, 9]);
  assert.deepEqual(columnAndRow("a0", "black"), [8, 0]);
});

test("squares, moves, colours and turns", () => {
  assert.deepEqual(["a0", "j0", "a10", 5].map(isSquare), [true, false, false, false]);
  assert.deepEqual(["h2e2", "h2", "h2e2x", null].map(isMove), [true, false, false, false]);
  assert.deepEqual(["K", "c"].map(colorOf), ["red", "black"]);
  assert.deepEqual([`${START} b`, `${START} w`, ""].map(turnOf), ["black", "red", "red"]);
});
