"""The page's own widgets; like all of them, each takes one string and builds with textContent.

near = bars(elem_id="w2v-near")
near.pick(on_pick)                 # evt: gr.EventData with evt.word
chips = examples(NAMES, elem_id="w2v-examples")
chips.pick(on_pick)                # evt: gr.EventData with evt.index
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypedDict

import gradio as gr

from app.pages.word2vec.words import PAGE
from app.web.texts import Language
from app.web.widget import script

_FOLDER: Final = "pages/word2vec/widgets"

_TEXTS: Final = f"{PAGE}.w"


class Cell(TypedDict, total=False):
    """A bar: how long from 0 to 1, what is written beside it, and which colour it has."""

    share: float
    text: str
    kind: str


class Row(TypedDict, total=False):
    """A word, its bars, and whether it is to stand out."""

    word: str
    cells: list[Cell]
    mark: str


class Point(TypedDict):
    """A word in a plane; kind decides its colour and how large it is written."""

    word: str
    x: float
    y: float
    kind: str


class Arrow(TypedDict):
    """From one point to another, by their indices."""

    from_: int
    to: int
    kind: str


def bars(*, elem_id: str) -> gr.HTML:
    """Words with bars; `value` is bars_value's."""
    return _widget("", "bars", elem_id)


def bars_value(
    rows: Sequence[Row] = (),
    *,
    title: str = "",
    about: str = "",
    heads: Sequence[str] = (),
    note: str = "",
    near: Sequence[str] = (),
    error: bool = False,
) -> str:
    """Words with bars.

    Args:
        about: under the title.
        heads: of the columns of bars.
        note: what is to be said; in the colour of an error if it is one.
        near: words to try instead.
    """
    return dumps(
        {
            "title": title,
            "about": about,
            "heads": list(heads),
            "rows": list(rows),
            "note": note,
            "near": list(near),
            "error": error,
        }
    )


def plot(*, elem_id: str) -> gr.HTML:
    """Words in a plane; `value` is plot_value's."""
    return _widget("", "plot", elem_id)


def plot_value(
    points: Sequence[Point] = (),
    arrows: Sequence[Arrow] = (),
    *,
    xaxis: tuple[str, str] | None = None,
    yaxis: tuple[str, str] | None = None,
    note: str = "",
    told: str = "",
) -> str:
    """Words in a plane.

    Args:
        xaxis, yaxis: the words at the low and the high end; without them the picture keeps its
            angles.
        note: below it.
        told: what a screen reader says of it.
    """
    placed = [{**point, "x": round(point["x"], 5), "y": round(point["y"], 5)} for point in points]
    drawn = [{"from": one["from_"], "to": one["to"], "kind": one["kind"]} for one in arrows]
    value = {"points": placed, "arrows": drawn, "xaxis": xaxis, "yaxis": yaxis}
    return dumps({**value, "note": note, "told": told})


def passage(*, elem_id: str) -> gr.HTML:
    """A text with its keywords marked; `value` is JSON of {pieces, note}, a piece [text, rank], of
    which the rank is null between keywords."""
    return _widget("", "passage", elem_id)


def matrix(*, elem_id: str) -> gr.HTML:
    """How alike sentences are; `value` is JSON of {sentences: [{words: [[word, known]]}], values,
    note, lang}."""
    return _widget("", "matrix", elem_id)


def progress(*, elem_id: str) -> gr.HTML:
    """Training as it goes; `value` is JSON of {share, running, status, points, lang}."""
    return _widget("", "progress", elem_id)


def scores(*, elem_id: str) -> gr.HTML:
    """Results of a test set; `value` is JSON of {heads, rows, note, running, share}."""
    return _widget("", "scores", elem_id)


def examples(names: Sequence[str | Mapping[Language, str]], *, elem_id: str) -> gr.HTML:
    """Examples to pick from."""
    return _widget(dumps(list(names)), "chips", elem_id, classes="text-chips")


def saver(*, elem_id: str) -> gr.HTML:
    """Saves a file when its value becomes JSON of {name, content}; there is nothing to see."""
    return _widget("", "saver", elem_id)


def completion(key: str, complete: Callable[[str], str], *, elem_id: str) -> gr.HTML:
    """Completes words in every field of the page of the class wv-takes-word or wv-takes-words.

    Args:
        key: of the space whose words are offered; it is the value.
        complete: called with JSON of {key, prefix}; returns JSON of a list of words. Its name has
            to be complete.
    """
    return _widget(key, "complete", elem_id, functions=[complete])


def dumps(value: object) -> str:
    """A value as JSON for a widget."""
    # Escaped, because gradio warns of every "<script" in the value of a gr.HTML.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _widget(
    value: str,
    name: str,
    elem_id: str,
    *,
    functions: list[Callable[..., Any]] | None = None,
    classes: str = "",
) -> gr.HTML:
    return gr.HTML(
        value,
        html_template=f'<div class="wv-{name} {classes}"></div>',
        js_on_load=script(("web/widgets/dom.js", f"{_FOLDER}/{name}.js"), texts=_TEXTS),
        apply_default_css=False,
        elem_id=elem_id,
        server_functions=functions,
    )
