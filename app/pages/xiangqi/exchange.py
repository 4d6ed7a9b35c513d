"""Positions and games in and out: FEN, PGN, lists of moves, and the XQF files that people have."""

import re
from collections.abc import Iterator
from typing import Final

from app.pages.xiangqi.session import MAX_PLIES, NotAllowed, Notation, Session
from engine.xiangqi import records
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import InvalidFenError, XiangqiError
from engine.xiangqi.board.status import Status

#: How much of what could not be read is shown.
_SNIPPET: Final = 60
#: "position fen FEN moves h2e2 ..." as engines write it, or a FEN alone.
_FEN_LINE: Final = re.compile(
    r"(?:position\s+)?(?:fen\s+)?(?P<fen>(?:[A-Za-z0-9]+/){2,}[A-Za-z0-9]+[^\n]*?)"
    r"(?:\s+moves\s+(?P<moves>[^\n]*))?",
    re.ASCII,
)
_NOTATIONS: Final[dict[Notation, records.Notation]] = {
    "simplified": "chinese",
    "traditional": "chinese",
    "wxf": "wxf",
    "iccs": "iccs",
}
#: PGN's tags that the page shows again; a file may carry anything else.
_HEADERS: Final[tuple[str, ...]] = ("Event", "Site", "Date", "Round", "Red", "Black")
_HEADER_CHARS: Final = 60


def read(content: str | bytes) -> tuple[Board, dict[str, str]]:
    """The first game of a text or a file, as a board with its moves, and its headers.

    Raises NotAllowed with a sentence that shows what could not be read.
    """
    try:
        if isinstance(content, str):
            if not content.strip():
                raise NotAllowed("error.empty")
            line = _FEN_LINE.fullmatch(content.strip())
            if line is not None:
                return _played(position(line["fen"]), (line["moves"] or "").split()), {}
            return _game(records.read_games(content))
        if not content.startswith(b"XQ") and _is_short(content):
            return read(records.decode_text(content))
        return _game(records.read_record(content))
    except XiangqiError as error:
        raise NotAllowed("error.bad_game", text=str(error)[:_SNIPPET]) from error


def _is_short(content: bytes) -> bool:
    """Whether a file may be a FEN, which read_record() does not know."""
    return len(content) < 4 * MAX_PLIES


def _game(games: Iterator[records.Game]) -> tuple[Board, dict[str, str]]:
    game = next(games, None)
    if game is None or not (game.moves or game.headers):
        raise NotAllowed("error.empty")
    if len(game.moves) > MAX_PLIES:
        raise NotAllowed("error.too_many_plies", maximum=MAX_PLIES)
    position(game.board.fen())
    headers = {key: game.headers[key][:_HEADER_CHARS] for key in _HEADERS if key in game.headers}
    return game.end(), headers


def _played(board: Board, moves: list[str]) -> Board:
    if len(moves) > MAX_PLIES:
        raise NotAllowed("error.too_many_plies", maximum=MAX_PLIES)
    for move in moves:
        board.push(board.parse_move(move))
    return board


def position(fen: str) -> Board:
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


def fen(session: Session) -> str:
    """The position that is looked at."""
    return session.shown().fen()


def pgn(session: Session) -> str:
    """The game, in the notation that the person reads."""
    game = records.Game.from_board(session.board)
    outcome = session.outcome
    game.headers = {**session.headers, "Result": "*" if outcome is None else outcome.result()}
    notation = session.look.notation
    return game.to_pgn(_NOTATIONS[notation], traditional=notation == "traditional")
