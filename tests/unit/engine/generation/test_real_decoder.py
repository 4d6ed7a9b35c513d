"""The loop over the decoder as it is, with tiny random weights: what is reused or put together
must not change what is written."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from engine.generation.batcher import Batcher
from engine.generation.beam import beam_search
from engine.generation.settings import Settings
from engine.generation.stream import random_sample, stream
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel
from tests.unit.engine.transformer.tiny import CAUSAL, RandomWeights, tiny_config, tokens

GREEDY = Settings(temperature=0)


@pytest.fixture(
    scope="module", params=[*CAUSAL, pytest.param("gpt2 in Keras", marks=pytest.mark.slow)]
)
def model(request) -> LanguageModel:
    family, *keras = request.param.split(" in ")
    config = tiny_config(family)
    # A past is the runtime's own, so what is reused must be seen in both.
    return LanguageModel.build(config, RandomWeights(config), runtime="keras" if keras else None)


def prompt(model, count: int, seed: int = 1) -> Prompt:
    segments = [number % 2 for number in range(count)]
    return Prompt(tuple(tokens(count, seed)), tuple(segments), reply_segment=1)


def recomputed(model, given: Prompt, count: int) -> list[int]:
    """The most probable tokens, each from one pass over everything before it."""
    ids, segments, source = [*given.tokens], [*given.segments], None
    if model.config.encoder_layers:
        ids, segments, source = [0], [0], given.tokens
    start = len(ids)
    for _ in range(count):
        ids.append(int(model.logits(ids, segments, source=source)[-1].argmax()))
        segments.append(0 if source else given.reply_segment)
    return ids[start:]


def test_streams_together_write_what_each_would_alone(model):
    prompts = [prompt(model, 3 + 7 * number, number) for number in range(5)]
    prompts.append(prompt(model, 17, 2))  # begins as the third does
    batcher = Batcher(model, slots=4, prefill_tokens=8)
    streams = [stream(model, p, sampler=GREEDY, max_tokens=6, batcher=batcher) for p in prompts]
    with ThreadPoolExecutor(len(streams)) as threads:
        found = list(threads.map(list, streams))
    batcher.close()
    for p, written in zip(prompts, found, strict=True):
        assert [token.id for token in written] == recomputed(model, p, 6)


def test_the_next_turn_continues_as_if_all_had_been_read(model):
    batcher = Batcher(model)
    first = prompt(model, 12)
    written = [t.id for t in stream(model, first, sampler=GREEDY, max_tokens=5, batcher=batcher)]
    more = tokens(4, seed=9)
    second = Prompt(
        (*first.tokens, *written, *more), (*first.segments, *[1] * 5, *[0] * 4), reply_segment=1
    )
    found = stream(model, second, sampler=GREEDY, max_tokens=5, batcher=batcher)
    assert [token.id for token in found] == recomputed(model, second, 5)
    batcher.close()


def test_beams_have_the_probabilities_of_their_texts(model):
    given = prompt(model, 6)
    for beam in beam_search(model, given, beams=3, max_tokens=5, stop=[7]):
        ids, segments, source = [*given.tokens], [*given.segments], None
        reply = given.reply_segment
        if model.config.encoder_layers:
            ids, segments, source, reply = [0], [0], given.tokens, 0
        start = len(ids)
        ids += beam.tokens
        segments += [reply] * len(beam.tokens)
        rows = model.logits(ids, segments, source=source)[start - 1 : -1].astype(np.float64)
        rows -= np.log(np.exp(rows).sum(axis=1, keepdims=True))
        logprob = rows[np.arange(len(beam.tokens)), beam.tokens].sum()
        assert beam.logprob == pytest.approx(logprob, abs=1e-3)


def test_samples_of_one_prompt_are_those_of_their_seeds(model):
    given = prompt(model, 20)
    together = random_sample(model, given, 4, top_k=5, max_tokens=6, seed=11)
    for number, sample in enumerate(together):
        batcher = Batcher(model)
        (alone,) = random_sample(
            model, given, 1, top_k=5, max_tokens=6, seed=11 + number, batcher=batcher
        )
        batcher.close()
        assert alone.tokens == sample.tokens
        assert alone.logprob == pytest.approx(sample.logprob, abs=1e-3)


def test_the_context_is_used_to_its_end(model):
    if model.config.encoder_layers:
        pytest.skip("the decoder of an encoder-decoder begins with one token")
    found = stream(model, prompt(model, model.config.max_positions - 3), sampler=GREEDY)
    assert len(list(found)) == 4
    assert found.finish_reason == "context"


def test_users_who_come_and_go_do_not_disturb_each_other(model):
    batcher = Batcher(model, slots=3, prefill_tokens=8)
    prompts = [prompt(model, 2 + 5 * number, number % 3) for number in range(8)]
    expected = [recomputed(model, p, 8) for p in prompts]

    def user(number: int) -> bool:
        for stop_at in (2, 8, 5):
            tokens = stream(model, prompts[number], sampler=GREEDY, max_tokens=8, batcher=batcher)
            found = [token.id for token in itertools.islice(tokens, stop_at)]
            tokens.close()
            if found != expected[number][:stop_at]:
                return False
        return True

    with ThreadPoolExecutor(len(prompts)) as threads:
        assert all(threads.map(user, range(len(prompts))))
    batcher.close()
    assert batcher.load == 0
