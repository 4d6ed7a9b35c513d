"""The page as JSON and back: what the browser keeps for a reload, and what a share link holds.

Both come back from the visitor's side, where anybody can have changed them, so every value is
checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

from app.pages.parse_tree.choices import Choices
from app.pages.parse_tree.examples import examples
from app.pages.parse_tree.reading import MAX_TEXT
from app.web.limits import Refusal
from app.web.sharing import State as Shared

TEXT = "text"
GOLD = "gold"
SOURCES = (TEXT, GOLD)


class StoreError(ValueError):
    """What was to be read is no page of ours."""


@dataclass(frozen=True)
class Page:
    """What is filled in.

    Attributes:
        text, gold: what is typed, and the bracketing that is pasted.
        source: which of the two is drawn: TEXT or GOLD.
    """

    text: str
    gold: str = ""
    source: str = TEXT
    choices: Choices = field(default_factory=Choices)


def beginning() -> Page:
    """What the page begins with."""
    return Page(examples().texts[0])


def save(page: Page) -> Shared:
    """For the browser's storage and app.web.sharing: flat, without what is as at the beginning."""
    default = asdict(Choices())
    changed = {n: value for n, value in asdict(page.choices).items() if value != default[n]}
    told: Shared = {"text": page.text, "gold": page.gold, "source": page.source, **changed}
    return {name: value for name, value in told.items() if value not in ("", None)}


def restore(value: object) -> Page:
    """What save() wrote. Raises StoreError."""
    if not isinstance(value, Mapping):
        raise StoreError("not an object")
    default = Choices()
    told = [value.get(one.name, getattr(default, one.name)) for one in fields(Choices)]
    try:
        choices = Choices.of(told, "en")
    except Refusal as error:
        raise StoreError(str(error)) from error
    source = value.get("source", TEXT)
    if source not in SOURCES:
        raise StoreError("no such source")
    return Page(_text(value.get("text", "")), _text(value.get("gold", "")), source, choices)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise StoreError(f"not a text of at most {MAX_TEXT} characters")
    return value
