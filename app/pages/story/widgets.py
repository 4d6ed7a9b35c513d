"""The page's own widgets: cards to choose from, the tree of what was tried, chips, the keyboard.

    cards.choose(on_choose, ...)    # evt: gr.EventData with evt.seq and evt.index
    tree.goto(on_goto, ...)         # evt: gr.EventData with evt.id
    chips.pick(on_pick, ...)        # evt: gr.EventData with evt.seq and evt.index

Their values are JSON, or a plain text; their scripts set them as text, never as HTML.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, TypedDict

import gradio as gr

from app.pages.story.words import PAGE
from app.web.texts import Language
from app.web.widget import script

_FOLDER: Final = "pages/story/widgets"


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


def cards_value(
    cards: Sequence[Card] = (),
    *,
    seq: int = 0,
    lang: Language = "zh",
    running: bool = False,
    chosen: int | None = None,
) -> str:
    """Continuations side by side; none hides the widget. seq comes back with a choice."""
    return _json(
        {"seq": seq, "lang": lang, "running": running, "chosen": chosen, "cards": list(cards)}
    )


def tree_value(nodes: Sequence[Try] = (), *, current: int | None = None, lang: Language) -> str:
    """What was tried, in the order of writing; nothing hides the widget."""
    return _json({"lang": lang, "current": current, "nodes": list(nodes)})


class Chip(TypedDict):
    """Words to pick, in both languages, and what is shown when one points at them."""

    zh: str
    en: str
    hint: str


def chips_value(items: Sequence[Chip] = (), *, seq: int = 0) -> str:
    """Chips; none hides the widget. seq comes back with what was picked."""
    return _json({"seq": seq, "items": list(items)})


def chips(elem_id: str, value: str = "") -> gr.HTML:
    """Buttons in a row."""
    return _widget("chips.js", '<div class="story-chips" hidden></div>', elem_id, value)


def cards(elem_id: str) -> gr.HTML:
    """The cards."""
    return _widget("cards.js", '<div class="story-cards" hidden></div>', elem_id)


def tree(elem_id: str) -> gr.HTML:
    """The tree."""
    return _widget("tree.js", '<nav class="story-tree" hidden></nav>', elem_id)


def line(elem_id: str) -> gr.HTML:
    """A line of plain text, the value; a screen reader says it when it changes."""
    return _widget("line.js", '<p role="status" aria-live="polite"></p>', elem_id)


def keys(elem_id: str) -> gr.HTML:
    """The keyboard's shortcuts, and a line of plain text: the value."""
    return _widget(("line.js", "keys.js"), "<p></p>", elem_id)


def _widget(names: str | tuple[str, ...], template: str, elem_id: str, value: str = "") -> gr.HTML:
    files = (names,) if isinstance(names, str) else names
    return gr.HTML(
        value,
        html_template=template,
        js_on_load=script(
            ("web/widgets/dom.js", *(f"{_FOLDER}/{name}" for name in files)), texts=PAGE
        ),
        apply_default_css=False,
        container=False,
        padding=False,
        elem_id=elem_id,
    )


def _json(value: object) -> str:
    # Escaped, because gradio warns of every "<script" in the value of a gr.HTML.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
