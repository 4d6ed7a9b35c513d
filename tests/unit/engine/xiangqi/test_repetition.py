"""Repetition, case by case and beside pyffish (Fairy-Stockfish), which has most of the rules.

The positions are our own, made as small as the rule allows. Each cycle of moves is played twice, so
that its first position occurs for the third time.
"""

import random
from collections.abc import Iterator

import pyffish
import pytest

from engine.xiangqi import BLACK, RED, Board, Color, Move, Outcome, Piece, Termination

CHECK, CHASE = Termination.PERPETUAL_CHECK, Termination.PERPETUAL_CHASE
DRAW = Outcome(None, Termination.REPETITION)
RED_CHECKS, RED_CHASES = Outcome(BLACK, CHECK), Outcome(BLACK, CHASE)
BLACK_CHECKS, BLACK_CHASES = Outcome(RED, CHECK), Outcome(RED, CHASE)

CASES = {
    "a rook checks": ("3k5/8R/9/9/9/9/9/9/9/4K4 w", "i8i9 d9d8 i9i8 d8d9", RED_CHECKS),
    "a rook of black checks": ("4k4/9/9/9/9/9/9/9/r8/3K5 b", "a1a0 d0d1 a0a1 d1d0", BLACK_CHECKS),
    "both sides check": (
        "3rk4/3c5/9/3R5/9/9/9/9/9/3KC4 w",
        "d6e6 d8e8 e6d6 e8d8",
        DRAW,
    ),
    "check and chase in turn": (
        "5k3/4r4/9/9/9/9/9/6N2/4K4/6B2 w",
        "g2e3 e8g8 e3g2 g8e8",
        DRAW,
    ),
    "a check outweighs a chase": (
        "3k5/4R4/9/9/9/9/9/9/9/3AK2c1 w",
        "e8e9 d9d8 e9e8 d8d9",
        RED_CHECKS,
    ),
    "a rook chases a cannon": (
        "4k4/9/9/9/1c7/R8/9/9/9/3K5 w",
        "a4b4 b5a5 b4a4 a5b5",
        RED_CHASES,
    ),
    "the cannon is protected": (
        "4k4/9/9/9/1c6r/R8/9/9/9/3K5 w",
        "a4b4 b5a5 b4a4 a5b5",
        DRAW,
    ),
    "its protector is pinned": (
        "4k4/9/9/9/1c2r4/R8/9/9/4R4/3K5 w",
        "a4b4 b5a5 b4a4 a5b5",
        RED_CHASES,
    ),
    "a rook offers to exchange rooks": (
        "4k4/9/9/9/1r7/R8/9/9/9/3K5 w",
        "a4b4 b5a5 b4a4 a5b5",
        DRAW,
    ),
    "a pinned rook threatens nothing": (
        "3k5/4r4/9/9/c8/4R4/9/9/9/4K4 w",
        "e4e5 a5a4 e5e4 a4a5",
        DRAW,
    ),
    "the same rook unpinned": (
        "3k5/9/9/9/c8/4R4/9/9/9/4K4 w",
        "e4e5 a5a4 e5e4 a4a5",
        RED_CHASES,
    ),
    "a king may chase": ("3k5/9/9/9/9/9/9/9/4K4/5c3 w", "e1f1 f0e0 f1e1 e0f0", DRAW),
    "a pawn may chase": ("1c3k3/P8/9/9/9/9/9/9/9/3K5 w", "a8b8 b9a9 b8a8 a9b9", DRAW),
    "a pawn across the river is chased": (
        "4k4/9/9/9/9/9/1p7/R8/9/3K5 w",
        "a2b2 b3a3 b2a2 a3b3",
        RED_CHASES,
    ),
    "a cannon chases a pawn across the river": (
        "5k3/9/9/9/9/p7C/9/4N1n2/9/3K5 w",
        "e2d4 g2f4 d4e2 f4g2",
        RED_CHASES,
    ),
    "a cannon chases a pawn at home": (
        "5k3/9/9/p7C/9/4N1n2/9/9/9/3K5 w",
        "e4d6 g4f6 d6e4 f6g4",
        DRAW,
    ),
    "a cannon chases a protected rook": (
        "5k3/9/9/9/p8/r7C/9/4N1n2/9/3K5 w",
        "e2d4 g2f4 d4e2 f4g2",
        RED_CHASES,
    ),
    "a cannon chases a protected horse": (
        "5k3/9/9/9/p8/n7C/9/4N1n2/9/3K5 w",
        "e2d4 g2f4 d4e2 f4g2",
        DRAW,
    ),
    "two pieces are chased in turn": (
        "5R3/4k4/9/9/2n6/9/9/5c3/9/5K3 w",
        "f9c9 e8d8 c9f9 d8e8",
        DRAW,
    ),
    "the chased piece stays under attack": (
        "4k4/9/9/7c1/9/9/9/7R1/9/3K5 w",
        "h2h3 h6h5 h3h2 h5h6",
        DRAW,
    ),
    "protection is taken away from an attacked piece": (
        "5k3/9/9/n4n2c/9/4N4/R8/9/9/3K5 w",
        "e4d6 f6g4 d6e4 g4f6",
        RED_CHASES,
    ),
    "a chase outweighs taking away protection": (
        "5k3/9/9/9/9/1Nr5C/9/4N1n2/9/3K5 w",
        "e2d4 g2f4 d4e2 f4g2",
        RED_CHASES,
    ),
}
NOT_IN_PYFFISH = {
    "a pinned rook threatens nothing",
    "protection is taken away from an attacked piece",
}


def play_twice(fen: str, cycle: list[Move]) -> Board:
    board = Board(fen)
    for move in cycle * 2:
        assert board.outcome() is None
        board.push_uci(str(move))
    return board


def pyffish_winner(fen: str, cycle: list[Move]) -> Color | None:
    moves = [move.uci(one_based=True) for move in cycle * 2]
    over, value = pyffish.is_optional_game_end("xiangqi", fen, moves)
    assert over
    mover = Board(fen).turn
    return None if value == 0 else mover if value > 0 else not mover


@pytest.mark.parametrize("name", CASES)
def test_verdicts(name: str) -> None:
    fen, text, expected = CASES[name]
    cycle = [Move.from_uci(move) for move in text.split()]
    board = play_twice(fen, cycle)
    assert board.outcome() == expected
    assert board.mirror().outcome() == expected
    if name not in NOT_IN_PYFFISH:
        assert pyffish_winner(Board(fen).fen(), cycle) == expected.winner


@pytest.mark.parametrize("name", CASES)
def test_verdicts_do_not_depend_on_the_colour(name: str) -> None:
    fen, text, expected = CASES[name]
    board = Board(fen)
    turned = Board(None)
    for sq, piece in board.piece_map().items():
        turned.set_piece_at(89 - sq, Piece(piece.piece_type, not piece.color))
    turned.turn = not board.turn
    cycle = [Move.from_uci(move) for move in text.split()]
    turned_cycle = [Move(89 - move.from_square, 89 - move.to_square) for move in cycle]
    outcome = play_twice(turned.fen(), turned_cycle).outcome()
    assert outcome is not None
    assert outcome.termination == expected.termination
    assert outcome.winner == (None if expected.winner is None else not expected.winner)


def random_position(rng: random.Random) -> Board:
    board = Board(None)
    for symbol in ["K", "k", *rng.sample("RRNNCCPPrrnnccppABab", rng.randint(2, 5))]:
        board.set_piece_at(rng.randrange(90), Piece.from_symbol(symbol))
    return board


def quiet_moves(board: Board) -> list[Move]:
    return [move for move in board.legal_moves if not board.is_capture(move)]


def random_cycles(rng: random.Random, board: Board) -> Iterator[list[Move]]:
    """Cycles of four plies: a move, an answer by a newly attacked piece, and both back again."""
    safe = [sq for sq in range(90) if not board.is_attacked_by(board.turn, sq)]
    for there in quiet_moves(board):
        after = board.copy()
        after.push(there)
        for answer in quiet_moves(after):
            cycle = [there, answer, Move(*reversed(there)), Move(*reversed(answer))]
            sq = answer.from_square
            if not (after.is_attacked_by(board.turn, sq) and sq in safe and rng.random() < 0.3):
                continue
            if is_playable(board.copy(), cycle):
                yield cycle


def is_playable(board: Board, cycle: list[Move]) -> bool:
    for move in cycle:
        if not board.is_legal(move) or board.is_capture(move):
            return False
        board.push(move)
    return True


@pytest.mark.slow
def test_verdicts_equal_those_of_pyffish_on_random_cycles() -> None:
    """pyffish also counts a rook that moves along the line on which it attacks already."""
    rng = random.Random(3)
    verdicts, differences = [], []
    while len(verdicts) < 500:
        board = random_position(rng)
        if board.is_valid() and not board.is_insufficient_material():
            for cycle in random_cycles(rng, board):
                outcome = play_twice(board.fen(), cycle).outcome()
                assert outcome is not None
                verdicts.append(outcome.termination)
                if outcome.winner != pyffish_winner(board.fen(), cycle):
                    differences.append(outcome)
    assert verdicts.count(CHECK) >= 5 and verdicts.count(CHASE) >= 5
    assert all(outcome == DRAW for outcome in differences)
    assert len(differences) <= 3
