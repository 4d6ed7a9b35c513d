"""The components of the page: the sheet of paper first, beside it what steers the model, and
behind accordions what is used now and then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.i18n import I18nData

from app.events import visit
from app.story import widgets
from app.story.desk import MAX_TITLE_CHARS, Desk
from app.story.examples import openings
from app.story.opening import DEFAULT, TOKENS
from app.story.wishes import MAX_BRANCHES, SCRIPT_CHOICES, VARY
from app.story.words import PAGE
from app.text.controls import StrategyControls, strategy_controls
from app.text.links import ShareLink, share_link
from app.text.models import TextModels, model_dropdown
from app.texts import label
from app.widgets import tokens
from engine.conditions import LENGTHS, MOODS
from engine.story import GENRES


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


@dataclass(frozen=True)
class Controls:
    """Every component that an event reads, changes or starts from."""

    desk: gr.State
    saved: gr.BrowserState
    examples: gr.HTML
    sheet: Sheet
    actions: Actions
    cards: gr.HTML
    tree: gr.HTML
    conditions: Conditions
    cursor: gr.Number
    model: gr.Dropdown
    branches: gr.Radio
    vary: gr.Radio
    sentence: gr.Checkbox
    script: gr.Radio
    strategy: StrategyControls
    memory: gr.Textbox
    note: gr.Textbox
    titles: gr.HTML
    find_titles: gr.Button
    share: ShareLink
    files: gr.Column
    more: gr.Column

    @property
    def asked(self) -> list[Component]:
        """The inputs that app.story.wishes.Asked takes, in its order."""
        return [
            self.sheet.manuscript,
            self.cursor,
            self.memory,
            self.note,
            self.conditions.genre,
            self.conditions.mood,
            self.conditions.length,
            self.script,
            self.model,
            self.branches,
            self.vary,
            self.sentence,
            *self.strategy.inputs,
        ]

    @property
    def page(self) -> list[Component]:
        """The components of a store.Page, in its order."""
        return [
            self.sheet.title,
            self.sheet.manuscript,
            self.memory,
            self.note,
            self.conditions.genre,
            self.conditions.mood,
            self.conditions.length,
            self.script,
            self.branches,
            self.vary,
            self.sentence,
        ]


def build(models: TextModels, saved: gr.BrowserState) -> Controls:
    """Place the components in the open block."""
    chips = [widgets.Chip(zh=one.zh, en=one.en, hint=one.text) for one in openings()]
    with gr.Column(elem_id="story-page"):
        examples = widgets.chips("story-examples", widgets.chips_value(chips))
        with gr.Row(equal_height=False):
            with gr.Column(scale=7, min_width=320):
                sheet = _sheet()
                actions = _actions()
                cards = widgets.cards("story-cards")
                tree = widgets.tree("story-tree")
            with gr.Column(scale=4, min_width=320, elem_id="story-side"):
                conditions = _conditions()
                branches, vary = _branches()
                with gr.Accordion(label(f"{PAGE}.memory_open"), open=False, elem_id="story-minds"):
                    memory, note = _minds()
                with gr.Accordion(
                    label(f"{PAGE}.strategy_open"), open=False, elem_id="story-strategy"
                ):
                    model = model_dropdown(models, "story-model")
                    sentence = gr.Checkbox(
                        value=True,
                        label=label(f"{PAGE}.sentence"),
                        info=label(f"{PAGE}.sentence_info"),
                        elem_id="story-sentence",
                    )
                    strategy = strategy_controls(PAGE, DEFAULT, max_tokens=TOKENS)
                    script = _radio("script", SCRIPT_CHOICES, "story-script", info=True)
                with gr.Accordion(label(f"{PAGE}.titles_open"), open=False, elem_id="story-heads"):
                    find_titles, titles = _titles()
                with gr.Accordion(label(f"{PAGE}.keep_open"), open=False, elem_id="story-keep"):
                    files, share = _keep()
        with gr.Column() as more:
            pass
        gr.Markdown(label(f"{PAGE}.idea_source"), elem_classes=["story-idea"])
    return Controls(
        desk=visit(Desk()),
        saved=saved,
        examples=examples,
        sheet=sheet,
        actions=actions,
        cards=cards,
        tree=tree,
        conditions=conditions,
        cursor=gr.Number(visible=False),
        model=model,
        branches=branches,
        vary=vary,
        sentence=sentence,
        script=script,
        strategy=strategy,
        memory=memory,
        note=note,
        titles=titles,
        find_titles=find_titles,
        share=share,
        files=files,
        more=more,
    )


def _sheet() -> Sheet:
    with gr.Column(elem_id="story-sheet"):
        title = gr.Textbox(
            label=label(f"{PAGE}.heading"),
            show_label=False,
            placeholder=label(f"{PAGE}.heading_placeholder"),
            max_length=MAX_TITLE_CHARS,
            container=False,
            max_lines=1,
            elem_id="story-title",
        )
        manuscript = gr.Textbox(
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


def _conditions() -> Conditions:
    with gr.Column(elem_classes=["story-chosen"]) as box:
        genre = _radio("genre", GENRES, "story-genre")
        mood = _radio("mood", MOODS, "story-mood")
        length = _radio("length", LENGTHS, "story-length")
        gr.Markdown(label(f"{PAGE}.conditions_info"), elem_classes=["story-idea"])
    other = gr.Markdown(
        label(f"{PAGE}.conditions_other"), visible=False, elem_classes=["story-idea"]
    )
    return Conditions(box, genre, mood, length, other)


def _branches() -> tuple[gr.Radio, gr.Radio]:
    with gr.Column(elem_classes=["story-chosen"]):
        branches = gr.Radio(
            [(str(count), count) for count in range(1, MAX_BRANCHES + 1)],
            value=1,
            label=label(f"{PAGE}.branches"),
            elem_id="story-branches",
        )
        vary = _radio("vary", VARY, "story-vary")
        vary.visible = False
    return branches, vary


def _minds() -> tuple[gr.Textbox, gr.Textbox]:
    memory, note = (
        gr.Textbox(
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


def _titles() -> tuple[gr.Button, gr.HTML]:
    gr.Markdown(label(f"{PAGE}.titles_info"), elem_classes=["story-idea"])
    find = gr.Button(label(f"{PAGE}.titles_find"), elem_id="story-find-titles")
    return find, widgets.chips("story-titles")


def _keep() -> tuple[gr.Column, ShareLink]:
    gr.Markdown(label(f"{PAGE}.saved_info"), elem_classes=["story-idea"])
    with gr.Column() as files:
        pass
    return files, share_link(PAGE, PAGE)


def _radio(name: str, values: Sequence[str], elem_id: str, *, info: bool = False) -> gr.Radio:
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
