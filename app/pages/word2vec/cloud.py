"""A map of words on a canvas: it can be moved, zoomed and searched.

    widget = cloud(points, elem_id="map")
    widget.pick(on_pick)    # evt: gr.EventData with evt.word, a word that was clicked
    widget.pair(on_pair)    # evt: gr.EventData with evt.words: two, or a third to go on from
    yield cloud_value(source="bundled", seq=1, selected="广州", near=[("深圳", 0.8)], lang="zh")

The points themselves are no part of the value: the browser fetches them in one piece by the name
of their source from the function given to cloud(), past the queue. 20,000 words as a value take
seconds, and would be sent again with every click.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import gradio as gr
import numpy as np
from numpy.typing import ArrayLike

from app.web.texts import Language
from app.web.widget import script, style

_STYLE: Final = "pages/word2vec/widgets/cloud/cloud.css"
_SCRIPTS: Final = (
    "web/widgets/dom.js",
    "pages/word2vec/widgets/cloud/points.js",
    "pages/word2vec/widgets/cloud/camera.js",
    "pages/word2vec/widgets/cloud/labels.js",
    "pages/word2vec/widgets/cloud/drawing.js",
    "pages/word2vec/widgets/cloud/input.js",
    "pages/word2vec/widgets/cloud/side.js",
    "pages/word2vec/widgets/cloud/toolbar.js",
    "pages/word2vec/widgets/cloud/main.js",
)
_WHOLE: Final = 65535
"""Coordinates are sent as 16 bits."""


@dataclass(frozen=True)
class Link:
    """An arrow of an analogy: from a word to its answer, and how near the answer is."""

    start: str
    end: str
    share: float | None = None


def cloud(points: Callable[[str], str], *, elem_id: str, value: str = "") -> gr.HTML:
    """The component; `value` is what cloud_value returns.

    Args:
        points: called with the name of a source, by anybody; returns points_json's text, or JSON of
            {"error": sentence}. Its name has to be points.
    """
    return gr.HTML(
        value,
        html_template='<div class="cl"></div>',
        js_on_load=script(_SCRIPTS, texts="cloud", style=style([_STYLE])),
        apply_default_css=False,
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
    return _json({**value, "note": note})


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
    return _json(points_object(words, places, clusters))


def _json(value: object) -> str:
    # Escaped, because gradio warns of every "<script" in the value of a gr.HTML.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
