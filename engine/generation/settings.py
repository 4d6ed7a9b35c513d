"""Everything that can be set about sampling, as plain values that a page or a file can hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from engine.generation import checks
from engine.generation.constraints import BadWords, Forbidden, MinLength, NoRepeatNGram
from engine.generation.penalties import (
    FrequencyPenalty,
    LogitBias,
    PresencePenalty,
    RepetitionPenalty,
)
from engine.generation.processors import Chain, Processor
from engine.generation.sampling import Greedy, MinP, Temperature, TopK, TopP, Typical
from engine.models.errors import GenerationError

COLDEST: Final = 0.01
"""Below this temperature only 0 makes sense: the most probable token takes all."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the next token is chosen; what is None (or empty) is left out.

    ``Settings()`` draws from the model's own distribution. ``sampler()`` composes, in this order:

    1. hard constraints: forbidden_ids, bad_words, no_repeat_ngram, min_length with stop_ids;
    2. shifts of logits: logit_bias, repetition_penalty, frequency_penalty, presence_penalty;
    3. temperature;
    4. filters, each on what the one before it left: top_k, top_p, min_p, typical_p.

    At temperature 0 the most probable token after 1 and 2 is taken, and 4 does not matter.

    Attributes:
        temperature: 0 (greedy), or 0.01 to 10; 1 changes nothing.
        top_k: how many tokens may be drawn, from 1.
        top_p: probability of the nucleus, above 0 and at most 1.
        min_p: least probability relative to the best token's, 0 to 1.
        typical_p: probability of the locally typical set, above 0 and at most 1.
        repetition_penalty: above 0 and at most 10, over prompt and text; 1 changes nothing.
        frequency_penalty: -2 to 2 for each time a token was generated.
        presence_penalty: -2 to 2 once a token was generated.
        no_repeat_ngram: length of token sequences that must not come twice, from 1.
        bad_words: token sequences that must not come.
        logit_bias: -100 to 100 added to the logits of ids.
        forbidden_ids: ids that must not come.
        min_length: tokens before one of stop_ids may come.
        stop_ids: ids that end the text, for min_length.

    Raises GenerationError that names the field, its value and the allowed range.
    """

    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    typical_p: float | None = None
    repetition_penalty: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    no_repeat_ngram: int | None = None
    bad_words: Sequence[Sequence[int]] = ()
    logit_bias: Mapping[int, float] = field(default_factory=dict, hash=False)
    forbidden_ids: Sequence[int] = ()
    min_length: int | None = None
    stop_ids: Sequence[int] = ()

    def __post_init__(self) -> None:
        for name, check in _CHECKS.items():
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, check(name, value))
        if self.min_length and not self.stop_ids:
            raise GenerationError(
                f"min_length {self.min_length} needs stop_ids: the ids that it holds back"
            )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """Settings from plain values, as JSON has them: the ids of logit_bias may be strings.

        Raises GenerationError for a name that is not a setting, or a value out of range.
        """
        known = [f.name for f in fields(cls)]
        for name in values:
            if name not in known:
                raise GenerationError(f"no setting {name!r}; there are: {', '.join(known)}")
        return cls(**{name: value for name, value in values.items() if value is not None})

    def to_dict(self) -> dict[str, Any]:
        """What is set, as plain values for JSON; from_dict reads it."""
        plain = asdict(self)
        plain["bad_words"] = [list(word) for word in self.bad_words]
        plain["logit_bias"] = {str(i): value for i, value in self.logit_bias.items()}
        plain["forbidden_ids"] = list(self.forbidden_ids)
        plain["stop_ids"] = list(self.stop_ids)
        return {name: value for name, value in plain.items() if value not in (None, [], {})}

    def sampler(self) -> Chain:
        """The processors that these settings ask for, in the order above."""
        return Chain(*self._constraints(), *self._shifts(), *self._filters())

    def _constraints(self) -> Iterator[Processor]:
        if self.forbidden_ids:
            yield Forbidden(self.forbidden_ids)
        if self.bad_words:
            yield BadWords(self.bad_words)
        if self.no_repeat_ngram is not None:
            yield NoRepeatNGram(self.no_repeat_ngram)
        if self.min_length:
            yield MinLength(self.min_length, self.stop_ids)

    def _shifts(self) -> Iterator[Processor]:
        if self.logit_bias:
            yield LogitBias(self.logit_bias)
        if self.repetition_penalty is not None and self.repetition_penalty != 1:
            yield RepetitionPenalty(self.repetition_penalty)
        if self.frequency_penalty:
            yield FrequencyPenalty(self.frequency_penalty)
        if self.presence_penalty:
            yield PresencePenalty(self.presence_penalty)

    def _filters(self) -> Iterator[Processor]:
        if self.temperature == 0:
            yield Greedy()
            return
        if self.temperature is not None and self.temperature != 1:
            yield Temperature(self.temperature)
        if self.top_k is not None:
            yield TopK(self.top_k)
        if self.top_p is not None and self.top_p < 1:
            yield TopP(self.top_p)
        if self.min_p:
            yield MinP(self.min_p)
        if self.typical_p is not None and self.typical_p < 1:
            yield Typical(self.typical_p)


def _temperature(name: str, value: Any) -> float:
    result = checks.number(name, value, 0, 10)
    if 0 < result < COLDEST:
        raise GenerationError(
            f"{name} must be 0 (the most probable token) or from {COLDEST} to 10, not {value!r}"
        )
    return result


def _share(name: str, value: Any) -> float:
    return checks.number(name, value, 0, 1, low_excluded=True)


def _openai_penalty(name: str, value: Any) -> float:
    return checks.number(name, value, -2, 2)


def _count(name: str, value: Any) -> int:
    return checks.integer(name, value, 1)


def _words(name: str, value: Any) -> tuple[tuple[int, ...], ...]:
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise GenerationError(f"{name} must be a list of lists of token ids, not {value!r}")
    return BadWords(value).sequences


def _biases(name: str, value: Any) -> dict[int, float]:
    if not isinstance(value, Mapping):
        raise GenerationError(f"{name} must map token ids to numbers, not {value!r}")
    # JSON has no other keys than strings.
    ids = [int(i) if isinstance(i, str) and i.isascii() and i.isdigit() else i for i in value]
    return {
        i: checks.number(f"{name} of id {i}", bias, -100, 100)
        for i, bias in zip(checks.token_ids(name, ids), value.values(), strict=True)
    }


_CHECKS: Final[dict[str, Callable[[str, Any], Any]]] = {
    "temperature": _temperature,
    "top_k": _count,
    "top_p": _share,
    "min_p": lambda name, value: checks.number(name, value, 0, 1),
    "typical_p": _share,
    "repetition_penalty": lambda name, value: checks.number(name, value, 0, 10, low_excluded=True),
    "frequency_penalty": _openai_penalty,
    "presence_penalty": _openai_penalty,
    "no_repeat_ngram": _count,
    "bad_words": _words,
    "logit_bias": _biases,
    "forbidden_ids": checks.token_ids,
    "min_length": lambda name, value: checks.integer(name, value, 0),
    "stop_ids": checks.token_ids,
}
