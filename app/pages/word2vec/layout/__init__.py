"""The components of the page: a search on top, and below it a tab for each thing to do."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from app.pages.word2vec import PAGE
from app.pages.word2vec.inputs import TABS, Page
from app.pages.word2vec.layout import texts as text_panels
from app.pages.word2vec.layout import words as word_panels
from app.pages.word2vec.layout.words import Served
from app.pages.word2vec.saved import SAVED
from app.pages.word2vec.state import Visit
from app.web import events
from app.web.saved import ShareLink
from app.web.texts import label


@dataclass(frozen=True)
class Controls:
    """Every component that an event reads, changes or starts from, by the name of what it holds."""

    visit: gr.State
    tabs: gr.Tabs
    places: dict[str, gr.Tab]
    search: word_panels.Search
    lists: word_panels.Lists
    calculate: word_panels.Calculate
    axes: word_panels.Axes
    map: word_panels.Map
    texts: text_panels.Texts
    train: text_panels.Train
    files: text_panels.Files
    share: ShareLink


def build(points: Served, complete: Served) -> Controls:
    """Place the components in the open block.

    Args:
        points, complete: what the browser asks for a map, and for the rest of a word.
    """
    begin = Page()
    with gr.Column(elem_id="w2v-page"):
        search = word_panels.search(begin, complete)
        with gr.Tabs(elem_id="w2v-tabs") as tabs:
            places = {name: gr.Tab(label(f"{PAGE}.tab.{name}"), id=name) for name in TABS}
        with places["look"]:
            lists = word_panels.lists(begin)
        with places["calculate"]:
            calculate = word_panels.calculate(begin)
        with places["map"]:
            mapped = word_panels.mapped(points)
        with places["axes"]:
            axes = word_panels.axes(begin)
        with places["text"]:
            texts = text_panels.texts()
        with places["train"]:
            train = text_panels.train(points)
        with places["files"]:
            files = text_panels.files()
        with gr.Accordion(label(f"{PAGE}.sharing"), open=False, elem_id="w2v-sharing"):
            share = SAVED.share_link("w2v")
    return Controls(
        visit=events.visit(Visit()),
        tabs=tabs,
        places=places,
        search=search,
        lists=lists,
        calculate=calculate,
        axes=axes,
        map=mapped,
        texts=texts,
        train=train,
        files=files,
        share=share,
    )
