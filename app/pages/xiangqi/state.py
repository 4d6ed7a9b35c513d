"""A visit: one visitor's game, what is on the board, who plays, how it ended. No gradio here.

A visit changes only between two awaits of the page's handlers, all of which run in the server's
event loop, so it needs no lock. Whoever thinks about it in a thread gets a copy of the board, and
`visit.run` before they begin: it is stopped as soon as the game goes on without them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, Self

from app.pages.xiangqi.inputs import MAX_PLIES, TIME_CONTROLS, ColorName, Look, NotAllowed, Side
from app.web.run import Run, Runs
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import BLACK, RED, Color, IllegalMoveError, Move
from engine.xiangqi.board.rules import Outcome, Termination

if TYPE_CHECKING:
    from engine.xiangqi.play.player import Choice

COLORS: Final[dict[str, Color]] = {"red": RED, "black": BLACK}


@dataclass
class Clock:
    """Time left to each side, in seconds; times called now are those of time.monotonic().

    The server keeps it, the browser only shows it. It stands still until the first move, so that
    nobody loses time by reading the page.
    """

    minutes: int
    increment: int
    left: dict[Color, float] = field(default_factory=dict)
    running: Color | None = None
    since: float = 0.0

    @classmethod
    def of(cls, time_control: object) -> Self | None:
        """The clock for "10+5" (minutes and seconds a move); None for no known time control."""
        if time_control not in TIME_CONTROLS:
            return None
        minutes, increment = map(int, str(time_control).split("+"))
        return cls(minutes, increment)

    def __post_init__(self) -> None:
        if not self.left:
            self.left = {RED: self.minutes * 60.0, BLACK: self.minutes * 60.0}

    def remaining(self, color: Color, now: float) -> float:
        """Seconds left to a side, never below zero."""
        used = now - self.since if self.running is color else 0.0
        return max(0.0, self.left[color] - used)

    def press(self, mover: Color, now: float) -> None:
        """The mover has moved: it gains the increment, and the other side's time runs."""
        if self.running is mover:
            self.left[mover] = self.remaining(mover, now) + self.increment
        self.running, self.since = not mover, now

    def start(self, color: Color, now: float) -> None:
        """Let the time of a side run from now on."""
        self.pause(now)
        self.running, self.since = color, now

    def pause(self, now: float) -> None:
        """Stop the side whose time runs."""
        if self.running is not None:
            self.left[self.running] = self.remaining(self.running, now)
        self.running = None

    def fallen(self, now: float) -> Color | None:
        """The side that has run out of time, if it is on the move."""
        ran_out = self.running is not None and self.remaining(self.running, now) <= 0.0
        return self.running if ran_out else None


@dataclass
class Visit:
    """A game, and the seat of the person who plays it.

    Attributes:
        board: the position at the end of the game, with all its moves.
        side, level: see inputs.Page.
        cursor: the ply that is looked at; `ply` is the end of the game.
        ended: how the game ended, if not by the rules of the board.
        choices: what the model thought, by the ply of the position it thought about.
        scores: red's expected score (0 to 1) by ply.
        puzzle: the id of the puzzle that is being solved.
        solved: its last move has been found.
        played: the plies at which the model made the move.
        watched: the levels of two copies of the model that play, while the person only looks.
        headers: of the game record that was read in; None for a game that is played here.
        draft: the FEN in the position editor, None while it is closed.
        look: how the person wants to see it.
        begun: something has been done to the game that a visit begins with.
        thinking: the model is looking for a move in the position at the end of the game.
        seq: counts the positions sent to the browser; first_seq is that of the game as it is now.
        run: goes on until the game changes (not when it is only looked at).
    """

    board: Board = field(default_factory=Board)
    side: Side = "red"
    level: str = ""
    cursor: int = 0
    ended: Outcome | None = None
    choices: dict[int, Choice] = field(default_factory=dict)
    scores: dict[int, float] = field(default_factory=dict)
    clock: Clock | None = None
    puzzle: str | None = None
    solved: bool = False
    played: set[int] = field(default_factory=set)
    watched: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] | None = None
    draft: str | None = None
    look: Look = field(default_factory=Look)
    begun: bool = False
    thinking: bool = False
    seq: int = 0
    first_seq: int = 1
    runs: Runs = field(default_factory=Runs)

    def __post_init__(self) -> None:
        self.run: Run = self.runs.begin()

    @property
    def ply(self) -> int:
        """Moves played from the start position of this game."""
        return len(self.board.move_stack)

    @property
    def live(self) -> bool:
        """Whether the end of the game is what is looked at."""
        return self.cursor == self.ply

    @cached_property
    def outcome(self) -> Outcome | None:
        """How the game ended; None while it goes on."""
        return self.ended or self.board.outcome()

    @property
    def over(self) -> bool:
        """Whether the game has ended."""
        return self.outcome is not None

    @property
    def person(self) -> Side:
        """Whom the person plays in this game: a puzzle is solved by the side that begins it."""
        if self.puzzle is None:
            return self.side
        return "red" if self.board.turn is (self.ply % 2 == 0) else "black"

    @property
    def person_to_move(self) -> bool:
        """Whether the person may move at the end of the game."""
        if self.over or self.watched or self.solved:
            return False
        return self.person == "both" or COLORS[self.person] is self.board.turn

    @property
    def model_to_move(self) -> bool:
        """Whether the model has to answer now."""
        free = self.puzzle is None and not self.watched and not self.over
        return free and not self.person_to_move

    @property
    def orientation(self) -> ColorName:
        """The side at the bottom of the board."""
        return "black" if (self.person == "black") is not self.look.flipped else "red"

    def shown(self) -> Board:
        """The position that is looked at, a copy with the moves that led to it."""
        board = self.board.copy()
        for _ in range(self.ply - self.cursor):
            board.pop()
        return board

    def next_seq(self) -> int:
        """The number of a position that is about to be sent."""
        self.seq += 1
        return self.seq

    def is_current(self, seq: object) -> bool:
        """Whether a move that names this seq was made on the game as it is now."""
        return isinstance(seq, int) and self.first_seq <= seq <= self.seq

    def start(self, board: Board, *, headers: dict[str, str] | None = None) -> None:
        """Begin again with a board (with its moves, if it has any); side and level stay."""
        self.board, self.headers = board, headers
        self.ended = self.clock = self.puzzle = self.draft = None
        self.solved = False
        self.choices, self.scores, self.played, self.watched = {}, {}, set(), {}
        self.cursor = self.ply
        self._changed()

    def play(self, move: Move, now: float, *, solves: bool = False) -> None:
        """Play a legal move for the side to move; its time must not have run out.

        Args:
            solves: it is the last of a puzzle.

        Raises IllegalMoveError, and NotAllowed where the game is over or too long.
        """
        if self.over:
            raise NotAllowed("error.over")
        if self.ply >= MAX_PLIES:
            raise NotAllowed("error.too_many_plies", maximum=MAX_PLIES)
        if not self.board.is_legal(move):
            raise IllegalMoveError(f"illegal here: {move.uci()}")
        following = self.live
        if self.clock is not None:
            self.clock.press(self.board.turn, now)
        self.board.push(move)
        self.solved = solves
        if following:
            self.cursor = self.ply
        self._changed()
        self._pause_if_over(now)

    def answer(self, choice: Choice, now: float) -> None:
        """Play the model's move, and remember why. Raises as play()."""
        if choice.move is None:
            raise NotAllowed("error.over")
        self.learn(self.ply, choice)
        self.played.add(self.ply)
        self.play(choice.move, now)

    def learn(self, ply: int, choice: Choice) -> None:
        """Remember what the model thought of a position."""
        self.choices[ply] = choice
        self.scores[ply] = choice.red_score

    def check_clock(self, now: float) -> bool:
        """End the game if a side has run out of time; whether it has."""
        fallen = self.clock.fallen(now) if self.clock and self.outcome is None else None
        if fallen is None:
            return False
        self._end(Outcome(not fallen, Termination.TIMEOUT), now)
        return True

    def resign(self, now: float) -> None:
        """The person gives up (with "both": the side to move). Raises NotAllowed."""
        self._check_game()
        loser = self.board.turn if self.person == "both" else COLORS[self.person]
        self._end(Outcome(not loser, Termination.RESIGNATION), now)

    def agree_draw(self, now: float) -> None:
        """Both sides take the draw. Raises NotAllowed."""
        self._check_game()
        self._end(Outcome(None, Termination.AGREEMENT), now)

    def undo(self, now: float) -> None:
        """Take back the person's last move, and what was answered. Raises NotAllowed."""
        own_turn = self.person != "both" and COLORS[self.person] is self.board.turn
        plies = 2 if own_turn else 1
        if self.watched or plies > self.ply:
            raise NotAllowed("error.nothing_to_undo")
        self._truncate(self.ply - plies)
        if self.clock is not None:
            self.clock.start(self.board.turn, now)

    def continue_here(self) -> None:
        """Forget the moves after the position that is looked at, and go on from there."""
        if not self.live:
            self._truncate(self.cursor)

    def _truncate(self, ply: int) -> None:
        while self.ply > ply:
            self.board.pop()
        self.ended, self.solved = None, False
        self.choices = {at: choice for at, choice in self.choices.items() if at <= ply}
        self.scores = {at: score for at, score in self.scores.items() if at <= ply}
        self.played = {at for at in self.played if at < ply}
        self.cursor = ply
        self._changed()

    def watch(self, levels: dict[str, str]) -> None:
        """Let two levels of the model, "red" and "black", play from the start."""
        self.start(Board())
        self.watched = levels

    def stop_watching(self) -> None:
        """Leave the two alone; the game stays where it is."""
        if self.watched:
            self.watched = {}
            self._changed()

    def take_seat(self, side: Side) -> None:
        """Change sides; a puzzle is left by it."""
        self.side = side
        self.puzzle, self.solved, self.watched = None, False, {}
        self._changed()

    def look_at(self, ply: int) -> None:
        """Look at a position of the game; plies beyond its ends mean its ends."""
        self.cursor = max(0, min(self.ply, ply))

    def _check_game(self) -> None:
        if self.over:
            raise NotAllowed("error.over")
        if self.puzzle is not None or self.watched:
            raise NotAllowed("error.not_a_game")

    def _end(self, outcome: Outcome, now: float) -> None:
        self.ended = outcome
        self._changed()
        self._pause_if_over(now)

    def _pause_if_over(self, now: float) -> None:
        if self.clock is not None and self.over:
            self.clock.pause(now)

    def _changed(self) -> None:
        self.begun, self.thinking, self.first_seq = True, False, self.seq + 1
        self.__dict__.pop("outcome", None)
        self.run = self.runs.begin()
