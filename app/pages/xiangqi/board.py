"""The xiangqi board: pieces to click, drag, touch or move by keyboard, with players and clocks.

    widget = board(board_value(fen=..., movable="red", legal={...}, seq=1), elem_id="board")
    widget.move(on_move, ...)    # evt: gr.EventData with evt.uci ("h2e2") and evt.seq
    widget.edit(on_edit, ...)    # evt.fen: the whole FEN after a change in the editor
    widget.flagfall(on_flagfall, ...) # evt.color ("red"/"black") and evt.seq: that clock shows zero

The server is the judge of everything. The browser puts a clicked piece down at once, sends
the move together with the seq of the position it was clicked on, and waits; the next value
from the server decides (a refusal is the old position with a new seq: the piece slides back).
Every value sent must therefore carry a seq greater than the last one. A move whose seq is not
that of the last value sent was clicked on an older position and should be ignored.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypedDict

import gradio as gr

from app.web.texts import Language
from app.web.widget import script, style

Side = Literal["red", "black"]
Letters = Literal["chinese", "western"]

_SCRIPTS: Final = (
    "web/widgets/dom.js",
    "pages/xiangqi/widgets/board/position.js",
    "pages/xiangqi/widgets/board/pieces.js",
    "pages/xiangqi/widgets/board/grid.js",
    "pages/xiangqi/widgets/board/marks.js",
    "pages/xiangqi/widgets/board/players.js",
    "pages/xiangqi/widgets/board/speech.js",
    "pages/xiangqi/widgets/board/editor.js",
    "pages/xiangqi/widgets/board/stage.js",
    "pages/xiangqi/widgets/board/input.js",
    "pages/xiangqi/widgets/board/drawing.js",
    "pages/xiangqi/widgets/board/main.js",
)
_STYLES: Final = (
    "web/widgets/theme.css",
    "pages/xiangqi/widgets/board/board.css",
    "pages/xiangqi/widgets/board/players.css",
)


class Arrow(TypedDict):
    """A move that the model considered, drawn with its share in percent."""

    move: str  # "h2e2"
    p: float  # probability, 0 to 1
    legal: bool  # False: dashed, in another colour


class Clocks(TypedDict):
    """Milliseconds left to both sides; the browser counts the running one down."""

    red: int
    black: int
    running: Side | None


class Players(TypedDict):
    """What to call the two sides: "你", "GPT · 入门". Empty: no name is shown."""

    red: str
    black: str


class Banner(TypedDict):
    """Laid over the board when a game is over: title "红胜", detail "将死"."""

    title: str
    detail: str


class BoardValue(TypedDict):
    """What the browser draws. Squares are "a0" to "i9", red's back rank is 0; moves "h2e2".

    Attributes:
        fen: the position to show (placement and side to move suffice).
        orientation: the side at the bottom.
        letters: on the pieces: 帥 仕 ... or K A ...
        lang: of labels and of what a screen reader says.
        movable: whose pieces may be moved now; None: nobody's (the other side thinks, a past
            position is shown, the game is over).
        legal: from-square to its to-squares; what is not in it cannot be clicked.
        last: the move that led here; it is marked, and animated when the position before it
            was the one on the screen.
        check: the square of a king in check.
        thinking: a quiet sign of life beside the name of the side to move.
        arrows: at most a dozen, drawn best first.
        hint: a move to recommend, drawn apart from the arrows.
        captured: the pieces that each side has taken from the other, as FEN letters: black
            pieces under "red" ("ppr"), red pieces under "black" ("C").
        score: expected score of red, 0 to 1, as a bar beside the board; None: no bar.
        players, clocks, banner: see there; None where there is nothing to show.
        coordinates: file numbers and a to i, 0 to 9 around the board.
        editor: a palette of pieces, any piece may go anywhere, "edit" instead of "move".
        seq: counts the values sent; see the module.
    """

    fen: str
    orientation: Side
    letters: Letters
    lang: Language
    movable: Literal["red", "black", "both"] | None
    legal: Mapping[str, Sequence[str]]
    last: str | None
    check: str | None
    thinking: bool
    arrows: Sequence[Arrow]
    hint: str | None
    captured: Mapping[Side, str]
    score: float | None
    players: Players | None
    clocks: Clocks | None
    banner: Banner | None
    coordinates: bool
    editor: bool
    seq: int


def board_value(
    *,
    fen: str,
    seq: int,
    orientation: Side = "red",
    letters: Letters = "chinese",
    lang: Language = "en",
    movable: Literal["red", "black", "both"] | None = None,
    legal: Mapping[str, Sequence[str]] | None = None,
    last: str | None = None,
    check: str | None = None,
    thinking: bool = False,
    arrows: Sequence[Arrow] = (),
    hint: str | None = None,
    captured: Mapping[Side, str] | None = None,
    score: float | None = None,
    players: Players | None = None,
    clocks: Clocks | None = None,
    banner: Banner | None = None,
    coordinates: bool = True,
    editor: bool = False,
) -> str:
    """One position as the value of the widget; the arguments are those of BoardValue."""
    value: BoardValue = {
        "fen": fen,
        "orientation": orientation,
        "letters": letters,
        "lang": lang,
        "movable": movable,
        "legal": legal or {},
        "last": last,
        "check": check,
        "thinking": thinking,
        "arrows": arrows,
        "hint": hint,
        "captured": captured or {},
        "score": score,
        "players": players,
        "clocks": clocks,
        "banner": banner,
        "coordinates": coordinates,
        "editor": editor,
        "seq": seq,
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def board(
    value: str,
    *,
    elem_id: str | None = None,
    elem_classes: Sequence[str] = (),
    visible: bool = True,
    render: bool = True,
) -> gr.HTML:
    """The component; `value` is what board_value returns, at first and in every update."""
    return gr.HTML(
        value,
        html_template='<div class="xq"></div>',
        css_template=style(_STYLES),
        js_on_load=script(_SCRIPTS, texts="board", data=["pages/xiangqi/widgets/glyphs.json"]),
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes=[*elem_classes],
        visible=visible,
        render=render,
    )
