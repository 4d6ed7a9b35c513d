"""Choose the ladder's openings from human games: balanced, all different, eight plies.

    python -m benchmarks.xiangqi.openings --corpus FOLDER > benchmarks/xiangqi/openings.txt

FOLDER holds ``human_games.tsv.xz`` and ``labels.tsv.xz``. Only the CC-BY games (source "ccpd...")
are used. A position is balanced where the teacher's score is within 20 of its units.
"""

import argparse
import lzma
import random
from pathlib import Path

PLIES = 8
MAX_SCORE = 20


def balanced_games(labels: Path) -> set[int]:
    """The line numbers of the games that the teacher finds balanced after ``PLIES``."""
    balanced = set()
    with lzma.open(labels, "rt") as file:
        for line in file:
            number, entries = line.rstrip("\n").split("\t")
            words = entries.split(" ")
            if len(words) > PLIES and abs(int(words[PLIES].partition(":")[2])) <= MAX_SCORE:
                balanced.add(int(number))
    return balanced


def openings(corpus: Path, count: int, seed: int) -> list[str]:
    """``count`` openings in ICCS that lead to different positions."""
    wanted = balanced_games(corpus / "labels.tsv.xz")
    found: dict[tuple[tuple[str, ...], ...], str] = {}
    with lzma.open(corpus / "human_games.tsv.xz", "rt") as file:
        for number, line in enumerate(file):
            columns = line.rstrip("\n").split("\t")
            moves = columns[-1].split(" ")[:PLIES]
            if number in wanted and columns[0].startswith("ccpd"):
                # The same moves of each side in another order: the same position, nearly always.
                sides = tuple(sorted(moves[0::2])), tuple(sorted(moves[1::2]))
                found.setdefault(sides, " ".join(moves))
    return random.Random(seed).sample(sorted(found.values()), count)


def main() -> None:
    parser = argparse.ArgumentParser(description="Choose the ladder's openings.")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    print(f"# {args.count} openings of {PLIES} plies from ccpd's")
    print("# human games (CC-BY-4.0), chosen by benchmarks/xiangqi/openings.py. One a line, ICCS.")
    for opening in openings(args.corpus, args.count, args.seed):
        print(opening)


if __name__ == "__main__":
    main()
