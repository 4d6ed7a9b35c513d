"""Answers to choose from, ranked by how probable a language model finds each after the prompt."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np

from engine.generation.scoring import score
from engine.generation.text import Token
from engine.models.errors import GenerationError
from engine.tokenizers.prompt import Prompt

if TYPE_CHECKING:
    from engine.transformer.language_model import LanguageModel

Method = Literal["sum", "mean", "calibrated"]
METHODS: Final[tuple[Method, ...]] = get_args(Method)

CONTENT_FREE: Final = ("N/A", "某某", "")
"""Questions that say nothing, for calibration."""

_LEAST: Final = 1e-300
"""A share that a float cannot hold must not make a score infinite."""


@dataclass(frozen=True)
class Candidate:
    """An answer and what the model thinks of it.

    Attributes:
        text: as it was given.
        logprob: natural logarithm of its probability after the prompt.
        tokens: its tokens with their log-probabilities, the one that ends it included.
        scores: what candidates are compared by. "sum" is logprob; "mean" is logprob a token,
            fairer to long answers; "calibrated" is the logarithm of how much more probable the
            question makes the answer, against the other candidates, than a question without
            content does (Zhao et al. 2021; Holtzman et al. 2021 call it PMI).
        probabilities: the same, normalised over the candidates.
    """

    text: str
    logprob: float
    tokens: tuple[Token, ...]
    scores: Mapping[Method, float]
    probabilities: Mapping[Method, float]


@dataclass(frozen=True)
class Ranking:
    """Candidates in the order given, and by score."""

    candidates: tuple[Candidate, ...]

    def by(self, method: Method) -> list[Candidate]:
        """Best first; equal ones in the order given."""
        return sorted(self.candidates, key=lambda one: one.scores[method], reverse=True)

    def best(self, method: Method) -> Candidate:
        """The candidate that the model would choose."""
        return self.by(method)[0]

    @property
    def methods(self) -> tuple[Method, ...]:
        """How the candidates were compared."""
        return tuple(method for method in METHODS if method in self.candidates[0].scores)


def rank(
    model: "LanguageModel",
    prompt: str | Prompt,
    candidates: Sequence[str],
    *,
    end: str = "",
    content_free: Sequence[float] | None = None,
    deadline: float | None = None,
) -> Ranking:
    """How probable each candidate is as the answer.

    Args:
        prompt: a text, or tokens; it ends where the answer begins.
        candidates: different answers, at least one.
        end: what follows a whole answer and belongs to its probability: without it an answer
            would never be less probable than a longer one that begins with it.
        content_free: what ``content_free_shares`` says of the same candidates, for calibration.
        deadline: seconds until DeadlineError.

    Raises GenerationError for no candidates, and what ``score`` raises.
    """
    if not candidates:
        raise GenerationError("there are no candidates to rank: give at least one")
    scores = score(model, prompt, [text + end for text in candidates], deadline=deadline)
    return ranking(candidates, [found.per_token for found in scores], content_free)


def ranking(
    candidates: Sequence[str],
    tokens: Sequence[Sequence[Token]],
    content_free: Sequence[float] | None = None,
) -> Ranking:
    """A Ranking from the log-probabilities of each candidate's tokens."""
    sums = [math.fsum(token.logprob for token in found) for found in tokens]
    scores: dict[Method, list[float]] = {
        "sum": sums,
        "mean": [total / len(found) for total, found in zip(sums, tokens, strict=True)],
    }
    if content_free is not None:
        total = float(np.logaddexp.reduce(sums))
        scores["calibrated"] = [
            own - total - math.log(max(prior, _LEAST))
            for own, prior in zip(sums, content_free, strict=True)
        ]
    probabilities = {method: shares(values) for method, values in scores.items()}
    return Ranking(
        tuple(
            Candidate(
                text,
                sums[i],
                tuple(tokens[i]),
                {method: values[i] for method, values in scores.items()},
                {method: values[i] for method, values in probabilities.items()},
            )
            for i, text in enumerate(candidates)
        )
    )


def content_free_shares(
    model: "LanguageModel",
    prompts: Sequence[str | Prompt],
    candidates: Sequence[str],
    *,
    end: str = "",
    deadline: float | None = None,
) -> list[float]:
    """How probable each candidate is, among all, where the question says nothing.

    Args:
        prompts: the prompt with each of CONTENT_FREE as its question; the shares are their mean.

    Raises GenerationError for no prompts, and what ``score`` raises.
    """
    if not prompts:
        raise GenerationError("there is no prompt without content to calibrate by")
    rankings = [rank(model, each, candidates, end=end, deadline=deadline) for each in prompts]
    found = [[one.probabilities["sum"] for one in each.candidates] for each in rankings]
    return [float(share) for share in np.mean(found, axis=0)]


def shares(logprobs: Sequence[float]) -> list[float]:
    """Softmax: probabilities that sum to 1, in proportion to these."""
    values = np.exp(np.asarray(logprobs, dtype=np.float64) - max(logprobs))
    return [float(value) for value in values / values.sum()]
