"""What the writing pages answer to programs: one text, whole, with everything to make it again."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from typing import Any, TypedDict

from app.text.checks import checked_int, explained
from app.text.controls import MAX_TOKENS, read_seed
from app.text.drafts import Draft
from app.web.limits import checked_choice
from app.web.texts import Language, text
from engine.generation import STRATEGIES, Strategy


class Answer(TypedDict):
    """A finished text.

    Attributes:
        prompt: as it was given.
        text: what the model wrote after it.
        model: its name in the catalogue.
        strategy: its settings, as ``Strategy.from_dict`` reads them.
        seed: with which the same text comes again.
        finish: why it ended: "stop", "length", "context" or "deadline".
        tokens: how many there are.
        seconds: they took, the prompt's reading included.
        tokens_per_second, perplexity: None where there are no tokens.
        cut: tokens of the prompt that did not fit into the context, at its beginning.
    """

    prompt: str
    text: str
    model: str
    strategy: dict[str, Any]
    seed: int
    finish: str
    tokens: int
    seconds: float
    tokens_per_second: float | None
    perplexity: float | None
    cut: int


def answer(draft: Draft) -> Answer:
    """A draft without its tokens."""
    return Answer(
        prompt=draft.prompt,
        text=draft.text,
        model=draft.model,
        strategy=draft.strategy.to_dict(),
        seed=draft.seed,
        finish=draft.finish or "closed",
        tokens=len(draft.tokens),
        seconds=round(draft.seconds, 3),
        tokens_per_second=draft.tokens_per_second,
        perplexity=draft.perplexity,
        cut=draft.cut,
    )


def finished(drafts: Generator[Draft, None, None], lang: Language) -> Draft:
    """The last of the drafts of ``running``. Raises Refusal where the engine fails."""
    with explained(lang), closing(drafts):
        *_, last = drafts
    return last


def named_strategy(name: object, max_tokens: object, lang: Language) -> Strategy:
    """A preset of STRATEGIES by name, with so many tokens; 0 leaves the preset's own number.

    Raises Refusal.
    """
    found = STRATEGIES[checked_choice(name, tuple(STRATEGIES), lang)]
    most = checked_int(max_tokens, 0, MAX_TOKENS, lang, text("text.max_tokens", lang))
    return replace(found, max_tokens=most) if most else found


def api_seed(seed: object, lang: Language) -> int:
    """A seed; drawn where it is below 0 or None. Raises Refusal."""
    drawn = isinstance(seed, int) and not isinstance(seed, bool) and seed < 0
    return read_seed(None if drawn else seed, lang)
