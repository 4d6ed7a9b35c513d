"""The page's own widgets; like all of them, each takes one string and builds with textContent.

    near = bars(elem_id="w2v-near")
    near.pick(on_pick)      # evt: gr.EventData with evt.word
    chips = examples(names, elem_id="w2v-examples")
    chips.pick(on_pick)     # evt: gr.EventData with evt.index
    map = cloud(points, elem_id="w2v-map")
    map.pick(on_pick)       # evt: gr.EventData with evt.word, a word that was clicked
    map.pair(on_pair)       # evt: gr.EventData with evt.words: two, or a third to go on from

The points of a map are no part of its value: the browser fetches them in one piece by the name of
their source from the function given to cloud(), past the queue. 20,000 words as a value take
seconds, and would be sent again with every click.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypedDict

import gradio as gr
import numpy as np
from numpy.typing import ArrayLike

from app.pages.word2vec import PAGE
from app.web.texts import Language
from app.web.widget import dumps, widget

_FOLDER: Final = f"pages/{PAGE}/widgets"
_CLOUD: Final = (
    *("points.js", "camera.js", "labels.js", "drawing.js"),
    *("input.js", "side.js", "toolbar.js", "main.js"),
)
#: Coordinates of a map are sent as 16 bits.
_WHOLE: Final = 65535


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
    return _own("", "bars", elem_id)


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
    return _own("", "plot", elem_id)


def plot_value(
    points: Sequence[Point] = (),
    arrows: Sequence[Arrow] = (),
    *,
    xaxis: tuple[str, str] | None = None,
    yaxis: tuple[str, str] | None = None,
    note: str = "",
    spoken: str = "",
) -> str:
    """Words in a plane.

    Args:
        xaxis, yaxis: the words at the low and the high end; without them the picture keeps its
            angles.
        note: below it.
        spoken: what a screen reader says of it.
    """
    placed = [{**point, "x": round(point["x"], 5), "y": round(point["y"], 5)} for point in points]
    drawn = [{"from": one["from_"], "to": one["to"], "kind": one["kind"]} for one in arrows]
    value = {"points": placed, "arrows": drawn, "xaxis": xaxis, "yaxis": yaxis}
    return dumps({**value, "note": note, "spoken": spoken})


def passage(*, elem_id: str) -> gr.HTML:
    """A text with its keywords marked; `value` is JSON of {pieces, note}, a piece [text, rank], of
    which the rank is null between keywords."""
    return _own("", "passage", elem_id)


def matrix(*, elem_id: str) -> gr.HTML:
    """How alike sentences are; `value` is JSON of {sentences: [{words: [[word, known]]}], values,
    note, lang}."""
    return _own("", "matrix", elem_id)


def progress(*, elem_id: str) -> gr.HTML:
    """Training as it goes; `value` is JSON of {share, running, status, points, lang}."""
    return _own("", "progress", elem_id)


def scores(*, elem_id: str) -> gr.HTML:
    """Results of a test set; `value` is JSON of {heads, rows, note, running, share}."""
    return _own("", "scores", elem_id)


def examples(names: Sequence[str] | Sequence[dict[str, str]], *, elem_id: str) -> gr.HTML:
    """Examples to pick from, by a name or by its translations."""
    return _own(dumps(list(names)), "chips", elem_id, classes="text-chips")


def saver(*, elem_id: str) -> gr.HTML:
    """Saves a file when its value becomes JSON of {name, content}; there is nothing to see."""
    return _own("", "saver", elem_id, scripts=["/web/widgets/save.js"])


def completion(key: str, complete: Callable[[str], str], *, elem_id: str) -> gr.HTML:
    """Completes words in every field of the page of the class wv-takes-word or wv-takes-words.

    Args:
        key: of the space whose words are offered; it is the value.
        complete: called with JSON of {key, prefix}; returns JSON of a list of words. Its name has
            to be complete.
    """
    return _own(key, "complete", elem_id, functions=[complete])


def _own(
    value: str,
    name: str,
    elem_id: str,
    *,
    scripts: Sequence[str] = (),
    functions: list[Callable[..., Any]] | None = None,
    classes: str = "",
) -> gr.HTML:
    return widget(
        _FOLDER,
        [*scripts, f"{name}.js"],
        texts=f"{PAGE}.w",
        template=f'<div class="wv-{name} {classes}"></div>',
        value=value,
        elem_id=elem_id,
        server_functions=functions,
    )


@dataclass(frozen=True)
class Link:
    """An arrow of an analogy: from a word to its answer, and how near the answer is."""

    start: str
    end: str
    share: float | None = None


def cloud(points: Callable[[str], str], *, elem_id: str) -> gr.HTML:
    """A map of words that can be moved, zoomed and searched; its value is what cloud_value returns.

    Args:
        points: called with the name of a source, by anybody; returns points_json's text, or JSON of
            {"error": sentence}. Its name has to be points.
    """
    return widget(
        f"{_FOLDER}/cloud",
        _CLOUD,
        texts="cloud",
        template='<div class="cl"></div>',
        styles=["cloud.css"],
        elem_id=elem_id,
        server_functions=[points],
    )


def cloud_value(
    *,
    source: str = "",
    seq: int = 0,
    lang: Language = "en",
    selected: str = "",
    near: Sequence[tuple[str, float]] = (),
    links: Sequence[Link] = (),
    note: str = "",
    inline: dict[str, object] | None = None,
    status: str = "",
) -> str:
    """What is shown on the map.

    Args:
        source: which points; others are fetched where it differs from the one before.
        seq: another one for every answer, so that the map moves to it.
        selected: the word whose neighbours these are.
        near: the neighbours with their similarities.
        links: the first is the arrow that somebody drew, the others are like it.
        note: a sentence beside the map.
        inline: points_object's, of a map that is being made: it cannot be clicked.
        status: below such a map.
    """
    value: dict[str, object] = {"source": source, "seq": seq, "lang": lang, "selected": selected}
    value["near"] = [[word, round(share, 4)] for word, share in near]
    value["arrows"] = [{"from": link.start, "to": link.end, "share": link.share} for link in links]
    if inline is not None:
        value |= {"inline": inline, "status": status}
    return dumps({**value, "note": note})


def points_object(
    words: Sequence[str], places: ArrayLike, clusters: ArrayLike
) -> dict[str, object]:
    """Words and where they are, as the browser reads them.

    Args:
        words: the most frequent first; none with a line break.
        places: [n, 2], of any scale, which is kept the same along both axes.
        clusters: [n], from 0 to 255.
    """
    where = np.asarray(places, np.float64).reshape(-1, 2)
    if len(where):
        # A few words far out would leave the others no room.
        low, high = np.quantile(where, (0.001, 0.999), axis=0)
        extent = max(float((high - low).max()), 1e-12)
        where = 0.5 + (where - (low + high) / 2) / (extent * 1.04)
    # Screens count from the top.
    where = np.where([False, True], 1 - where, where)
    xy = np.round(np.clip(where, 0, 1) * _WHOLE).astype("<u2")
    return {
        "words": "\n".join(words),
        "xy": base64.b64encode(xy.tobytes()).decode(),
        "clusters": base64.b64encode(np.asarray(clusters).astype(np.uint8).tobytes()).decode(),
        "count": len(words),
    }


def points_json(words: Sequence[str], places: ArrayLike, clusters: ArrayLike) -> str:
    """The same as the text that the function given to cloud() returns."""
    return dumps(points_object(words, places, clusters))
