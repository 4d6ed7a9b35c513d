"""The components of the page: a sentence, its tree, and the switches that say what is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.pages.parse_tree import PAGE
from app.pages.parse_tree.inputs import AUTO, COMMAS, NOTHING, SOURCES, beginning, examples
from app.pages.parse_tree.saved import SAVED
from app.pages.parse_tree.state import Visit
from app.pages.parse_tree.widgets import tree
from app.web import events
from app.web.saved import ShareLink
from app.web.texts import label
from engine.onlstm.sentences import LANGUAGES
from engine.onlstm.trees import PARSERS


@dataclass(frozen=True)
class Switches:
    """What is drawn: inputs.Choices."""

    language: gr.Radio
    kind: gr.Radio
    layer: gr.Radio
    parser: gr.Radio
    commas: gr.Radio
    beside: gr.Dropdown


@dataclass(frozen=True)
class Controls:
    """Every component that an event reads, changes or starts from, by the name of what it holds."""

    visit: gr.State
    source: gr.Radio
    text: gr.Textbox
    parse: gr.Button
    texts: gr.Dataset
    switches: Switches
    trees: gr.HTML
    gold: gr.Textbox
    score: gr.Button
    golds: gr.Dataset
    scores: gr.Markdown
    share: ShareLink


def build() -> Controls:
    """Place the components in the open block."""
    with gr.Column(elem_id="parse-page"):
        with gr.Column(elem_classes=["parse-asked"]):
            text, parse, texts = _asked()
        switches = _switches()
        with gr.Column(elem_classes=["parse-drawn"]):
            trees = tree(elem_id="parse-trees")
        with gr.Accordion(label(f"{PAGE}.gold_open"), open=False, elem_id="parse-gold-box"):
            gold, score, golds, scores = _gold()
        with gr.Accordion(label(f"{PAGE}.share_open"), open=False, elem_id="parse-share-box"):
            share = SAVED.share_link("parse")
        gr.Markdown(label(f"{PAGE}.sources"), elem_classes=["parse-idea"])
        # Which of the two is drawn: nobody sees it, but the browser keeps it.
        source = gr.Radio([*SOURCES], value=SOURCES[0], visible="hidden", elem_id="parse-source")
    return Controls(
        visit=events.visit(Visit()),
        source=source,
        text=text,
        parse=parse,
        texts=texts,
        switches=switches,
        trees=trees,
        gold=gold,
        score=score,
        golds=golds,
        scores=scores,
        share=share,
    )


def _asked() -> tuple[gr.Textbox, gr.Button, gr.Dataset]:
    with gr.Row(elem_classes=["parse-row"]):
        text = gr.Textbox(
            beginning().text,
            label=label(f"{PAGE}.text"),
            show_label=False,
            placeholder=label(f"{PAGE}.text_placeholder"),
            container=False,
            lines=1,
            max_lines=8,
            scale=8,
            elem_id="parse-text",
        )
        parse = gr.Button(
            label(f"{PAGE}.parse"), variant="primary", min_width=110, scale=1, elem_id="parse-go"
        )
    return text, parse, _dataset(examples().texts, "parse-texts")


def _dataset(samples: tuple[str, ...], elem_id: str) -> gr.Dataset:
    return gr.Dataset(
        components=[gr.Textbox(visible=False)],
        samples=[[sample] for sample in samples],
        type="index",
        label=label(f"{PAGE}.examples"),
        samples_per_page=len(samples),
        elem_classes=["parse-examples"],
        elem_id=elem_id,
    )


def _switches() -> Switches:
    def radio(name: str, values: tuple[str, ...]) -> gr.Radio:
        choices: Any = [(label(f"{PAGE}.{name}.{value}"), value) for value in values]
        return gr.Radio(
            choices,
            value=values[0],
            label=label(f"{PAGE}.{name}"),
            info=label(f"{PAGE}.{name}_info"),
            elem_id=f"parse-{name}",
        )

    with gr.Row(elem_classes=["parse-switches"]):
        layer = radio("layer", (AUTO,))
        parser = radio("parser", (AUTO, *PARSERS))
        kind = radio("kind", (AUTO,))
        with gr.Column(min_width=200):
            beside = gr.Dropdown(
                [(label(f"{PAGE}.beside.none"), NOTHING)],
                value=NOTHING,
                label=label(f"{PAGE}.beside"),
                elem_id="parse-beside",
            )
            language = gr.Radio(
                [(label(f"{PAGE}.language.{value}"), value) for value in (AUTO, *LANGUAGES)],
                value=AUTO,
                label=label(f"{PAGE}.language"),
                elem_id="parse-language",
            )
            commas = radio("commas", COMMAS)
    return Switches(language, kind, layer, parser, commas, beside)


def _gold() -> tuple[gr.Textbox, gr.Button, gr.Dataset, gr.Markdown]:
    gr.Markdown(label(f"{PAGE}.gold_info"), elem_classes=["parse-idea"])
    gold = gr.Textbox(
        beginning().gold,
        label=label(f"{PAGE}.gold"),
        show_label=False,
        placeholder="((苹果 的 颜色) (是 什么))",
        container=False,
        lines=2,
        max_lines=10,
        elem_id="parse-gold",
    )
    golds = _dataset(examples().gold, "parse-golds")
    score = gr.Button(label(f"{PAGE}.score"), elem_id="parse-score")
    scores = gr.Markdown(elem_id="parse-scores")
    return gold, score, golds, scores
