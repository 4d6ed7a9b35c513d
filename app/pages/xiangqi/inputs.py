"""What a browser sends of the page, checked: switches, and the positions and games that people
have, as FEN, PGN, lists of moves or XQF files. Moves are checked by the visit, which has the board.
"""

import re
from collections.abc import Iterator, Sized
from typing import Annotated, Final, Literal, get_args

from app.web.inputs import Model, plain_text
from engine.xiangqi import records
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import InvalidFenError, XiangqiError
from engine.xiangqi.board.status import Status

ColorName = Literal["red", "black"]
Side = Literal["red", "black", "both"]
Letters = Literal["chinese", "western"]
Notation = Literal["simplified", "traditional", "wxf", "iccs"]
SIDES: Final[tuple[Side, ...]] = get_args(Side)
LETTERS: Final[tuple[Letters, ...]] = get_args(Letters)
NOTATIONS: Final[tuple[Notation, ...]] = get_args(Notation)
#: Minutes a side, and seconds added with each move.
TIME_CONTROLS: Final = ("1+0", "3+2", "5+0", "10+5", "20+10")

#: The no-capture limit ends games long before; a game that is pasted in has to stop somewhere.
MAX_PLIES: Final = 1000
MAX_KEY: Final = 40
#: How much of what could not be read is shown.
_SNIPPET: Final = 60
#: "position fen FEN moves h2e2 ..." as engines write it, or a FEN alone.
_FEN_LINE: Final = re.compile(
    r"(?:position\s+)?(?:fen\s+)?(?P<fen>(?:[A-Za-z0-9]+/){2,}[A-Za-z0-9]+[^\n]*?)"
    r"(?:\s+moves\s+(?P<moves>[^\n]*))?",
    re.ASCII,
)
#: PGN's tags that the page shows again; a file may carry anything else.
_HEADERS: Final[tuple[str, ...]] = ("Event", "Site", "Date", "Round", "Red", "Black")
_HEADER_CHARS: Final = 60


class NotAllowed(ValueError):
    """What was asked for cannot be done now.

    Attributes:
        key: names the sentence for the visitor in texts.json.
        values: fill its fields.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Switches(Model):
    """How the game is drawn: arrows for the model's thoughts, a bar for the chances."""

    letters: Letters = "chinese"
    notation: Notation = "simplified"
    arrows: bool = False
    bar: bool = True


class Look(Switches):
    """How a visitor wants to see the game: black at the bottom if flipped (for a person who plays
    black: red)."""

    flipped: bool = False


class Page(Switches):
    """The fields of the page.

    Attributes:
        side: whom the person plays; with "both" nobody answers.
        level: key of the opponent's level; "" before the levels are known.
        red, black: the same of the two that play each other.
    """

    side: Side = "red"
    level: Annotated[str, plain_text(MAX_KEY)] = ""
    red: Annotated[str, plain_text(MAX_KEY)] = ""
    black: Annotated[str, plain_text(MAX_KEY)] = ""


def read_game(content: str | bytes) -> tuple[Board, dict[str, str]]:
    """The first game of a text or a file, as a board with its moves, and its headers.

    Raises NotAllowed with a sentence that shows what could not be read.
    """
    try:
        if isinstance(content, str):
            if not content.strip():
                raise NotAllowed("error.empty")
            line = _FEN_LINE.fullmatch(content.strip())
            if line is not None:
                return _played(read_position(line["fen"]), (line["moves"] or "").split()), {}
            return _game(records.read_games(content))
        # A short file may be a FEN, which read_record() does not know.
        if not content.startswith(b"XQ") and len(content) < 4 * MAX_PLIES:
            return read_game(records.decode_text(content))
        return _game(records.read_record(content))
    except XiangqiError as error:
        raise NotAllowed("error.bad_game", text=str(error)[:_SNIPPET]) from error


def read_position(fen: str) -> Board:
    """A position to play from. Raises NotAllowed."""
    try:
        board = Board(fen)
    except InvalidFenError as error:
        raise NotAllowed("error.bad_fen", text=fen[:_SNIPPET]) from error
    found = board.status()
    for flag in Status:
        if flag in found:
            raise NotAllowed(f"error.position.{str(flag.name).lower()}")
    return board


def _game(games: Iterator[records.Game]) -> tuple[Board, dict[str, str]]:
    game = next(games, None)
    if game is None or not (game.moves or game.headers):
        raise NotAllowed("error.empty")
    _check_length(game.moves)
    read_position(game.board.fen())
    headers = {key: game.headers[key][:_HEADER_CHARS] for key in _HEADERS if key in game.headers}
    return game.end(), headers


def _played(board: Board, moves: list[str]) -> Board:
    _check_length(moves)
    for move in moves:
        board.push(board.parse_move(move))
    return board


def _check_length(moves: Sized) -> None:
    if len(moves) > MAX_PLIES:
        raise NotAllowed("error.too_many_plies", maximum=MAX_PLIES)
