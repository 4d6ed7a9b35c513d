"""The page's place in the application: its tab, its components, and which event calls what."""

from __future__ import annotations

from typing import Any, Final

import gradio as gr
from gradio.events import api as endpoint

from app.pages.parse_tree import PAGE, api
from app.pages.parse_tree.handlers import Handlers, Screen, opened, share, take
from app.pages.parse_tree.inputs import Choices, Page, examples
from app.pages.parse_tree.layout import Controls, build
from app.pages.parse_tree.models import Variants
from app.pages.parse_tree.saved import SAVED
from app.web.events import QUICK, RUNS, SLOW
from app.web.inputs import components
from app.web.texts import label
from engine.models.registry import Models

TITLE: Final = f"{PAGE}.title"
ID: Final = PAGE
MODEL: Final = "onlstm"


def saved() -> gr.BrowserState:
    """What the browser keeps for a reload."""
    return SAVED.state()


def render(models: Models, saved: gr.BrowserState) -> None:
    """Place the page in the open tab and connect its events."""
    variants = Variants(models, MODEL)
    handlers = Handlers(variants)
    gr.Markdown(label(f"{PAGE}.idea"), elem_classes=["parse-idea"])
    controls = build()
    page, screen = components(controls, Page), components(controls, Screen._fields)
    _connect_drawing(controls, handlers, screen)
    SAVED.connect(saved, page, opened).then(
        handlers.resume, [controls.visit, *page], screen, **SLOW
    )
    controls.share.connect(share, page)
    endpoint(api.endpoint(variants), api_name="parse", concurrency_limit=RUNS)


def _connect_drawing(controls: Controls, handlers: Handlers, screen: list[Any]) -> None:
    """Whatever makes a model read, or draws again what it read."""
    choices = components(controls, Choices)
    text, gold = controls.text, controls.gold
    taken = controls.texts.click(take(examples().texts), controls.texts, text, **QUICK)
    taken_gold = controls.golds.click(take(examples().gold), controls.golds, gold, **QUICK)
    for event in (controls.parse.click, text.submit, taken.success):
        event(handlers.draw, [controls.visit, text, *choices], screen, **SLOW).success(
            lambda: "text", None, controls.source, **QUICK
        )
    for event in (controls.score.click, taken_gold.success):
        event(handlers.score, [controls.visit, gold, *choices], screen, **SLOW).success(
            lambda: "gold", None, controls.source, **QUICK
        )
    gr.on(
        [choice.input for choice in choices],
        handlers.change,
        [controls.visit, *choices],
        screen,
        trigger_mode="always_last",
        **SLOW,
    )
