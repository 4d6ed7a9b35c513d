"""The components of the page: a search on top, and below it a tab for each thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import gradio as gr
from gradio.components import Component

from app.pages.word2vec import own_panels, panels
from app.pages.word2vec.spaces import Spaces
from app.pages.word2vec.store import Page
from app.pages.word2vec.words import PAGE
from app.web.texts import label

TABS: Final = ("look", "calculate", "map", "axes", "text", "train", "files")
"""Ids of the tabs within the page."""


@dataclass(frozen=True)
class Controls:
    """Every component that an event reads, changes or starts from."""

    tabs: gr.Tabs
    places: list[gr.Tab]
    search: panels.Search
    lists: panels.Lists
    calculate: panels.Calculate
    axes: panels.Axes
    map: panels.Map
    texts: panels.Texts
    train: own_panels.Train
    files: own_panels.Files
    share: gr.Button
    link: gr.Textbox

    @property
    def page(self) -> list[Component]:
        """The fields of store.Page, in its order."""
        calculate, axes = self.calculate, self.axes
        return [
            *(self.search.word, self.lists.alpha),
            *(calculate.a, calculate.b, calculate.c, calculate.method),
            *(calculate.one, calculate.other, calculate.words),
            *(axes.left, axes.right, axes.bottom, axes.top, axes.words),
        ]


def build(spaces: Spaces) -> Controls:
    """Place the components in the open block."""
    begin = Page()
    with gr.Column(elem_id="w2v-page"):
        search = panels.search(spaces, begin)
        with gr.Tabs(elem_id="w2v-tabs") as tabs:
            places = [gr.Tab(label(f"{PAGE}.tab.{name}"), id=name) for name in TABS]
        with places[0]:
            lists = panels.lists(begin)
        with places[1]:
            calculate = panels.calculate(begin)
        with places[2]:
            mapped = panels.mapped(spaces)
        with places[3]:
            axes = panels.axes(begin)
        with places[4]:
            texts = panels.texts()
        with places[5]:
            train = own_panels.train(spaces)
        with places[6]:
            files = own_panels.files()
        with gr.Accordion(label(f"{PAGE}.sharing"), open=False, elem_id="w2v-sharing"):
            share = gr.Button(label(f"{PAGE}.share"), elem_id="w2v-share")
            link = gr.Textbox(
                label=label(f"{PAGE}.link"),
                buttons=["copy"],
                interactive=False,
                visible=False,
                max_lines=4,
                elem_id="w2v-link",
            )
    return Controls(
        tabs, places, search, lists, calculate, axes, mapped, texts, train, files, share, link
    )
