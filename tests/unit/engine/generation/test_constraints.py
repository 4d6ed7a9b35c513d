"""Hard constraints: which tokens each of them excludes, and when."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.generation.constraints import BadWords, Forbidden, MinLength, NoRepeatNGram
from engine.generation.processors import Processor, SamplingContext
from engine.generation.sampling import Chain, Greedy, TopK
from engine.models.errors import GenerationError

LOGITS = np.zeros(10)


def excluded(
    processor: Processor, generated: tuple[int, ...], prompt: tuple[int, ...] = ()
) -> list[int]:
    context = SamplingContext(prompt, generated, len(generated))
    return np.flatnonzero(np.isneginf(processor.process(LOGITS, context))).tolist()


def test_forbidden() -> None:
    assert excluded(Forbidden([0, 7]), (0, 7)) == [0, 7]
    assert excluded(Forbidden([]), ()) == []


def test_min_length_counts_generated_tokens_only() -> None:
    rule = MinLength(2, [7, 9])
    assert excluded(rule, (), prompt=(1, 2, 3)) == [7, 9]
    assert excluded(rule, (1,)) == [7, 9]
    assert excluded(rule, (1, 2)) == []
    assert excluded(MinLength(0, [7]), ()) == []


@pytest.mark.parametrize(
    ("size", "text", "expected"),
    [
        (1, (3, 5, 3), [3, 5]),
        (2, (1, 2, 3, 1), [2]),
        (2, (1, 2, 1, 4, 1), [2, 4]),
        (2, (1, 1), [1]),
        (2, (1,), []),
        (2, (), []),
        (3, (1, 2, 3, 1, 2), [3]),
        (3, (1, 2), []),
        (3, (2, 2, 2), [2]),
        (9, (1, 2, 3), []),
    ],
)
def test_no_repeat_ngram(size: int, text: tuple[int, ...], expected: list[int]) -> None:
    for cut in range(len(text) + 1):
        assert excluded(NoRepeatNGram(size), text[cut:], prompt=text[:cut]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ((), [4]),
        ((5,), [4, 6]),
        ((5, 6), [4, 7, 8]),
        ((6, 5, 6), [4, 7, 8]),
        ((5, 6, 1), [4]),
        ((6,), [4]),
    ],
)
def test_bad_words(text: tuple[int, ...], expected: list[int]) -> None:
    words = BadWords([[4], [5, 6], [5, 6, 7], [5, 6, 8], [9, 9, 9, 9]])
    for cut in range(len(text) + 1):
        assert excluded(words, text[cut:], prompt=text[:cut]) == expected


@given(
    st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=3), max_size=3),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
def test_what_must_not_come_does_not_come(
    words: list[list[int]], size: int, random: object
) -> None:
    """Greedy texts over random logits: the rules hold in the finished text."""
    scores = np.random.default_rng(random.getrandbits(32))  # type: ignore[attr-defined]
    sampler = Chain(BadWords(words), NoRepeatNGram(size + 1), Greedy())
    text: list[int] = []
    try:
        while len(text) < 30:
            context = SamplingContext((), text, len(text))
            text.append(int(sampler(scores.standard_normal(6), context).argmax()))
    except GenerationError:
        pass  # every continuation would break a rule
    runs = ["".join(map(str, word)) for word in words]
    assert not any(run in "".join(map(str, text)) for run in runs)
    grams = [tuple(text[i : i + size + 1]) for i in range(len(text) - size)]
    assert len(grams) == len(set(grams))


def test_constraints_are_hard_wherever_they_stand() -> None:
    context = SamplingContext((), (), 0)
    chain = Chain(TopK(2), Forbidden([0]), MinLength(1, [1]))
    constrained = chain.constrain(LOGITS, context)
    assert np.flatnonzero(np.isneginf(constrained)).tolist() == [0, 1]
    assert np.flatnonzero(chain(LOGITS, context)).tolist() == [2, 3]


@pytest.mark.parametrize(
    "rule", [Forbidden([10]), MinLength(1, [3, 10]), BadWords([[10]])], ids=str
)
def test_ids_beyond_the_vocabulary(rule: Processor) -> None:
    with pytest.raises(GenerationError, match="token id 10 is not in this vocabulary of 10"):
        excluded(rule, ())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Forbidden([-1]),
            "an id in forbidden_ids must be an integer of at least 0, not -1",
        ),
        (
            lambda: Forbidden("[PAD]"),  # type: ignore[arg-type]
            "forbidden_ids must be a list of token ids, not '[PAD]'",
        ),
        (
            lambda: MinLength(-1, [2]),
            "min_length must be an integer of at least 0, not -1",
        ),
        (
            lambda: MinLength(1, [2.5]),  # type: ignore[list-item]
            "an id in stop_ids must be an integer of at least 0, not 2.5",
        ),
        (
            lambda: NoRepeatNGram(0),
            "no_repeat_ngram must be an integer of at least 1, not 0",
        ),
        (
            lambda: BadWords([[1], []]),
            "bad_words must not have an empty sequence: it is everywhere",
        ),
        (lambda: BadWords([7]), "bad_words must be a list of token ids, not 7"),  # type: ignore[list-item]
    ],
)
def test_values_out_of_range(make: type, message: str) -> None:
    with pytest.raises(GenerationError) as caught:
        make()
    assert str(caught.value) == message
