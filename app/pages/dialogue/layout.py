"""The components of the page: the chat first, beside it what decides how the model answers, and
behind accordions what is used now and then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import gradio as gr

from app.pages.dialogue import PAGE, widgets
from app.pages.dialogue.inputs import (
    DEFAULT,
    LAST,
    LONGEST,
    MAX_TURNS,
    RANKINGS,
    SECOND_DEFAULT,
    Choices,
    examples,
)
from app.pages.dialogue.saved import SAVED
from app.pages.dialogue.state import Visit
from app.pages.dialogue.view import chat_value, context_value
from app.text.controls import StrategyControls, strategy_controls
from app.text.models import TextModels, model_dropdown
from app.web import events
from app.web.saved import ShareLink
from app.web.texts import label
from engine.dialogue import MAX_CANDIDATES, MMI_WEIGHT
from engine.generation import STRATEGIES

#: Tokens of a reply, where a preset does not say.
_TOKENS: Final = 48


@dataclass(frozen=True)
class Candidates:
    """How replies to choose from are ranked."""

    count: gr.Slider
    by: gr.Radio
    weight: gr.Slider


@dataclass(frozen=True)
class Talk:
    """Two models talking to each other: what inputs.TalkInputs has besides Inputs."""

    opening: gr.Dropdown
    turns: gr.Slider
    first_model: gr.Dropdown
    first_preset: gr.Dropdown
    second_model: gr.Dropdown
    second_preset: gr.Dropdown
    start: gr.Button
    stop: gr.Button


@dataclass(frozen=True)
class Controls:
    """Every component that an event reads, changes or starts from, by the name of what it holds."""

    visit: gr.State
    saved: gr.BrowserState
    chat: gr.HTML
    context: gr.HTML
    model: gr.Dropdown
    strategy: StrategyControls
    about: gr.Markdown
    last: gr.Dropdown
    cdial: gr.Button
    candidates: Candidates
    talk: Talk
    share: ShareLink
    files: gr.Column
    below: gr.Column


def build(models: TextModels, saved: gr.BrowserState) -> Controls:
    """Place the components in the open block."""
    with gr.Row(elem_classes=["dg-page"], equal_height=False):
        with gr.Column(scale=3, min_width=320, elem_classes=["dg-left"]):
            chat = widgets.chat(chat_value(Visit(), "zh", Choices()))
        with gr.Column(scale=2, min_width=300, elem_classes=["dg-right"]):
            with gr.Group():
                model = model_dropdown(models, "dialogue-model")
            with gr.Column(elem_classes=["dg-strategy"]) as box:
                strategy = strategy_controls(PAGE, DEFAULT, max_tokens=_TOKENS, limit=LONGEST)
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
                context = widgets.context(context_value(None, "zh"))
            candidates = _candidates()
            talk = _talk(models)
            with gr.Accordion(label("dialogue.keep"), open=False, elem_id="dialogue-keep"):
                files = gr.Column()
                share = SAVED.share_link(PAGE)
    return Controls(
        visit=events.visit(Visit()),
        saved=saved,
        chat=chat,
        context=context,
        model=model,
        strategy=strategy,
        about=about,
        last=last,
        cdial=cdial,
        candidates=candidates,
        talk=talk,
        share=share,
        files=files,
        below=gr.Column(elem_classes=["dg-below"]),
    )


def _candidates() -> Candidates:
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
    return Candidates(count, by, weight)


def _talk(models: TextModels) -> Talk:
    with gr.Accordion(label("dialogue.watch"), open=False, elem_id="dialogue-watch"):
        topics = examples().topics
        gr.Markdown(label("dialogue.watch.about"), elem_classes=["text-about"])
        opening = gr.Dropdown(
            list(topics),
            value=topics[0],
            allow_custom_value=True,
            label=label("dialogue.watch.opening"),
            elem_id="dialogue-opening",
        )
        first, second = _guest(models, "a", DEFAULT), _guest(models, "b", SECOND_DEFAULT)
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
    return Talk(opening, turns, *first, *second, start, stop)


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
