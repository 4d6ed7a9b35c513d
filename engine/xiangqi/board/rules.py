"""How a game ends: winner and reason.

- Checkmate and stalemate: the side to move loses.
- Repetition: the third occurrence of a position ends the game, judged by the rules of the World
  Xiangqi Federation; see `repetition`.
- No capture: 60 moves by each side without one are a draw. This is the natural limit of the Chinese
  association's rules (CXA); its deduction of checks beyond the tenth is left out. The Asian
  federation has 50 moves, which ``no_capture_limit=100`` gives.
- Insufficient material: neither side has a piece left that can cross the river.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from engine.xiangqi.board.attacks import piece_code
from engine.xiangqi.board.moves import BLACK, CANNON, HORSE, PAWN, RED, ROOK, Color
from engine.xiangqi.board.placement import BaseBoard
from engine.xiangqi.board.position import Position
from engine.xiangqi.board.repetition import Offence, judge, repetition_span

NO_CAPTURE_LIMIT: Final = 120
"""Plies without a capture after which a game is drawn."""

_CROSSING: Final = frozenset(
    piece_code(piece_type, color)
    for piece_type in (PAWN, HORSE, CANNON, ROOK)
    for color in (RED, BLACK)
)


class Termination(Enum):
    """Why a game ended. The last three are never found on the board."""

    CHECKMATE = auto()
    STALEMATE = auto()
    PERPETUAL_CHECK = auto()
    PERPETUAL_CHASE = auto()
    REPETITION = auto()
    NO_CAPTURE_LIMIT = auto()
    INSUFFICIENT_MATERIAL = auto()
    RESIGNATION = auto()
    AGREEMENT = auto()
    TIMEOUT = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a game: who won (None for a draw) and why."""

    winner: Color | None
    termination: Termination

    def result(self) -> str:
        """The result as PGN writes it: ``1-0``, ``0-1`` or ``1/2-1/2``."""
        if self.winner is None:
            return "1/2-1/2"
        return "1-0" if self.winner == RED else "0-1"


def outcome(board: Position, no_capture_limit: int | None = NO_CAPTURE_LIMIT) -> Outcome | None:
    """The end of the game, or None while it goes on.

    Args:
        board: the position, with the moves that led to it (repetition needs them).
        no_capture_limit: plies without a capture that make a draw; None for no limit.
    """
    if not board.generate_legal_moves():
        mate = Termination.CHECKMATE if board.is_check() else Termination.STALEMATE
        return Outcome(not board.turn, mate)
    span = repetition_span(board)
    if span:
        return _repetition_outcome(board, span)
    if no_capture_limit is not None and board.halfmove_clock >= no_capture_limit:
        return Outcome(None, Termination.NO_CAPTURE_LIMIT)
    if has_insufficient_material(board):
        return Outcome(None, Termination.INSUFFICIENT_MATERIAL)
    return None


def _repetition_outcome(board: Position, span: int) -> Outcome:
    loser, offence = judge(board, span)
    if loser is None:
        return Outcome(None, Termination.REPETITION)
    check = offence == Offence.CHECK
    return Outcome(not loser, Termination.PERPETUAL_CHECK if check else Termination.PERPETUAL_CHASE)


def has_insufficient_material(board: BaseBoard) -> bool:
    """Whether no pawn, horse, cannon or rook is left on either side."""
    return all(_CROSSING.isdisjoint(men.values()) for men in board._men)
