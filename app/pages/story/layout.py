"""The components of the page: the sheet of paper first, beside it what steers the model, and
behind accordions what is used now and then.
"""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr
from gradio.components import Component

from app.pages.story import parts, widgets
from app.pages.story.desk import Desk
from app.pages.story.examples import openings
from app.pages.story.opening import DEFAULT, TOKENS
from app.pages.story.wishes import SCRIPT_CHOICES
from app.pages.story.words import PAGE
from app.text.controls import StrategyControls, strategy_controls
from app.text.models import TextModels, model_dropdown
from app.web.events import visit
from app.web.saved import ShareLink
from app.web.texts import label


@dataclass(frozen=True)
class Controls:
    """Every component that an event reads, changes or starts from."""

    desk: gr.State
    saved: gr.BrowserState
    examples: gr.HTML
    sheet: parts.Sheet
    actions: parts.Actions
    cards: gr.HTML
    tree: gr.HTML
    conditions: parts.Conditions
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
        """The inputs that app.pages.story.wishes.Asked takes, in its order."""
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
                sheet = parts.sheet()
                actions = parts.actions()
                cards = widgets.cards("story-cards")
                tree = widgets.tree("story-tree")
            with gr.Column(scale=4, min_width=320, elem_id="story-side"):
                conditions = parts.conditions()
                branches, vary = parts.branches()
                with gr.Accordion(label(f"{PAGE}.memory_open"), open=False, elem_id="story-minds"):
                    memory, note = parts.minds()
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
                    script = parts.radio("script", SCRIPT_CHOICES, "story-script", info=True)
                with gr.Accordion(label(f"{PAGE}.titles_open"), open=False, elem_id="story-heads"):
                    find_titles, titles = parts.titles()
                with gr.Accordion(label(f"{PAGE}.keep_open"), open=False, elem_id="story-keep"):
                    files, share = parts.keep()
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
