"""Everything that decides how a prompt is continued but the prompt, the model and the seed.

A preset holds what the published demonstration of a model used. Sources: the examples of bert4keras
(Su Jianlin), his articles kexue.fm/archives/7292 (GPT2_ML), 7718 (NEZHA dialogue) and 7912 (CPM),
and interact.py of CDial-GPT (Wang et al. 2020).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from engine.generation import checks
from engine.generation.settings import Settings
from engine.models.errors import GenerationError

if TYPE_CHECKING:
    from engine.tokenizers.base import Tokenizer

Kind = Literal["sample", "beam"]
MAX_BEAMS: Final = 16
"""As many as a batcher has slots."""
MAX_TOKENS: Final = 4096


@dataclass(frozen=True, kw_only=True)
class Preset:
    """How a family was demonstrated, in the arguments of ``stream``.

    Attributes:
        settings: how a token is chosen.
        max_tokens: the most tokens of one text.
        stop: texts that end a text, besides the vocabulary's own end.
        keeps_stop: whether what ends the text belongs to it; each of ``stop`` is then one piece.
        ends_from: tokens before which an end does not end the text but stays in it, as
            bert4keras's minlen has it.
        min_length: tokens before which an end is not drawn at all: ``stream``'s min_tokens.
        turns: how many turns of a dialogue the model sees, the last one included; None for all.
        prompts: texts to begin with.
    """

    settings: Settings
    max_tokens: int
    stop: tuple[str, ...] = ()
    keeps_stop: bool = False
    ends_from: int = 0
    min_length: int = 0
    turns: int | None = None
    prompts: tuple[str, ...] = ()

    def stops(self, tokenizer: Tokenizer | None) -> tuple[str | int, ...]:
        """What to give to ``stream`` as stop: strings are cut off, ids stay.

        Raises TokenizerError where the vocabulary does not have a piece that should stay.
        """
        if not self.keeps_stop or tokenizer is None:
            return self.stop
        return tuple(tokenizer.id(piece) for piece in self.stop)


def bert4keras(
    *, top_k: int | None = None, top_p: float | None = None, temperature: float = 1
) -> Settings:
    """The settings that draw as AutoRegressiveDecoder.random_sample of bert4keras 0.11.5 does.

    Probabilities to the power of 1/temperature, then the top k of them, renormalised, then the
    top p of those, the crossing token kept. With top_p, equal uniform numbers draw equal tokens,
    since both lay out the tokens from most to least probable. Without it bert4keras leaves them
    in the order of numpy's argpartition, which numpy does not define (or, with neither, by id);
    the distribution is the same.

    Raises GenerationError for a value out of range; bert4keras has no temperature 0.
    """
    if temperature == 0:
        raise GenerationError("temperature must be above 0 here, not 0; top_k=1 is greedy")
    return Settings(temperature=temperature, top_k=top_k, top_p=top_p)


PRESETS: Final[dict[str, Preset]] = {
    "gpt2_ml": Preset(
        settings=bert4keras(top_p=0.95),
        max_tokens=256,
        stop=("。",),
        keeps_stop=True,
        ends_from=128,
        prompts=("今天天气不错", "双十一", "科学空间"),
    ),
    "cpm": Preset(
        # 0 is <unk>. bert4keras hides it from attention, as it does padding, and so never
        # conditions on one; here it is never drawn.
        settings=replace(bert4keras(top_p=0.95), forbidden_ids=(0,)),
        max_tokens=16,
        stop=("\n",),
    ),
    "nezha": Preset(settings=bert4keras(top_k=5), max_tokens=32),
    "cdial": Preset(
        settings=Settings(temperature=0.7, top_p=0.9), max_tokens=30, min_length=1, turns=5
    ),
}
"""By family, see engine/transformer/families.py."""


@dataclass(frozen=True, kw_only=True)
class Strategy:
    """How a prompt is continued, as plain values that a page, a link or a file can hold.

    Attributes:
        kind: "sample" draws token after token; "beam" looks for the most probable text.
        settings: how a token is drawn; for "sample".
        beams: texts that are followed at once, 1 to 16; for "beam".
        length_penalty: above 0 longer texts score higher, see ``beam_search``; for "beam".
        max_tokens: the most tokens, 1 to 4096.
        min_tokens: tokens before which nothing ends the text. "sample" does not draw an end until
            then, for "beam" it is text like any other.
        ends_from: tokens before which an end is text like any other (bert4keras's minlen).
        stop: strings that end the text and are cut off.
        keep: what ends the text and stays in it: pieces of the vocabulary by name, such as
            "<sep>", or ends of pieces' texts, such as "。".
        whole_quotations: what ``keep`` names does not end the text within a quotation of its
            paragraph (“”, 「」, 『』) or brackets; the mark that closes them right behind it does.

    Raises GenerationError that names the field, its value and what is allowed.
    """

    kind: Kind = "sample"
    settings: Settings = field(default_factory=Settings)
    beams: int = 4
    length_penalty: float = 0.0
    max_tokens: int = 128
    min_tokens: int = 0
    ends_from: int = 0
    stop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    whole_quotations: bool = False

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise GenerationError(f"kind must be sample or beam, not {self.kind!r}")
        if not isinstance(self.settings, Settings):
            raise GenerationError(f"settings must be Settings, not {self.settings!r}")
        for name, low, high in (
            ("beams", 1, MAX_BEAMS),
            ("max_tokens", 1, MAX_TOKENS),
            ("min_tokens", 0, MAX_TOKENS),
            ("ends_from", 0, MAX_TOKENS),
        ):
            object.__setattr__(self, name, checks.integer(name, getattr(self, name), low, high))
        penalty = checks.number("length_penalty", self.length_penalty, 0, 10)
        object.__setattr__(self, "length_penalty", penalty)
        if not isinstance(self.whole_quotations, bool):
            raise GenerationError(
                f"whole_quotations must be true or false, not {self.whole_quotations!r}"
            )
        for name in ("stop", "keep"):
            object.__setattr__(self, name, _strings(name, getattr(self, name)))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Strategy:
        """A strategy from plain values, as JSON has them; what is missing has its default.

        Raises GenerationError for a name that is no field, or a value out of range.
        """
        if not isinstance(values, Mapping):
            raise GenerationError(f"a strategy is an object of values, not {values!r}")
        known = [f.name for f in fields(cls)]
        for name in values:
            if name not in known:
                raise GenerationError(f"a strategy has no {name!r}; there are: {', '.join(known)}")
        plain = dict(values)
        settings = plain.pop("settings", {})
        if not isinstance(settings, Mapping):
            raise GenerationError(f"settings must be an object of values, not {settings!r}")
        return cls(settings=Settings.from_dict(settings), **plain)

    def to_dict(self) -> dict[str, Any]:
        """What differs from the defaults, as plain values for JSON; from_dict reads it."""
        plain = asdict(self) | {
            "settings": self.settings.to_dict(),
            "stop": list(self.stop),
            "keep": list(self.keep),
        }
        empty: dict[str, Any] = {"settings": {}, "stop": [], "keep": []}
        default = {f.name: f.default for f in fields(self)} | empty
        return {name: value for name, value in plain.items() if value != default[name]}


def _strings(name: str, values: Any) -> tuple[str, ...]:
    if not isinstance(values, (list, tuple)) or not all(
        isinstance(value, str) and value for value in values
    ):
        raise GenerationError(f"{name} must be a list of texts that are not empty, not {values!r}")
    return tuple(values)


def _published(preset: Preset) -> Strategy:
    """A published demonstration's settings."""
    return Strategy(
        settings=preset.settings,
        max_tokens=preset.max_tokens,
        min_tokens=preset.min_length,
        ends_from=preset.ends_from,
        stop=() if preset.keeps_stop else preset.stop,
        keep=preset.stop if preset.keeps_stop else (),
    )


STRATEGIES: Final[dict[str, Strategy]] = {
    "balanced": Strategy(
        settings=Settings(temperature=0.8, top_p=0.9, repetition_penalty=1.15, no_repeat_ngram=6)
    ),
    "greedy": Strategy(settings=Settings(temperature=0)),
    "temperature": Strategy(settings=Settings(temperature=0.7)),
    "top_k": Strategy(settings=Settings(top_k=10)),
    "top_p": Strategy(settings=Settings(top_p=0.9)),
    "typical": Strategy(settings=Settings(typical_p=0.2)),
    "penalty": Strategy(settings=Settings(temperature=0, repetition_penalty=1.2)),
    "beam": Strategy(kind="beam", beams=4, length_penalty=1.0),
    "su_random_sample": _published(PRESETS["gpt2_ml"]),
    "su_top_k": _published(PRESETS["nezha"]),
    "su_beam": Strategy(kind="beam", beams=4),
}
"""Strategies to choose from, by name, each to show one idea.

"balanced" keeps a small model from going round in circles, "top_k" has the 10 of Fan et al. 2018,
"penalty" the 1.2 on near-greedy choice of CTRL (Keskar et al. 2019), "beam" compares means of
logprobs, and the last three do as bert4keras's AutoRegressiveDecoder: random_sample with the
settings of its GPT2_ML example (kexue.fm/archives/7292), with those of the NEZHA dialogue (7718),
and beam_search by plain sums.
"""
