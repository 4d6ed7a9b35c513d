"""The few-shot page: a task is shown by examples, and a language model goes on with it."""

from __future__ import annotations

from typing import Any, Final

import gradio as gr
from gradio.events import Dependency, api

from app.pages.fewshot import measuring
from app.pages.fewshot.api import Api
from app.pages.fewshot.asking import LIMIT, NAMES, Asking, fitted_prompt
from app.pages.fewshot.form import Form
from app.pages.fewshot.layout import Controls, build
from app.pages.fewshot.masked import MASKED
from app.pages.fewshot.measuring import Measuring
from app.pages.fewshot.store import beginning
from app.pages.fewshot.task import read_task
from app.pages.fewshot.view import Answers
from app.pages.fewshot.words import PAGE, say
from app.text import compare, reading
from app.text.checks import checked_int, explained
from app.text.download import CSV, download_buttons
from app.text.drafts import Draft, Plan, Stop
from app.text.models import TextModels
from app.web.events import QUICK, QUIET, RUNS, SLOW, root
from app.web.files import save_script
from app.web.limits import Refusal
from app.web.texts import Language, label
from engine.fewshot import Template, answering
from engine.generation import Strategy
from engine.models.registry import Models
from engine.transformer.language_model import LanguageModel

TITLE: Final = f"{PAGE}.title"
ID: Final = PAGE
MODEL: Final = "story"

#: On a narrow screen the answer is far below what asks for it.
_IN_SIGHT: Final = """(...values) => {
  document.querySelector('#fs-answer')?.scrollIntoView({ block: 'nearest' });
  return values;
}"""


def saved() -> gr.BrowserState:
    """What the browser keeps for a reload."""
    return gr.BrowserState(storage_key=PAGE, secret=PAGE)


def render(models: Models, saved: gr.BrowserState) -> None:
    """Place the page in the open tab and connect its events."""
    offered = TextModels(models, [name for name in NAMES if name in models.names])
    masked = TextModels(models, (MASKED,)) if MASKED in models.names else None
    gr.Markdown(label(f"{PAGE}.idea"), elem_classes=["text-idea"])
    controls = build(offered, beginning())
    picked, opened = _connect_form(controls, Form(offered, masked), saved)
    _connect_answers(controls, Asking(offered, masked), picked, opened)
    _connect_measure(controls, Measuring(offered))
    prepared = [controls.strategy.max_tokens, *controls.task]
    compare.render(offered, "fs", prepared, _prepare)
    reading.render(offered, "fs")
    with controls.files:
        download_buttons(PAGE, _drafts, [controls.answers])
    gr.Markdown(label(f"{PAGE}.source"), elem_classes=["text-idea"])
    api(Api(offered).fewshot, api_name=PAGE, concurrency_limit=RUNS)


def _connect_form(
    controls: Controls, form: Form, saved: gr.BrowserState
) -> tuple[Dependency, Dependency]:
    """Returns the events after which a question may be asked: a preset, and a shared page."""
    measure, strategy = controls.measure, controls.strategy
    examples: Any = controls.examples
    chips: Any = controls.chips
    inputs = [controls.model, strategy.max_tokens, measure.questions, *controls.task]
    shown = [controls.prompt, saved]
    # Not the texts' own input event: gradio has none for what an input method or a paste brings.
    edited = [
        examples.edit,
        controls.pattern.change,
        controls.separator.input,
        controls.question.change,
        controls.candidates.change,
        controls.model.input,
        measure.questions.change,
    ]
    for listener in edited:
        listener(form.preview, inputs, shown, trigger_mode="always_last", **QUICK)
    controls.common.input(lambda pattern: pattern, [controls.common], [controls.pattern], **QUIET)
    controls.collect.click(
        form.collect, [controls.examples, measure.questions], [controls.candidates], **QUIET
    )
    filled = [*controls.task, measure.questions, controls.prompt]
    picked = chips.pick(form.pick, [controls.model], filled, **QUIET)
    picked.success(form.preview, inputs, shown, **QUICK)

    def open_page(kept: object, request: gr.Request) -> tuple[Any, ...]:
        return form.opened(kept, strategy, request)

    outputs = [*filled, controls.model, *strategy.inputs, controls.shared, controls.filling]
    opened = root().load(open_page, [saved], outputs, **SLOW)
    controls.share.connect(form.share, [controls.answers])
    return picked, opened


def _connect_answers(
    controls: Controls, asking: Asking, picked: Dependency, opened: Dependency
) -> None:
    fields = [controls.model, controls.filling, *controls.task, *controls.strategy.inputs]
    inputs = [controls.answers, controls.wish, *fields]
    # A task that is picked while another is being answered comes after it, and is not lost.
    running: dict[str, Any] = {**SLOW, "trigger_mode": "always_last"}
    answer: Any = controls.answer
    for listener in (controls.ask.click, controls.question.submit, picked.success):
        listener(asking.ask, inputs, controls.screen, js=_IN_SIGHT, **running)
    opened.success(asking.reopen, [controls.shared, *inputs], controls.screen, **running)
    branched = [controls.answers, controls.wish, controls.filling]
    answer.branch(asking.branch, branched, controls.screen, **running)
    controls.stop.click(Stop.ask, [controls.wish], None, **QUICK)
    controls.undo.click(asking.undo, [controls.answers], controls.screen, **QUIET)
    controls.redo.click(asking.redo, [controls.answers], controls.screen, **QUIET)


def _connect_measure(controls: Controls, handlers: Measuring) -> None:
    parts = controls.measure
    asked = [parts.wish, controls.model, parts.questions]
    results = [parts.measured, parts.results, parts.summary, parts.save]
    curve = [parts.curve, parts.curve_note]
    parts.run.click(handlers.accuracy, [*asked, *controls.task], results, **SLOW)
    parts.draw.click(handlers.curve, [*asked, parts.seeds, *controls.task], curve, **SLOW)
    parts.stop.click(Stop.ask, [parts.wish], None, **QUICK)
    parts.upload.upload(measuring.upload, [parts.upload], [parts.questions], **QUIET)
    parts.save.click(measuring.saved_file, [parts.measured], [parts.file], **QUIET).success(
        None, [parts.file], None, js=save_script(f"{PAGE}.csv", CSV)
    )


def _prepare(
    name: str, model: LanguageModel, strategy: Strategy, seed: int, lang: Language, *values: Any
) -> Plan:
    """The question of the page, for the comparison of two strategies or models."""
    max_tokens, *fields = values
    task = read_task(fields, lang)
    if not task.prompt.strip():
        raise Refusal(say("error.no_question", lang))
    room = checked_int(max_tokens, 1, LIMIT, lang)
    with explained(lang):
        fitted = fitted_prompt(model, task, room)
    # An answer ends with its line.
    strategy = answering(strategy, Template())
    return Plan(name, model, fitted.text, fitted.prompt, strategy, seed, cut=fitted.cut)


def _drafts(answers: Answers) -> list[Draft]:
    """Every answer that is still there, for a file."""
    return [one.draft for one in answers.states if one is not None]
