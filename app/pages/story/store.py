"""A page as JSON and back: what the browser keeps for a reload, and what a share link holds.

Both come back from the visitor's side, where anybody can have changed them, so every value is
checked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from app.pages.story.desk import MAX_TITLE_CHARS
from app.pages.story.wishes import MAX_BRANCHES, SCRIPT_CHOICES, VARY
from app.text.controls import PRESETS
from app.text.drafts import MAX_SEED
from app.web.inputs import cleaned
from app.web.sharing import State as Shared
from engine.generation.strategy import Strategy
from engine.models.errors import GenerationError
from engine.story import GENRES
from engine.tokenizers.conditions import LENGTHS, MOODS

_MAX_STRATEGY_CHARS: Final = 1_000
#: What is too long for the model was typed all the same, and is not to be lost by a reload.
_MAX_KEPT: Final = 500_000
_TEXTS: Final = {
    "title": MAX_TITLE_CHARS,
    "text": _MAX_KEPT,
    "memory": _MAX_KEPT,
    "note": _MAX_KEPT,
}
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "genre": GENRES,
    "mood": MOODS,
    "length": LENGTHS,
    "script": SCRIPT_CHOICES,
    "vary": VARY,
}


class StoreError(ValueError):
    """What was to be read is not a page of ours."""


@dataclass(frozen=True)
class Page:
    """What a visitor sees of a desk without its tree; the fields are named as in the layout."""

    title: str = ""
    text: str = ""
    memory: str = ""
    note: str = ""
    genre: str = "any"
    mood: str = "any"
    length: str = "any"
    script: str = "auto"
    branches: int = 1
    vary: str = "seed"
    sentence: bool = True


@dataclass(frozen=True)
class Link:
    """A page, and everything that decides how its next continuation is written."""

    page: Page
    model: str
    preset: str
    strategy: Strategy
    seed: int


def restore(value: object) -> Page:
    """The page that the browser kept. Raises StoreError."""
    if not isinstance(value, dict):
        raise StoreError("not an object")
    page = Page()
    for name in _PAGE:
        if name in value:
            page = replace(page, **{name: _checked(name, value[name])})
    return page


def share(link: Link) -> Shared:
    """For app.web.sharing, whose encode says whether it is short enough."""
    told = {name: getattr(link.page, name) for name in _PAGE}
    default = Page()
    state: Shared = {name: value for name, value in told.items() if value != getattr(default, name)}
    strategy = json.dumps(link.strategy.to_dict(), separators=(",", ":"), ensure_ascii=False)
    return state | {
        "model": link.model,
        "preset": link.preset,
        "strategy": strategy,
        "seed": link.seed,
    }


def reopen(shared: Mapping[str, object], models: tuple[str, ...]) -> Link:
    """What share() wrote.

    Args:
        models: names of those that the page offers.

    Raises StoreError.
    """
    page = restore({name: shared[name] for name in _PAGE if name in shared})
    seed = shared.get("seed")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        raise StoreError("not a seed")
    return Link(
        page,
        _one_of(shared.get("model"), models),
        _one_of(shared.get("preset"), PRESETS),
        _strategy(shared.get("strategy")),
        seed,
    )


def _checked(name: str, value: Any) -> Any:
    if name in _TEXTS:
        return cleaned(_text(value, _TEXTS[name]))
    if name in _CHOICES:
        return _one_of(value, _CHOICES[name])
    if name == "sentence" and isinstance(value, bool):
        return value
    if name == "branches" and not isinstance(value, bool) and value in range(1, MAX_BRANCHES + 1):
        return int(value)
    raise StoreError(f"not a value of {name}")


def _strategy(value: object) -> Strategy:
    try:
        return Strategy.from_dict(json.loads(_text(value, _MAX_STRATEGY_CHARS)))
    except (GenerationError, TypeError, ValueError, RecursionError) as error:
        raise StoreError("not a strategy") from error


def _one_of(value: object, choices: tuple[str, ...]) -> str:
    for choice in choices:
        if value == choice:
            return choice
    raise StoreError(f"not one of {', '.join(choices)}")


def _text(value: object, maximum: int) -> str:
    if not isinstance(value, str) or len(value) > maximum:
        raise StoreError(f"not a text of at most {maximum} characters")
    return value


_PAGE: Final = tuple(field.name for field in fields(Page))
