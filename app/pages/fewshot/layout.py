"""The components of the page: what is asked on the left, the prompt and the answers on the right,
and behind accordions what is used now and then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import gradio as gr

from app.pages.fewshot import PAGE, widgets
from app.pages.fewshot.inputs import (
    LIMIT,
    MAX_PATTERN,
    MAX_QUESTION,
    MAX_SEEDS,
    MAX_TOKENS,
    SEPARATORS,
    beginning,
)
from app.pages.fewshot.saved import SAVED
from app.pages.fewshot.state import Visit
from app.pages.fewshot.view import filled
from app.text.controls import StrategyControls, strategy_controls
from app.text.models import TextModels, model_dropdown
from app.text.tokens import tokens
from app.web import events
from app.web.saved import ShareLink
from app.web.texts import label
from engine.fewshot.cloze import FILLINGS

#: Common ways of writing an example down; any other can be typed.
_PATTERNS: Final = (
    "{question}的首都是{answer}",
    "{question} {answer}",
    "{question}->{answer}",
    "{question}：{answer}",
    "{question}={answer}",
    "{question}，{answer}",
    "问：{question}\n答：{answer}",
)


@dataclass(frozen=True)
class Asked:
    """What is asked, and the buttons under it.

    Attributes:
        common: common patterns.
    """

    examples: gr.HTML
    pattern: gr.Textbox
    common: gr.Dropdown
    separator: gr.Dropdown
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    undo: gr.Button
    redo: gr.Button


@dataclass(frozen=True)
class Answers:
    """What the model reads, and what it makes of it."""

    prompt: gr.HTML
    answer: gr.HTML
    ranking: gr.HTML
    masked: gr.HTML
    filling: gr.Radio


@dataclass(frozen=True)
class Settings:
    """How it is to answer."""

    candidates: gr.Textbox
    collect: gr.Button
    model: gr.Dropdown
    strategy: StrategyControls


@dataclass(frozen=True)
class Measure:
    """Many questions at once."""

    questions: gr.Textbox
    upload: gr.UploadButton
    seeds: gr.Slider
    run: gr.Button
    draw: gr.Button
    stop: gr.Button
    summary: gr.Markdown
    results: gr.HTML
    save: gr.Button
    file: gr.Textbox
    curve: gr.HTML
    curve_note: gr.Markdown


@dataclass(frozen=True)
class Controls:
    """Every component that an event reads, changes or starts from, by the name of what it holds."""

    visit: gr.State
    chips: gr.HTML
    asked: Asked
    answers: Answers
    settings: Settings
    measure: Measure
    files: gr.Column
    share: ShareLink


def build(models: TextModels) -> Controls:
    """Place the components in the open block, but for what other modules place after them."""
    begin = filled(beginning(), "zh")
    chips = widgets.preset_chips(elem_id="fs-presets")
    with gr.Row(elem_classes=["fs-page"], equal_height=False):
        with gr.Column(scale=6, min_width=320, elem_classes=["fs-left"]):
            asked = _asked(begin)
        with gr.Column(scale=6, min_width=320, elem_classes=["fs-right"]):
            answers = _answers()
        # On a narrow screen this comes after the answer.
        with gr.Column(scale=6, min_width=320, elem_classes=["fs-settings"]):
            with gr.Group():
                candidates = _box(
                    "candidates", begin["candidates"], info=True, lines=3, max_lines=5
                )
                collect = _button("collect", size="sm")
            model = model_dropdown(models, "fs-model")
            strategy = strategy_controls("fs", "greedy", max_tokens=MAX_TOKENS, limit=LIMIT)
    with gr.Accordion(label(f"{PAGE}.measure"), open=False, elem_id="fs-measure"):
        measure = _measure(begin["questions"])
    with gr.Accordion(label(f"{PAGE}.sharing"), open=False, elem_id="fs-sharing"):
        files = gr.Column()
        share = SAVED.share_link("fs")
    return Controls(
        visit=events.visit(Visit()),
        chips=chips,
        asked=asked,
        answers=answers,
        settings=Settings(candidates, collect, model, strategy),
        measure=measure,
        files=files,
        share=share,
    )


def _asked(begin: dict[str, Any]) -> Asked:
    examples = widgets.examples_editor(begin["examples"], elem_id="fs-examples")
    with gr.Row():
        pattern = _box(
            *("pattern", begin["pattern"]),
            placeholder=label(f"{PAGE}.pattern_info"),
            lines=1,
            max_lines=3,
            max_length=MAX_PATTERN,
            min_width=220,
            scale=4,
        )
        common = gr.Dropdown(
            [(text.replace("\n", "⏎"), text) for text in _PATTERNS],
            value=None,
            label=label(f"{PAGE}.common"),
            min_width=150,
            scale=2,
            elem_id="fs-common",
        )
        separator = gr.Dropdown(
            [(label(f"{PAGE}.separator.{name}"), name) for name in SEPARATORS],
            value=begin["separator"],
            label=label(f"{PAGE}.separator"),
            min_width=120,
            scale=2,
            elem_id="fs-separator",
        )
    question = _box(
        *("question", begin["question"]),
        placeholder=label(f"{PAGE}.question_placeholder"),
        lines=1,
        max_lines=8,
        max_length=MAX_QUESTION,
    )
    with gr.Row(elem_classes=["fs-actions"]):
        ask = _button("ask", variant="primary", min_width=120)
        stop = _button("stop")
        undo, redo = (_button(key, interactive=False) for key in ("undo", "redo"))
    return Asked(examples, pattern, common, separator, question, ask, stop, undo, redo)


def _answers() -> Answers:
    gr.Markdown(label(f"{PAGE}.prompt_title"), elem_classes=["fs-title"])
    prompt = widgets.prompt_view("", elem_id="fs-prompt")
    gr.Markdown(label(f"{PAGE}.answer_title"), elem_classes=["fs-title"])
    return Answers(
        prompt,
        answer=tokens(elem_id="fs-answer", placeholder=f"{PAGE}.answer_placeholder"),
        ranking=widgets.bars(elem_id="fs-ranking"),
        masked=widgets.bars(elem_id="fs-masked"),
        filling=gr.Radio(
            [(label(f"{PAGE}.filling.{name}"), name) for name in FILLINGS],
            value=FILLINGS[0],
            label=label(f"{PAGE}.filling"),
            visible=False,
            elem_id="fs-filling",
        ),
    )


def _measure(questions: str) -> Measure:
    gr.Markdown(label(f"{PAGE}.measure_about"), elem_classes=["text-idea"])
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=300):
            table = _box("questions", questions, info=True, lines=8, max_lines=16)
            # Its label is declared as str, but translated like any other.
            upload_label: Any = label(f"{PAGE}.upload")
            upload = gr.UploadButton(upload_label, type="binary", size="sm", elem_id="fs-upload")
            seeds = gr.Slider(
                *(1, MAX_SEEDS, 2),
                step=1,
                label=label(f"{PAGE}.seeds"),
                elem_id="fs-seeds",
            )
        with gr.Column(scale=7, min_width=300):
            with gr.Row():
                run = _button("run", variant="primary", min_width=110)
                draw = _button("draw", min_width=110)
                stop = _button("stop", elem_id="fs-measure-stop")
            summary = gr.Markdown(elem_id="fs-summary")
            results = widgets.results(elem_id="fs-results")
            save = _button("save", size="sm", visible=False)
            # Hidden and not left out: what is not in the page has no value that a script can read.
            file = gr.Textbox(visible="hidden", elem_id="fs-file")
            curve = widgets.curve_view(elem_id="fs-curve")
            note = gr.Markdown(elem_id="fs-curve-note")
    return Measure(
        *(table, upload, seeds, run, draw, stop),
        *(summary, results, save, file, curve, note),
    )


def _box(name: str, value: str, *, info: bool = False, **more: Any) -> gr.Textbox:
    """A text field whose name is a key of the texts.

    Args:
        info: whether there is a line of explanation, under NAME_info.
    """
    if info:
        more["info"] = label(f"{PAGE}.{name}_info")
    return gr.Textbox(value, label=label(f"{PAGE}.{name}"), elem_id=f"fs-{name}", **more)


def _button(name: str, *, min_width: int = 56, **more: Any) -> gr.Button:
    settings: dict[str, Any] = {"min_width": min_width, "elem_id": f"fs-{name}", **more}
    return gr.Button(label(f"{PAGE}.{name}"), **settings)
