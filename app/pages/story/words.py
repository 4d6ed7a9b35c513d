"""What the page says, in the visitor's language."""

from __future__ import annotations

from typing import Final

from app.pages.story.desk import Node
from app.web.texts import Language, text
from engine.story import StoryRequest

PAGE: Final = "story"
#: Of a continuation, in the tree.
_BEGINNING: Final = 16


def say(key: str, lang: Language, **values: object) -> str:
    """A text of this page."""
    return text(f"{PAGE}.{key}", lang, **values)


def conditions_name(request: StoryRequest, lang: Language) -> str:
    """武侠 · 悲伤: what the model is told besides the text; "" for nothing."""
    told = [
        say(f"{kind}.{value}", lang)
        for kind, value in (("genre", request.genre), ("mood", request.mood))
        if value != "any"
    ]
    return " · ".join(told)


def card_name(number: int, request: StoryRequest, lang: Language) -> str:
    """2 · 悲伤."""
    return " · ".join(filter(None, (str(number), conditions_name(request, lang))))


def beginning(node: Node) -> str:
    """The first words of a continuation, on one line."""
    words = " ".join(node.written.split())
    return words if len(words) <= _BEGINNING else f"{words[:_BEGINNING]}…"
