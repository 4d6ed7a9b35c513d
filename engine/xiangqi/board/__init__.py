"""The board: squares, moves, rules, notation and drawings. NumPy is all that it needs."""

from engine.xiangqi.board.board import STARTING_FEN, Board

__all__ = ["STARTING_FEN", "Board"]
