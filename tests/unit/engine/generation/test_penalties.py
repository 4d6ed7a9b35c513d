"""Penalties and biases: what is shifted, by how much, and by which part of the text."""

import math

import numpy as np
import pytest

from engine.generation.penalties import (
    FrequencyPenalty,
    LogitBias,
    PresencePenalty,
    RepetitionPenalty,
)
from engine.generation.processors import Processor, SamplingContext
from engine.models.errors import GenerationError

LOGITS = np.array([0.5, -2.0, 0.0, 4.0, -np.inf, 1.0])
CONTEXT = SamplingContext(prompt=(0, 1), generated=(1, 3, 3, 4), step=4)


@pytest.mark.parametrize(
    ("processor", "expected"),
    [
        # Positive logits are divided, negative ones multiplied; 2 and 5 were never said.
        (RepetitionPenalty(2), [0.25, -4.0, 0.0, 2.0, -np.inf, 1.0]),
        (RepetitionPenalty(0.5), [1.0, -1.0, 0.0, 8.0, -np.inf, 1.0]),
        (RepetitionPenalty(1), LOGITS),
        # Of the text alone, not of the prompt.
        (FrequencyPenalty(0.5), [0.5, -2.5, 0.0, 3.0, -np.inf, 1.0]),
        (FrequencyPenalty(-0.5), [0.5, -1.5, 0.0, 5.0, -np.inf, 1.0]),
        (PresencePenalty(0.5), [0.5, -2.5, 0.0, 3.5, -np.inf, 1.0]),
        (LogitBias({5: 1.5, 0: -3}), [-2.5, -2.0, 0.0, 4.0, -np.inf, 2.5]),
        (LogitBias({4: 100}), LOGITS),
        (LogitBias({}), LOGITS),
    ],
    ids=str,
)
def test_shifts(processor: Processor, expected: list[float]) -> None:
    assert processor.process(LOGITS, CONTEXT).tolist() == list(expected)


@pytest.mark.parametrize(
    "processor", [RepetitionPenalty(2), FrequencyPenalty(1), PresencePenalty(1)], ids=str
)
def test_before_anything_was_said_nothing_is_penalised(processor: Processor) -> None:
    assert processor.process(LOGITS, SamplingContext((), (), 0)).tolist() == LOGITS.tolist()


@pytest.mark.parametrize(
    "processor",
    [RepetitionPenalty(2), FrequencyPenalty(1), PresencePenalty(1), LogitBias({9: 1})],
    ids=str,
)
def test_ids_beyond_the_vocabulary(processor: Processor) -> None:
    with pytest.raises(GenerationError, match="token id 9 is not in this vocabulary of 6"):
        processor.process(LOGITS, SamplingContext((), (9,), 1))


def test_negative_ids_do_not_count_from_the_end() -> None:
    with pytest.raises(GenerationError, match="token id -1 is not in this vocabulary"):
        RepetitionPenalty(2).process(LOGITS, SamplingContext((2, -1), (), 0))


def test_a_bias_is_a_value_like_the_others() -> None:
    assert LogitBias({5: 1, 2: 3}) == LogitBias(((2, 3), (5, 1)))
    assert hash(LogitBias({5: 1})) == hash(LogitBias({5: 1}))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RepetitionPenalty(0), "repetition_penalty must be a number above 0, not 0"),
        (lambda: FrequencyPenalty(math.inf), "frequency_penalty must be a number, not inf"),
        (lambda: PresencePenalty(math.nan), "presence_penalty must be a number, not nan"),
        (lambda: LogitBias({3: math.nan}), "logit_bias of id 3 must be a number, not nan"),
        (
            lambda: LogitBias({-3: 1}),
            "an id in logit_bias must be an integer of at least 0, not -3",
        ),
    ],
)
def test_values_out_of_range(make: type, message: str) -> None:
    with pytest.raises(GenerationError) as caught:
        make()
    assert str(caught.value) == message
