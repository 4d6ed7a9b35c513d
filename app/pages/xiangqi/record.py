"""The record of a game: its moves in two columns, navigation, and how the chances went.

    widget = record(record_value(moves=["炮二平五", ...], current=1, lang="zh"))
    widget.goto(on_goto, ...)    # evt: gr.EventData with evt.ply, 0 (the start) to len(moves)

The browser marks the chosen ply at once and the server answers with the position there.
"""

import json
from collections.abc import Sequence
from typing import Final, Literal, TypedDict

import gradio as gr

from app.pages.xiangqi.board import Side
from app.web.texts import Language
from app.web.widget import script, style

Mark = Literal["book", "good", "inaccuracy", "mistake", "blunder"]

_SCRIPTS: Final = (
    "web/widgets/dom.js",
    "pages/xiangqi/widgets/record/moves.js",
    "pages/xiangqi/widgets/record/curve.js",
    "pages/xiangqi/widgets/record/navigation.js",
    "pages/xiangqi/widgets/record/main.js",
)
_STYLES: Final = (
    "web/widgets/theme.css",
    "pages/xiangqi/widgets/record/record.css",
    "pages/xiangqi/widgets/record/curve.css",
)


class RecordValue(TypedDict):
    """What the browser draws.

    Attributes:
        moves: one text a ply, in the notation chosen.
        current: the number of plies played in the position shown, 0 to len(moves).
        first: who made the first of the moves.
        number: of the move in which it was made (the fullmove number of the start).
        marks: one a ply, None for nothing to say; empty: no marks at all.
        scores: expected score of red, 0 to 1, after 0, 1, 2, ... plies; None where nobody has
            computed it; empty: no curve.
        verdict: the last line under the moves: "红胜，将死"; None while the game goes on.
        lang: of labels and of what a screen reader says.
    """

    moves: Sequence[str]
    current: int
    first: Side
    number: int
    marks: Sequence[Mark | None]
    scores: Sequence[float | None]
    verdict: str | None
    lang: Language


def record_value(
    *,
    moves: Sequence[str] = (),
    current: int = 0,
    first: Side = "red",
    number: int = 1,
    marks: Sequence[Mark | None] = (),
    scores: Sequence[float | None] = (),
    verdict: str | None = None,
    lang: Language = "en",
) -> str:
    """One game as the value of the widget; the arguments are those of RecordValue."""
    value: RecordValue = {
        "moves": moves,
        "current": current,
        "first": first,
        "number": number,
        "marks": marks,
        "scores": scores,
        "verdict": verdict,
        "lang": lang,
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def record(
    value: str,
    *,
    elem_id: str | None = None,
    elem_classes: Sequence[str] = (),
    visible: bool = True,
    render: bool = True,
) -> gr.HTML:
    """The component; `value` is what record_value returns, at first and in every update."""
    return gr.HTML(
        value,
        html_template='<div class="xq-record"></div>',
        css_template=style(_STYLES),
        js_on_load=script(_SCRIPTS, texts="record"),
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes=[*elem_classes],
        visible=visible,
        render=render,
    )
