"""Evaluators made by hand, so that the search is tested without a network."""

from collections.abc import Sequence

import numpy as np

from engine.xiangqi import BLACK, RED, Board
from engine.xiangqi.play.search_tree import Floats
from engine.xiangqi.play.vocabulary import MOVE_COUNT, MOVE_IDS

PIECE_VALUES = (0, 1, 2, 2, 4, 4.5, 9, 0)


class MaterialEvaluator:
    """Captures by what they take less what they risk, checks first; the score is the balance of
    material. ``positions`` counts what was asked."""

    def __init__(self) -> None:
        self.positions = 0
        self.batches: list[int] = []

    def evaluate(self, boards: Sequence[Board]) -> tuple[Floats, Floats]:
        self.positions += len(boards)
        self.batches.append(len(boards))
        logits = np.full((len(boards), MOVE_COUNT), -1.0, np.float32)
        scores = np.empty(len(boards), np.float32)
        for row, board in enumerate(boards):
            scores[row] = 1 / (1 + np.exp(-0.3 * balance(board)))
            for move in board.generate_legal_moves():
                taken = board.piece_at(move.to_square)
                logit = 0.2 * PIECE_VALUES[taken.piece_type] if taken else 0.0
                logits[row, MOVE_IDS[move]] = logit + 2.0 * board.gives_check(move)
        return logits, scores


def balance(board: Board) -> float:
    """Material of the side to move less that of the other, in pawns."""
    value = {color: 0.0 for color in (RED, BLACK)}
    for piece in board.piece_map().values():
        value[piece.color] += PIECE_VALUES[piece.piece_type]
    return value[board.turn] - value[not board.turn]
