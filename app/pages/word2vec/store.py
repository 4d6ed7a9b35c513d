"""What is filled in, as JSON and back: for a reload and for share links.

Both come back from the visitor's side, where anybody can have changed them, so every value is
checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from app.pages.word2vec.arithmetic import MAX_PLACED, METHODS
from app.pages.word2vec.presets import ANALOGIES, AXES, ODD, PAIRS, SEARCHES
from app.pages.word2vec.words import MAX_WORD
from app.web.inputs import cleaned
from app.web.sharing import State as Shared


class StoreError(ValueError):
    """What was to be read is no page of ours."""


@dataclass(frozen=True)
class Page:
    """The fields of the page, named as in the layout."""

    word: str = SEARCHES[0]
    alpha: float = 1.0
    a: str = ANALOGIES[0][0]
    b: str = ANALOGIES[0][1]
    c: str = ANALOGIES[0][2]
    method: str = METHODS[0]
    one: str = PAIRS[0][0]
    other: str = PAIRS[0][1]
    odd: str = ODD[0]
    left: str = AXES[0].left
    right: str = AXES[0].right
    bottom: str = AXES[0].bottom
    top: str = AXES[0].top
    placed: str = AXES[0].words

    def values(self) -> tuple[Any, ...]:
        """The values in the order of the fields."""
        return tuple(asdict(self).values())


FIELDS = tuple(field.name for field in fields(Page))
_LISTS = ("odd", "placed", "left", "right", "bottom", "top")


def share(page: Page) -> Shared:
    """A page for app.web.sharing: what differs from the beginning."""
    begin = asdict(Page())
    return {name: value for name, value in asdict(page).items() if value != begin[name]}


def restore(value: object) -> Page:
    """What the browser kept, or share() wrote. Raises StoreError."""
    if not isinstance(value, Mapping):
        raise StoreError("nothing was saved")
    return Page(**{name: _checked(name, value[name]) for name in FIELDS if name in value})


def _checked(name: str, value: object) -> Any:
    if name == "alpha":
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
    elif name == "method":
        if value in METHODS:
            return value
    elif isinstance(value, str):
        most = MAX_PLACED * (MAX_WORD + 1) if name in _LISTS else MAX_WORD
        if len(value) <= most:
            return cleaned(value)
    raise StoreError(f"not a value of {name}")
