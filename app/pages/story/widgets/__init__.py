"""The page's own widgets: cards to choose from, the tree of what was tried, chips, the keyboard.

    cards.choose(on_choose, ...)    # evt: gr.EventData with evt.seq and evt.index
    tree.goto(on_goto, ...)         # evt: gr.EventData with evt.id
    chips.pick(on_pick, ...)        # evt: gr.EventData with evt.seq and evt.index

Their values are JSON, or a plain text; their scripts set them as text, never as HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

import gradio as gr

from app.pages.story import PAGE
from app.pages.story.inputs import MAX_CHARS
from app.web.texts import Language
from app.web.widget import dumps, widget


class Card(TypedDict):
    """One of several continuations.

    Attributes:
        name: what is special about it: a mood, a genre or a number.
        meta: how it was written, once it is done.
        done: whether no more text will come.
    """

    name: str
    text: str
    meta: str
    done: bool


class Try(TypedDict):
    """A continuation in the tree; parent is the id of another, or None."""

    id: int
    parent: int | None
    text: str
    meta: str


class Chip(TypedDict):
    """Words to pick, in both languages, and what is shown when one points at them."""

    zh: str
    en: str
    hint: str


def cards_value(
    cards: Sequence[Card] = (),
    *,
    seq: int = 0,
    lang: Language = "zh",
    running: bool = False,
    chosen: int | None = None,
) -> str:
    """Continuations side by side; none hides the widget. seq comes back with a choice."""
    told = {"seq": seq, "lang": lang, "running": running, "chosen": chosen, "cards": [*cards]}
    return dumps(told)


def tree_value(nodes: Sequence[Try] = (), *, current: int | None = None, lang: Language) -> str:
    """What was tried, in the order of writing; nothing hides the widget."""
    return dumps({"lang": lang, "current": current, "nodes": [*nodes]})


def chips_value(items: Sequence[Chip] = ()) -> str:
    """Chips; none hides the widget."""
    return dumps({"items": [*items]})


def chips(elem_id: str, value: str = "") -> gr.HTML:
    """Buttons in a row."""
    return _widget("chips", '<div class="story-chips" hidden></div>', elem_id, value=value)


def cards() -> gr.HTML:
    """The cards."""
    return _widget("cards", '<div class="story-cards" hidden></div>', "story-cards")


def tree() -> gr.HTML:
    """The tree."""
    return _widget("tree", '<nav class="story-tree" hidden></nav>', "story-tree")


def notice() -> gr.HTML:
    """A line of plain text, the value; a screen reader says it when it changes."""
    return _widget("line", '<p role="status" aria-live="polite"></p>', "story-notice")


def keys() -> gr.HTML:
    """The keyboard's shortcuts, and how many characters there are in the text that is the value,
    as JSON; the limit is told to those who are beyond it."""
    return _widget("keys", "<p></p>", "story-count", maximum=MAX_CHARS)


def _widget(name: str, template: str, elem_id: str, **options: Any) -> gr.HTML:
    return widget(
        "pages/story/widgets",
        [f"{name}.js"],
        texts=PAGE,
        template=template,
        container=False,
        padding=False,
        elem_id=elem_id,
        **options,
    )
