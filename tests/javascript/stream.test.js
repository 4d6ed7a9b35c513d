// The token view's values, and how it writes tokens and numbers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { joined } from "./joined.js";

const TEXTS = Object.fromEntries(
  ["byte", "part", "end", "space", "newline"].map((key) => [key, { zh: key, en: `${key} {code}` }]),
);
const { Stream, piece, spoken, percent, shadeOf } = joined(
  ["web/widgets/dom.js", ...["stream", "words", "shading"].map((name) => `text/widgets/${name}.js`)],
  ["Stream", "piece", "spoken", "percent", "shadeOf"],
  { TEXTS, STYLE: "" },
);

const HEAD = '{"seq":1,"lang":"zh"}';
const line = (text, id) => JSON.stringify([text, id, -0.5, [], null]);

test("a value that grows keeps its tokens", () => {
  const stream = new Stream();
  assert.equal(stream.receive([HEAD, line("春", 1)].join("\n")), 0);
  const [first] = stream.tokens;
  assert.equal(stream.receive([HEAD, line("春", 1), line("天", 2)].join("\n")), 1);
  assert.equal(stream.tokens[0], first);
  assert.deepEqual(
    stream.tokens.map(({ text, id }) => [text, id]),
    [
      ["春", 1],
      ["天", 2],
    ],
  );
  assert.ok(stream.running);
  stream.receive(`${[HEAD, line("春", 1), line("天", 2)].join("\n")}\n{"status":"2"}`);
  assert.ok(!stream.running);
  assert.equal(stream.end.status, "2");
});

test("another value keeps what begins alike", () => {
  const stream = new Stream();
  stream.receive([HEAD, line("春", 1), line("天", 2), line("来", 3)].join("\n"));
  const [first] = stream.tokens;
  assert.equal(stream.receive(['{"seq":2}', line("春", 1), line("风", 4)].join("\n")), 1);
  assert.equal(stream.tokens.length, 2);
  assert.equal(stream.tokens[0], first);
  assert.equal(stream.tokens[1].text, "风");
});

test("what is no value is an empty one", () => {
  const stream = new Stream();
  for (const value of [null, undefined, "", 5, "[broken", "[]"]) {
    stream.receive(value);
    assert.equal(stream.head, null);
    assert.ok(!stream.running);
  }
});

test("invisible signs are made visible", () => {
  assert.deepEqual(piece("春", "zh"), { text: "春", special: false });
  assert.deepEqual(piece(" \n", "zh"), { text: "␣⏎", special: false });
  assert.deepEqual(piece("<0xE6>", "en"), { text: "byte E6", special: true });
  assert.deepEqual(piece("<eod>", "zh"), { text: "end", special: true });
  assert.deepEqual(piece("[UNK]", "zh"), { text: "[UNK]", special: true });
  assert.equal(piece("\ufffd", "zh").text, "part");
  assert.equal(spoken("\n", "zh"), "newline");
  assert.equal(spoken(" ", "zh"), "space");
});

test("a share has two digits, and none is 0% or 100% that is not", () => {
  const shown = [1, 0.99996, 0.9997, 0.5, 0.0123, 0.00005].map((share) => percent(Math.log(share)));
  assert.deepEqual(shown, ["100%", "100%", ">99.9%", "50%", "1.2%", "<0.01%"]);
});

test("shades go by probability or by rank", () => {
  const shades = [0.7, 0.3, 0.1, 0.02, 0.001].map((share) =>
    shadeOf({ logprob: Math.log(share) }, "probability"),
  );
  assert.deepEqual(shades, ["tk-share-0", "tk-share-1", "tk-share-2", "tk-share-3", "tk-share-4"]);
  const ranks = [1, 10, 11, 100, 1001].map((rank) => shadeOf({ rank }, "rank"));
  assert.deepEqual(ranks, ["tk-rank-0", "tk-rank-0", "tk-rank-1", "tk-rank-1", "tk-rank-3"]);
});
