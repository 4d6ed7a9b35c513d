import random

import numpy as np
import pytest

from engine.xiangqi.board import Board
from engine.xiangqi.play import vocabulary as v
from engine.xiangqi.play.masks import pseudo_legal_mask


def random_boards(count: int, seed: int = 0):
    choose = random.Random(seed)
    board = Board()
    for _ in range(count):
        moves = board.generate_legal_moves()
        if not moves or board.outcome() is not None:
            board = Board()
            moves = board.generate_legal_moves()
        board.push(choose.choice(moves))
        yield board


def test_there_are_2086_moves_and_each_knows_its_id():
    assert v.MOVE_COUNT == 2086
    assert len(set(v.MOVES)) == 2086
    assert [v.MOVE_IDS[move.from_square, move.to_square] for move in v.MOVES] == list(range(2086))


@pytest.mark.parametrize("turn", [v.MIRROR_MOVES, v.FLIP_MOVES])
def test_turning_twice_is_staying(turn):
    assert (turn[turn] == np.arange(v.MOVE_COUNT + 1)).all()
    assert (turn[:-1] != np.arange(v.MOVE_COUNT)).any()


def test_black_sees_its_own_pieces_at_the_bottom():
    board = Board()
    board.push_uci("h2e2")
    codes = v.seen_by_mover(board.codes(), board.turn)
    assert codes[4] == 7
    assert (codes[:45] > 0).sum() == 16
    assert ((codes >= 1) & (codes <= 7)).sum() == 16


def test_the_batch_mask_holds_the_moves_that_the_board_generates():
    for board in random_boards(600):
        codes = v.seen_by_mover(board.codes(), board.turn)
        mask = pseudo_legal_mask(codes[None])[0]
        ids = np.array([v.MOVE_IDS[m.from_square, m.to_square] for m in board.pseudo_legal_moves])
        expected = np.zeros(v.MOVE_COUNT, dtype=bool)
        expected[ids if board.turn else v.FLIP_MOVES[ids]] = True
        assert (mask == expected).all(), board.fen()
