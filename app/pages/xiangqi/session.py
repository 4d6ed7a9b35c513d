"""One visitor's game: what is on the board, who plays, how it ended. Nothing here knows gradio.

A session changes only between two awaits of the page's handlers, all of which run in the
server's event loop, so it needs no lock. Whoever thinks about it in a thread gets a copy of
the board and compares `version` afterwards: a different one means that the game went on
without them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from app.pages.xiangqi.clock import Clock
from engine.xiangqi.board import STARTING_FEN, Board
from engine.xiangqi.board.moves import BLACK, RED, Color, IllegalMoveError, InvalidMoveError, Move
from engine.xiangqi.board.rules import Outcome, Termination

if TYPE_CHECKING:
    from engine.xiangqi.play.player import Choice

Side = Literal["red", "black", "both"]
SIDES: Final[tuple[Side, ...]] = ("red", "black", "both")
COLORS: Final[dict[str, Color]] = {"red": RED, "black": BLACK}
Letters = Literal["chinese", "western"]
LETTERS: Final[tuple[Letters, ...]] = ("chinese", "western")
Notation = Literal["simplified", "traditional", "wxf", "iccs"]
NOTATIONS: Final[tuple[Notation, ...]] = ("simplified", "traditional", "wxf", "iccs")

#: The no-capture limit ends games long before; a game that is pasted in has to stop somewhere.
MAX_PLIES: Final = 1000


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


@dataclass
class Look:
    """How a visitor wants to see the game: black at the bottom if flipped (for a person who
    plays black: red), arrows for the model's thoughts, a bar for the chances."""

    letters: Letters = "chinese"
    notation: Notation = "simplified"
    flipped: bool = False
    arrows: bool = False
    bar: bool = True


@dataclass
class Session:
    """A game, and the seat of the person who plays it.

    Attributes:
        board: the position at the end of the game, with all its moves.
        side: whom the person plays; with "both" nobody answers.
        level: key of the opponent's level; "" before the levels are known.
        cursor: the ply that is looked at; `ply` is the end of the game.
        ended: how the game ended, if not by the rules of the board.
        version: changes whenever the game does (not when it is only looked at).
        choices: what the model thought, by the ply of the position it thought about.
        scores: red's expected score (0 to 1) by ply.
        puzzle: the id of the puzzle that is being solved.
        solved: its last move has been found.
        played: the plies at which the model made the move.
        watching: two copies of the model play, and the person only looks.
        watched: the levels of the two.
        headers: of the game record that was read in.
        read_in: the game was read in, not played here.
        draft: the FEN in the position editor, None while it is closed.
        look: how the person wants to see it.
        seq: counts the positions sent to the browser.
        thinking_at: the version that the model is thinking about, -1 for none.
        accepted_from: a version, and the seq with which it was first sent.
    """

    board: Board = field(default_factory=Board)
    side: Side = "red"
    level: str = ""
    cursor: int = 0
    ended: Outcome | None = None
    version: int = 0
    choices: dict[int, Choice] = field(default_factory=dict)
    scores: dict[int, float] = field(default_factory=dict)
    clock: Clock | None = None
    puzzle: str | None = None
    solved: bool = False
    played: set[int] = field(default_factory=set)
    watching: bool = False
    watched: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    read_in: bool = False
    draft: str | None = None
    look: Look = field(default_factory=Look)
    seq: int = 0
    thinking_at: int = -1
    accepted_from: tuple[int, int] = (-1, 0)
    _outcome: tuple[int, Outcome | None] = (-1, None)

    @property
    def ply(self) -> int:
        """Moves played from the start position of this game."""
        return len(self.board.move_stack)

    @property
    def untouched(self) -> bool:
        """Whether this is the position that games begin with, and nothing else."""
        return not self.ply and self.puzzle is None and self.board.fen() == STARTING_FEN

    @property
    def live(self) -> bool:
        """Whether the end of the game is what is looked at."""
        return self.cursor == self.ply

    @property
    def outcome(self) -> Outcome | None:
        """How the game ended; None while it goes on."""
        if self._outcome[0] != self.version:
            self._outcome = (self.version, self.ended or self.board.outcome())
        return self._outcome[1]

    @property
    def over(self) -> bool:
        """Whether the game has ended."""
        return self.outcome is not None

    @property
    def thinking(self) -> bool:
        """Whether the model is looking for a move in the position at the end of the game."""
        return self.thinking_at == self.version

    def next_seq(self) -> int:
        """The number of a position that is about to be sent."""
        self.seq += 1
        if self.accepted_from[0] != self.version:
            self.accepted_from = (self.version, self.seq)
        return self.seq

    def is_current(self, seq: object) -> bool:
        """Whether a move that names this seq was made on the game as it is now."""
        version, first = self.accepted_from
        return isinstance(seq, int) and version == self.version and first <= seq <= self.seq

    @property
    def person(self) -> Side:
        """Whom the person plays in this game: a puzzle is solved by the side that begins it."""
        if self.puzzle is None:
            return self.side
        return "red" if self.board.turn is (self.ply % 2 == 0) else "black"

    @property
    def person_to_move(self) -> bool:
        """Whether the person may move at the end of the game."""
        if self.outcome is not None or self.watching or self.solved:
            return False
        return self.person == "both" or COLORS[self.person] is self.board.turn

    @property
    def model_to_move(self) -> bool:
        """Whether the model has to answer now."""
        return (
            self.puzzle is None
            and not self.watching
            and self.outcome is None
            and not self.person_to_move
        )

    @property
    def orientation(self) -> Literal["red", "black"]:
        """The side at the bottom of the board."""
        return "black" if (self.person == "black") is not self.look.flipped else "red"

    def shown(self) -> Board:
        """The position that is looked at, a copy with the moves that led to it."""
        board = self.board.copy()
        for _ in range(self.ply - self.cursor):
            board.pop()
        return board

    # The game

    def start(self, board: Board, *, headers: dict[str, str] | None = None) -> None:
        """Begin again with a board (with its moves, if it has any); side and level stay.

        Args:
            headers: of a record; None for a game that is played here.
        """
        self.board = board
        self.read_in = headers is not None
        self.headers = headers or {}
        self.ended = self.clock = self.puzzle = self.draft = None
        self.solved = self.watching = False
        self.choices, self.scores, self.played = {}, {}, set()
        self.cursor = self.ply
        self._changed()

    def read_move(self, uci: object) -> Move:
        """The move a browser asks for, if it may be played now. Raises NotAllowed."""
        if self.outcome is not None or self.solved:
            raise NotAllowed("error.over")
        if not self.live or self.draft is not None:
            raise NotAllowed("error.not_live")
        if not self.person_to_move:
            raise NotAllowed("error.not_your_turn")
        try:
            move = Move.from_uci(uci if isinstance(uci, str) else "")
        except InvalidMoveError as error:
            raise NotAllowed("error.not_a_move", move=str(uci)[:10]) from error
        if not self.board.is_legal(move):
            raise NotAllowed("error.illegal", move=move.uci())
        return move

    def play(self, move: Move, now: float) -> None:
        """Play a legal move for the side to move; its time must not have run out.

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
        if following:
            self.cursor = self.ply
        self._changed()
        self._stop_clock_if_over(now)

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
        self._must_go_on()
        loser = self.board.turn if self.person == "both" else COLORS[self.person]
        self._end(Outcome(not loser, Termination.RESIGNATION), now)

    def agree_draw(self, now: float) -> None:
        """Both sides take the draw. Raises NotAllowed."""
        self._must_go_on()
        self._end(Outcome(None, Termination.AGREEMENT), now)

    def undo(self, now: float) -> None:
        """Take back the person's last move, and what was answered. Raises NotAllowed."""
        plies = self._plies_to_take_back()
        self._truncate(self.ply - plies)
        if self.clock is not None:
            self.clock.start(self.board.turn, now)

    def _plies_to_take_back(self) -> int:
        own_turn = self.person != "both" and COLORS[self.person] is self.board.turn
        plies = 2 if own_turn else 1
        if self.watching or plies > self.ply:
            raise NotAllowed("error.nothing_to_undo")
        return plies

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

    def solve(self) -> None:
        """The last move of the puzzle has been found."""
        self.solved = True
        self._changed()

    def watch(self, levels: dict[str, str]) -> None:
        """Let two levels of the model, "red" and "black", play from the start."""
        self.start(Board())
        self.watching, self.watched = True, levels
        self._changed()

    def stop_watching(self) -> None:
        """Leave the two alone; the game stays where it is."""
        if self.watching:
            self.watching = False
            self._changed()

    def take_seat(self, side: Side) -> None:
        """Change sides; a puzzle is left by it."""
        self.side = side
        self.puzzle, self.solved, self.watching = None, False, False
        self._changed()

    def look_at(self, ply: int) -> None:
        """Look at a position of the game; plies beyond its ends mean its ends."""
        self.cursor = max(0, min(self.ply, ply))

    def _must_go_on(self) -> None:
        if self.outcome is not None:
            raise NotAllowed("error.over")
        if self.puzzle is not None or self.watching:
            raise NotAllowed("error.not_a_game")

    def _end(self, outcome: Outcome, now: float) -> None:
        self.ended = outcome
        if self.clock is not None:
            self.clock.pause(now)
        self._changed()

    def _stop_clock_if_over(self, now: float) -> None:
        if self.clock is not None and self.over:
            self.clock.pause(now)

    def _changed(self) -> None:
        self.version += 1
