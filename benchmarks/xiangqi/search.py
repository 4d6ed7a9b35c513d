"""How fast the search is: the tree alone, and the network one by one against in batches.

    python -m benchmarks.xiangqi.search [--model FOLDER] [--simulations 800]

The tree alone is measured with an evaluator that costs nothing, so its time is the overhead of
Python: move generation, selection and back-up. With a model, the same search runs at several
batch sizes; evaluations are simulations that the network saw.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.xiangqi.ladder import read_openings
from engine.xiangqi.board import Board
from engine.xiangqi.play.network import Network
from engine.xiangqi.play.search import Evaluator, SearchSettings, search
from engine.xiangqi.play.search_tree import Floats
from engine.xiangqi.play.vocabulary import MOVE_COUNT

BATCH_SIZES = (1, 4, 8, 16, 32, 64)


class FreeEvaluator:
    """The same answer for every position, at no cost."""

    def evaluate(self, boards: Sequence[Board]) -> tuple[Floats, Floats]:
        shape = (len(boards), MOVE_COUNT)
        return np.broadcast_to(np.float32(0), shape), np.full(len(boards), 0.5, np.float32)


class CountingEvaluator:
    """Counts the evaluations of another evaluator and their time."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.positions = 0
        self.seconds = 0.0

    def evaluate(self, boards: Sequence[Board]) -> tuple[Floats, Floats]:
        start = time.perf_counter()
        answer = self.evaluator.evaluate(boards)
        self.seconds += time.perf_counter() - start
        self.positions += len(boards)
        return answer


def positions(count: int) -> list[Board]:
    """The positions after the first ``count`` openings of the ladder."""
    boards = []
    for opening in read_openings()[:count]:
        board = Board()
        for move in opening:
            board.push(move)
        boards.append(board)
    return boards


def measure(evaluator: Evaluator, boards: Sequence[Board], simulations: int, batch: int) -> str:
    """A row of the table: a search of each board with a cold cache."""
    settings = SearchSettings(batch_size=batch)
    search(boards[0], evaluator, simulations=2 * batch, settings=settings)  # compile and warm up
    counting = CountingEvaluator(evaluator)
    start = time.perf_counter()
    nodes = 0
    for board in boards:
        nodes += search(board, counting, simulations=simulations, settings=settings).nodes
    seconds = time.perf_counter() - start
    overhead = (seconds - counting.seconds) / nodes * 1e6
    return (
        f"| {batch} | {nodes / seconds:.0f} | {counting.positions / seconds:.0f} | {overhead:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the speed of the search.")
    parser.add_argument("--model", type=Path, help="a model's folder; without it, the tree alone")
    parser.add_argument("--simulations", type=int, default=800)
    parser.add_argument("--positions", type=int, default=8)
    args = parser.parse_args()
    boards = positions(args.positions)
    print("| batch | simulations/s | evaluations/s | tree µs a simulation |\n|---|---|---|---|")
    evaluator: Evaluator = Network.load(args.model) if args.model else FreeEvaluator()
    for batch in BATCH_SIZES if args.model else (32,):
        print(measure(evaluator, boards, args.simulations, batch), flush=True)


if __name__ == "__main__":
    main()
