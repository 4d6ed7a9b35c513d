"""The panels for whole texts: those that are read, one to train on, files and test sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import gradio as gr
from gradio.components import Component

from app.pages.word2vec import PAGE, inputs, widgets
from app.pages.word2vec.handlers.files import NAMES
from app.pages.word2vec.inputs import EXAMPLES
from app.pages.word2vec.layout.words import Served, about, button, title
from app.web.texts import label

#: Sliders of the settings, with their steps.
_RANGES: Final = (
    *(("size", inputs.SIZES, 16), ("window", inputs.WINDOWS, 1)),
    *(("min_count", inputs.COUNTS, 1), ("epochs", inputs.EPOCHS, 1)),
)


@dataclass(frozen=True)
class Texts:
    """Keywords, and sentences compared."""

    text: gr.Textbox
    count: gr.Slider
    run: gr.Button
    examples: gr.HTML
    passage: gr.HTML
    keywords: gr.HTML
    sentences: gr.Textbox
    compare: gr.Button
    sets: gr.HTML
    matrix: gr.HTML


@dataclass(frozen=True)
class Train:
    """Training on a visitor's own text."""

    examples: gr.HTML
    text: gr.Textbox
    file: gr.File
    architecture: gr.Radio
    output: gr.Radio
    size: gr.Slider
    window: gr.Slider
    min_count: gr.Slider
    epochs: gr.Slider
    discover: gr.Checkbox
    run: gr.Button
    stop: gr.Button
    progress: gr.HTML
    live: gr.HTML


@dataclass(frozen=True)
class Files:
    """Vectors to bring and to take away, and test sets."""

    upload: gr.UploadButton
    saves: list[gr.Button]
    saver: gr.HTML
    examples: gr.HTML
    test: gr.Textbox
    file: gr.File
    test_method: gr.Radio
    all_count: gr.Checkbox
    run: gr.Button
    stop: gr.Button
    scores: gr.HTML


def texts() -> Texts:
    """A text for keywords, and sentences to compare."""
    title("keywords")
    with gr.Row(equal_height=False):
        with gr.Column(scale=7, min_width=300):
            examples = widgets.examples(
                [f"{text[:12]}…" for text in EXAMPLES.texts], elem_id="w2v-texts"
            )
            text = gr.Textbox(
                EXAMPLES.texts[0],
                label=label(f"{PAGE}.keywords.text"),
                lines=5,
                max_lines=14,
                elem_id="w2v-text",
                max_length=inputs.MAX_TEXT,
            )
            with gr.Row(elem_classes=["wv-fields"], equal_height=False):
                count = gr.Slider(
                    *(1, inputs.MAX_KEYWORDS, 8),
                    step=1,
                    label=label(f"{PAGE}.keywords.count"),
                    elem_id="w2v-count",
                )
                run = button("keywords.run", "w2v-find")
            passage = widgets.passage(elem_id="w2v-passage")
        with gr.Column(scale=5, min_width=280):
            keywords = widgets.bars(elem_id="w2v-keywords")
    title("sentences")
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=280):
            sets = widgets.examples(
                [f"{text.partition(chr(10))[0]}…" for text in EXAMPLES.sentences],
                elem_id="w2v-sets",
            )
            sentences = gr.Textbox(
                EXAMPLES.sentences[0],
                label=label(f"{PAGE}.sentences.text"),
                lines=5,
                max_lines=10,
                elem_id="w2v-sentences",
                max_length=inputs.MAX_SENTENCES_CHARS,
            )
            compare = button("sentences.run", "w2v-alike", variant="secondary")
        with gr.Column(scale=7, min_width=300):
            matrix = widgets.matrix(elem_id="w2v-matrix")
    return Texts(
        *(text, count, run, examples, passage, keywords, sentences, compare, sets, matrix),
    )


def train(points: Served) -> Train:
    """A text and settings on one side, what comes of them on the other."""
    about("train.about")
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=300):
            examples = widgets.examples(EXAMPLES.novels, elem_id="w2v-novels")
            text = gr.Textbox(
                label=label(f"{PAGE}.train.text"),
                placeholder=label(f"{PAGE}.train.placeholder"),
                lines=7,
                max_lines=14,
                elem_id="w2v-train-text",
                max_length=inputs.MAX_CHARS,
            )
            file = gr.File(
                label=label(f"{PAGE}.train.file"),
                file_types=[".txt"],
                type="binary",
                height=132,
                elem_id="w2v-train-file",
            )
            settings = _settings()
            with gr.Row(elem_classes=["wv-fields"]):
                run = button("train.run", "w2v-train", scale=3)
                stop = button("train.stop", "w2v-train-stop", variant="secondary", scale=1)
        with gr.Column(scale=7, min_width=300):
            about("train.watch")
            progress = widgets.progress(elem_id="w2v-progress")
            live = widgets.cloud(points, elem_id="w2v-live")
    return Train(
        examples=examples,
        text=text,
        file=file,
        **settings,
        run=run,
        stop=stop,
        progress=progress,
        live=live,
    )


def _settings() -> dict[str, Any]:
    """The components of the settings, by name."""
    begin = inputs.Training()
    made: dict[str, Component] = {
        name: gr.Radio(
            [(label(f"{PAGE}.train.{choice}"), choice) for choice in choices],
            value=choices[0],
            label=label(f"{PAGE}.train.{name}"),
            elem_id=f"w2v-{name}",
        )
        for name, choices in (("architecture", inputs.ARCHITECTURES), ("output", inputs.OUTPUTS))
    }
    with gr.Accordion(label(f"{PAGE}.train.more"), open=False, elem_id="w2v-train-more"):
        for name, (low, high), step in _RANGES:
            made[name] = gr.Slider(
                *(low, high, getattr(begin, name)),
                step=step,
                label=label(f"{PAGE}.train.{name}"),
                elem_id=f"w2v-{name.replace('_', '-')}",
            )
        made["discover"] = gr.Checkbox(
            label=label(f"{PAGE}.train.discover"),
            info=label(f"{PAGE}.train.discover_info"),
            elem_id="w2v-discover",
        )
    return made


def files() -> Files:
    """Vectors to bring and to take away, and test sets to run."""
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=300):
            title("upload")
            about("upload.about")
            # Its label is declared as str, but translated like any other.
            upload_label: Any = label(f"{PAGE}.upload.run")
            upload = gr.UploadButton(
                upload_label, file_count="multiple", type="filepath", elem_id="w2v-upload"
            )
            title("export")
            about("export.about")
            with gr.Row(elem_classes=["text-files"]):
                saves = [
                    gr.Button(
                        name, size="sm", min_width=90, elem_id=f"w2v-{name.replace('.', '-')}"
                    )
                    for name in NAMES
                ]
            saver = widgets.saver(elem_id="w2v-saver")
        with gr.Column(scale=7, min_width=300):
            title("measure")
            about("measure.about")
            examples = widgets.examples(EXAMPLES.tests, elem_id="w2v-tests")
            test = gr.Textbox(
                label=label(f"{PAGE}.measure.text"),
                placeholder=label(f"{PAGE}.measure.placeholder"),
                lines=5,
                max_lines=10,
                elem_id="w2v-test",
                max_length=inputs.MAX_CHARS,
            )
            file = gr.File(
                label=label(f"{PAGE}.measure.file"),
                file_types=[".txt", ".tsv"],
                type="binary",
                height=132,
                elem_id="w2v-test-file",
            )
            test_method = gr.Radio(
                [(label(f"{PAGE}.method.{name}"), name) for name in inputs.METHODS],
                value=inputs.METHODS[0],
                label=label(f"{PAGE}.measure.method"),
                elem_id="w2v-test-method",
            )
            all_count = gr.Checkbox(label=label(f"{PAGE}.measure.all"), elem_id="w2v-all")
            with gr.Row(elem_classes=["wv-fields"]):
                run = button("measure.run", "w2v-measure", scale=3)
                stop = button("train.stop", "w2v-measure-stop", variant="secondary", scale=1)
            scores = widgets.scores(elem_id="w2v-scores")
    return Files(
        *(upload, saves, saver, examples, test, file, test_method, all_count, run, stop, scores)
    )
