"""The components of the page: the sheet of paper first, beside it what steers the model, and
behind accordions what is used now and then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.pages.story import PAGE, widgets
from app.pages.story.inputs import (
    DEFAULT,
    MAX_BRANCHES,
    MAX_TITLE_CHARS,
    SCRIPT_CHOICES,
    TOKENS,
    VARY,
    examples,
)
from app.pages.story.saved import SAVED
from app.pages.story.state import Visit
from app.text.controls import StrategyControls, strategy_controls
from app.text.models import TextModels, model_dropdown
from app.text.tokens import tokens
from app.web import events
from app.web.saved import ShareLink
from app.web.texts import label
from engine.story import GENRES
from engine.tokenizers.conditions import LENGTHS, MOODS


@dataclass(frozen=True)
class Sheet:
    """The paper: the manuscript, and what was written last."""

    title: gr.Textbox
    text: gr.Textbox
    notice: gr.HTML
    count: gr.HTML
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
class Side:
    """What steers the model: inputs.Choices, and more.

    Attributes:
        conditions: genre, mood and length; conditions_other in their place for models that know
            none.
    """

    conditions: gr.Column
    genre: gr.Radio
    mood: gr.Radio
    length: gr.Radio
    conditions_other: gr.Markdown
    branches: gr.Radio
    vary: gr.Radio
    memory: gr.Textbox
    note: gr.Textbox
    model: gr.Dropdown
    sentence: gr.Checkbox
    strategy: StrategyControls
    script: gr.Radio
    find_titles: gr.Button
    titles: gr.HTML
    files: gr.Column
    share: ShareLink


@dataclass(frozen=True)
class Controls:
    """Every component that an event reads, changes or starts from, by the name of what it holds."""

    visit: gr.State
    cursor: gr.Number
    examples: gr.HTML
    sheet: Sheet
    actions: Actions
    cards: gr.HTML
    tree: gr.HTML
    side: Side
    more: gr.Column


def build(models: TextModels) -> Controls:
    """Place the components in the open block."""
    chips = [widgets.Chip(zh=one.zh, en=one.en, hint=one.text) for one in examples()]
    with gr.Column(elem_id="story-page"):
        picked = widgets.chips("story-examples", widgets.chips_value(chips))
        with gr.Row(equal_height=False):
            with gr.Column(scale=7, min_width=320):
                sheet = _sheet()
                actions = _actions()
                cards = widgets.cards()
                tree = widgets.tree()
            with gr.Column(scale=4, min_width=320, elem_id="story-side"):
                side = _side(models)
        with gr.Column() as more:
            pass
        gr.Markdown(label(f"{PAGE}.idea_source"), elem_classes=["story-idea"])
    return Controls(
        visit=events.visit(Visit()),
        cursor=gr.Number(visible=False),
        examples=picked,
        sheet=sheet,
        actions=actions,
        cards=cards,
        tree=tree,
        side=side,
        more=more,
    )


def _sheet() -> Sheet:
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
        text = gr.Textbox(
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
            notice = widgets.notice()
            count = widgets.keys()
        written = tokens(elem_id="story-tokens", placeholder=f"{PAGE}.tokens_empty")
    return Sheet(title, text, notice, count, written)


def _actions() -> Actions:
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


def _side(models: TextModels) -> Side:
    with gr.Column(elem_classes=["story-chosen"]) as conditions:
        genre, mood, length = (
            _radio(name, values)
            for name, values in (("genre", GENRES), ("mood", MOODS), ("length", LENGTHS))
        )
        gr.Markdown(label(f"{PAGE}.conditions_info"), elem_classes=["story-idea"])
    other = gr.Markdown(
        label(f"{PAGE}.conditions_other"), visible=False, elem_classes=["story-idea"]
    )
    with gr.Column(elem_classes=["story-chosen"]):
        branches = gr.Radio(
            [(str(count), count) for count in range(1, MAX_BRANCHES + 1)],
            value=1,
            label=label(f"{PAGE}.branches"),
            elem_id="story-branches",
        )
        vary = _radio("vary", VARY, visible=False)
    with _folded("memory_open", "story-minds"):
        memory, note = _aside("memory", lines=3), _aside("note", lines=2)
    with _folded("strategy_open", "story-strategy"):
        model = model_dropdown(models, "story-model")
        sentence = gr.Checkbox(
            value=True,
            label=label(f"{PAGE}.sentence"),
            info=label(f"{PAGE}.sentence_info"),
            elem_id="story-sentence",
        )
        strategy = strategy_controls(PAGE, DEFAULT, max_tokens=TOKENS)
        script = _radio("script", SCRIPT_CHOICES, info=label(f"{PAGE}.script_info"))
    with _folded("titles_open", "story-heads"):
        gr.Markdown(label(f"{PAGE}.titles_info"), elem_classes=["story-idea"])
        find_titles = gr.Button(label(f"{PAGE}.titles_find"), elem_id="story-find-titles")
        titles = widgets.chips("story-titles")
    with _folded("keep_open", "story-keep"):
        gr.Markdown(label(f"{PAGE}.saved_info"), elem_classes=["story-idea"])
        with gr.Column() as files:
            pass
        share = SAVED.share_link(PAGE)
    return Side(
        *(conditions, genre, mood, length, other, branches, vary),
        *(memory, note, model, sentence, strategy, script),
        *(find_titles, titles, files, share),
    )


def _folded(key: str, elem_id: str) -> gr.Accordion:
    return gr.Accordion(label(f"{PAGE}.{key}"), open=False, elem_id=elem_id)


def _aside(name: str, *, lines: int) -> gr.Textbox:
    """What the model reads besides the manuscript."""
    return gr.Textbox(
        "",
        label=label(f"{PAGE}.{name}"),
        info=label(f"{PAGE}.{name}_info"),
        placeholder=label(f"{PAGE}.{name}_placeholder"),
        lines=lines,
        max_lines=8,
        elem_id=f"story-{name}",
    )


def _radio(name: str, values: Sequence[str], **options: Any) -> gr.Radio:
    """A choice among values with texts of their own."""
    choices: Any = [(label(f"{PAGE}.{name}.{value}"), value) for value in values]
    return gr.Radio(
        choices,
        value=values[0],
        label=label(f"{PAGE}.{name}"),
        elem_id=f"story-{name}",
        **options,
    )
