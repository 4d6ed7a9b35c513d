"""The search: mates, hanging pieces, repetitions, limits, batches and the cache."""

import json
import time
from pathlib import Path

import pytest

from engine.xiangqi import Board, Move
from engine.xiangqi.play.search import EvaluationCache, SearchSettings, search
from engine.xiangqi.play.search_tree import earlier_positions, repetition_score
from tests.unit.engine.xiangqi.evaluators import MaterialEvaluator

PUZZLES = Path(__file__).parents[3] / "data" / "xiangqi" / "sample_puzzles.jsonl"
MATES = [
    puzzle
    for puzzle in map(json.loads, PUZZLES.read_text().splitlines())
    if puzzle["mate"] in (1, 2, 3)
]
ROOK_CHECKS = "4k4/9/9/9/9/9/9/9/R8/3K5 w - - 0 1"
"""Red can check for ever: Ra9+ Ke8, Ra8+ Ke9, ..."""


def played(fen: str, moves: str) -> Board:
    board = Board(fen)
    for move in moves.split():
        board.push_uci(move)
    return board


@pytest.mark.parametrize("puzzle", MATES, ids=lambda puzzle: str(puzzle["id"]))
def test_proves_mates_and_shows_the_line(puzzle: dict[str, object]) -> None:
    board = Board(str(puzzle["fen"]))
    result = search(board, MaterialEvaluator(), simulations=20_000)
    assert result.score == 1.0
    assert result.mate == len(result.pv)
    for move in result.pv:
        assert board.is_legal(move)
        board.push(move)
    assert board.is_checkmate() or board.is_stalemate()


def test_mates_in_one_are_played_at_once() -> None:
    evaluator = MaterialEvaluator()
    for puzzle in MATES:
        if puzzle["mate"] == 1:
            board = Board(str(puzzle["fen"]))
            board.push(search(board, evaluator, simulations=2_000).move)
            assert board.is_checkmate(), puzzle["id"]


def test_the_mated_side_sees_its_end() -> None:
    lost = Board("4k4/R8/1R7/9/9/9/9/9/p8/3K5 b - - 0 1")
    result = search(lost, MaterialEvaluator(), simulations=5_000)
    assert result.mate is not None and result.mate < 0
    assert result.score == 0.0


def test_stalemate_is_a_win() -> None:
    # The bare king on d9 has only d8 and e9; a pawn on e8 takes both without giving check.
    board = Board("3k5/9/4P4/9/9/9/9/9/9/4K4 w - - 0 1")
    result = search(board, MaterialEvaluator(), simulations=500)
    board.push(result.move)
    assert result.mate == 1
    assert board.is_stalemate()


def test_takes_a_rook_that_nothing_defends() -> None:
    board = Board("2bakab2/9/9/r3p4/9/9/4P4/9/R8/2BAKAB2 w - - 0 1")
    assert search(board, MaterialEvaluator(), simulations=400).move.uci() == "a1a6"


def test_saves_a_rook_that_a_pawn_attacks() -> None:
    # Taking the pawn costs the rook, too: a horse defends it.
    board = Board("2bakab2/9/3n5/9/2p6/2R6/9/9/9/2BAKAB2 w - - 0 1")
    result = search(board, MaterialEvaluator(), simulations=800)
    assert result.move.uci().startswith("c4") and result.move.uci() != "c4c5"


def test_a_defended_pawn_is_not_worth_a_rook() -> None:
    # The pawn on c4 is defended by the elephant on e2 (black to move, a rook on c9).
    board = Board("2rk5/9/9/9/9/2P6/9/4B4/9/4K4 b - - 0 1")
    result = search(board, MaterialEvaluator(), simulations=800)
    assert result.move != Move.from_uci("c9c4")


def test_the_side_that_checks_for_ever_loses_the_repetition() -> None:
    board = played(ROOK_CHECKS, "a1a9 e9e8 a9a8 e8e9 a8a9")
    assert repetition_score(board, 4) == 1.0
    board.push_uci("e9e8")
    assert repetition_score(board, 4) == 0.0


def test_quiet_repetitions_are_draws() -> None:
    board = played(ROOK_CHECKS, "a1b1 e9e8 b1a1 e8e9 a1b1")
    before = board.fen()
    assert repetition_score(board, 4) == 0.5
    assert board.fen() == before


def test_the_rules_of_repetition_hold_in_the_tree() -> None:
    board = played(ROOK_CHECKS, "a1a9 e9e8 a9a8 e8e9 a8a9 e9e8 a9a8 e8e9")
    losing = Move.from_uci("a8a9")  # the third time, and red has checked all along
    result = search(board, MaterialEvaluator(), simulations=400, temperature=0.01)
    assert result.values[losing] == 0.0
    assert result.move != losing


def test_counts_positions_back_to_the_last_capture() -> None:
    board = played("3k5/9/9/9/9/9/9/p8/R8/4K4 w - - 0 1", "a1a2 d9d8 a2a1 d8d9 a1a2 d9d8")
    counts = earlier_positions(board)
    assert sum(counts.values()) == 6  # the position before the capture cannot come back
    assert counts[board.key()] == 2


def test_the_board_is_left_as_it_was() -> None:
    board = played(Board().fen(), "h2e2 h9g7")
    before = board.copy()
    search(board, MaterialEvaluator(), simulations=200)
    assert board == before
    assert board.move_stack == before.move_stack


def test_counts_add_up() -> None:
    result = search(Board(), MaterialEvaluator(), simulations=300, temperature=0.01, seed=1)
    assert result.nodes == sum(result.visits.values()) == 300
    assert set(result.visits) == set(result.values)
    assert all(0 <= value <= 1 for value in result.values.values())
    assert result.pv[0] == result.move == max(result.visits, key=lambda m: result.visits[m])


def test_batches_grow_to_the_limit() -> None:
    evaluator = MaterialEvaluator()
    settings = SearchSettings(batch_size=16)
    search(Board(), evaluator, simulations=400, temperature=0.01, settings=settings)
    assert max(evaluator.batches) == 16
    assert evaluator.batches[0] == 1


def test_stops_when_no_move_can_overtake() -> None:
    evaluator = MaterialEvaluator()
    board = Board("3k5/9/9/r8/9/9/9/9/R8/4K4 w - - 0 1")
    assert search(board, evaluator, simulations=2_000).nodes < 2_000


def test_the_cache_saves_evaluations() -> None:
    cache = EvaluationCache()
    first, second = MaterialEvaluator(), MaterialEvaluator()
    search(Board(), first, simulations=300, cache=cache)
    search(Board(), second, simulations=300, cache=cache)
    assert second.positions < first.positions / 2


def test_the_cache_forgets_the_oldest() -> None:
    cache = EvaluationCache(capacity=2)
    evaluator = MaterialEvaluator()
    for fen in (ROOK_CHECKS, Board().fen(), ROOK_CHECKS.replace("R", "N")):
        search(Board(fen), evaluator, simulations=0, cache=cache)
    assert cache.get(Board(ROOK_CHECKS).key()) is None
    assert cache.get(Board().key()) is not None


def test_no_simulations_play_the_policy() -> None:
    board = Board("2bakab2/9/9/r3p4/9/9/4P4/9/R8/2BAKAB2 w - - 0 1")
    result = search(board, MaterialEvaluator(), simulations=0)
    assert (result.move.uci(), result.nodes, result.visits) == ("a1a6", 0, {})


def test_a_seed_repeats_a_sampled_move() -> None:
    def sampled(seed: int) -> Move:
        settings = SearchSettings(dirichlet_weight=0.25)
        return search(
            Board(),
            MaterialEvaluator(),
            simulations=60,
            temperature=1.0,
            seed=seed,
            settings=settings,
        ).move

    moves = [sampled(seed) for seed in range(12)]
    assert moves == [sampled(seed) for seed in range(12)]
    assert len(set(moves)) > 1


def test_keeps_to_its_time_and_stops_when_told() -> None:
    start = time.perf_counter()
    result = search(Board(), MaterialEvaluator(), seconds=0.3, temperature=0.01)
    assert 0.25 <= time.perf_counter() - start < 3  # on a busy machine
    assert result.nodes > 0
    stopped = search(Board(), MaterialEvaluator(), simulations=100, stop=lambda: True)
    assert stopped.nodes == 0


def test_impossible_searches_are_refused() -> None:
    with pytest.raises(ValueError, match="to end it"):
        search(Board(), MaterialEvaluator())
    stalemated = Board("3k5/4P4/9/9/9/9/9/9/9/4K4 b - - 0 1")
    with pytest.raises(ValueError, match="no move"):
        search(stalemated, MaterialEvaluator(), simulations=10)
