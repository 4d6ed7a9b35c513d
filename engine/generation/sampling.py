"""Temperature, filters, and the draw: from logits to one token.

Each sampler is a frozen dataclass, used alone or in a Chain; settings.py builds the usual chain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.generation import checks
from engine.generation.constraints import Constraint
from engine.generation.processors import (
    Chain,
    Filter,
    Ids,
    Logits,
    Processor,
    Sampler,
    SamplingContext,
    checked,
    distribution,
    log_normalizer,
    softmax,
)
from engine.generation.selection import best, crossing, heaviest, up_to
from engine.models.errors import GenerationError

__all__ = [
    "Chain",
    "Choice",
    "Greedy",
    "MinP",
    "Sampler",
    "SamplingContext",
    "Temperature",
    "TopK",
    "TopP",
    "Typical",
    "choose",
    "draw",
    "random_generator",
]

SEEDS: Final = 2**64


@dataclass(frozen=True)
class Greedy(Filter):
    """The most probable token alone; among equals that of the lowest id."""

    def keep(self, logits: Logits) -> Ids:
        return np.array([logits.argmax()])


@dataclass(frozen=True)
class Temperature(Processor):
    """Probabilities to the power of 1/t, renormalised: below 1 sharper, above 1 flatter."""

    temperature: float

    def __post_init__(self) -> None:
        checks.number("temperature", self.temperature, 0, low_excluded=True)

    def process(self, logits: Logits, context: SamplingContext) -> Logits:
        # The best logit stays 0 however small the temperature is, so nothing overflows upwards.
        result: Logits = logits - logits.max()
        with np.errstate(over="ignore"):
            result /= self.temperature
        return result


@dataclass(frozen=True)
class TopK(Filter):
    """The k most probable tokens (Fan et al. 2018); among equals those of the lowest ids."""

    k: int

    def __post_init__(self) -> None:
        checks.integer("top_k", self.k, 1)

    def keep(self, logits: Logits) -> Ids:
        return np.sort(best(logits, self.k)) if self.k < len(logits) else np.arange(len(logits))


@dataclass(frozen=True)
class TopP(Filter):
    """The nucleus (Holtzman et al. 2019): the fewest tokens that together reach probability p.

    The token that crosses p is kept, so there is always one.
    """

    p: float

    def __post_init__(self) -> None:
        checks.number("top_p", self.p, 0, 1, low_excluded=True)

    def keep(self, logits: Logits) -> Ids:
        if self.p == 1:
            return np.arange(len(logits))
        probabilities = softmax(logits)
        ids = heaviest(probabilities, self.p)
        return ids[up_to(-logits[ids], probabilities[ids], self.p)]


@dataclass(frozen=True)
class MinP(Filter):
    """Tokens at least p times as probable as the most probable one (Nguyen et al. 2024)."""

    p: float

    def __post_init__(self) -> None:
        checks.number("min_p", self.p, 0, 1)

    def keep(self, logits: Logits) -> Ids:
        least = logits.max() + math.log(self.p) if self.p else -np.inf
        return np.flatnonzero(logits >= least)


@dataclass(frozen=True)
class Typical(Filter):
    """Locally typical sampling (Meister et al. 2022).

    Keeps the tokens whose surprise, -log p, is nearest to the entropy of the distribution, as
    few as together reach probability ``mass``; the most probable token may go.
    """

    mass: float

    def __post_init__(self) -> None:
        checks.number("typical_p", self.mass, 0, 1, low_excluded=True)

    def keep(self, logits: Logits) -> Ids:
        if self.mass == 1:
            return np.arange(len(logits))
        ids = np.arange(len(logits))
        probabilities = softmax(logits)
        if not probabilities.all():
            ids = np.flatnonzero(probabilities > 0)
            logits, probabilities = logits[ids], probabilities[ids]
        surprises = log_normalizer(logits) - logits
        entropy = float(probabilities @ surprises)
        return ids[up_to(np.abs(surprises - entropy), probabilities, self.mass)]


def random_generator(seed: int | None = None) -> np.random.Generator:
    """The stream of uniform numbers of a seed: the same on every machine and numpy.

    Without a seed, one that the operating system chooses.

    Raises GenerationError for a seed that is no integer from 0 to 2**64 - 1.
    """
    if seed is not None:
        seed = checks.integer("seed", seed, 0, SEEDS - 1)
    return np.random.Generator(np.random.Philox(seed))


def draw(probabilities: NDArray[np.floating], rng: np.random.Generator) -> int:
    """An id, drawn with these probabilities [V] by one uniform number of ``rng``.

    The inverse of the cumulative distribution over tokens from most to least probable (ties by
    id). That order, which is also bert4keras's after top-p, makes a draw steady: with the same
    seed, a slightly different filter or backend mostly yields the same token.

    Raises GenerationError if the probabilities do not have a positive, finite sum.
    """
    weights = np.asarray(probabilities, dtype=np.float64)
    total = float(weights.sum())
    if not 0 < total < math.inf:
        raise GenerationError(f"cannot draw from probabilities whose sum is {total}")
    target = rng.random() * total
    ids = heaviest(weights, target)
    return int(ids[crossing(-weights[ids], weights[ids], target, side="right")])


@dataclass(frozen=True)
class Choice:
    """The id that was drawn, and what the model thought of it: see Token.

    Attributes:
        alternatives: ids and logprobs of the most probable tokens, best first.
    """

    id: int
    logprob: float
    alternatives: tuple[tuple[int, float], ...]


def choose(
    sampler: Sampler,
    logits: ArrayLike,
    context: SamplingContext,
    rng: np.random.Generator,
    *,
    alternatives: int = 0,
    constraints: Sequence[Constraint] = (),
) -> Choice:
    """Draws a token from a model's logits [V], with its logprob and the best alternatives.

    The logprobs are of the model's own distribution after the hard constraints: ``constraints``,
    which hold for any sampler, and the sampler's own.

    Raises GenerationError if the logits are not finite, or no token is left.
    """
    chain = Chain(*constraints, *([sampler] if isinstance(sampler, Processor) else []))
    scores = chain.constrain(checked(logits), context)
    if isinstance(sampler, Processor):
        ids, left = chain.narrow(scores, context)
        if left is scores:  # nothing but constraints: one pass over the vocabulary is enough
            probabilities, normalizer = distribution(scores)
            chosen = draw(probabilities, rng)
        else:
            normalizer = log_normalizer(scores)
            chosen = int(ids[draw(softmax(left), rng)])
    else:
        normalizer = log_normalizer(scores)
        chosen = draw(sampler(scores.astype(np.float32), context), rng)
    shown = best(scores, alternatives) if alternatives else ()
    return Choice(
        id=chosen,
        logprob=float(scores[chosen] - normalizer),
        alternatives=tuple(
            (int(i), float(scores[i] - normalizer)) for i in shown if scores[i] > -np.inf
        ),
    )
