"""Perft: counts of move sequences that the whole field agrees on.

Source: https://www.chessprogramming.org/Chinese_Chess_Perft_Results
"""

import pytest

from engine.xiangqi import STARTING_FEN, Board

MIDDLE_GAME = "r1ba1a3/4kn3/2n1b4/pNp1p1p1p/4c4/6P2/P1P2R2P/1CcC5/9/2BAKAB2 w - - 0 1"


@pytest.mark.parametrize(
    ("fen", "depth", "nodes"),
    [
        (STARTING_FEN, 0, 1),
        (STARTING_FEN, 1, 44),
        (STARTING_FEN, 2, 1_920),
        (STARTING_FEN, 3, 79_666),
        (STARTING_FEN, 4, 3_290_240),
        (MIDDLE_GAME, 1, 38),
        (MIDDLE_GAME, 2, 1_128),
        (MIDDLE_GAME, 3, 43_929),
        (MIDDLE_GAME, 4, 1_339_047),
    ],
)
def test_perft(fen: str, depth: int, nodes: int) -> None:
    board = Board(fen)
    assert board.perft(depth) == nodes
    assert board.fen() == fen
