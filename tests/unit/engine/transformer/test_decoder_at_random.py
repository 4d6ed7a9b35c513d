"""Slots opened, extended, cut, copied and closed at random: the logits stay those of one pass."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pytest

from engine.models.errors import EngineError
from engine.transformer.batches import Row, feeds, source_feeds
from engine.transformer.config import TransformerConfig
from engine.transformer.decoder import NEW_TOKENS, Chunk, Decoder, Past
from engine.transformer.language_model import LanguageModel
from engine.transformer.runtimes import Floats
from tests.unit.engine.transformer.tiny import RandomWeights, tiny_config

CLOSE = 2e-5
CASES = [
    *((family, "openvino", 40) for family in ("gpt2_ml", "cdial", "nezha", "bert_lm", "t5")),
    ("rotary", "openvino", 40),
    ("t5", "keras", 8),
]


@dataclass(frozen=True)
class _Text:
    """What a slot should hold; its first ``prefix`` tokens see each other both ways."""

    tokens: tuple[int, ...] = ()
    segments: tuple[int, ...] = ()
    source: tuple[int, ...] = ()
    prefix: int = 0

    def cut(self, length: int) -> "_Text":
        return replace(self, tokens=self.tokens[:length], segments=self.segments[:length])

    def __add__(self, chunk: Chunk) -> "_Text":
        tokens, segments = chunk.tokens, chunk.segments or [0] * len(chunk.tokens)
        return replace(
            self,
            tokens=(*self.tokens, *tokens),
            segments=(*self.segments, *segments),
            prefix=len(tokens) if chunk.bidirectional else self.prefix,
        )


class _Walk:
    """Random operations on a decoder, each also done to the texts that its slots should hold."""

    def __init__(self, decoder: Decoder, reference: LanguageModel, seed: int) -> None:
        self.decoder, self.reference, self.config = decoder, reference, decoder.config
        self.random = np.random.default_rng(seed)
        self.texts: dict[int, _Text] = {}
        self.pasts: list[tuple[Past, _Text]] = []

    def step(self) -> None:
        rarely = [self.close, self.keep, self.reorder, self.truncate, self.refuse]
        operations = [*rarely, *[self.open] * 3, *[self.extend] * 8]
        operations[self.random.integers(len(operations))]()
        for slot, text in self.texts.items():
            assert tuple(self.decoder.tokens(slot)) == text.tokens

    def open(self) -> None:
        if len(self.texts) == self.decoder.slots:
            return
        if self.pasts and self.random.random() < 0.6:
            past, text = self.pasts[self.random.integers(len(self.pasts))]
            length = int(self.random.integers(text.prefix, len(past) + 1))
            self.texts[self.decoder.open(past, length=length)] = text.cut(length)
            return
        source = self.ids(1, 40) if self.config.encoder_layers else None
        self.texts[self.decoder.open(source=source)] = _Text(source=tuple(source or ()))

    def close(self) -> None:
        for slot in self.some():
            self.decoder.close(slot)
            del self.texts[slot]

    def keep(self) -> None:
        self.pasts += [(self.decoder.keep(slot), self.texts[slot]) for slot in self.some()]

    def reorder(self) -> None:
        slots = self.some()
        sources = [int(self.random.choice(list(self.texts))) for _ in slots]
        self.decoder.reorder(slots, sources)
        self.texts |= {
            slot: self.texts[source] for slot, source in zip(slots, sources, strict=True)
        }

    def truncate(self) -> None:
        for slot in self.some():
            text = self.texts[slot]
            length = int(self.random.integers(text.prefix, len(text.tokens) + 1))
            self.decoder.truncate(slot, length)
            self.texts[slot] = text.cut(length)

    def refuse(self) -> None:
        """One chunk that cannot be: nobody's tokens are appended."""
        chunks = [self.chunk(slot) for slot in self.some()]
        if chunks:
            chunks[-1] = replace(chunks[-1], tokens=[self.config.vocab_size], segments=None)
            with pytest.raises(EngineError):
                self.decoder.extend(chunks)

    def extend(self) -> None:
        chunks = [self.chunk(slot) for slot in self.some()]
        chunks = [
            chunk
            for chunk in chunks
            if len(self.texts[chunk.slot].tokens) + len(chunk.tokens) <= self.config.max_positions
        ]
        every = bool(self.random.random() < 0.3)
        logits = self.decoder.extend(chunks, every_position=every)
        for chunk, got in zip(chunks, logits, strict=True):
            text = self.texts[chunk.slot] = self.texts[chunk.slot] + chunk
            expected = one_pass(self.reference, text)[-len(chunk.tokens) :]
            np.testing.assert_allclose(got, expected if every else expected[-1], atol=CLOSE)

    def chunk(self, slot: int) -> Chunk:
        tokens = self.ids(1, int(self.random.choice([2, 2, 8, 33, 70])))
        segments = self.random.integers(0, self.config.num_segments or 1, len(tokens)).tolist()
        both_ways = self.config.family == "bert_lm" and not self.texts[slot].tokens
        return Chunk(slot, tokens, segments, bidirectional=both_ways)

    def some(self) -> list[int]:
        slots = [slot for slot in self.texts if self.random.random() < 0.6]
        return self.random.permutation(slots).astype(int).tolist()

    def ids(self, least: int, below: int) -> list[int]:
        count = int(self.random.integers(least, below))
        return self.random.integers(0, self.config.vocab_size, count).tolist()


def one_pass(model: LanguageModel, text: _Text) -> Floats:
    """Logits [S, V] of a text that a new cache reads at once."""
    config, cache = model.config, model.runtime.cache()
    cache.allocate(1, 64)
    if text.source:
        cache.encode(0, source_feeds(config, text.source, NEW_TOKENS))
    row = Row(0, 0, list(text.tokens), list(text.segments), False)
    whole = feeds(config, [row], 0, [len(text.tokens)], every_position=True)
    whole.mask[:, :, : text.prefix, : text.prefix] = 0
    cache.allocate(1, len(text.tokens))
    return cache.run(0, whole)[0]


def _config(family: str) -> TransformerConfig:
    if family == "rotary":
        return replace(tiny_config("roformer"), attention="causal")
    return tiny_config(family)


@pytest.mark.parametrize("family, runtime, steps", CASES)
def test_whatever_happened_the_logits_are_those_of_one_pass(
    family: str, runtime: str, steps: int
) -> None:
    config = _config(family)
    weights = RandomWeights(config)
    reference = LanguageModel.build(config, weights, runtime="openvino")
    model = LanguageModel.build(config, weights, runtime=runtime)
    walk = _Walk(model.decoder(slots=4), reference, seed=steps)
    for _ in range(steps):
        walk.step()


def test_decoders_of_several_threads_share_a_runtime() -> None:
    config = tiny_config("t5")
    model = LanguageModel.build(config, RandomWeights(config), runtime="openvino")
    walks = [_Walk(model.decoder(slots=3), model, seed) for seed in range(3)]

    def go(walk: _Walk) -> None:
        for _ in range(25):
            walk.step()

    with ThreadPoolExecutor(len(walks)) as threads:
        list(threads.map(go, walks))
