"""How long a visitor waits for a move: one visitor at a time at every level, then ten at once.

python -m benchmarks.xiangqi.latency
"""

import argparse
import threading
import time
from pathlib import Path

import numpy as np

from benchmarks.xiangqi.ladder import read_openings
from engine.xiangqi.board import Board
from engine.xiangqi.play.player import Player


def play(player: Player, level: str, opening: int, plies: int, times: list[float]) -> None:
    """A game of a level with itself from an opening; seconds of every move into ``times``."""
    board = Board()
    for move in read_openings()[opening]:
        board.push(move)
    for ply in range(plies):
        began = time.perf_counter()
        choice = player.choose(board, level, seed=ply)
        times.append(time.perf_counter() - began)
        if choice.move is None:
            break
        board.push(choice.move)


def row(name: str, times: list[float]) -> str:
    milliseconds = 1000 * np.array(times)
    median, slow, slowest = np.percentile(milliseconds, [50, 95, 100])
    return f"| {name} | {len(times)} | {median:.0f} | {slow:.0f} | {slowest:.0f} |"


def together(player: Player, level: str, people: int, plies: int) -> list[float]:
    """Everybody asks for the next move as soon as the last one is there: worse than real play."""
    times: list[list[float]] = [[] for _ in range(people)]
    threads = [
        threading.Thread(target=play, args=(player, level, seat, plies, times[seat]))
        for seat in range(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [seconds for seat in times for seconds in seat]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, default=Path("assets/models/xiangqi"))
    parser.add_argument("--people", type=int, default=10)
    args = parser.parse_args()
    began = time.perf_counter()
    player = Player.load(args.model)
    print(f"loaded and compiled in {time.perf_counter() - began:.1f} s\n")
    print("| level | moves | median ms | 95% ms | slowest ms |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for level in player.levels:
        times: list[float] = []
        play(player, level.key, 0, 6 if level.mode == "search" else 40, times)
        print(row(level.key, times), flush=True)
    for level in player.levels:
        if level.mode in ("raw", "masked"):
            times = together(player, level.key, args.people, 20)
            print(row(f"{level.key}, {args.people} people at once", times), flush=True)


if __name__ == "__main__":
    main()
