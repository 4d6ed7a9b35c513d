"""Board: a game of xiangqi in progress, as python-chess has it for chess."""

from __future__ import annotations

import re
from typing import Any, Final, Self

from engine.xiangqi.board import rules
from engine.xiangqi.board.moves import (
    BLACK,
    FILES,
    RANKS,
    RED,
    IllegalMoveError,
    InvalidFenError,
    Move,
)
from engine.xiangqi.board.placement import parse_placement
from engine.xiangqi.board.position import Position
from engine.xiangqi.board.status import Status, status

STARTING_FEN: Final = "rnbakabnr/9/1c5c1/p1p1p1p1p/9/9/P1P1P1P1P/1C5C1/9/RNBAKABNR w - - 0 1"
_TURNS: Final = {"w": RED, "r": RED, "b": BLACK}
_DEFAULTS: Final = ["w", "-", "-", "0", "1"]
_COUNTER: Final = re.compile(r"[0-9]{1,6}", re.ASCII)


class Board(Position):
    """A position that can be read, written, judged and drawn."""

    def __init__(self, fen: str | None = STARTING_FEN) -> None:
        """Set up a FEN; None gives an empty board.

        Raises:
            InvalidFenError: the text is not a FEN.
        """
        super().__init__()
        if fen is not None:
            self.set_fen(fen)

    def set_fen(self, fen: str) -> None:
        """Set up a position; fields after the placement may be missing.

        The side to move is ``w`` or ``r`` for red, ``b`` for black; the third and fourth field
        say nothing in xiangqi and are ``-``. Any placement is accepted, see `status`.

        Raises:
            InvalidFenError: the text is not a FEN. The board keeps its position then.
        """
        fields = fen.split()
        if not 1 <= len(fields) <= 6:
            raise InvalidFenError(f"expected 1 to 6 fields, found {len(fields)}: {fen[:200]!r}")
        codes = parse_placement(fields[0])
        turn, third, fourth, halfmoves, moves = fields[1:] + _DEFAULTS[len(fields) - 1 :]
        if turn.lower() not in _TURNS:
            raise InvalidFenError(f"neither w nor b is to move: {fen[:200]!r}")
        if (third, fourth) != ("-", "-"):
            raise InvalidFenError(f"expected - in the third and fourth field: {fen[:200]!r}")
        if not (_COUNTER.fullmatch(halfmoves) and _COUNTER.fullmatch(moves)):
            raise InvalidFenError(f"not a number of moves: {fen[:200]!r}")
        self.clear_board()
        self._set_codes(codes)
        self.turn = _TURNS[turn.lower()]
        self.halfmove_clock = int(halfmoves)
        self.fullmove_number = max(int(moves), 1)

    def fen(self) -> str:
        """The position as FEN of six fields."""
        turn = "w" if self.turn else "b"
        return f"{self.board_fen()} {turn} - - {self.halfmove_clock} {self.fullmove_number}"

    def parse_uci(self, text: str) -> Move:
        """The legal move written ``h2e2`` or ``h2-e2``.

        Raises:
            InvalidMoveError: the text is not a move.
            IllegalMoveError: the move is not legal here.
        """
        move = Move.from_uci(text)
        if not self.is_legal(move):
            raise IllegalMoveError(f"illegal move: {text!r} in {self.fen()}")
        return move

    def push_uci(self, text: str) -> Move:
        """Make the legal move written ``h2e2`` and return it; errors as `parse_uci`."""
        move = self.parse_uci(text)
        self.push(move)
        return move

    def root(self) -> Self:
        """The position before the first move of `move_stack`, as a new board."""
        board = self.copy()
        while board.move_stack:
            board.pop()
        return board

    def mirror(self) -> Self:
        """The game reflected left to right, history included, as a new board."""
        root = self.root()
        board = type(self).from_codes(root.codes().reshape(RANKS, FILES)[:, ::-1])
        board.turn = root.turn
        board.halfmove_clock = root.halfmove_clock
        board.fullmove_number = root.fullmove_number
        for move in self.move_stack:
            board.push(move.mirror())
        return board

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Board):
            return NotImplemented
        return self.fen() == other.fen()

    def status(self) -> Status:
        """What is wrong with the position, `Status.VALID` if nothing is."""
        return status(self, self.turn)

    def is_valid(self) -> bool:
        """Whether nothing is wrong with the position; see `Status`."""
        return self.status() == Status.VALID

    def outcome(
        self, *, no_capture_limit: int | None = rules.NO_CAPTURE_LIMIT
    ) -> rules.Outcome | None:
        """The end of the game with winner and reason, or None while it goes on; see `rules`."""
        return rules.outcome(self, no_capture_limit)

    def is_insufficient_material(self) -> bool:
        """Whether no piece that can cross the river is left on either side."""
        return rules.has_insufficient_material(self)

    def result(self) -> str:
        """``1-0``, ``0-1``, ``1/2-1/2``, or ``*`` while the game goes on."""
        outcome = self.outcome()
        return outcome.result() if outcome else "*"

    # Notation and drawing

    def chinese(self, move: Move, *, traditional: bool = False) -> str:
        """A legal move as 炮二平五; see `notation.chinese`."""
        from engine.xiangqi.board import notation

        return notation.chinese(self, move, traditional=traditional)

    def parse_chinese(self, text: str) -> Move:
        """The legal move written 炮二平五; see `notation.parse_chinese`."""
        from engine.xiangqi.board import notation

        return notation.parse_chinese(self, text)

    def wxf(self, move: Move) -> str:
        """A legal move as C2.5; see `notation.wxf`."""
        from engine.xiangqi.board import notation

        return notation.wxf(self, move)

    def parse_wxf(self, text: str) -> Move:
        """The legal move written C2.5; see `notation.parse_wxf`."""
        from engine.xiangqi.board import notation

        return notation.parse_wxf(self, text)

    def parse_move(self, text: str) -> Move:
        """The legal move written in any notation; see `notation.parse_move`."""
        from engine.xiangqi.board import notation

        return notation.parse_move(self, text)

    def to_svg(self, **options: Any) -> str:
        """The position as an SVG; see `drawing.to_svg` for the options."""
        from engine.xiangqi.board import drawing

        return drawing.to_svg(self, **options)

    def _repr_svg_(self) -> str:
        return self.to_svg()

    def __repr__(self) -> str:
        return f"Board({self.fen()!r})"
