"""Where logits become probabilities: what every sampler is made of.

A step of generation is logits [V] in, probabilities [V] out. Between them stand processors: hard
constraints (constraints.py), penalties (penalties.py), temperature and filters (sampling.py).
Logits are float64 from here on: a vocabulary of 30,000 costs microseconds, and no processor has
to think of overflow.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.models.errors import GenerationError

Logits = NDArray[np.float64]
Probabilities = NDArray[np.float64]
Ids = NDArray[np.intp]


@dataclass(frozen=True)
class SamplingContext:
    """What stands before the token that is to be chosen; made anew for every step.

    Attributes:
        prompt: ids of the prompt.
        generated: ids generated so far.
        step: how many have been generated so far; 0 for the first token.
    """

    prompt: Sequence[int]
    generated: Sequence[int]
    step: int

    @cached_property
    def generated_ids(self) -> Ids:
        """The ids generated so far, as an array."""
        return np.array(self.generated, dtype=np.intp)

    @cached_property
    def text_ids(self) -> Ids:
        """The ids of the prompt and then those generated, as an array."""
        return np.concatenate([np.array(self.prompt, dtype=np.intp), self.generated_ids])


class Sampler(Protocol):
    """Says how probable each token is to be drawn next."""

    def __call__(self, logits: NDArray[np.float32], context: SamplingContext) -> Probabilities:
        """Logits [V] in, probabilities [V] out; they sum to 1."""


class Processor(ABC):
    """One rule that changes logits: excludes tokens (-inf) or shifts them.

    Subclasses are small frozen dataclasses. Each is a sampler by itself, and Chain composes them.

    Attributes:
        hard: whether what it excludes counts as impossible, so that the probabilities shown to
            people are those of the remaining tokens; Chain applies such rules first.
    """

    hard: ClassVar[bool] = False

    @abstractmethod
    def process(self, logits: Logits, context: SamplingContext) -> Logits:
        """New logits [V]; those passed in stay as they are."""

    def __call__(self, logits: ArrayLike, context: SamplingContext) -> Probabilities:
        """The probabilities [V] of softmax over the processed logits [V].

        Raises GenerationError if the logits hold NaN or infinity, or no token is left.
        """
        return softmax(self.process(checked(logits), context))


class Filter(Processor):
    """A processor that only excludes, and looks at nothing but the logits of what is left."""

    @abstractmethod
    def keep(self, logits: Logits) -> Ids:
        """Positions, ascending, of what stays of the tokens with these logits [N]."""

    def process(self, logits: Logits, context: SamplingContext) -> Logits:
        kept = self.keep(logits)
        return _spread(kept, logits[kept], len(logits))


@dataclass(frozen=True, init=False)
class Chain(Processor):
    """Processors one after another, hard constraints first and otherwise in the order given.

    Constraints come first because a filter that looked at excluded tokens could keep none but
    those. Chains within a chain are unrolled. An empty chain samples from the model as it is.
    """

    processors: tuple[Processor, ...]

    def __init__(self, *processors: Processor) -> None:
        flat: list[Processor] = []
        for processor in processors:
            flat.extend(processor.processors if isinstance(processor, Chain) else [processor])
        ordered = sorted(flat, key=lambda processor: not processor.hard)
        object.__setattr__(self, "processors", tuple(ordered))

    def process(self, logits: Logits, context: SamplingContext) -> Logits:
        ids, left = self.narrow(self.constrain(logits, context), context)
        return _spread(ids, left, len(logits))

    def constrain(self, logits: Logits, context: SamplingContext) -> Logits:
        """The hard constraints alone: logits [V] in and out."""
        for processor in self.processors:
            if processor.hard:
                logits = processor.process(logits, context)
        return logits

    def narrow(self, logits: Logits, context: SamplingContext) -> tuple[Ids, Logits]:
        """Everything after the hard constraints: the ids [N] that are left, and their logits [N].

        The ids ascend. Each filter sees only what the one before it left, so that all but the
        first have little to do.
        """
        size = len(logits)
        ids = None
        for processor in self.processors:
            if processor.hard:
                continue
            if isinstance(processor, Filter):
                kept = processor.keep(logits)
                ids, logits = kept if ids is None else ids[kept], logits[kept]
            else:
                full = logits if ids is None else _spread(ids, logits, size)
                ids, logits = None, processor.process(full, context)
        return np.arange(size) if ids is None else ids, logits


def checked(logits: ArrayLike) -> Logits:
    """A model's logits [V] as float64.

    Raises GenerationError if one is NaN or +inf, or all are -inf: the weights hold NaN, or the
    computation overflowed, as float16 does above 65,504.
    """
    values = np.asarray(logits).astype(np.float64)
    if values.ndim != 1 or not values.size:
        raise GenerationError(f"logits must be a vector of scores, not of shape {values.shape}")
    # A maximum is NaN if anything is.
    if not np.isfinite(values.max()):
        raise GenerationError(
            "the model's logits are not finite: its weights hold NaN or overflow; "
            "check the checkpoint, or load it as float32"
        )
    return values


def softmax(logits: Logits) -> Probabilities:
    """Probabilities [V] of logits [V] in which -inf marks excluded tokens.

    Raises GenerationError if all are excluded.
    """
    return distribution(logits)[0]


def distribution(logits: Logits) -> tuple[Probabilities, float]:
    """softmax and log_normalizer of the same logits [V], in one pass.

    Raises GenerationError if all are excluded.
    """
    largest = _largest(logits)
    result = logits - largest
    np.exp(result, out=result)
    total = float(result.sum())
    result /= total
    return result, largest + math.log(total)


def log_normalizer(logits: Logits) -> float:
    """What is taken from logits [V] to make natural logarithms of softmax(logits) of them.

    Raises GenerationError if all are excluded.
    """
    largest = _largest(logits)
    shifted = logits - largest
    np.exp(shifted, out=shifted)
    return largest + math.log(float(shifted.sum()))


def exclude(logits: Logits, ids: Ids | Sequence[int]) -> Logits:
    """The logits with -inf at these ids."""
    if not len(ids):
        return logits
    result = logits.copy()
    result[within(logits, ids)] = -np.inf
    return result


def within(logits: Logits, ids: Ids | Sequence[int]) -> Ids:
    """The ids as an array.

    Raises GenerationError if one is not in the vocabulary, since its rule would do nothing.
    """
    array = np.asarray(ids, dtype=np.intp)
    if array.size and (array.min() < 0 or array.max() >= len(logits)):
        wrong = array[(array < 0) | (array >= len(logits))][0]
        raise GenerationError(f"token id {wrong} is not in this vocabulary of {len(logits):,}")
    return array


def _spread(ids: Ids, logits: Logits, size: int) -> Logits:
    """Logits [size] that are -inf but at these ids."""
    result = np.full(size, -np.inf)
    result[ids] = logits
    return result


def _largest(logits: Logits) -> float:
    largest = float(logits.max())
    if largest == -np.inf:
        raise GenerationError(
            "no token is left to choose from: relax the forbidden ids, the bad words, "
            "the repeated n-grams or the minimum length"
        )
    return largest
