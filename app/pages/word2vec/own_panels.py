"""The panels for a visitor's own: text to train on, files of vectors, test sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from app.pages.word2vec import training, widgets
from app.pages.word2vec.arithmetic import METHODS
from app.pages.word2vec.cloud import cloud
from app.pages.word2vec.fields import about, button, title
from app.pages.word2vec.files import NAMES
from app.pages.word2vec.mapping import points_function
from app.pages.word2vec.measuring import MAX_CHARS as MAX_TEST
from app.pages.word2vec.presets import NOVELS, TESTS, names
from app.pages.word2vec.spaces import Spaces
from app.pages.word2vec.words import PAGE
from app.web.texts import label


@dataclass(frozen=True)
class Train:
    """Training on a visitor's own text."""

    examples: gr.HTML
    text: gr.Textbox
    file: gr.File
    settings: list[Component]
    run: gr.Button
    stop: gr.Button
    progress: gr.HTML
    map: gr.HTML
    done: gr.State


@dataclass(frozen=True)
class Files:
    """Vectors to bring and to take away, and test sets."""

    upload: gr.UploadButton
    saves: list[gr.Button]
    saver: gr.HTML
    examples: gr.HTML
    test: gr.Textbox
    file: gr.File
    method: gr.Radio
    all_count: gr.Checkbox
    run: gr.Button
    stop: gr.Button
    scores: gr.HTML


def train(spaces: Spaces) -> Train:
    """A text and settings on one side, what comes of them on the other."""
    about("train.about")
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=300):
            examples = widgets.examples(names(NOVELS), elem_id="w2v-novels")
            text = gr.Textbox(
                label=label(f"{PAGE}.train.text"),
                placeholder=label(f"{PAGE}.train.placeholder"),
                lines=7,
                max_lines=14,
                elem_id="w2v-train-text",
                max_length=training.MAX_CHARS,
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
            live = cloud(points_function(spaces), elem_id="w2v-live")
    return Train(examples, text, file, settings, run, stop, progress, live, gr.State(""))


def _settings() -> list[Component]:
    """In the order that training.read_wish takes."""
    choices = {"architecture": training.ARCHITECTURES, "output": training.OUTPUTS}
    radios: list[Component] = [
        gr.Radio(
            [(label(f"{PAGE}.train.{name}"), name) for name in names],
            value=names[0],
            label=label(f"{PAGE}.train.{key}"),
            elem_id=f"w2v-{key}",
        )
        for key, names in choices.items()
    ]
    ranges = {
        "size": (training.SIZES, 64, 16),
        "window": (training.WINDOWS, 5, 1),
        "min_count": (training.COUNTS, 5, 1),
        "epochs": (training.EPOCHS, 10, 1),
    }
    with gr.Accordion(label(f"{PAGE}.train.more"), open=False, elem_id="w2v-train-more"):
        sliders: list[Component] = [
            gr.Slider(
                *(*limits, value),
                step=step,
                label=label(f"{PAGE}.train.{key}"),
                elem_id=f"w2v-{key.replace('_', '-')}",
            )
            for key, (limits, value, step) in ranges.items()
        ]
        discover = gr.Checkbox(
            label=label(f"{PAGE}.train.discover"),
            info=label(f"{PAGE}.train.discover_info"),
            elem_id="w2v-discover",
        )
    return [*radios, *sliders, discover]


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
            examples = widgets.examples(names(TESTS), elem_id="w2v-tests")
            test = gr.Textbox(
                label=label(f"{PAGE}.measure.text"),
                placeholder=label(f"{PAGE}.measure.placeholder"),
                lines=5,
                max_lines=10,
                elem_id="w2v-test",
                max_length=MAX_TEST,
            )
            file = gr.File(
                label=label(f"{PAGE}.measure.file"),
                file_types=[".txt", ".tsv"],
                type="binary",
                height=132,
                elem_id="w2v-test-file",
            )
            method = gr.Radio(
                [(label(f"{PAGE}.method.{name}"), name) for name in METHODS],
                value=METHODS[0],
                label=label(f"{PAGE}.measure.method"),
                elem_id="w2v-test-method",
            )
            all_count = gr.Checkbox(label=label(f"{PAGE}.measure.all"), elem_id="w2v-all")
            with gr.Row(elem_classes=["wv-fields"]):
                run = button("measure.run", "w2v-measure", scale=3)
                stop = button("train.stop", "w2v-measure-stop", variant="secondary", scale=1)
            scores = widgets.scores(elem_id="w2v-scores")
    return Files(upload, saves, saver, examples, test, file, method, all_count, run, stop, scores)
