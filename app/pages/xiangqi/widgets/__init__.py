"""The widgets of the page: the board, and the record of a game.

    table = board(BoardValue(fen, seq=1, movable="red", legal={...}).dump(), elem_id="board")
    table.move(on_move, ...)    # evt: gr.EventData with event_value(evt, "uci") ("h2e2") and "seq"
    table.edit(on_edit, ...)    # "fen": the whole FEN after a change in the editor
    table.flagfall(on_flag, ...)    # "color" ("red"/"black") and "seq": that clock shows zero
    game = record(RecordValue(moves=["炮二平五", ...], current=1, lang="zh").dump())
    game.goto(on_goto, ...)     # "ply", 0 (the start) to len(moves)

The server is the judge of everything. The browser puts a clicked piece down at once, sends
the move together with the seq of the position it was clicked on, and waits; the next value
from the server decides (a refusal is the old position with a new seq: the piece slides back).
Every value sent must therefore carry a seq greater than the last one. A move whose seq is not
that of the last value sent was clicked on an older position and should be ignored.

The pieces can be clicked, dragged, touched or moved by keyboard. The record marks the chosen ply at
once, and the server answers with the position there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypedDict

import gradio as gr

from app.pages.xiangqi.inputs import ColorName, Letters
from app.web.texts import Language
from app.web.widget import dumps, style, widget

Mark = Literal["book", "good", "inaccuracy", "mistake", "blunder"]

_FOLDER: Final = "pages/xiangqi/widgets"
_BOARD: Final = (
    *("position", "pieces", "grid", "marks", "players", "speech", "editor", "stage", "input"),
    *("drawing", "main"),
)
_RECORD: Final = ("moves", "curve", "navigation", "main")
#: The value is a plain text, set as such; the line is announced when it changes.
_STATUS: Final = """
const line = element.querySelector('p');
const draw = () => { line.textContent = props.value || ''; };
draw();
watch('value', draw);
"""


class Arrow(TypedDict):
    """A move that the model considered, drawn with its share in percent."""

    move: str  # "h2e2"
    p: float  # probability, 0 to 1
    legal: bool  # False: dashed, in another colour


class Clocks(TypedDict):
    """Milliseconds left to both sides; the browser counts the running one down."""

    red: int
    black: int
    running: ColorName | None


class Players(TypedDict):
    """What to call the two sides: "你", "GPT · 入门". Empty: no name is shown."""

    red: str
    black: str


class Banner(TypedDict):
    """Laid over the board when a game is over: title "红胜", detail "将死"."""

    title: str
    detail: str


@dataclass(frozen=True)
class BoardValue:
    """What the browser draws. Squares are "a0" to "i9", red's back rank is 0; moves "h2e2".

    Attributes:
        fen: the position to show (placement and side to move suffice).
        seq: counts the values sent; see the module.
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
    """

    fen: str
    seq: int
    orientation: ColorName = "red"
    letters: Letters = "chinese"
    lang: Language = "en"
    movable: Literal["red", "black", "both"] | None = None
    legal: Mapping[str, Sequence[str]] = field(default_factory=dict)
    last: str | None = None
    check: str | None = None
    thinking: bool = False
    arrows: Sequence[Arrow] = ()
    hint: str | None = None
    captured: Mapping[ColorName, str] = field(default_factory=dict)
    score: float | None = None
    players: Players | None = None
    clocks: Clocks | None = None
    banner: Banner | None = None
    coordinates: bool = True
    editor: bool = False

    def dump(self) -> str:
        """The value of the board."""
        return dumps(vars(self))


@dataclass(frozen=True)
class RecordValue:
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

    moves: Sequence[str] = ()
    current: int = 0
    first: ColorName = "red"
    number: int = 1
    marks: Sequence[Mark | None] = ()
    scores: Sequence[float | None] = ()
    verdict: str | None = None
    lang: Language = "en"

    def dump(self) -> str:
        """The value of the record."""
        return dumps(vars(self))


def board(value: str, *, elem_id: str | None = None) -> gr.HTML:
    """The component; `value` is what BoardValue.dump returns, at first and in every update."""
    return widget(
        _FOLDER,
        [f"board/{name}.js" for name in _BOARD],
        texts="board",
        template='<div class="xq"></div>',
        value=value,
        data=["glyphs.json"],
        css_template=_style("board/board.css", "board/players.css"),
        elem_id=elem_id,
    )


def record(value: str, *, elem_id: str | None = None) -> gr.HTML:
    """The component; `value` is what RecordValue.dump returns, at first and in every update."""
    return widget(
        _FOLDER,
        [f"record/{name}.js" for name in _RECORD],
        texts="record",
        template='<div class="xq-record"></div>',
        value=value,
        css_template=_style("record/record.css", "record/curve.css"),
        elem_id=elem_id,
    )


def status_line(*, elem_id: str | None = None) -> gr.HTML:
    """The line about where the game stands; its value is a text."""
    return gr.HTML(
        "",
        html_template='<p role="status" aria-live="polite"></p>',
        js_on_load=_STATUS,
        elem_classes=["xq-status"],
        elem_id=elem_id,
    )


def _style(*names: str) -> str:
    return style([f"{_FOLDER}/{name}" for name in ("colours.css", *names)])
