"""Select the puzzles of the xiangqi page from a file of positions, each checked by our board.

    python -m training.xiangqi.puzzles PATH/TO/puzzles.jsonl.xz app/pages/xiangqi/examples.json

The input has one JSON object a line: src, id, fen, mate (moves to mate, or null), sol (the line in
ICCS, or null), name. What is kept: mates in 1 to 4 that our own search confirms, shortest included
(engine.xiangqi.play.mates); composed endgames whose line is legal and ends in mate; exercises from
published games, whose line is legal. The draw is seeded, so the same input gives the same file.
"""

import argparse
import json
import lzma
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import XiangqiError
from engine.xiangqi.play.mates import MateSearch, TooHardError

Row = dict[str, Any]

SOURCES: Final = {
    "wukong": {"name": "wukong-xiangqi", "licence": "MIT"},
    "niu2x": {"name": "niu2x/chinese-qipu", "licence": "MIT"},
    "ccpd": {"name": "ccpd 殺局殺法練習題", "licence": "CC-BY-4.0"},
}
MATES_A_LENGTH: Final = 40
COMPOSED: Final = 90
MIN_LINE, MAX_LINE = 5, 31


def read(path: Path) -> Iterator[Row]:
    """The objects of a JSONL file, compressed with xz or not."""
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def select(rows: Iterable[Row], seed: int = 0) -> list[Row]:
    """The puzzles to keep, easiest first within each source."""
    rows = sorted(rows, key=lambda row: (row["src"], row["id"]))
    random.Random(seed).shuffle(rows)
    mates = [row for n in (1, 2, 3, 4) for row in _first(_mates(rows, n), MATES_A_LENGTH)]
    composed = _first(_lines(rows, "niu2x", must_mate=True), COMPOSED)
    exercises = list(_lines(rows, "ccpd_殺局_殺法_練習題", must_mate=False))
    composed.sort(key=lambda row: len(row["line"]))
    exercises.sort(key=lambda row: len(row["line"]))
    return mates + composed + exercises


def _first(rows: Iterator[Row], count: int) -> list[Row]:
    return [row for row, _ in zip(rows, range(count), strict=False)]


def _mates(rows: Iterable[Row], moves: int) -> Iterator[Row]:
    for row in rows:
        if row["src"] == "wukong" and row["mate"] == moves:
            board = _board(row["fen"])
            if board is not None and _distance(board, moves) == moves:
                yield _puzzle(row, "wukong", board, mate=moves)


def _lines(rows: Iterable[Row], source: str, *, must_mate: bool) -> Iterator[Row]:
    for row in rows:
        line = row["sol"] or []
        if row["src"] != source or not MIN_LINE <= len(line) <= MAX_LINE or len(line) % 2 == 0:
            continue
        board = _board(row["fen"])
        end = _played(board, line) if board is not None else None
        if end is not None and board is not None and (end.is_checkmate() or not must_mate):
            yield _puzzle(row, source.split("_")[0], board, line=line)


def _puzzle(row: Row, source: str, board: Board, **goal: object) -> Row:
    name = {"name": row["name"]} if row.get("name") else {}
    identity = f"{source}-{Path(row['id'].removeprefix('puzzle_')).stem[:8]}"
    return {"id": identity, "source": source, "fen": board.fen(), **name, **goal}


def _board(fen: str) -> Board | None:
    """The position, if it can arise in a game and the side to move has a move."""
    try:
        board = Board(fen)
    except XiangqiError:
        return None
    return board if board.is_valid() and board.legal_moves else None


def _distance(board: Board, limit: int) -> int | None:
    try:
        return MateSearch().distance(board, limit)
    except TooHardError:
        return None


def _played(board: Board, line: list[str]) -> Board | None:
    """The position after a line; None where one of its moves is illegal."""
    end = board.copy()
    try:
        for uci in line:
            end.push_uci(uci)
    except XiangqiError:
        return None
    return end


def main() -> None:
    """Write the selection."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("positions", type=Path)
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    puzzles = select(read(options.positions))
    lines = ",\n".join(json.dumps(puzzle, ensure_ascii=False) for puzzle in puzzles)
    sources = json.dumps(SOURCES, ensure_ascii=False)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(
        f'{{"sources": {sources},\n"puzzles": [\n{lines}\n]}}\n', encoding="utf-8"
    )
    print(f"{len(puzzles)} puzzles")


if __name__ == "__main__":
    main()
