"""The parts of the page, each placed in the open block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.i18n import I18nData

from app.pages.story import widgets
from app.pages.story.desk import MAX_TITLE_CHARS
from app.pages.story.wishes import MAX_BRANCHES, VARY
from app.pages.story.words import PAGE
from app.text.tokens import tokens
from app.web.saved import ShareLink, share_link
from app.web.texts import label
from engine.story import GENRES
from engine.tokenizers.conditions import LENGTHS, MOODS


@dataclass(frozen=True)
class Sheet:
    """The paper: the manuscript, and what was written last."""

    title: gr.Textbox
    manuscript: gr.Textbox
    count: gr.HTML
    notice: gr.HTML
    tokens: gr.HTML


@dataclass(frozen=True)
class Actions:
    """What can be done with the manuscript."""

    go_on: gr.Button
    stop: gr.Button
    here: gr.Button
    retry: gr.Button
    undo: gr.Button
    redo: gr.Button
    clear: gr.Button


@dataclass(frozen=True)
class Conditions:
    """What the bundled model is told besides the text."""

    box: gr.Column
    genre: gr.Radio
    mood: gr.Radio
    length: gr.Radio
    other: gr.Markdown


def sheet() -> Sheet:
    """The paper."""
    with gr.Column(elem_id="story-sheet"):
        # Served as "": an untouched field would come back as None.
        title = gr.Textbox(
            "",
            label=label(f"{PAGE}.heading"),
            show_label=False,
            placeholder=label(f"{PAGE}.heading_placeholder"),
            max_length=MAX_TITLE_CHARS,
            container=False,
            max_lines=1,
            elem_id="story-title",
        )
        manuscript = gr.Textbox(
            "",
            label=label(f"{PAGE}.manuscript"),
            show_label=False,
            placeholder=label(f"{PAGE}.manuscript_placeholder"),
            lines=9,
            max_lines=22,
            container=False,
            autoscroll=True,
            elem_id="story-manuscript",
        )
        with gr.Row(elem_classes=["story-foot"]):
            notice = widgets.line("story-notice")
            count = widgets.keys("story-count")
        written = tokens(elem_id="story-tokens", placeholder=f"{PAGE}.tokens_empty")
    return Sheet(title, manuscript, count, notice, written)


def actions() -> Actions:
    """The buttons under it."""

    def button(name: str, **more: Any) -> gr.Button:
        settings: dict[str, Any] = {"size": "md", "min_width": 64, **more}
        return gr.Button(label(f"{PAGE}.{name}"), elem_id=f"story-{name}", **settings)

    with gr.Row(elem_classes=["story-actions"]):
        return Actions(
            go_on=button("continue", variant="primary", min_width=140),
            stop=button("stop", variant="stop", min_width=140, visible=False),
            here=button("here"),
            retry=button("retry", interactive=False),
            undo=button("undo", interactive=False),
            redo=button("redo", interactive=False),
            clear=button("clear"),
        )


def conditions() -> Conditions:
    """Genre, mood and length."""
    with gr.Column(elem_classes=["story-chosen"]) as box:
        genre = radio("genre", GENRES, "story-genre")
        mood = radio("mood", MOODS, "story-mood")
        length = radio("length", LENGTHS, "story-length")
        gr.Markdown(label(f"{PAGE}.conditions_info"), elem_classes=["story-idea"])
    other = gr.Markdown(
        label(f"{PAGE}.conditions_other"), visible=False, elem_classes=["story-idea"]
    )
    return Conditions(box, genre, mood, length, other)


def branches() -> tuple[gr.Radio, gr.Radio]:
    """How many continuations at once, and what they differ in."""
    with gr.Column(elem_classes=["story-chosen"]):
        branches = gr.Radio(
            [(str(count), count) for count in range(1, MAX_BRANCHES + 1)],
            value=1,
            label=label(f"{PAGE}.branches"),
            elem_id="story-branches",
        )
        vary = radio("vary", VARY, "story-vary")
        vary.visible = False
    return branches, vary


def minds() -> tuple[gr.Textbox, gr.Textbox]:
    """Memory and author's note."""
    memory, note = (
        gr.Textbox(
            "",
            label=label(f"{PAGE}.{name}"),
            info=label(f"{PAGE}.{name}_info"),
            placeholder=label(f"{PAGE}.{name}_placeholder"),
            lines=lines,
            max_lines=8,
            elem_id=f"story-{name}",
        )
        for name, lines in (("memory", 3), ("note", 2))
    )
    return memory, note


def titles() -> tuple[gr.Button, gr.HTML]:
    """The search for a title."""
    gr.Markdown(label(f"{PAGE}.titles_info"), elem_classes=["story-idea"])
    find = gr.Button(label(f"{PAGE}.titles_find"), elem_id="story-find-titles")
    return find, widgets.chips("story-titles")


def keep() -> tuple[gr.Column, ShareLink]:
    """Files and share link."""
    gr.Markdown(label(f"{PAGE}.saved_info"), elem_classes=["story-idea"])
    with gr.Column() as files:
        pass
    return files, share_link(PAGE, PAGE)


def radio(name: str, values: Sequence[str], elem_id: str, *, info: bool = False) -> gr.Radio:
    """A choice among values with texts of their own."""
    choices: list[tuple[str | I18nData, str | int | float]] = [
        (label(f"{PAGE}.{name}.{value}"), value) for value in values
    ]
    return gr.Radio(
        choices,
        value=values[0],
        label=label(f"{PAGE}.{name}"),
        info=label(f"{PAGE}.{name}_info") if info else None,
        elem_id=elem_id,
    )
