"""What the page says, in the visitor's language."""

from __future__ import annotations

from typing import Final

from app.web.texts import Language, text
from engine.onlstm.formats import BracketError
from engine.onlstm.sentences import SentenceError

PAGE: Final = "parse_tree"
#: Characters before and after a fault that are quoted with it.
_AROUND: Final = 12


def say(key: str, lang: Language, **values: object) -> str:
    """A text of this page."""
    return text(f"{PAGE}.{key}", lang, **values)


def explain(error: SentenceError | BracketError, lang: Language) -> str:
    """What is wrong with a text or a bracketing, as a sentence for the visitor."""
    if isinstance(error, SentenceError):
        values = {
            name: f"{value:,}" if isinstance(value, int) else value
            for name, value in error.values.items()
        }
        return say(f"error.{error.kind}", lang, **values)
    near = error.text[max(0, error.position - _AROUND) : error.position + _AROUND]
    limit = f"{error.limit:,}"
    fault = say(f"gold.{error.kind}", lang, limit=limit)
    return (
        fault if error.limit or not near.strip() else say("gold.near", lang, fault=fault, near=near)
    )
