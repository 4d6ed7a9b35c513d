"""The components of the page: the chat first, beside it what decides how the model answers, and
behind accordions what is used now and then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import gradio as gr
from gradio.components import Component

from app.pages.dialogue.presets import TOPICS
from app.pages.dialogue.request import LAST, LONGEST, RANKINGS
from app.pages.dialogue.session import Session
from app.pages.dialogue.view import chat_value, context_value
from app.pages.dialogue.watching import MAX_TURNS
from app.pages.dialogue.widget import chat_widget, context_widget
from app.text.controls import StrategyControls, strategy_controls
from app.text.models import TextModels, model_dropdown
from app.web.events import visit
from app.web.saved import ShareLink, share_link
from app.web.texts import label
from engine.dialogue import MAX_CANDIDATES, MMI_WEIGHT
from engine.generation import STRATEGIES

DEFAULT: Final = "su_top_k"
#: Tokens of a reply, where a preset does not say.
_TOKENS: Final = 48


@dataclass(frozen=True)
class Controls:
    """Every component that an event reads, changes or starts from."""

    session: gr.State
    saved: gr.BrowserState
    chat: gr.HTML
    context: gr.HTML
    model: gr.Dropdown
    strategy: StrategyControls
    about: gr.Markdown
    last: gr.Dropdown
    cdial: gr.Button
    count: gr.Slider
    by: gr.Radio
    weight: gr.Slider
    watch: Watch
    share: ShareLink
    files: gr.Column
    below: gr.Column

    @property
    def wishes(self) -> list[Component]:
        """What ``read_wishes`` reads."""
        decided = [self.model, self.last, self.count, self.by, self.weight]
        return [*decided, *self.strategy.inputs]

    @property
    def screen(self) -> list[Component]:
        """The components of a Screen, in its order."""
        return [self.session, self.chat, self.context, self.saved, self.strategy.seed]


@dataclass(frozen=True)
class Watch:
    """Two models talking to each other."""

    opening: gr.Dropdown
    turns: gr.Slider
    models: tuple[gr.Dropdown, gr.Dropdown]
    presets: tuple[gr.Dropdown, gr.Dropdown]
    start: gr.Button
    stop: gr.Button

    @property
    def inputs(self) -> list[Component]:
        """In the order of ``Watching.watch``."""
        guests = zip(self.models, self.presets, strict=True)
        return [self.opening, self.turns, *(part for guest in guests for part in guest)]


def build(models: TextModels, saved: gr.BrowserState) -> Controls:
    """Place the components in the open block."""
    session = Session()
    state = visit(session)
    with gr.Row(elem_classes=["dg-page"], equal_height=False):
        with gr.Column(scale=3, min_width=320, elem_classes=["dg-left"]):
            chat = chat_widget(chat_value(session, "zh"), elem_id="dialogue-chat")
        with gr.Column(scale=2, min_width=300, elem_classes=["dg-right"]):
            with gr.Group():
                model = model_dropdown(models, "dialogue-model")
            with gr.Column(elem_classes=["dg-strategy"]) as box:
                strategy = strategy_controls("dialogue", DEFAULT, max_tokens=_TOKENS, limit=LONGEST)
            # What it says of the preset is its own; here presets come from elsewhere too.
            about = next(part for part in box.children if isinstance(part, gr.Markdown))
            with gr.Row(elem_classes=["dg-sees"]):
                last = gr.Dropdown(
                    [(label(f"dialogue.last.{count}"), count) for count in LAST],
                    value=0,
                    label=label("dialogue.last"),
                    min_width=150,
                    elem_id="dialogue-last",
                )
                cdial = gr.Button(
                    label("dialogue.cdial"), size="sm", min_width=150, elem_id="dialogue-cdial"
                )
            with gr.Accordion(label("dialogue.context"), open=True, elem_id="dialogue-sees"):
                context = context_widget(context_value(None, "zh"), elem_id="dialogue-context")
            count, by, weight = _candidates()
            watch = _watch(models)
            with gr.Accordion(label("dialogue.keep"), open=False, elem_id="dialogue-keep"):
                files = gr.Column()
                share = share_link("dialogue", "dialogue")
    below = gr.Column(elem_classes=["dg-below"])
    return Controls(
        *(state, saved, chat, context, model, strategy, about, last, cdial, count, by, weight),
        *(watch, share, files, below),
    )


def _candidates() -> tuple[gr.Slider, gr.Radio, gr.Slider]:
    with gr.Accordion(label("dialogue.candidates"), open=False, elem_id="dialogue-candidates"):
        gr.Markdown(label("dialogue.candidates.about"), elem_classes=["text-about"])
        count = gr.Slider(
            *(2, MAX_CANDIDATES, 6),
            step=1,
            label=label("dialogue.count"),
            elem_id="dialogue-count",
        )
        by = gr.Radio(
            [(label(f"dialogue.by.{name}"), name) for name in RANKINGS],
            value=RANKINGS[0],
            label=label("dialogue.by"),
            elem_id="dialogue-by",
        )
        weight = gr.Slider(
            *(0, 1, MMI_WEIGHT),
            step=0.05,
            label=label("dialogue.weight"),
            elem_id="dialogue-weight",
        )
    return count, by, weight


def _watch(models: TextModels) -> Watch:
    with gr.Accordion(label("dialogue.watch"), open=False, elem_id="dialogue-watch"):
        gr.Markdown(label("dialogue.watch.about"), elem_classes=["text-about"])
        opening = gr.Dropdown(
            list(TOPICS),
            value=TOPICS[0],
            allow_custom_value=True,
            label=label("dialogue.watch.opening"),
            elem_id="dialogue-opening",
        )
        guests = [_guest(models, side, preset) for side, preset in (("a", DEFAULT), ("b", "top_p"))]
        turns = gr.Slider(
            *(2, MAX_TURNS, 12),
            step=1,
            label=label("dialogue.watch.turns"),
            elem_id="dialogue-turns",
        )
        with gr.Row():
            start = gr.Button(
                label("dialogue.watch.start"), variant="primary", elem_id="dialogue-watch-start"
            )
            stop = gr.Button(label("text.stop"), variant="stop", elem_id="dialogue-watch-stop")
    first, second = guests
    return Watch(opening, turns, (first[0], second[0]), (first[1], second[1]), start, stop)


def _guest(models: TextModels, side: str, preset: str) -> tuple[gr.Dropdown, gr.Dropdown]:
    with gr.Row(elem_classes=["dg-guest"]):
        model = model_dropdown(models, f"dialogue-model-{side}", key=f"dialogue.watch.model.{side}")
        chosen = gr.Dropdown(
            [(label(f"text.preset.{name}"), name) for name in STRATEGIES],
            value=preset,
            label=label("text.strategy"),
            min_width=150,
            elem_id=f"dialogue-preset-{side}",
        )
    return model, chosen
