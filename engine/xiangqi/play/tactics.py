"""What the pieces say beside the network: material, and what captures win at once.

A small network judges a position where something hangs as it stands; a quiescence search (captures
only, either side may stop) sees the exchange to its end. ``TacticalEvaluator`` adds both to the
network's score, on the scale of log-odds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.xiangqi.board import Board
from engine.xiangqi.play.search import Evaluator
from engine.xiangqi.play.search_tree import Floats

PIECE_VALUES = (0.0, 1.0, 2.0, 2.0, 4.0, 4.5, 9.0, 0.0)
"""In pawns, by piece type (the usual teaching values); a pawn over the river counts 2."""
_MAX_DEPTH = 6


def _square_values() -> Floats:
    """[15, 90]: what each piece code adds on each square, black's pieces negative."""
    values = np.zeros((15, 90), np.float32)
    for piece_type, value in enumerate(PIECE_VALUES):
        if value:
            values[piece_type] = value
            values[piece_type + 7] = -value
    values[1, 45:] = 2
    values[8, :45] = -2
    return values


_VALUES = _square_values()
_WORTH: list[list[float]] = np.abs(_VALUES).tolist()
_SQUARES = np.arange(90)


def material(board: Board) -> float:
    """The pieces of the side to move less the other's, in pawns."""
    balance = float(_VALUES[board.codes(), _SQUARES].sum())
    return balance if board.turn else -balance


def capture_gain(
    board: Board, alpha: float = 0.0, beta: float = np.inf, depth: int = _MAX_DEPTH
) -> float:
    """What the side to move wins by captures, in pawns; 0 where none pays. The opponent takes
    back where that pays, ``depth`` plies deep; values outside ``alpha`` and ``beta`` are bounds."""
    codes = board.codes().tolist()
    captures = []
    for move in board.generate_legal_moves():
        origin, target = move
        if codes[target]:
            won = _WORTH[codes[target]][target]
            captures.append((won - 0.1 * _WORTH[codes[origin]][origin], won, move))
    captures.sort(reverse=True)
    best = max(alpha, 0.0)
    for _, won, move in captures:
        if won <= best:  # not even for nothing does it win more
            continue
        gain = won
        if depth > 1:
            board.push(move)
            gain -= capture_gain(board, max(0.0, won - beta), won - best, depth - 1)
            board.pop()
        best = max(best, gain)
        if best >= beta:
            break
    return best


@dataclass(frozen=True)
class TacticalWeights:
    """Log-odds a unit of the network's log-odds, a pawn of material, a pawn won by captures."""

    score: float = 1.0
    material: float = 0.0
    capture: float = 0.0


class TacticalEvaluator:
    """An evaluator that adds the pieces' word to the scores of another; policies stay."""

    def __init__(self, evaluator: Evaluator, weights: TacticalWeights) -> None:
        self.evaluator = evaluator
        self.weights = weights

    def evaluate(self, boards: Sequence[Board]) -> tuple[Floats, Floats]:
        logits, scores = self.evaluator.evaluate(boards)
        odds = np.clip(scores, 1e-4, 1 - 1e-4)
        total = self.weights.score * np.log(odds / (1 - odds))
        total += [
            self.weights.material * material(board) + self.weights.capture * capture_gain(board)
            for board in boards
        ]
        return logits, (1 / (1 + np.exp(-total))).astype(np.float32)
