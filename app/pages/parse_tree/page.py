"""The parse-tree page: a language model that was never told of syntax draws it all the same."""

from __future__ import annotations

from typing import Any, Final

import gradio as gr
from gradio.events import api as endpoint

from app.pages.parse_tree import api, scripts, store
from app.pages.parse_tree.desk import Desk
from app.pages.parse_tree.examples import examples, take
from app.pages.parse_tree.layout import Controls, build
from app.pages.parse_tree.opening import opened, resume, share, warn
from app.pages.parse_tree.variants import Variants
from app.pages.parse_tree.words import PAGE
from app.web.events import QUICK, QUIET, RUNS, SLOW, root
from app.web.texts import label
from engine.models.registry import Models

TITLE: Final = "parse_tree.title"
ID: Final = "parse_tree"
MODEL: Final = "onlstm"


def saved() -> gr.BrowserState:
    """What the browser keeps for a reload."""
    return gr.BrowserState(storage_key="parse_tree", secret="parse_tree")


def render(models: Models, saved: gr.BrowserState) -> None:
    """Place the page in the open tab and connect its events."""
    variants = Variants(models, MODEL)
    desk = Desk(variants)
    gr.Markdown(label(f"{PAGE}.idea"), elem_classes=["parse-idea"])
    controls = build(saved)
    _connect_reading(controls, desk)
    _connect_browser(controls, desk)
    controls.share.connect(share, controls.page)
    endpoint(api.endpoint(variants), api_name="parse", concurrency_limit=RUNS)


def _connect_reading(controls: Controls, desk: Desk) -> None:
    """Whatever makes a model read, or draws again what it read."""
    switches: list[Any] = controls.switches.all
    place: list[Any] = [controls.session, controls.text, *switches]
    gold_place: list[Any] = [controls.session, controls.gold, *switches]
    screen = controls.screen
    taken = controls.texts.click(take(examples().texts), controls.texts, controls.text, **QUICK)
    taken_gold = controls.golds.click(take(examples().gold), controls.golds, controls.gold, **QUICK)
    for event in (controls.parse.click, controls.text.submit, taken.success):
        event(desk.draw, place, screen, **SLOW).success(
            lambda: store.TEXT, None, controls.source, **QUICK
        )
    for event in (controls.score.click, taken_gold.success):
        event(desk.score, gold_place, screen, **SLOW).success(
            lambda: store.GOLD, None, controls.source, **QUICK
        )
    gr.on(
        [switch.input for switch in switches],
        desk.change,
        [controls.session, *switches],
        screen,
        trigger_mode="always_last",
        **SLOW,
    )


def _connect_browser(controls: Controls, desk: Desk) -> None:
    """Opening the page, and keeping it as it is filled in."""
    page: list[Any] = controls.page
    kept: dict[str, Any] = {"inputs": [*page, controls.saved], "outputs": [controls.saved]}
    root().load(warn, [controls.saved], None, **SLOW)
    root().load(opened, [controls.saved], page, **QUICK).then(
        None, **kept, js=scripts.save(opened=True), show_progress="hidden"
    ).then(resume(desk), [controls.session, *page], controls.screen, **SLOW)
    gr.on([component.change for component in page], None, **kept, js=scripts.save(), **QUIET)
