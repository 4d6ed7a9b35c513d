"""Slots: whatever the order in which tokens come and go, the logits are those of one pass."""

import math
from typing import Any

import numpy as np
import pytest

from engine.models.errors import (
    ContextFullError,
    EngineError,
    GenerationError,
    PromptError,
    SlotsFullError,
)
from engine.transformer.decoder import Chunk, Decoder
from engine.transformer.language_model import LanguageModel
from engine.transformer.runtimes import Feeds, Floats
from tests.unit.engine.transformer.tiny import (
    CAUSAL,
    SIZES,
    RandomWeights,
    source,
    tiny_config,
    tokens,
)

CLOSE = 1e-5


@pytest.fixture(scope="module", params=CAUSAL)
def model(request: pytest.FixtureRequest) -> LanguageModel:
    config = tiny_config(request.param)
    return LanguageModel.build(config, RandomWeights(config), runtime="openvino")


@pytest.fixture(scope="module")
def gpt2() -> LanguageModel:
    config = tiny_config("gpt2")
    return LanguageModel.build(config, RandomWeights(config), runtime="openvino")


def test_step_by_step_is_one_pass(model: LanguageModel) -> None:
    text = tokens(90)  # over a border of the cache's lengths
    whole = model.logits(text, source=source(model.config))
    decoder = model.decoder(slots=2)
    slots = [decoder.open(source=source(model.config)) for _ in range(2)]
    ragged = [Chunk(slots[0], text[:3]), Chunk(slots[1], text[:9])]
    short, long = decoder.extend(ragged, every_position=True)
    np.testing.assert_allclose(short, whole[:3], atol=CLOSE)
    np.testing.assert_allclose(long, whole[:9], atol=CLOSE)
    for at in range(81):
        steps = [Chunk(slots[0], [text[3 + at]]), Chunk(slots[1], [text[9 + at]])]
        first, second = decoder.extend(steps)
        np.testing.assert_allclose(first, whole[3 + at], atol=CLOSE)
        np.testing.assert_allclose(second, whole[9 + at], atol=CLOSE)
    assert decoder.tokens(slots[0]) == text[:84]


def test_a_kept_past_continues_elsewhere(model: LanguageModel) -> None:
    text = tokens(40)
    whole = model.logits(text, source=source(model.config))
    decoder = model.decoder(slots=3)
    first = decoder.open(source=source(model.config))
    decoder.extend([Chunk(first, text[:30])])
    past = decoder.keep(first)
    decoder.close(first)
    assert len(past) == 30
    assert past.nbytes > 0
    other = model.decoder(slots=2)
    again, shorter = other.open(past), other.open(past, length=12)
    rest = [Chunk(again, text[30:]), Chunk(shorter, text[12:])]
    end, other_end = other.extend(rest)
    np.testing.assert_allclose(end, whole[-1], atol=CLOSE)
    np.testing.assert_allclose(other_end, whole[-1], atol=CLOSE)


def test_closing_and_reordering_leave_the_others_alone(model: LanguageModel) -> None:
    texts = [tokens(12, seed) for seed in range(4)]
    wholes = [model.logits([*text, 5], source=source(model.config)) for text in texts]
    decoder = model.decoder(slots=4)
    slots = [decoder.open(source=source(model.config)) for _ in texts]
    decoder.extend([Chunk(slot, text) for slot, text in zip(slots, texts, strict=True)])
    decoder.close(slots[1])
    decoder.close(slots[1])
    decoder.reorder([slots[0], slots[2]], [slots[2], slots[0]])
    got = decoder.extend([Chunk(slots[n], [5]) for n in (3, 0, 2)])
    for logits, whole in zip(got, (wholes[3], wholes[2], wholes[0]), strict=True):
        np.testing.assert_allclose(logits, whole[-1], atol=CLOSE)


def test_beams_copy_one_slot_to_many(gpt2: LanguageModel) -> None:
    text = tokens(10)
    decoder = gpt2.decoder(slots=3)
    slots = [decoder.open() for _ in range(3)]
    decoder.extend([Chunk(slot, text[: 4 + slot]) for slot in slots])
    decoder.reorder(slots, [slots[2]] * 3)
    got = decoder.extend(
        [Chunk(slot, [token]) for slot, token in zip(slots, (7, 8, 9), strict=True)]
    )
    for logits, token in zip(got, (7, 8, 9), strict=True):
        np.testing.assert_allclose(logits, gpt2.logits([*text[:6], token])[-1], atol=CLOSE)


def test_truncating_forgets(gpt2: LanguageModel) -> None:
    decoder = gpt2.decoder()
    slot = decoder.open()
    decoder.extend([Chunk(slot, tokens(20))])
    decoder.truncate(slot, 8)
    (logits,) = decoder.extend([Chunk(slot, [9, 9])])
    np.testing.assert_allclose(logits, gpt2.logits([*tokens(20)[:8], 9, 9])[-1], atol=CLOSE)
    assert decoder.length(slot) == 10


def test_a_long_text_takes_several_passes() -> None:
    config = tiny_config("gpt2", max_positions=1100)
    model = LanguageModel.build(config, RandomWeights(config), runtime="openvino")
    text = tokens(1100)
    whole = model.logits(text)
    assert whole.shape == (1100, SIZES["vocab_size"])
    decoder = model.decoder()
    slot = decoder.open()
    for begin in range(0, 1100, 100):
        (logits,) = decoder.extend([Chunk(slot, text[begin : begin + 100])])
        np.testing.assert_allclose(logits, whole[begin + 99], atol=CLOSE)


def test_a_prefix_may_be_seen_both_ways() -> None:
    config = tiny_config("bert_lm")
    model = LanguageModel.build(config, RandomWeights(config), runtime="openvino")
    encoder = LanguageModel.build(tiny_config("bert"), RandomWeights(config), runtime="openvino")
    text = tokens(12)
    both_ways = model.logits(text, bidirectional=True)
    np.testing.assert_allclose(both_ways, encoder.logits(text), atol=CLOSE)
    assert np.abs(both_ways - model.logits(text)).max() > 0.01
    decoder = model.decoder()
    slot = decoder.open()
    decoder.extend([Chunk(slot, text, bidirectional=True)])
    (causal,) = decoder.extend([Chunk(slot, [3, 4])], every_position=True)
    (step,) = decoder.extend([Chunk(slot, [5])])
    assert causal.shape == (2, SIZES["vocab_size"])
    assert np.isfinite(step).all()


def test_segments_count(gpt2: LanguageModel) -> None:
    for family in ("cdial", "nezha"):
        config = tiny_config(family)
        model = LanguageModel.build(config, RandomWeights(config), runtime="openvino")
        plain, marked = model.logits([1, 2, 3]), model.logits([1, 2, 3], [0, 1, 1])
        np.testing.assert_allclose(plain[0], marked[0], atol=CLOSE)
        assert np.abs(plain[1:] - marked[1:]).max() > 1e-3
        with pytest.raises(PromptError, match="segment"):
            model.logits([1, 2], [0, 60])


def test_what_cannot_be_done_is_said(gpt2: LanguageModel) -> None:
    decoder = gpt2.decoder(slots=1)
    slot = decoder.open()
    with pytest.raises(SlotsFullError, match="1 slots"):
        decoder.open()
    for wrong in ([], [60], [-1]):
        with pytest.raises(PromptError):
            decoder.extend([Chunk(slot, wrong)])
    with pytest.raises(PromptError, match="2 tokens with 1 segments"):
        decoder.extend([Chunk(slot, [1, 2], [0])])
    with pytest.raises(ContextFullError, match="201 tokens"):
        decoder.extend([Chunk(slot, tokens(201))])
    with pytest.raises(GenerationError, match="two chunks"):
        decoder.extend([Chunk(slot, [1]), Chunk(slot, [2])])
    with pytest.raises(GenerationError, match="slot 7"):
        decoder.length(7)
    with pytest.raises(PromptError, match="source"):
        gpt2.logits([1], source=[1])
    assert decoder.length(slot) == 0


def test_an_unknown_dtype_or_runtime_is_named() -> None:
    config = tiny_config("gpt2")
    with pytest.raises(EngineError, match="float8"):
        LanguageModel.build(config, RandomWeights(config), dtype="float8")  # type: ignore[arg-type]
    with pytest.raises(EngineError, match="abacus"):
        LanguageModel.build(config, RandomWeights(config), runtime="abacus")


def test_decoders_share_weights_but_no_past(gpt2: LanguageModel) -> None:
    one, two = Decoder(gpt2.runtime), Decoder(gpt2.runtime)
    a, b = one.open(), two.open()
    one.extend([Chunk(a, [1, 2, 3])])
    (alone,) = two.extend([Chunk(b, [4])])
    np.testing.assert_allclose(alone, gpt2.logits([4])[-1], atol=CLOSE)


def test_a_short_piece_of_a_long_past_takes_little_room(gpt2: LanguageModel) -> None:
    first = gpt2.decoder()
    first.extend([Chunk(first.open(), tokens(190))])
    decoder = gpt2.decoder(slots=2)
    slot = decoder.open(first.keep(0), length=5)
    assert decoder._allocated == (1, 64)
    (logits,) = decoder.extend([Chunk(slot, [7])])
    np.testing.assert_allclose(logits, gpt2.logits([*tokens(190)[:5], 7])[-1], atol=CLOSE)


def test_an_empty_past_of_an_encoder_decoder_still_knows_its_source() -> None:
    config = tiny_config("t5")
    model = LanguageModel.build(config, RandomWeights(config), runtime="openvino")
    decoder = model.decoder(slots=2)
    past = decoder.keep(decoder.open(source=[3, 4, 5]))
    assert len(past) == 0
    (logits,) = decoder.extend([Chunk(decoder.open(past), [7])])
    np.testing.assert_allclose(logits, model.logits([7], source=[3, 4, 5])[0], atol=CLOSE)
    decoder.close(0)
    with pytest.raises(PromptError, match="one source"):
        decoder.open(past, source=[3])


def test_a_pass_that_fails_appends_nothing(
    gpt2: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder = gpt2.decoder(slots=2)
    step, long = decoder.open(), decoder.open()
    decoder.extend([Chunk(step, [1, 2]), Chunk(long, [3])])
    run, passes = decoder._cache.run, 0

    def failing(first: int, feeds: Feeds) -> Floats:
        nonlocal passes
        passes += 1
        if passes == 2:
            raise MemoryError("no room for the scores")
        return run(first, feeds)

    monkeypatch.setattr(decoder._cache, "run", failing)
    chunks = [Chunk(step, [4]), Chunk(long, tokens(40))]
    with pytest.raises(MemoryError):
        decoder.extend(chunks)
    assert (decoder.tokens(step), decoder.tokens(long)) == ([1, 2], [3])
    after_step, after_long = decoder.extend(chunks)
    np.testing.assert_allclose(after_step, gpt2.logits([1, 2, 4])[-1], atol=CLOSE)
    np.testing.assert_allclose(after_long, gpt2.logits([3, *tokens(40)])[-1], atol=CLOSE)


def test_an_encoder_reads_a_long_text_at_once_and_no_more_of_it() -> None:
    config = tiny_config("bert", max_positions=1100)
    model = LanguageModel.build(config, RandomWeights(config), runtime="openvino")
    text = tokens(1100)
    last_changed = [*text[:-1], (text[-1] + 1) % SIZES["vocab_size"]]
    first, other = model.logits(text)[0], model.logits(last_changed)[0]
    assert np.abs(first - other).max() > 1e-5  # the first token sees the last
    decoder = model.decoder()
    slot = decoder.open()
    decoder.extend([Chunk(slot, text[:3])])
    with pytest.raises(PromptError, match="at once"):
        decoder.extend([Chunk(slot, text[3:])])


@pytest.mark.parametrize("runtime", ["openvino", "keras"])
def test_memory_comes_back_when_all_are_gone(runtime: str) -> None:
    config = tiny_config("t5")
    model = LanguageModel.build(config, RandomWeights(config), runtime=runtime)
    decoder = model.decoder(slots=3)
    slots = [decoder.open(source=tokens(100)) for _ in range(3)]
    full = _numbers(decoder)
    for slot in slots:
        decoder.close(slot)
    assert _numbers(decoder) == 0
    decoder.open(source=[3])
    assert 0 < _numbers(decoder) < full / 3


def _numbers(decoder: Decoder) -> int:
    """How many a decoder's cache has room for."""
    cache: Any = decoder._cache
    parts = [part for pair in (*cache._past, *cache._cross) for part in pair]
    return sum(math.prod(part.shape) for part in parts)
