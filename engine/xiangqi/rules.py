"""How a game ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from engine.xiangqi.moves import BLACK, CANNON, HORSE, PAWN, RED, ROOK, Color

if TYPE_CHECKING:
    from engine.xiangqi.board import Board

NO_CAPTURE_LIMIT: Final = 120
_ATTACKING_TYPES: Final = (PAWN, HORSE, CANNON, ROOK)


class Termination(Enum):
    """Why a game ended."""

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
        return result_of(self.winner)


def result_of(winner: Color | None) -> str:
    """The result of a finished game as PGN writes it."""
    return "1/2-1/2" if winner is None else "1-0" if winner == RED else "0-1"


def has_insufficient_material(board: Board) -> bool:
    """Whether neither side has a piece that can cross the river."""
    return not any(
        board.pieces(piece_type, color) for color in (RED, BLACK) for piece_type in _ATTACKING_TYPES
    )


def outcome(board: Board, no_capture_limit: int | None = NO_CAPTURE_LIMIT) -> Outcome | None:
    """The end of the game in this position, or None if it goes on."""
    if not board.legal_moves:
        mate = Termination.CHECKMATE if board.is_check() else Termination.STALEMATE
        return Outcome(not board.turn, mate)
    if has_insufficient_material(board):
        return Outcome(None, Termination.INSUFFICIENT_MATERIAL)
    if no_capture_limit is not None and board.halfmove_clock >= no_capture_limit:
        return Outcome(None, Termination.NO_CAPTURE_LIMIT)
    return None
