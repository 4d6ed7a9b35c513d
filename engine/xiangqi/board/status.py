"""Whether a game can reach a position: what is wrong with it, as flags."""

from __future__ import annotations

from enum import Flag, auto
from typing import Final

from engine.xiangqi.board.attacks import in_home_half, in_palace
from engine.xiangqi.board.moves import (
    ADVISOR,
    ELEPHANT,
    FILES,
    KING,
    PAWN,
    PIECE_TYPES,
    RANKS,
    Color,
    PieceType,
    Square,
)
from engine.xiangqi.board.placement import BaseBoard

_SET: Final = {ADVISOR: 2, ELEPHANT: 2, KING: 1, PAWN: 5}
_OTHERS: Final = 2


class Status(Flag):
    """Reasons why a position is not valid; `VALID` is none of them."""

    VALID = 0
    NO_RED_KING = auto()
    NO_BLACK_KING = auto()
    TOO_MANY_PIECES = auto()
    """More pieces of a type than a set has: one king, five pawns, two of the others."""
    MISPLACED_KING = auto()
    MISPLACED_ADVISOR = auto()
    MISPLACED_ELEPHANT = auto()
    MISPLACED_PAWN = auto()
    OPPOSITE_CHECK = auto()
    """The side that is not to move is in check, or the kings face each other."""


_MISPLACED: Final = {
    KING: Status.MISPLACED_KING,
    ADVISOR: Status.MISPLACED_ADVISOR,
    ELEPHANT: Status.MISPLACED_ELEPHANT,
    PAWN: Status.MISPLACED_PAWN,
}


def _can_stand(piece_type: PieceType, color: Color, sq: Square) -> bool:
    file = sq % FILES
    rank = sq // FILES if color else RANKS - 1 - sq // FILES
    if piece_type == KING:
        return in_palace(sq, color)
    if piece_type == ADVISOR:
        return in_palace(sq, color) and (file + rank) % 2 == 1
    if piece_type == ELEPHANT:
        return in_home_half(sq, color) and rank % 2 == 0 and (file + rank) % 4 == 2
    if piece_type == PAWN:
        return rank >= 5 or (rank >= 3 and file % 2 == 0)
    return True


def status(board: BaseBoard, turn: Color) -> Status:
    """What is wrong with a position in which ``turn`` is to move."""
    found = Status.VALID
    if board.king(True) is None:
        found |= Status.NO_RED_KING
    if board.king(False) is None:
        found |= Status.NO_BLACK_KING
    for color in (True, False):
        for piece_type in PIECE_TYPES:
            squares = board.pieces(piece_type, color)
            if len(squares) > _SET.get(piece_type, _OTHERS):
                found |= Status.TOO_MANY_PIECES
            if not all(_can_stand(piece_type, color, sq) for sq in squares):
                found |= _MISPLACED[piece_type]
    king = board.king(not turn)
    if king is not None and board.is_attacked_by(turn, king):
        found |= Status.OPPOSITE_CHECK
    return found
