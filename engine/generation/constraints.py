"""Hard constraints: tokens that must not come next, whatever the model thinks of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from numpy.lib.stride_tricks import sliding_window_view

from engine.generation import checks
from engine.generation.processors import Logits, Processor, SamplingContext, exclude
from engine.models.errors import GenerationError


class Constraint(Processor):
    """A processor that only excludes."""

    hard: ClassVar[bool] = True


@dataclass(frozen=True)
class Forbidden(Constraint):
    """These ids never come: special tokens, unused rows of the vocabulary."""

    ids: tuple[int, ...]

    def __init__(self, ids: Iterable[int]) -> None:
        object.__setattr__(self, "ids", checks.token_ids("forbidden_ids", ids))

    def process(self, logits: Logits, context: SamplingContext) -> Logits:
        return exclude(logits, self.ids)


@dataclass(frozen=True)
class MinLength(Constraint):
    """The ids that would end the text do not come before ``length`` tokens were generated."""

    length: int
    stop_ids: tuple[int, ...]

    def __init__(self, length: int, stop_ids: Iterable[int]) -> None:
        object.__setattr__(self, "length", checks.integer("min_length", length, 0))
        object.__setattr__(self, "stop_ids", checks.token_ids("stop_ids", stop_ids))

    def process(self, logits: Logits, context: SamplingContext) -> Logits:
        return exclude(logits, self.stop_ids) if context.step < self.length else logits


@dataclass(frozen=True)
class NoRepeatNGram(Constraint):
    """No ``size`` tokens in a row that prompt and text so far have already (Paulus et al. 2017)."""

    size: int

    def __post_init__(self) -> None:
        checks.integer("no_repeat_ngram", self.size, 1)

    def process(self, logits: Logits, context: SamplingContext) -> Logits:
        ids = context.text_ids
        if len(ids) < self.size:
            return logits
        grams = sliding_window_view(ids, self.size)
        last = ids[len(ids) - self.size + 1 :]
        return exclude(logits, grams[(grams[:, :-1] == last).all(axis=1), -1])


@dataclass(frozen=True)
class BadWords(Constraint):
    """None of these token sequences comes about: its last token is excluded where the rest stands.

    The rest may stand in the prompt. A word that can be tokenised in several ways needs them all.
    """

    sequences: tuple[tuple[int, ...], ...]

    def __init__(self, sequences: Iterable[Sequence[int]]) -> None:
        words = tuple(checks.token_ids("bad_words", sequence) for sequence in sequences)
        if not all(words):
            raise GenerationError("bad_words must not have an empty sequence: it is everywhere")
        object.__setattr__(self, "sequences", words)

    @cached_property
    def _endings(self) -> dict[tuple[int, ...], list[int]]:
        endings: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for *start, end in self.sequences:
            endings[tuple(start)].append(end)
        return dict(endings)

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        return tuple({len(start) for start in self._endings})

    def process(self, logits: Logits, context: SamplingContext) -> Logits:
        ids = context.text_ids
        banned: list[int] = []
        for length in self._lengths:
            if length <= len(ids):
                start = tuple(ids[len(ids) - length :].tolist())
                banned.extend(self._endings.get(start, ()))
        return exclude(logits, banned)
