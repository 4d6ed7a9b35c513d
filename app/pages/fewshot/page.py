"""The page's place in the application: its tab, its components, and which event calls what."""

from __future__ import annotations

from typing import Any, Final

import gradio as gr
from gradio.events import Dependency
from gradio.events import api as endpoint

from app.pages.fewshot import PAGE, api
from app.pages.fewshot.handlers import (
    OPENED,
    Handlers,
    collect,
    compared,
    measuring,
    redo,
    share,
    stop,
    undo,
)
from app.pages.fewshot.inputs import MODELS, Inputs, Page, Task
from app.pages.fewshot.layout import Controls, build
from app.pages.fewshot.masked import MASKED
from app.pages.fewshot.saved import SAVED
from app.pages.fewshot.view import Curve, Results, Screen
from app.text import compare, reading
from app.text.download import CSV, download_buttons
from app.text.models import TextModels
from app.web.events import QUICK, QUIET, RUNS, SLOW, root
from app.web.files import save_script
from app.web.inputs import components
from app.web.texts import label
from engine.models.registry import Models

TITLE: Final = f"{PAGE}.title"
ID: Final = PAGE
MODEL: Final = MODELS[0]

#: On a narrow screen the answer is far below what asks for it.
_IN_SIGHT: Final = """(...values) => {
  document.querySelector('#fs-answer')?.scrollIntoView({ block: 'nearest' });
  return values;
}"""


def saved() -> gr.BrowserState:
    """What the browser keeps for a reload."""
    return SAVED.state()


def render(models: Models, saved: gr.BrowserState) -> None:
    """Place the page in the open tab and connect its events."""
    offered = TextModels(models, [name for name in MODELS if name in models.names])
    masked = TextModels(models, (MASKED,)) if MASKED in models.names else None
    handlers = Handlers(offered, masked)
    gr.Markdown(label(f"{PAGE}.idea"), elem_classes=["text-idea"])
    controls = build(offered)
    _connect_answers(controls, handlers, *_connect_fields(controls, handlers, saved))
    _connect_measure(controls, measuring.Measuring(offered))
    prepared = components(controls, ("max_tokens", *Task.names()))
    compare.render(offered, "fs", prepared, compared)
    reading.render(offered, "fs")
    with controls.files:
        download_buttons(PAGE, lambda visit: visit.drafts, [controls.visit])
    controls.share.connect(share, [controls.visit])
    gr.Markdown(label(f"{PAGE}.source"), elem_classes=["text-idea"])
    endpoint(api.endpoint(offered), api_name=PAGE, concurrency_limit=RUNS)


def _connect_fields(
    controls: Controls, handlers: Handlers, saved: gr.BrowserState
) -> tuple[Dependency, Dependency]:
    """Returns the events after which a question may be asked: a preset, and a shared page."""
    asked, settings, questions = controls.asked, controls.settings, controls.measure.questions
    inputs = components(controls, ("model", "max_tokens", "questions", *Task.names()))
    shown = [controls.answers.prompt, saved]
    examples, chips = components(controls, ("examples", "chips"))
    # Not the texts' own input event: gradio has none for what an input method or a paste brings.
    for listener in (
        examples.edit,
        asked.pattern.change,
        asked.separator.input,
        asked.question.change,
        settings.candidates.change,
        settings.model.input,
        questions.change,
    ):
        listener(handlers.preview, inputs, shown, trigger_mode="always_last", **QUICK)
    asked.common.input(lambda pattern: pattern, [asked.common], [asked.pattern], **QUIET)
    settings.collect.click(collect, [examples, questions], [settings.candidates], **QUIET)
    filled = components(controls, (*Page.names(), "prompt"))
    picked = chips.pick(handlers.pick, [settings.model], filled, **QUIET)
    picked.success(handlers.preview, inputs, shown, **QUICK)
    root().load(SAVED.warn, [saved], None, **SLOW)
    opened = root().load(handlers.opened, [saved], components(controls, OPENED), **QUICK)
    return picked, opened


def _connect_answers(
    controls: Controls, handlers: Handlers, picked: Dependency, opened: Dependency
) -> None:
    asked, screen = controls.asked, components(controls, Screen._fields)
    inputs = components(controls, ("visit", *Inputs.names()))
    # A task that is picked while another is being answered comes after it, and is not lost.
    running: dict[str, Any] = {**SLOW, "trigger_mode": "always_last"}
    for listener in (asked.ask.click, asked.question.submit, picked.success):
        listener(handlers.ask, inputs, screen, js=_IN_SIGHT, **running)
    opened.success(handlers.reopen, inputs, screen, **running)
    answer: Any = controls.answers.answer
    branched = components(controls, ("visit", "filling"))
    answer.branch(handlers.branch, branched, screen, **running)
    asked.stop.click(stop, [controls.visit], None, **QUICK)
    asked.undo.click(undo, [controls.visit], screen, **QUIET)
    asked.redo.click(redo, [controls.visit], screen, **QUIET)


def _connect_measure(controls: Controls, handlers: measuring.Measuring) -> None:
    parts, visit = controls.measure, controls.visit
    inputs = components(controls, ("visit", "model", "questions", *Task.names()))
    results = components(controls, Results._fields)
    parts.run.click(handlers.accuracy, inputs, results, **SLOW)
    inputs = components(controls, ("visit", "model", "questions", "seeds", *Task.names()))
    curve = components(controls, Curve._fields)
    parts.draw.click(handlers.curve, inputs, curve, **SLOW)
    parts.stop.click(measuring.stop, [visit], None, **QUICK)
    parts.upload.upload(measuring.upload, [parts.upload], [parts.questions], **QUIET)
    parts.save.click(measuring.saved_file, [visit], [parts.file], **QUIET).success(
        None, [parts.file], None, js=save_script(f"{PAGE}.csv", CSV)
    )
