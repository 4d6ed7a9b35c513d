"""Label human games with the best move and score of any UCI engine, ply by ply.

    python training/xiangqi/labels.py --games human_games.tsv.xz --output labels.tsv \\
        --engine fairy-stockfish --option UCI_Variant=xiangqi --one-based --limit "depth 8"

The games file has one game a line, columns separated by tabs, the moves in ICCS last. The output
has a line for each labelled game: its line number from 0, a tab, and ``best:score`` for ply 0, 1,
2, ... The score is the engine's, in centipawns for the side to move; mate in n is 30000 - n.
``best`` and the score are empty where the engine had none. Games that the output already has are
left out, so a run that was stopped goes on.
"""

import argparse
import lzma
import queue
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from engine.xiangqi.board import STARTING_FEN
from engine.xiangqi.board.moves import Move
from engine.xiangqi.play.uci_client import UciEngine, UciError


def read_games(path: Path) -> Iterator[tuple[int, list[Move]]]:
    """Line number and moves of every game; the file may be plain or .xz."""
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            words = line.rstrip("\n").split("\t")[-1].split()
            yield number, [Move.from_uci(word) for word in words]


def labelled(path: Path) -> set[int]:
    """The games that ``path`` has labels of; an unfinished last line is cut off."""
    if not path.exists():
        return set()
    text = path.read_text()
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole)
    return {int(line.partition("\t")[0]) for line in whole.splitlines()}


def label_game(engine: UciEngine, moves: list[Move], limit: str) -> str:
    """``best:score`` for each position of the game before its last move."""
    engine.new_game()
    labels = []
    for ply in range(len(moves)):
        answer = engine.go(STARTING_FEN, moves[:ply], limit)
        best = answer.move.uci() if answer.move else ""
        labels.append(f"{best}:{'' if answer.score is None else answer.score}")
    return " ".join(labels)


def label_all(args: argparse.Namespace) -> None:
    done = labelled(args.output)
    options = dict(option.split("=", 1) for option in args.option)
    engines: queue.SimpleQueue[UciEngine] = queue.SimpleQueue()
    running = [
        UciEngine([args.engine], options, one_based=args.one_based) for _ in range(args.workers)
    ]
    for engine in running:
        engines.put(engine)
    write = Lock()

    def work(number: int, moves: list[Move]) -> None:
        engine = engines.get()
        try:
            line = label_game(engine, moves, args.limit)
        finally:
            engines.put(engine)
        with write, args.output.open("a") as file:
            file.write(f"{number}\t{line}\n")

    wanted = (
        game
        for game in read_games(args.games)
        if args.first <= game[0] < args.last and game[0] not in done
    )
    pool = ThreadPoolExecutor(args.workers)
    try:
        for future in [pool.submit(work, *game) for game in wanted]:
            future.result()
    finally:
        pool.shutdown(cancel_futures=True)
        for engine in running:
            engine.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Label xiangqi games with a UCI engine.")
    parser.add_argument("--games", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--engine", required=True, help="the program to run")
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--limit", default="depth 8", help='after "go": depth 8, nodes 5000, ...')
    parser.add_argument("--one-based", action="store_true", help="the engine counts ranks from 1")
    parser.add_argument("--workers", type=int, default=1, help="engines to run side by side")
    parser.add_argument("--first", type=int, default=0, help="the first game's line number")
    parser.add_argument("--last", type=int, default=1 << 40, help="one past the last game's")
    args = parser.parse_args()
    if any("=" not in option for option in args.option):
        parser.error("--option takes NAME=VALUE")
    try:
        label_all(args)
    except UciError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
