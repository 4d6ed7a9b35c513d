"""Which moves of the vocabulary the pieces can make, for many positions at once, in numpy."""

import numpy as np
from numpy.typing import NDArray

from engine.xiangqi.play.vocabulary import MOVE_COUNT, MOVE_SQUARES, SQUARES, Codes

PAWN, ADVISOR, ELEPHANT, HORSE, CANNON, ROOK, KING = range(1, 8)

_FROM, _TO = MOVE_SQUARES[:, 0].astype(int), MOVE_SQUARES[:, 1].astype(int)
_FILE, _RANK = _FROM % 9, _FROM // 9
_DF, _DR = _TO % 9 - _FILE, _TO // 9 - _RANK
_STRAIGHT = (_DF == 0) | (_DR == 0)


def _between() -> NDArray[np.float32]:
    """[90, 2086]: whose pieces matter: points crossed, the horse's leg, the elephant's eye."""
    table = np.zeros((SQUARES, MOVE_COUNT), dtype=np.float32)
    for move in range(MOVE_COUNT):
        df, dr, origin = int(_DF[move]), int(_DR[move]), int(_FROM[move])
        if _STRAIGHT[move]:
            step = int(np.sign(df) + 9 * np.sign(dr))
            table[range(origin + step, int(_TO[move]), step), move] = 1
        elif abs(df) == abs(dr) == 2:
            table[origin + df // 2 + 9 * (dr // 2), move] = 1
        elif abs(df) != abs(dr):
            table[origin + (int(np.sign(df)) if abs(df) == 2 else 9 * int(np.sign(dr))), move] = 1
    return table


def _reach() -> NDArray[np.bool_]:
    """[15, 2086]: the moves each of the mover's pieces could make on an empty board."""
    reach = np.zeros((15, MOVE_COUNT), dtype=bool)
    to_file, to_rank = _TO % 9, _TO // 9
    palace = (to_file >= 3) & (to_file <= 5) & (to_rank <= 2)
    steps = np.abs(_DF) + np.abs(_DR)
    diagonal = np.abs(_DF) == np.abs(_DR)
    reach[PAWN] = (steps == 1) & ((_DR == 1) | ((_DR == 0) & (_RANK >= 5)))
    reach[ADVISOR] = diagonal & (steps == 2) & palace
    reach[ELEPHANT] = diagonal & (steps == 4) & (to_rank <= 4) & (_RANK <= 4)
    reach[HORSE] = ~diagonal & ~_STRAIGHT
    reach[CANNON] = reach[ROOK] = _STRAIGHT
    reach[KING] = (steps == 1) & palace
    return reach


_BETWEEN, _REACH = _between(), _reach()
_EVERY = np.arange(MOVE_COUNT)


def pseudo_legal_mask(codes: Codes) -> NDArray[np.bool_]:
    """Moves [N, 2086] that the mover's pieces can make; its own king's safety is not looked at.

    Args:
        codes: int8 [N, 90], seen by the side to move.
    """
    crossed = (codes > 0).astype(np.float32) @ _BETWEEN
    piece, target = codes[:, _FROM], codes[:, _TO]
    cannon = np.where(target == 0, crossed == 0, crossed == 1)
    open_way = np.where(piece == CANNON, cannon, crossed == 0)
    own = (target > 0) & (target <= KING)
    result: NDArray[np.bool_] = _REACH[piece, _EVERY] & open_way & ~own
    return result
