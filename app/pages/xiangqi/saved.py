"""What the browser keeps of a game for a reload, and what a share link holds.

Both come back from the visitor's side, where anybody can have changed them, so reading checks every
value and replays every move.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from app.pages.xiangqi import PAGE, puzzles
from app.pages.xiangqi.inputs import MAX_KEY, MAX_PLIES, ColorName, Look, Side
from app.pages.xiangqi.state import COLORS, Clock, Visit
from app.web.inputs import Model, number, plain_text, whole
from app.web.limits import MAX_FEN_CHARS
from app.web.saved import Format, Saved, TooLongError, encode
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import BLACK, RED
from engine.xiangqi.board.rules import Outcome, Termination

_MOVE_CHARS: Final = 4
_MAX_SECONDS: Final = 24 * 3600
_Seconds = Annotated[float, number(0, _MAX_SECONDS)]
_Time = Annotated[int, whole(0, _MAX_SECONDS)]
#: Winner and reason, where the board cannot know them by itself.
_End = tuple[ColorName | None, Literal["RESIGNATION", "AGREEMENT", "TIMEOUT"]]


class Game(Model):
    """A game: where it began, and its moves after each other (h2e2h9g7)."""

    fen: Annotated[str, plain_text(MAX_FEN_CHARS)]
    moves: Annotated[str, plain_text(MAX_PLIES * _MOVE_CHARS)]

    def board(self) -> Board:
        """The end of the game. Raises ValueError where there is none."""
        board = Board(self.fen)
        if not board.is_valid():
            raise ValueError("not a possible position")
        for start in range(0, len(self.moves), _MOVE_CHARS):
            board.push_uci(self.moves[start : start + _MOVE_CHARS])
        return board

    @model_validator(mode="after")
    def _checked(self) -> Self:
        self.board()
        return self


class Link(Game):
    """A game and the ply that is looked at, None for its end; nobody has to answer until the
    visitor says so."""

    at: Annotated[int, whole(0, MAX_PLIES)] | None = None
    bottom: ColorName = "red"

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """A game too long for a link is shared as the position alone."""
        bottom = visit.orientation
        link = cls.model_construct(**_game(visit), at=visit.cursor, bottom=bottom)
        try:
            encode(SAVED.link.dump(link))
        except TooLongError:
            return cls(fen=visit.shown().fen(), moves="", bottom=bottom)
        return link

    def visit(self) -> Visit:
        """A visit that begins with it."""
        visit = Visit(side="both", look=Look(flipped=self.bottom == "black"))
        visit.start(self.board())
        visit.look_at(visit.ply if self.at is None else self.at)
        return visit


class KeptClock(Model):
    """Seconds left to both sides; the clock runs again from the next move (or when the page starts
    it)."""

    minutes: _Time
    increment: _Time
    red: _Seconds
    black: _Seconds

    @classmethod
    def of(cls, clock: Clock, now: float) -> Self:
        """How the clock stands now."""
        red, black = clock.remaining(RED, now), clock.remaining(BLACK, now)
        return cls(minutes=clock.minutes, increment=clock.increment, red=red, black=black)


class Kept(Game):
    """The visit."""

    side: Side = "red"
    level: Annotated[str, plain_text(MAX_KEY)] = ""
    puzzle: Annotated[str, plain_text(MAX_KEY)] | None = None
    solved: bool = False
    # JSON has no tuples.
    ended: Annotated[_End, Field(strict=False)] | None = None
    clock: KeptClock | None = None
    look: Look = Look()

    @model_validator(mode="after")
    def _of_its_puzzle(self) -> Self:
        if self.puzzle is not None:
            puzzle = puzzles.catalogue().get(self.puzzle)
            if puzzle is None or puzzle.fen != self.board().root().fen():
                raise ValueError("not a puzzle")
        return self

    @classmethod
    def of(cls, visit: Visit, now: float) -> Self:
        """What is kept of a visit; not checked, because every screen brings it."""
        names = ("side", "level", "puzzle", "solved", "look")
        return cls.model_construct(
            **_game(visit),
            **{name: getattr(visit, name) for name in names},
            ended=None if visit.ended is None else _end(visit.ended),
            clock=None if visit.clock is None else KeptClock.of(visit.clock, now),
        )

    def visit(self) -> Visit:
        """The visit that was kept."""
        visit = Visit(side=self.side, level=self.level, look=self.look)
        visit.start(self.board())
        visit.puzzle, visit.solved = self.puzzle, self.puzzle is not None and self.solved
        if self.ended is not None:
            winner, reason = self.ended
            visit.ended = Outcome(None if winner is None else COLORS[winner], Termination[reason])
        if self.clock is not None:
            left = {RED: self.clock.red, BLACK: self.clock.black}
            visit.clock = Clock(self.clock.minutes, self.clock.increment, left)
        return visit


def _game(visit: Visit) -> dict[str, Any]:
    moves = "".join(move.uci() for move in visit.board.move_stack)
    return {"fen": visit.board.root().fen(), "moves": moves}


def _end(outcome: Outcome) -> tuple[str | None, str]:
    winner = next((name for name, color in COLORS.items() if color is outcome.winner), None)
    return winner, outcome.termination.name


SAVED: Final = Saved(
    PAGE,
    kept=Format(Kept),
    link=Format(Link),
    too_long="limits.bad_link",  # never: a position fits
    bad_link=f"{PAGE}.error.bad_link",
    bad_kept=f"{PAGE}.error.bad_saved",
)
