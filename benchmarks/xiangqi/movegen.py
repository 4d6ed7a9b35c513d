"""Legal moves a second: our board beside cchess, xiangqi and pyffish, on the same positions.

    python -m benchmarks.xiangqi.movegen --positions 300

Positions are taken evenly from human games. Each library has its own board set up before the clock
runs and lists the legal moves. pyffish has no board and reads a FEN with every call; compare it
with our second row. Processor time is counted, not wall time, and the best of several rounds. A
second table has the other operations that a search needs.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cchess
import pyffish
import xiangqi
from board import Board as XiangqiBoard  # the xiangqi package puts its own folder on sys.path

from engine.xiangqi.board import Board
from engine.xiangqi.board.generation import legal_moves
from engine.xiangqi.board.moves import Move

GAMES = Path(__file__).parents[2] / "tests" / "data" / "xiangqi" / "sample_games.tsv"


def positions(path: Path, count: int) -> list[Board]:
    """``count`` positions spread evenly over the games of a table as in tests/data/xiangqi."""
    lines = path.read_text(encoding="utf-8").splitlines()
    boards = []
    for line in lines:
        board = Board()
        for text in line.split("\t")[-1].split():
            board.push(Move.from_uci(text))
            boards.append(board.copy())
    return [boards[i * len(boards) // count] for i in range(count)]


def ours(board: Board) -> Callable[[], int]:
    # Not board.legal_moves, which remembers its answer.
    return lambda: len(legal_moves(board, board.turn))


def ours_from_fen(board: Board) -> Callable[[], int]:
    fen = board.fen()
    return lambda: len(Board(fen).legal_moves)


def cchess_moves(board: Board) -> Callable[[], int]:
    peer = cchess.ChessBoard(board.fen())
    return lambda: sum(not peer.is_checked_move(*move) for move in peer.create_moves())


def xiangqi_moves(board: Board) -> Callable[[], int]:
    peer = XiangqiBoard(board.board_fen())
    camp = xiangqi.Camp.RED if board.turn else xiangqi.Camp.BLACK
    return lambda: len(peer.get_final_valid_actions(camp))


def pyffish_moves(board: Board) -> Callable[[], int]:
    fen = board.fen()
    return lambda: len(pyffish.legal_moves("xiangqi", fen, []))


LIBRARIES = {
    "engine.xiangqi": ours,
    "engine.xiangqi, from a FEN": ours_from_fen,
    "pyffish 0.0.90 (C++)": pyffish_moves,
    "cchess 1.25.5": cchess_moves,
    "xiangqi 1.0.5": xiangqi_moves,
}


def best_seconds(calls: Sequence[Callable[[], object]], rounds: int) -> float:
    """Processor seconds a call takes in the best of several rounds over all of them."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for call in calls:
            call()
        best = min(best, time.process_time() - start)
    return best / len(calls)


def compare(boards: Sequence[Board], rounds: int) -> None:
    calls = {name: [make(board) for board in boards] for name, make in LIBRARIES.items()}
    counts = {name: sum(call() for call in group) for name, group in calls.items()}
    seconds = {name: best_seconds(group, rounds) for name, group in calls.items()}
    base = seconds["engine.xiangqi"]
    print(f"Legal moves of {len(boards)} positions from human games:\n")
    print("| library | µs a position | positions a second | time, ours = 1 | moves found |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, value in seconds.items():
        row = f"{value * 1e6:,.1f} | {1 / value:,.0f} | {value / base:,.1f} | {counts[name]:,}"
        print(f"| {name} | {row} |")


def push_pop(board: Board, move: Move) -> None:
    board.push(move)
    board.pop()


def operations(boards: Sequence[Board], rounds: int) -> None:
    calls: dict[str, list[Callable[[], object]]] = {
        "push and pop": [partial(push_pop, b, b.legal_moves[0]) for b in boards],
        "is_legal": [partial(b.is_legal, b.legal_moves[0]) for b in boards],
        "is_check": [b.is_check for b in boards],
        "outcome, moves known": [b.outcome for b in boards],
        "key": [b.key for b in boards],
        "codes": [b.codes for b in boards],
        "copy": [b.copy for b in boards],
        "copy(stack=False)": [partial(b.copy, stack=False) for b in boards],
        "fen": [b.fen for b in boards],
        "Board(fen)": [partial(Board, b.fen()) for b in boards],
    }
    print("\nOther operations of engine.xiangqi:\n")
    print("| operation | µs |\n| --- | ---: |")
    for name, group in calls.items():
        print(f"| {name} | {best_seconds(group, rounds) * 1e6:,.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--positions", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--games", type=Path, default=GAMES)
    arguments = parser.parse_args()
    boards = [b for b in positions(arguments.games, arguments.positions) if b.legal_moves]
    compare(boards, arguments.rounds)
    operations(boards, arguments.rounds)


if __name__ == "__main__":
    main()
