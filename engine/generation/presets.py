"""The settings that the published demonstrations of the models used.

Sources: the examples of bert4keras (Su Jianlin), his articles kexue.fm/archives/7292 (GPT2_ML),
7718 (NEZHA dialogue) and 7912 (CPM), and interact.py of CDial-GPT (Wang et al. 2020).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engine.generation.settings import Settings
from engine.models.errors import GenerationError

if TYPE_CHECKING:
    from engine.tokenizers.base import Tokenizer


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
