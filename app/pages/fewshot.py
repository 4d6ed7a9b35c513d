"""The few-shot page: a task is shown by examples, and a language model goes on with it."""

from __future__ import annotations

from typing import Any, Final

import gradio as gr
from gradio.context import Context
from gradio.events import Dependency, api

from app.fewshot import measuring
from app.fewshot.api import Api
from app.fewshot.asking import (
    LIMIT,
    MASKED,
    NAMES,
    Answers,
    Asking,
    explained,
    fitted_prompt,
    no_answers,
)
from app.fewshot.form import Form
from app.fewshot.layout import Controls, build
from app.fewshot.measuring import Measured, Measuring
from app.fewshot.store import beginning
from app.fewshot.task import read_task
from app.fewshot.words import PAGE, say
from app.limits import Refusal
from app.text import compare, reading
from app.text.checks import checked_int
from app.text.download import download_buttons
from app.text.drafts import Draft
from app.text.models import TextModels
from app.texts import Language, label
from engine.fewshot import Template, answering
from engine.generation import Strategy
from engine.registry import Models
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel

TITLE: Final = f"{PAGE}.title"
ID: Final = PAGE
MODEL: Final = "story"

#: The address is known to the browser alone, which may have come through a proxy.
_ABSOLUTE: Final = "query => location.origin + location.pathname + query"
_SAVE_FILE: Final = """content => {
  if (!content) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], {type: 'text/csv;charset=utf-8'}));
  link.download = 'fewshot.csv';
  link.click();
  URL.revokeObjectURL(link.href);
}"""
_QUIET: Final[dict[str, Any]] = {"show_progress": "hidden", "api_visibility": "private"}
_AT_ONCE: Final[dict[str, Any]] = {**_QUIET, "queue": False}
#: Of each kind of event that keeps the model busy.
_TOGETHER: Final = 16


def saved() -> gr.BrowserState:
    """What the browser keeps for a reload."""
    return gr.BrowserState(storage_key=PAGE, secret=PAGE)


def render(models: Models, saved: gr.BrowserState) -> None:
    """Place the page in the open tab and connect its events."""
    offered = TextModels(models, [name for name in NAMES if name in models.names])
    masked = TextModels(models, (MASKED,)) if MASKED in models.names else None
    gr.Markdown(label(f"{PAGE}.idea"), elem_classes=["fs-idea"])
    controls = build(offered, beginning(), no_answers(), Measured())
    picked, opened = _connect_form(controls, Form(offered, masked), saved)
    _connect_answers(controls, Asking(offered, masked), picked, opened)
    _connect_measure(controls, Measuring(offered))
    prepared = [controls.strategy.max_tokens, *controls.task]
    compare.render(offered, "fs", prepared, _prepare, adapt=_one_line)
    reading.render(offered, "fs")
    with gr.Accordion(label("text.export"), open=False, elem_id="fs-export"):
        download_buttons(PAGE, _drafts, [controls.answers])
    gr.Markdown(label(f"{PAGE}.source"), elem_classes=["fs-idea"])
    api(Api(offered).fewshot, api_name=PAGE, concurrency_limit=_TOGETHER)


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
        listener(form.preview, inputs, shown, trigger_mode="always_last", **_AT_ONCE)
    controls.common.input(lambda pattern: pattern, [controls.common], [controls.pattern], **_QUIET)
    controls.collect.click(
        form.collect, [controls.examples, measure.questions], [controls.candidates], **_QUIET
    )
    filled = [*controls.task, measure.questions, controls.prompt]
    picked = chips.pick(form.pick, [controls.model], filled, **_QUIET)
    picked.success(form.preview, inputs, shown, **_AT_ONCE)

    def open_page(kept: object, request: gr.Request) -> tuple[Any, ...]:
        return form.opened(kept, strategy, request)

    outputs = [*filled, controls.model, *strategy.inputs, controls.shared, controls.filling]
    demo = Context.root_block
    if demo is None:
        raise RuntimeError("render() has to be called inside gr.Blocks()")
    opened = demo.load(open_page, [saved], outputs, **_QUIET)
    controls.share.click(form.share, [controls.answers], [controls.link], **_QUIET).success(
        None, [controls.link], [controls.link], js=_ABSOLUTE
    )
    return picked, opened


def _connect_answers(
    controls: Controls, asking: Asking, picked: Dependency, opened: Dependency
) -> None:
    fields = [controls.model, controls.filling, *controls.task, *controls.strategy.inputs]
    inputs = [controls.answers, *fields]
    # A task that is picked while another is being answered comes after it, and is not lost.
    running: dict[str, Any] = {
        **_QUIET,
        "concurrency_limit": _TOGETHER,
        "trigger_mode": "always_last",
    }
    answer: Any = controls.answer
    started: list[Any] = [
        listener(asking.ask, inputs, controls.screen, **running)
        for listener in (controls.ask.click, controls.question.submit, picked.success)
    ]
    started += [
        opened.success(
            asking.reopen, [controls.shared, controls.answers, *fields], controls.screen, **running
        ),
        answer.branch(
            asking.branch, [controls.answers, controls.filling], controls.screen, **running
        ),
    ]
    controls.stop.click(None, cancels=started, api_visibility="private").then(
        asking.stopped, [controls.answers], controls.screen, **_QUIET
    )
    controls.undo.click(asking.undo, [controls.answers], controls.screen, **_QUIET)
    controls.redo.click(asking.redo, [controls.answers], controls.screen, **_QUIET)


def _connect_measure(controls: Controls, handlers: Measuring) -> None:
    parts = controls.measure
    asked = [controls.model, parts.questions]
    results = [controls.measured, parts.results, parts.summary, parts.save]
    curve = [parts.curve, parts.curve_note]
    running: dict[str, Any] = {**_QUIET, "concurrency_limit": _TOGETHER}
    started: list[Any] = [
        parts.run.click(handlers.accuracy, [*asked, *controls.task], results, **running),
        parts.draw.click(handlers.curve, [*asked, parts.seeds, *controls.task], curve, **running),
    ]
    parts.stop.click(None, cancels=started, api_visibility="private")
    parts.upload.upload(measuring.upload, [parts.upload], [parts.questions], **_QUIET)
    parts.save.click(measuring.saved_file, [controls.measured], [parts.file], **_QUIET).success(
        None, [parts.file], None, js=_SAVE_FILE
    )


def _prepare(
    model_name: str, model: LanguageModel, lang: Language, *values: Any
) -> tuple[str, Prompt, int]:
    """The prompt of the page, for the comparison of two strategies or models."""
    max_tokens, *fields = values
    task = read_task(fields, lang)
    if not task.prompt.strip():
        raise Refusal(say("error.no_question", lang))
    room = checked_int(max_tokens, 1, LIMIT, lang)
    with explained(lang):
        fitted = fitted_prompt(model, task, room)
    return fitted.text, fitted.prompt, fitted.cut


def _one_line(model_name: str, model: LanguageModel, strategy: Strategy) -> Strategy:
    """An answer ends with its line."""
    return answering(strategy, Template())


def _drafts(answers: Answers) -> list[Draft]:
    """Every answer that is still there, for a file."""
    return [one.draft for one in answers.states if one is not None]
