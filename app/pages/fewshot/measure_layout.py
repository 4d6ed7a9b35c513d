"""The components with which many questions are asked at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.pages.fewshot import widgets
from app.pages.fewshot.fields import box, button
from app.pages.fewshot.measuring import MAX_SEEDS, Measured
from app.pages.fewshot.words import PAGE
from app.text.drafts import Stop
from app.web.events import visit
from app.web.texts import label


@dataclass(frozen=True)
class Measure:
    """The components."""

    wish: gr.State
    measured: gr.State
    questions: gr.Textbox
    upload: gr.UploadButton
    run: gr.Button
    stop: gr.Button
    summary: gr.Markdown
    results: gr.HTML
    save: gr.Button
    file: gr.Textbox
    seeds: gr.Slider
    draw: gr.Button
    curve: gr.HTML
    curve_note: gr.Markdown


def measure_parts(questions: str) -> Measure:
    """Place them; ``questions`` is the table at first."""
    gr.Markdown(label(f"{PAGE}.measure_about"), elem_classes=["text-idea"])
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=300):
            table = box("questions", questions, info=True, lines=8, max_lines=16)
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
                run = button("run", variant="primary", min_width=110)
                draw = button("draw", min_width=110)
                stop = button("stop", elem_id="fs-measure-stop")
            summary = gr.Markdown(elem_id="fs-summary")
            results = widgets.results(elem_id="fs-results")
            save = button("save", size="sm", visible=False)
            # Hidden and not left out: what is not in the page has no value that a script can read.
            file = gr.Textbox(visible="hidden", elem_id="fs-file")
            curve = widgets.curve_view(elem_id="fs-curve")
            note = gr.Markdown(elem_id="fs-curve-note")
    return Measure(
        *(visit(Stop()), visit(Measured()), table, upload, run, stop, summary, results),
        *(save, file, seeds, draw, curve, note),
    )
