"""Positions for the tests: the committed sample, random play, and the big corpora where present."""

import json
import lzma
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.xiangqi import Board, Move

SAMPLE = Path(__file__).parents[3] / "data" / "xiangqi"
CORPORA = Path(os.environ.get("XIANGQI_DATA", ""))
needs_corpora = pytest.mark.skipif(
    not os.environ.get("XIANGQI_DATA"), reason="XIANGQI_DATA does not name a folder of corpora"
)


def parse_games(lines: Iterator[str]) -> Iterator[list[Move]]:
    for line in lines:
        yield [Move.from_uci(text) for text in line.rstrip("\n").split("\t")[-1].split()]


def sample_games() -> list[list[Move]]:
    with (SAMPLE / "sample_games.tsv").open(encoding="utf-8") as lines:
        return list(parse_games(lines))


def sample_puzzles() -> list[dict[str, Any]]:
    with (SAMPLE / "sample_puzzles.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def corpus_games() -> Iterator[list[Move]]:
    with lzma.open(CORPORA / "human_games.tsv.xz", "rt", encoding="utf-8") as lines:
        yield from parse_games(lines)


def corpus_puzzles() -> Iterator[dict[str, Any]]:
    with lzma.open(CORPORA / "puzzles.jsonl.xz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def positions_of(moves: list[Move], board: Board | None = None) -> Iterator[Board]:
    """The board after each move of a game; one object, changed in place."""
    board = board or Board()
    yield board
    for move in moves:
        board.push(move)
        yield board


def puzzle_positions(puzzle: dict[str, Any]) -> Iterator[Board]:
    """The positions of a puzzle along its solution."""
    solution = [Move.from_uci(text) for text in puzzle["sol"] or ()]
    return positions_of(solution, Board(puzzle["fen"]))


def random_play(seed: int, plies: int, fen: str | None = None) -> Iterator[Board]:
    """Random legal moves until ``plies`` or a mate; one object, changed in place."""
    rng = random.Random(seed)
    board = Board(fen) if fen else Board()
    yield board
    for _ in range(plies):
        if not board.legal_moves:
            return
        board.push(rng.choice(board.legal_moves))
        yield board
