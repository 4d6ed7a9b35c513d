import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.generation.batcher import Batcher
from engine.generation.beam import beam_search
from engine.generation.stream import random_sample, stream
from engine.models.errors import DeadlineError, GenerationError
from engine.tokenizers.prompt import Prompt
from tests.unit.engine.generation.toy import END, LETTERS, ToyModel, alphabet


class Small(ToyModel):
    """A few tokens without a tokenizer; 0 begins, 1 ends.

    Its odds are others at each position, or texts of the same pairs would be equally probable.
    """

    def __init__(self, seed: int, size: int = 5, positions: int = 50) -> None:
        table = np.random.default_rng(seed).normal(size=(positions, size, size)) * 2
        super().__init__(table, positions=positions)
        self.tokenizer = None
        odds = np.exp(self.table.astype(np.float64))
        self.logprobs = np.log(odds / odds.sum(axis=-1, keepdims=True))

    def logprob(self, tokens) -> float:
        pairs = itertools.pairwise((0, *tokens))
        return sum(self.logprobs[at, a, b] for at, (a, b) in enumerate(pairs))


START = Prompt((0,), (0,))


def searched_by_hand(model, beams, max_tokens, min_tokens, min_ends) -> tuple[int, ...]:
    """What bert4keras's beam search answers, worked out over whole texts without a cache."""
    open_texts: list[tuple[int, ...]] = [()]
    for length in range(1, max_tokens + 1):
        longer = [(*text, id) for text in open_texts for id in range(model.config.vocab_size)]
        longer.sort(key=model.logprob, reverse=True)
        longer = longer[: beams if length == 1 else len(open_texts)]
        done = {
            text
            for text in longer
            if length >= min_tokens and text[-1] == 1 and text.count(1) >= min_ends
        }
        if longer[0] in done:
            return longer[0]
        open_texts = [text for text in longer if text not in done]
    return open_texts[0]


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 10**6),
    st.integers(1, 5),
    st.integers(1, 7),
    st.integers(1, 4),
    st.integers(1, 2),
)
def test_the_answer_is_that_of_bert4keras(seed, beams, max_tokens, min_tokens, min_ends):
    model = Small(seed)
    options = {"max_tokens": max_tokens, "min_tokens": min_tokens, "min_ends": min_ends}
    batcher = Batcher(model, slots=5)
    found = beam_search(model, START, beams=beams, stop=[1], batcher=batcher, **options)
    assert found[0].tokens == searched_by_hand(model, beams, **options)
    for text in found:
        assert text.logprob == pytest.approx(model.logprob(text.tokens), abs=1e-5)
        assert text.score == text.logprob
    assert len(found) <= beams
    assert model.decoders[0].held == {}
    batcher.close()


def test_enough_beams_find_the_best_text_of_all_by_mean_logprob():
    for seed in range(10):
        model = Small(seed, size=3)
        found = beam_search(model, START, beams=3, max_tokens=3, stop=[1], length_penalty=1.0)
        texts = [
            text
            for length in (1, 2, 3)
            for text in itertools.product(range(3), repeat=length)
            if 1 not in text[:-1] and (text[-1] == 1 or length == 3)
        ]
        means = {text: model.logprob(text) / len(text) for text in texts}
        assert found[0].score == pytest.approx(means[found[0].tokens], abs=1e-5)
        assert found[0].score <= max(means.values()) + 1e-5
        scores = [text.score for text in found]
        assert scores == sorted(scores, reverse=True)


def test_a_length_penalty_prefers_the_longer_text():
    # After 0: an end with 0.4, else 2, which is followed by 2 with 0.9 or an end.
    table = np.log(np.array([[1e-9, 0.4, 0.6], [1e-9, 1, 1e-9], [1e-9, 0.1, 0.9]]))
    model = ToyModel(table)
    model.tokenizer = None
    found = beam_search(model, START, beams=2, max_tokens=4, stop=[1], length_penalty=2.0)
    assert found[0].tokens == (2, 2, 2, 2)
    assert found[0].score == pytest.approx(math.log(0.6 * 0.9**3) / 16, abs=1e-4)


def test_words_and_a_single_beam():
    model = ToyModel(alphabet())
    (found,) = beam_search(model, "v", beams=1)
    assert found.text == "wxyz"
    assert found.tokens[-1] == END
    (found,) = beam_search(model, "v", beams=1, stop="y")
    assert found.text == "wxy"
    with pytest.raises(GenerationError, match="give an id"):
        beam_search(model, "v", stop="xy")


def test_the_context_ends_a_search():
    model = Small(1, positions=4)
    found = beam_search(model, START, beams=3, max_tokens=20, stop=[1], min_tokens=20)
    assert len(found[0].tokens) == 4


def test_a_search_among_streams_holds_no_more_slots_than_it_said():
    model = ToyModel()
    batcher = Batcher(model, slots=6)
    alone = beam_search(model, "ab", beams=4, max_tokens=12)
    others = [stream(model, letter, seed=1, max_tokens=40, batcher=batcher) for letter in "cdef"]
    found = beam_search(model, "ab", beams=4, max_tokens=12, batcher=batcher)
    assert found == alone
    for tokens in others:
        list(tokens)
    assert model.decoders[1].most_open <= 6
    assert batcher.load == 0
    batcher.close()


def test_a_single_beam_copies_nothing():
    model = ToyModel(alphabet())
    beam_search(model, "a", beams=1, max_tokens=2)  # too short to be remembered
    assert model.decoders[0].kept == 0
    beam_search(model, "a", beams=2, max_tokens=2)
    assert model.decoders[0].kept == 1


def test_a_search_may_end_at_a_number_of_numpy():
    (found,) = beam_search(ToyModel(alphabet()), "v", beams=1, stop=np.int64(24))
    assert found.text == "wxy"


def test_what_cannot_be_searched():
    with pytest.raises(GenerationError, match="beams"):
        beam_search(ToyModel(), "a", beams=0)
    with pytest.raises(GenerationError, match="length_penalty"):
        beam_search(ToyModel(), "a", length_penalty=-1)
    with pytest.raises(GenerationError, match="slots"):
        beam_search(ToyModel(), "a", beams=17)
    with pytest.raises(DeadlineError):
        beam_search(ToyModel(), "a", deadline=0)


def test_samples_read_their_prompt_once_and_come_by_their_seeds():
    model = ToyModel()
    found = random_sample(model, LETTERS, 6, top_k=5, max_tokens=4, seed=3)
    assert model.decoders[0].extended <= len(LETTERS) + 5 + 6 * 3
    assert len({text.text for text in found}) > 1
    assert found == random_sample(model, LETTERS, 6, top_k=5, max_tokens=4, seed=3)
    (third,) = random_sample(model, LETTERS, 1, top_k=5, max_tokens=4, seed=5)
    assert third == found[2]


def test_after_the_last_seed_comes_the_first():
    model = ToyModel()
    _, second = random_sample(model, "abcd", 2, max_tokens=6, seed=2**64 - 1)
    assert [second] == random_sample(model, "abcd", max_tokens=6, seed=0)
    for seed in (-1, 2**64):
        with pytest.raises(GenerationError, match="seed must be"):
            random_sample(model, "abcd", 2, seed=seed)


def test_more_samples_than_slots():
    model = ToyModel()
    batcher = Batcher(model, slots=2, queue=1)
    found = random_sample(model, "abcd", 7, max_tokens=3, seed=0, batcher=batcher)
    assert [text.text for text in found] == [
        text.text for text in random_sample(model, "abcd", 7, max_tokens=3, seed=0)
    ]
    batcher.close()


@given(st.integers(0, 10**6), st.integers(1, 3), st.integers(1, 5))
@settings(deadline=None, max_examples=30)
def test_samples_end_as_those_of_bert4keras(seed, min_ends, min_tokens):
    model = Small(seed)
    options = {"max_tokens": 8, "stop": [1], "min_ends": min_ends, "min_tokens": min_tokens}
    for text in random_sample(model, START, 3, seed=seed, **options):
        over = [
            n
            for n in range(1, len(text.tokens) + 1)
            if n >= min_tokens and text.tokens[n - 1] == 1 and text.tokens[:n].count(1) >= min_ends
        ]
        assert len(text.tokens) == (over[0] if over else 8)
        assert text.logprob == pytest.approx(model.logprob(text.tokens), abs=1e-4)
