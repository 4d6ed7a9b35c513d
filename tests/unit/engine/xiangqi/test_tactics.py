"""Material, exchanges to their end, and what they add to an evaluator's score."""

import numpy as np
import pytest

from engine.xiangqi import STARTING_FEN, Board
from engine.xiangqi.play.tactics import TacticalEvaluator, TacticalWeights, capture_gain, material
from tests.unit.engine.xiangqi.evaluators import MaterialEvaluator


@pytest.mark.parametrize(
    ("fen", "pawns"),
    [
        (STARTING_FEN, 0.0),
        ("3k5/9/9/9/9/9/9/9/R8/4K4 w - - 0 1", 9.0),
        ("3k5/9/9/9/9/9/9/9/R8/4K4 b - - 0 1", -9.0),
        ("3k5/9/9/p8/4P4/9/9/9/9/4K4 w - - 0 1", 1.0),  # red's pawn has crossed the river
    ],
)
def test_material(fen: str, pawns: float) -> None:
    assert material(Board(fen)) == pytest.approx(pawns)


@pytest.mark.parametrize(
    ("fen", "pawns"),
    [
        (STARTING_FEN, 0.0),  # a cannon may take a horse, but the rook takes back
        ("2bakab2/9/9/r3p4/9/9/4P4/9/R8/2BAKAB2 w - - 0 1", 9.0),
        ("2bakab2/9/9/r3p4/9/9/4P4/9/R8/2BAKAB2 b - - 0 1", 9.0),
        # A rook takes a horse that another rook defends: 4 less 9 does not pay.
        ("r2akab2/9/n8/4p4/9/9/4P4/9/R8/2BAKAB2 w - - 0 1", 0.0),
        # With a second rook behind it does: 4, less 9, and 9 again.
        ("r2akab2/9/n8/4p4/9/9/R3P4/9/R8/2BAKAB2 w - - 0 1", 4.0),
    ],
)
def test_captures_are_followed_to_their_end(fen: str, pawns: float) -> None:
    board = Board(fen)
    assert capture_gain(board) == pytest.approx(pawns)
    assert board.fen() == fen


def test_bounds_do_not_change_what_lies_between_them() -> None:
    rng = np.random.default_rng(3)
    board = Board()
    compared = 0
    for _ in range(120):
        moves = board.generate_legal_moves()
        if not moves:
            board = Board()
            continue
        gain = capture_gain(board, depth=3)
        assert gain == pytest.approx(_plain_gain(board, 3))
        compared += gain > 0
        board.push(moves[int(rng.integers(len(moves)))])
    assert compared > 10


def _plain_gain(board: Board, depth: int) -> float:
    """The same without bounds, for comparison."""
    best = 0.0
    for move in board.generate_legal_moves():
        if depth and board.is_capture(move):
            before = material(board)
            board.push(move)
            won = -material(board) - before
            # The mover's own pawn may gain by crossing the river; only what is taken counts.
            own = board.piece_at(move.to_square)
            assert own is not None
            if own.piece_type == 1 and abs(won - round(won)) < 0.01:
                won -= _crossed(move.from_square, move.to_square)
            best = max(best, won - _plain_gain(board, depth - 1))
            board.pop()
    return best


def _crossed(origin: int, target: int) -> float:
    return float((origin < 45) != (target < 45))


def test_adds_to_the_score_and_leaves_the_policy() -> None:
    board = Board("2bakab2/9/9/r3p4/9/9/4P4/9/R8/2BAKAB2 w - - 0 1")
    plain = MaterialEvaluator()
    logits, scores = TacticalEvaluator(plain, TacticalWeights()).evaluate([board])
    assert scores == pytest.approx(plain.evaluate([board])[1], abs=1e-4)
    weights = TacticalWeights(score=1.0, material=0.2, capture=0.1)
    logits, scores = TacticalEvaluator(plain, weights).evaluate([board])
    assert scores[0] == pytest.approx(1 / (1 + np.exp(-0.9)), abs=1e-4)
    assert np.array_equal(logits, plain.evaluate([board])[0])
