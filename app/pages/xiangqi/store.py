"""A session as JSON and back: what the browser keeps for a reload, and what a share link holds.

Both come back from the visitor's side, where anybody can have changed them, so reading checks
every value and replays every move.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from app.pages.xiangqi import puzzles
from app.pages.xiangqi.clock import Clock
from app.pages.xiangqi.session import LETTERS, MAX_PLIES, NOTATIONS, SIDES, Look, Session
from app.web.sharing import ShareError, encode
from app.web.sharing import State as Shared
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import BLACK, RED, XiangqiError
from engine.xiangqi.board.rules import Outcome, Termination

_MOVE_CHARS: Final = 4
_MAX_FEN_CHARS: Final = 200
_MAX_SECONDS: Final = 24 * 3600
#: Ends that the board cannot know by itself, so they are written down.
_AGREED_ENDS: Final = {
    end.name: end for end in (Termination.RESIGNATION, Termination.AGREEMENT, Termination.TIMEOUT)
}
_WINNERS: Final = {"red": RED, "black": BLACK, None: None}

Value = TypeVar("Value")


class StoreError(ValueError):
    """What was to be read is not a session of ours."""


def save(session: Session, now: float) -> dict[str, Any]:
    """The session for the browser's storage."""
    look = session.look
    ended = session.ended
    return {
        **_game(session),
        "side": session.side,
        "level": session.level,
        "puzzle": session.puzzle,
        "solved": session.solved,
        "ended": None if ended is None else [_winner_name(ended), ended.termination.name],
        "clock": None if session.clock is None else _save_clock(session.clock, now),
        "look": {
            "letters": look.letters,
            "notation": look.notation,
            "flipped": look.flipped,
            "arrows": look.arrows,
            "bar": look.bar,
        },
    }


def restore(value: object) -> Session:
    """The session that save() wrote. Raises StoreError."""
    saved = _mapping(value)
    session = Session(look=_restore_look(_mapping(saved.get("look"))))
    session.start(_replayed(saved))
    session.side = _one_of(saved.get("side"), SIDES)
    session.level = _text(saved.get("level"), 40)
    session.ended = _restore_ended(saved.get("ended"))
    session.puzzle = _restore_puzzle(saved.get("puzzle"), session.board)
    session.solved = session.puzzle is not None and saved.get("solved") is True
    if saved.get("clock") is not None:
        session.clock = _restore_clock(_mapping(saved["clock"]))
    return session


def share(session: Session) -> Shared:
    """The game and the position that is looked at, for app.web.sharing.

    A game too long for a link is shared as the position alone.
    """
    state: Shared = {**_game(session), "at": session.cursor, "bottom": session.orientation}
    try:
        encode(state)
    except ShareError:
        return {"fen": session.shown().fen(), "moves": "", "at": 0, "bottom": session.orientation}
    return state


def reopen(shared: Mapping[str, object]) -> Session:
    """The session that a share link holds: nobody has to answer until the visitor says so.

    Raises StoreError.
    """
    session = Session()
    session.start(_replayed(shared))
    session.side = "both"
    session.look.flipped = shared.get("bottom") == "black"
    at = shared.get("at")
    session.look_at(at if isinstance(at, int) else session.ply)
    return session


def _game(session: Session) -> Shared:
    return {
        "fen": session.board.root().fen(),
        "moves": "".join(move.uci() for move in session.board.move_stack),
    }


def _replayed(saved: Mapping[str, object]) -> Board:
    moves = _text(saved.get("moves"), MAX_PLIES * _MOVE_CHARS)
    try:
        board = Board(_text(saved.get("fen"), _MAX_FEN_CHARS))
        if not board.is_valid():
            raise StoreError("not a possible position")
        for start in range(0, len(moves), _MOVE_CHARS):
            board.push_uci(moves[start : start + _MOVE_CHARS])
    except XiangqiError as error:
        raise StoreError(str(error)) from error
    return board


def _winner_name(outcome: Outcome) -> str | None:
    return None if outcome.winner is None else "red" if outcome.winner is RED else "black"


def _restore_ended(value: object) -> Outcome | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[1], str):
        raise StoreError("not an end")
    winner, name = value
    if winner not in ("red", "black", None) or name not in _AGREED_ENDS:
        raise StoreError("not an end")
    return Outcome(_WINNERS[winner], _AGREED_ENDS[name])


def _restore_puzzle(value: object, board: Board) -> str | None:
    if value is None:
        return None
    puzzle = puzzles.catalogue().get(_text(value, 40))
    if puzzle is None or puzzle.fen != board.root().fen():
        raise StoreError("not a puzzle")
    return puzzle.id


def _save_clock(clock: Clock, now: float) -> dict[str, object]:
    return {
        "minutes": clock.minutes,
        "increment": clock.increment,
        "red": clock.remaining(RED, now),
        "black": clock.remaining(BLACK, now),
    }


def _restore_clock(saved: Mapping[str, object]) -> Clock:
    """The clock as it stood; it runs again from the next move (or when the page starts it)."""
    minutes, increment = (_number(saved.get(key)) for key in ("minutes", "increment"))
    left = {RED: _number(saved.get("red")), BLACK: _number(saved.get("black"))}
    return Clock(int(minutes), int(increment), left)


def _restore_look(saved: Mapping[str, object]) -> Look:
    return Look(
        letters=_one_of(saved.get("letters"), LETTERS),
        notation=_one_of(saved.get("notation"), NOTATIONS),
        flipped=saved.get("flipped") is True,
        arrows=saved.get("arrows") is True,
        bar=saved.get("bar") is True,
    )


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise StoreError("not an object")
    return value


def _one_of(value: object, choices: tuple[Value, ...]) -> Value:
    for choice in choices:
        if value == choice:
            return choice
    raise StoreError(f"not one of {choices}")


def _text(value: object, maximum: int) -> str:
    if not isinstance(value, str) or len(value) > maximum:
        raise StoreError(f"not a text of at most {maximum} characters")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise StoreError("not a number")
    if not 0 <= value <= _MAX_SECONDS:
        raise StoreError("not a time")
    return float(value)
