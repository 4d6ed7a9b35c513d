"""Puzzles: which there are, whether a move solves one, and what is answered to it.

The file is made and checked by training/xiangqi/puzzles.py; it names the sources and licences.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import Move
from engine.xiangqi.play.mates import MateSearch, TooHardError

FILE: Final = Path(__file__).with_name("examples.json")
#: What a visitor chooses from, easiest first.
GROUPS: Final = ("mate1", "mate2", "mate3", "mate4", "composed", "exercise")

#: A move that the book does not have is still right if it mates by checks within so many moves.
_OTHER_MATES: Final = 4
_MAX_NODES: Final = 5_000


@dataclass(frozen=True)
class Puzzle:
    """A position with a task for the side to move.

    Attributes:
        mate: moves of the solver until mate; None where the task is a line from a book.
        line: the book's moves of both sides, the solver's first and last.
        licence, source: where it comes from.
    """

    id: str
    group: str
    fen: str
    source: str
    licence: str
    name: str
    mate: int | None
    line: tuple[Move, ...]


@dataclass(frozen=True)
class Answer:
    """What comes of a move: whether it is right, the reply, and whether the puzzle is solved."""

    right: bool
    reply: Move | None = None
    solved: bool = False


@cache
def catalogue() -> dict[str, Puzzle]:
    """All puzzles by id, in the file's order."""
    content = json.loads(FILE.read_text(encoding="utf-8"))
    groups = {"niu2x": "composed", "ccpd": "exercise"}
    return {
        row["id"]: Puzzle(
            id=row["id"],
            group=groups.get(row["source"], f"mate{row.get('mate')}"),
            fen=row["fen"],
            source=content["sources"][row["source"]]["name"],
            licence=content["sources"][row["source"]]["licence"],
            name=row.get("name", ""),
            mate=row.get("mate"),
            line=tuple(map(Move.from_uci, row.get("line", ()))),
        )
        for row in content["puzzles"]
    }


def group(name: str) -> list[Puzzle]:
    """The puzzles of one of GROUPS."""
    return [puzzle for puzzle in catalogue().values() if puzzle.group == name]


def next_after(puzzle: Puzzle) -> Puzzle:
    """The next puzzle of the same group; after the last comes the first."""
    puzzles = group(puzzle.group)
    return puzzles[(puzzles.index(puzzle) + 1) % len(puzzles)]


def moves_left(puzzle: Puzzle, board: Board) -> int:
    """How many moves the solver still has, from the moves that were played on the board."""
    plies = len(board.move_stack)
    return puzzle.mate - plies // 2 if puzzle.mate else (len(puzzle.line) - plies + 1) // 2


def answer(puzzle: Puzzle, board: Board, move: Move) -> Answer:
    """Judge a legal move of the solver. The board is left as it was."""
    left = moves_left(puzzle, board)
    search = MateSearch(_MAX_NODES)
    if move != _book_move(puzzle, board) and not _mates(search, board, move, left):
        return Answer(right=False)
    board.push(move)
    try:
        if left <= 1 or not board.legal_moves:
            return Answer(right=True, solved=True)
        reply = _book_move(puzzle, board) or _defence(search, board, left - 1)
        return Answer(right=True, reply=reply)
    finally:
        board.pop()


def solution(puzzle: Puzzle, board: Board) -> Move | None:
    """A right move in this position of the puzzle, None where neither book nor search has one."""
    booked = _book_move(puzzle, board)
    if booked is not None:
        return booked
    try:
        limit = min(_OTHER_MATES, moves_left(puzzle, board))
        found = MateSearch(_MAX_NODES).solutions(board, limit)
    except TooHardError:
        return None
    return found[0] if found else None


def _book_move(puzzle: Puzzle, board: Board) -> Move | None:
    played = tuple(board.move_stack)
    on_line = puzzle.line[: len(played)] == played and len(played) < len(puzzle.line)
    return puzzle.line[len(played)] if on_line else None


def _mates(search: MateSearch, board: Board, move: Move, left: int) -> bool:
    try:
        return search.mates(board, move, min(_OTHER_MATES, left))
    except TooHardError:
        return False


def _defence(search: MateSearch, board: Board, limit: int) -> Move:
    try:
        return search.defence(board, min(_OTHER_MATES, limit))
    except TooHardError:
        return board.generate_legal_moves()[0]
