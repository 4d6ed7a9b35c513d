"""python -m engine perft: count move paths, the usual check and benchmark of move generation."""

import argparse
import sys
import time
from collections.abc import Sequence

from engine.xiangqi import Board, XiangqiError
from engine.xiangqi.board import STARTING_FEN


def main(arguments: Sequence[str]) -> int:
    """Print the count of paths and the speed. Returns the exit status: 2 for a bad position."""
    parser = argparse.ArgumentParser(
        prog="python -m engine perft",
        description="Count the legal move paths of a given length from a xiangqi position.",
    )
    parser.add_argument("depth", type=_depth, help="length of the paths in plies")
    parser.add_argument("--fen", default=STARTING_FEN, help="the position (default: the start)")
    parser.add_argument("--divide", action="store_true", help="also count for each first move")
    options = parser.parse_args(arguments)
    try:
        board = Board(options.fen)
    except XiangqiError as error:
        print(error, file=sys.stderr)
        return 2
    started = time.perf_counter()
    if options.divide and options.depth > 0:
        nodes = _divide(board, options.depth)
    else:
        nodes = board.perft(options.depth)
    seconds = time.perf_counter() - started
    print(f"{nodes} paths in {seconds:.2f} s, {nodes / max(seconds, 1e-9):.0f} a second")
    return 0


def _divide(board: Board, depth: int) -> int:
    total = 0
    for move in board.legal_moves:
        board.push(move)
        nodes = board.perft(depth - 1)
        board.pop()
        print(f"{move}: {nodes}")
        total += nodes
    return total


def _depth(word: str) -> int:
    if not word.isdecimal():
        raise argparse.ArgumentTypeError(f"not a number of plies: {word!r}")
    return int(word)
