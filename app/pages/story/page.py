"""The page's place in the application: its tab, its components, and which event calls what."""

from __future__ import annotations

from typing import Any, Final

import gradio as gr
from gradio.events import api as endpoint

from app.pages.story import PAGE, api
from app.pages.story.handlers import (
    OPENED,
    Handlers,
    choose_model,
    exported,
    opened,
    pick_title,
    share,
)
from app.pages.story.inputs import MODELS, Asked, Inputs, Page, Shared
from app.pages.story.layout import Controls, build
from app.pages.story.saved import SAVED
from app.pages.story.task import compared
from app.pages.story.view import Screen
from app.text import compare, reading
from app.text.controls import StrategyInputs
from app.text.download import file_buttons
from app.text.drafts import KINDS
from app.text.models import TextModels
from app.web.events import QUICK, QUIET, RUNS, SLOW
from app.web.inputs import components
from app.web.texts import label
from engine.models.registry import Models

TITLE: Final = f"{PAGE}.title"
ID: Final = PAGE
MODEL: Final = MODELS[0]

#: One at a time, whichever button began it.
_ONCE: Final[dict[str, Any]] = {**SLOW, "trigger_mode": "once", "concurrency_id": PAGE}

#: The cursor is where the caret is; Python counts characters where JavaScript counts UTF-16 units.
_AT_CARET: Final = """(...values) => {
  const area = document.querySelector('#story-manuscript textarea');
  values[PLACE] = area instanceof HTMLTextAreaElement
    ? [...area.value.slice(0, area.selectionStart)].length : null;
  return values;
}""".replace("PLACE", str(["visit", *Inputs.names()].index("cursor")))
#: The seed of a link stays until the visitor wants another. Said once more when all fields are
#: filled: the seed's own listener hands back the switch as it was before.
_KEEPS_SEED: Final = f"lucky => new URLSearchParams(location.search).has('{PAGE}') ? false : lucky"
_COUNT: Final = "text => JSON.stringify(text ?? '')"


def saved() -> gr.BrowserState:
    """What the browser keeps for a reload."""
    return SAVED.state()


def render(models: Models, saved: gr.BrowserState) -> None:
    """Place the page in the open tab and connect its events."""
    offered = TextModels(models, [name for name in MODELS if name in models.names])
    handlers = Handlers(offered)
    gr.Markdown(label(f"{PAGE}.idea"), elem_classes=["story-idea"])
    controls = build(offered)
    _connect_writing(controls, handlers)
    _connect_looking(controls, handlers)
    _connect_side(controls, handlers)
    _connect_browser(controls, saved)
    with controls.more:
        compare.render(offered, PAGE, components(controls, Asked), compared)
        reading.render(offered, PAGE, controls.sheet.text)
    endpoint(api.endpoint(offered), api_name=PAGE, concurrency_limit=RUNS)


def _connect_writing(controls: Controls, handlers: Handlers) -> None:
    """Whatever makes the model write."""
    actions, screen = controls.actions, components(controls, Screen._fields)
    inputs = components(controls, ("visit", *Inputs.names()))
    place = components(controls, ("visit", "text"))
    examples, tokens = components(controls, ("examples", "tokens"))
    taken = examples.pick(
        handlers.take_example, place, components(controls, ("visit", *Page.names())), **SLOW
    )
    for event in (
        actions.go_on.click(handlers.write, inputs, screen, **_ONCE),
        actions.here.click(handlers.write, inputs, screen, js=_AT_CARET, **_ONCE),
        actions.retry.click(handlers.retry, inputs, screen, **_ONCE),
        tokens.branch(handlers.branch, place, screen, **_ONCE),
        taken.success(handlers.write, inputs, screen, **_ONCE),
    ):
        event.then(handlers.settle, place, screen, **QUICK)
    actions.stop.click(handlers.stop, place, screen, **QUICK)


def _connect_looking(controls: Controls, handlers: Handlers) -> None:
    """Whatever shows something that there is already."""
    actions, screen = controls.actions, components(controls, Screen._fields)
    place = components(controls, ("visit", "text"))
    cards, tree = components(controls, ("cards", "tree"))
    for trigger, handler in (
        (actions.undo.click, handlers.undo),
        (actions.redo.click, handlers.redo),
        (cards.choose, handlers.choose),
        (tree.goto, handlers.goto),
    ):
        trigger(handler, place, screen, **SLOW)
    actions.clear.click(handlers.clear, place, [*screen, controls.sheet.title], **SLOW)


def _connect_side(controls: Controls, handlers: Handlers) -> None:
    """What one choice means for others; titles, files and links."""
    side, sheet = controls.side, controls.sheet
    side.branches.change(
        lambda count: gr.Radio(visible=count != 1), side.branches, side.vary, **QUICK
    )
    side.model.change(
        choose_model,
        components(controls, ("model", "preset")),
        components(controls, ("conditions", "conditions_other", *StrategyInputs.names())),
        **QUICK,
    )
    side.find_titles.click(
        handlers.find_titles,
        components(controls, ("visit", *Asked.names())),
        components(controls, ("visit", "titles")),
        show_progress_on=side.find_titles,
        concurrency_limit=4,
        **{**QUIET, "show_progress": "minimal"},
    )
    titles: Any = side.titles
    titles.pick(pick_title, controls.visit, sheet.title, **QUICK)
    contents = {kind: exported(kind) for kind in KINDS}
    with side.files:
        file_buttons(PAGE, contents, components(controls, ("visit", "title", "text")))
    side.share.connect(share, components(controls, Shared))


def _connect_browser(controls: Controls, saved: gr.BrowserState) -> None:
    """Opening the page, and keeping it as it is written."""
    sheet, lucky = controls.sheet, controls.side.strategy.lucky
    hidden: dict[str, Any] = {"show_progress": "hidden"}
    fields, outputs = components(controls, Page), components(controls, OPENED)
    ready = SAVED.connect(saved, fields, opened, outputs)
    for event in (ready.then, sheet.text.change):
        event(None, sheet.text, sheet.count, js=_COUNT, **hidden)
    ready.then(None, lucky, lucky, js=_KEEPS_SEED, **hidden)
