"""The components of the page: what is asked on the left, the prompt and the answers on the right,
and behind accordions what is used now and then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import gradio as gr
from gradio.components import Component

from app.pages.fewshot import widgets
from app.pages.fewshot.asking import LIMIT, MAX_TOKENS
from app.pages.fewshot.fields import box, button
from app.pages.fewshot.measure_layout import Measure, measure_parts
from app.pages.fewshot.presets import SEPARATORS
from app.pages.fewshot.store import Page
from app.pages.fewshot.task import MAX_PATTERN, MAX_QUESTION
from app.pages.fewshot.view import no_answers
from app.pages.fewshot.words import PAGE
from app.text.controls import StrategyControls, strategy_controls
from app.text.drafts import Stop
from app.text.models import TextModels, model_dropdown
from app.text.tokens import tokens
from app.web.events import visit
from app.web.saved import ShareLink, share_link
from app.web.texts import label
from engine.fewshot.cloze import FILLINGS

#: Common ways of writing an example down; any other can be typed.
PATTERNS: Final = (
    "{question}的首都是{answer}",
    "{question} {answer}",
    "{question}->{answer}",
    "{question}：{answer}",
    "{question}={answer}",
    "{question}，{answer}",
    "问：{question}\n答：{answer}",
)


@dataclass(frozen=True)
class Controls:
    """Every component that an event reads, changes or starts from."""

    answers: gr.State
    wish: gr.State
    shared: gr.State
    chips: gr.HTML
    examples: gr.HTML
    pattern: gr.Textbox
    common: gr.Dropdown
    separator: gr.Dropdown
    question: gr.Textbox
    candidates: gr.Textbox
    collect: gr.Button
    ask: gr.Button
    stop: gr.Button
    undo: gr.Button
    redo: gr.Button
    model: gr.Dropdown
    strategy: StrategyControls
    prompt: gr.HTML
    answer: gr.HTML
    ranking: gr.HTML
    masked: gr.HTML
    filling: gr.Radio
    share: ShareLink
    files: gr.Column
    measure: Measure

    @property
    def task(self) -> list[Component]:
        """The fields that read_task takes, in its order."""
        return [self.examples, self.pattern, self.separator, self.question, self.candidates]

    @property
    def screen(self) -> list[Component]:
        """The components of asking.Screen, in its order."""
        return [
            self.answers,
            self.prompt,
            self.answer,
            self.ranking,
            self.masked,
            self.strategy.seed,
            self.undo,
            self.redo,
        ]


def build(models: TextModels, begin: Page) -> Controls:
    """Place the components in the open block, but for what other modules place after them."""
    table, pattern, separator, question, candidates = begin.fields("zh")
    chips = widgets.preset_chips(elem_id="fs-presets")
    with gr.Row(elem_classes=["fs-page"], equal_height=False):
        with gr.Column(scale=6, min_width=320, elem_classes=["fs-left"]):
            examples = widgets.examples_editor(table, elem_id="fs-examples")
            pattern_box, common, separators = _template(pattern, separator)
            asked = box(
                *("question", question),
                placeholder=label(f"{PAGE}.question_placeholder"),
                lines=1,
                max_lines=8,
                max_length=MAX_QUESTION,
            )
            with gr.Row(elem_classes=["fs-actions"]):
                ask = button("ask", variant="primary", min_width=120)
                stop = button("stop")
                undo, redo = (button(key, interactive=False) for key in ("undo", "redo"))
        with gr.Column(scale=6, min_width=320, elem_classes=["fs-right"]):
            gr.Markdown(label(f"{PAGE}.prompt_title"), elem_classes=["fs-title"])
            prompt = widgets.prompt_view("", elem_id="fs-prompt")
            gr.Markdown(label(f"{PAGE}.answer_title"), elem_classes=["fs-title"])
            answer = tokens(elem_id="fs-answer", placeholder=f"{PAGE}.answer_placeholder")
            ranking = widgets.bars(elem_id="fs-ranking")
            masked = widgets.bars(elem_id="fs-masked")
            filling = gr.Radio(
                [(label(f"{PAGE}.filling.{name}"), name) for name in FILLINGS],
                value=FILLINGS[0],
                label=label(f"{PAGE}.filling"),
                visible=False,
                elem_id="fs-filling",
            )
        # On a narrow screen this comes after the answer.
        with gr.Column(scale=6, min_width=320, elem_classes=["fs-settings"]):
            chosen, collect = _candidates(candidates)
            model = model_dropdown(models, "fs-model")
            strategy = strategy_controls("fs", "greedy", max_tokens=MAX_TOKENS, limit=LIMIT)
    with gr.Accordion(label(f"{PAGE}.measure"), open=False, elem_id="fs-measure"):
        measure = measure_parts(begin.questions)
    with gr.Accordion(label(f"{PAGE}.sharing"), open=False, elem_id="fs-sharing"):
        files = gr.Column()
        share = share_link(PAGE, "fs")
    return Controls(
        answers=visit(no_answers()),
        wish=visit(Stop()),
        shared=visit(False),
        chips=chips,
        examples=examples,
        pattern=pattern_box,
        common=common,
        separator=separators,
        question=asked,
        candidates=chosen,
        collect=collect,
        ask=ask,
        stop=stop,
        undo=undo,
        redo=redo,
        model=model,
        strategy=strategy,
        prompt=prompt,
        answer=answer,
        ranking=ranking,
        masked=masked,
        filling=filling,
        share=share,
        files=files,
        measure=measure,
    )


def _template(pattern: str, separator: str) -> tuple[gr.Textbox, gr.Dropdown, gr.Dropdown]:
    with gr.Row():
        own = box(
            *("pattern", pattern),
            placeholder=label(f"{PAGE}.pattern_info"),
            lines=1,
            max_lines=3,
            max_length=MAX_PATTERN,
            min_width=220,
            scale=4,
        )
        common = gr.Dropdown(
            [(text.replace("\n", "⏎"), text) for text in PATTERNS],
            value=None,
            label=label(f"{PAGE}.common"),
            min_width=150,
            scale=2,
            elem_id="fs-common",
        )
        separators = gr.Dropdown(
            [(label(f"{PAGE}.separator.{name}"), name) for name in SEPARATORS],
            value=separator,
            label=label(f"{PAGE}.separator"),
            min_width=120,
            scale=2,
            elem_id="fs-separator",
        )
    return own, common, separators


def _candidates(value: str) -> tuple[gr.Textbox, gr.Button]:
    with gr.Group():
        candidates = box("candidates", value, info=True, lines=3, max_lines=5)
        collect = button("collect", size="sm")
    return candidates, collect
