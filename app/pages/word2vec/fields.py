"""Small parts that the panels share."""

from __future__ import annotations

from typing import Any

import gradio as gr

from app.pages.word2vec.words import MAX_WORD, PAGE
from app.web.texts import label


def word_field(key: str, value: str, elem_id: str, **options: Any) -> gr.Textbox:
    """A field for one word, with completion."""
    return gr.Textbox(
        value,
        label=label(f"{PAGE}.{key}"),
        lines=1,
        max_lines=1,
        max_length=MAX_WORD,
        elem_id=elem_id,
        elem_classes=["wv-takes-word"],
        **{"min_width": 90, **options},
    )


def words_field(key: str, value: str, most: int, elem_id: str, **options: Any) -> gr.Textbox:
    """A field for several words, with completion."""
    return gr.Textbox(
        value,
        label=label(f"{PAGE}.{key}"),
        max_length=most * (MAX_WORD + 1),
        elem_id=elem_id,
        elem_classes=["wv-takes-words"],
        **options,
    )


def button(key: str, elem_id: str, **options: Any) -> gr.Button:
    """A button that does what its text says."""
    return gr.Button(
        label(f"{PAGE}.{key}"),
        elem_id=elem_id,
        **{"variant": "primary", "min_width": 80, "scale": 0, **options},
    )


def title(key: str) -> None:
    """The heading of a part of a tab."""
    gr.Markdown(label(f"{PAGE}.{key}"), elem_classes=["wv-title"])


def about(key: str) -> None:
    """A sentence or two in a quiet colour."""
    gr.Markdown(label(f"{PAGE}.{key}"), elem_classes=["text-idea"])
