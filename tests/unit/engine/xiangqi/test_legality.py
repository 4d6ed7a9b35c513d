"""Legal moves compared with pyffish (Fairy-Stockfish), and games of people replayed."""

import random
from collections.abc import Iterator
from itertools import chain

import pyffish
import pytest

from engine.xiangqi import Board
from tests.unit.engine.xiangqi.samples import (
    corpus_games,
    corpus_puzzles,
    needs_corpora,
    positions_of,
    puzzle_positions,
    random_play,
    sample_games,
    sample_puzzles,
)


def assert_same_moves(board: Board) -> None:
    expected = set(pyffish.legal_moves("xiangqi", board.fen(), []))
    found = [move.uci(one_based=True) for move in board.legal_moves]
    assert len(found) == len(set(found))
    assert set(found) == expected, board.fen()


def random_positions() -> Iterator[Board]:
    for seed in range(150):
        yield from random_play(seed, 120)
    # Endgames have the rare checks and pins: cannons without a screen, open files between kings.
    for seed, puzzle in enumerate(sample_puzzles()):
        yield from random_play(seed, 90, puzzle["fen"])


@pytest.mark.slow
def test_legal_moves_equal_those_of_pyffish() -> None:
    games = chain.from_iterable(map(positions_of, sample_games()))
    puzzles = chain.from_iterable(map(puzzle_positions, sample_puzzles()))
    seen = set()
    for board in chain(games, puzzles, random_positions()):
        if board.key() not in seen:
            seen.add(board.key())
            assert_same_moves(board)
    assert len(seen) >= 50_000


def assert_replays(boards: Iterator[Board], name: str) -> None:
    """Boards along a game: the moves were made, so look back at each from where it was made."""
    for board in boards:
        if board.move_stack:
            move = board.pop()
            assert board.is_legal(move), f"{name}: {move} in {board.fen()}"
            board.push(move)


def test_sample_games_and_solutions_are_legal() -> None:
    for number, game in enumerate(sample_games()):
        assert_replays(positions_of(game), f"game {number}")
    for puzzle in sample_puzzles():
        assert_replays(puzzle_positions(puzzle), puzzle["id"])


@needs_corpora
@pytest.mark.corpus
def test_all_human_games_and_solutions_are_legal() -> None:
    for number, game in enumerate(corpus_games()):
        assert_replays(positions_of(game), f"game {number}")
    for puzzle in corpus_puzzles():
        assert_replays(puzzle_positions(puzzle), puzzle["id"])


@needs_corpora
@pytest.mark.corpus
def test_legal_moves_equal_those_of_pyffish_on_the_corpora() -> None:
    rng = random.Random(2)
    for game in corpus_games():
        if rng.random() < 0.1:
            ply = rng.randrange(len(game) + 1)
            board = Board()
            for move in game[:ply]:
                board.push(move)
            assert_same_moves(board)
    for puzzle in corpus_puzzles():
        if rng.random() < 0.25:
            assert_same_moves(Board(puzzle["fen"]))
