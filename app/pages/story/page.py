"""The story page: a manuscript, a model that writes on, and everything that was tried."""

from __future__ import annotations

from typing import Any, Final

import gradio as gr
from gradio.events import api as endpoint

from app.pages.story import api, extras, scripts
from app.pages.story.layout import Controls, build
from app.pages.story.opening import chosen_model, opened, warn
from app.pages.story.prompts import adapted, compared
from app.pages.story.studio import Studio
from app.pages.story.words import PAGE
from app.text import compare, reading
from app.text.download import file_buttons
from app.text.models import TextModels
from app.web.events import QUICK, QUIET, RUNS, SLOW, root, visit
from app.web.texts import label
from engine.models.registry import Models

TITLE: Final = "story.title"
ID: Final = "story"
MODEL: Final = "story"

_NAMES: Final = ("story", "gpt2-ml-15g", "gpt2-ml-30g", "cpm", "cpm-distill", "gpt2")
#: One at a time, whichever button began it.
_SLOW: Final[dict[str, Any]] = {**SLOW, "trigger_mode": "once", "concurrency_id": PAGE}


def saved() -> gr.BrowserState:
    """What the browser keeps for a reload."""
    return gr.BrowserState(storage_key="story", secret="story")


def render(models: Models, saved: gr.BrowserState) -> None:
    """Place the page in the open tab and connect its events."""
    offered = TextModels(models, [name for name in _NAMES if name in models.names])
    studio = Studio(offered)
    gr.Markdown(label(f"{PAGE}.idea"), elem_classes=["story-idea"])
    controls = build(offered, saved)
    runs = _connect_runs(controls, studio)
    _connect_desk(controls, studio, runs)
    _connect_choices(controls)
    _connect_extras(controls, offered)
    _connect_browser(controls, offered)
    with controls.more:
        compare.render(offered, PAGE, controls.asked, compared, adapt=adapted)
        reading.render(offered, PAGE, controls.sheet.manuscript)
    endpoint(api.endpoint(offered), api_name=PAGE, concurrency_limit=RUNS)


def _connect_runs(controls: Controls, studio: Studio) -> list[Any]:
    """Whatever makes the model write; returns what Stop has to cancel."""
    actions, asked = controls.actions, [controls.desk, *controls.asked]
    place = [controls.desk, controls.sheet.manuscript]
    view: Any = controls.sheet.tokens
    chips: Any = controls.examples
    taken = chips.pick(
        extras.take_example,
        place,
        [
            controls.desk,
            controls.sheet.manuscript,
            controls.sheet.title,
            controls.conditions.genre,
            controls.conditions.mood,
        ],
        **QUICK,
    ).success(extras.refuse_example, [controls.desk], None, **SLOW)
    started = [
        actions.go_on.click(studio.write, asked, _screen(controls), js=scripts.AT_END, **_SLOW),
        actions.here.click(studio.write, asked, _screen(controls), js=scripts.AT_CURSOR, **_SLOW),
        actions.retry.click(studio.retry, asked, _screen(controls), js=scripts.AT_END, **_SLOW),
        view.branch(studio.branch, place, _screen(controls), **_SLOW),
        taken.success(studio.write, asked, _screen(controls), js=scripts.AT_END, **_SLOW),
    ]
    for event in started:
        event.then(studio.settle, place, _screen(controls), **QUICK)
    return started


def _connect_desk(controls: Controls, studio: Studio, runs: list[Any]) -> None:
    """Whatever shows something that there is already."""
    actions, place = controls.actions, [controls.desk, controls.sheet.manuscript]
    cards: Any = controls.cards
    tree: Any = controls.tree
    for trigger, handler in (
        (actions.undo.click, studio.undo),
        (actions.redo.click, studio.redo),
        (cards.choose, studio.choose),
        (tree.goto, studio.goto),
    ):
        trigger(handler, place, _screen(controls), **SLOW)
    actions.stop.click(studio.settle, place, _screen(controls), cancels=runs, **QUICK)
    actions.clear.click(
        extras.new_page, place, [controls.desk, place[1], controls.sheet.title], **SLOW
    ).success(studio.refresh, [controls.desk], _screen(controls), **QUICK)


def _connect_choices(controls: Controls) -> None:
    """What one choice means for others."""
    conditions = controls.conditions
    controls.branches.change(
        lambda count: gr.Radio(visible=count != 1), controls.branches, controls.vary, **QUICK
    )
    strategy = controls.strategy
    controls.model.change(
        chosen_model(strategy),
        [controls.model, strategy.preset],
        [conditions.box, conditions.other, *strategy.inputs],
        **QUICK,
    )


def _connect_extras(controls: Controls, models: TextModels) -> None:
    """Titles, files and links."""
    sheet, titles = controls.sheet, extras.Titles(models)
    chips: Any = controls.titles
    words = visit([])
    controls.find_titles.click(
        titles.find,
        controls.asked,
        [words, controls.titles],
        show_progress_on=controls.find_titles,
        concurrency_limit=4,
        **{**QUIET, "show_progress": "minimal"},
    )
    chips.pick(titles.pick, [words], [sheet.title], **QUICK)
    with controls.files:
        file_buttons(PAGE, extras.files(), [controls.desk, sheet.title, sheet.manuscript])
    shared = [*controls.page, controls.model, *controls.strategy.inputs]
    controls.share.connect(extras.share(models), shared)


def _connect_browser(controls: Controls, models: TextModels) -> None:
    """Opening the page, and keeping it as it is written."""
    strategy = controls.strategy

    def open_page(saved: object, request: gr.Request) -> list[Any]:
        return opened(saved, models.names, strategy, request)

    def complain(saved: object, request: gr.Request) -> None:
        warn(saved, models.names, request)

    root().load(complain, [controls.saved], None, **SLOW)
    kept: dict[str, Any] = {
        "inputs": [*controls.page, controls.saved],
        "outputs": [controls.saved, controls.sheet.count],
    }
    root().load(
        open_page,
        [controls.saved],
        [*_screen(controls), *controls.page, controls.model, *strategy.inputs],
        **QUICK,
    ).then(None, **kept, js=scripts.save(opened=True), show_progress="hidden").then(
        None, strategy.lucky, strategy.lucky, js=scripts.KEEPS_SEED, show_progress="hidden"
    )
    gr.on(
        [component.change for component in controls.page if hasattr(component, "change")],
        None,
        **kept,
        js=scripts.save(),
        show_progress="hidden",
    )


def _screen(controls: Controls) -> list[Any]:
    """The components of a Screen, in its order."""
    sheet, actions = controls.sheet, controls.actions
    return [
        controls.desk,
        sheet.manuscript,
        sheet.tokens,
        controls.cards,
        controls.tree,
        sheet.notice,
        actions.go_on,
        actions.here,
        actions.stop,
        actions.retry,
        actions.undo,
        actions.redo,
        controls.strategy.seed,
    ]
