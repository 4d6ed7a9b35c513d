import numpy as np
import pytest

from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import Move
from engine.xiangqi.play.network import Evaluation
from engine.xiangqi.play.player import Player
from engine.xiangqi.play.vocabulary import MOVE_COUNT, MOVE_IDS
from tests.unit.engine.xiangqi.small_model import save_small_model

MATED = "3k5/4R4/3R5/9/9/9/9/9/9/4K4 b - - 0 1"


@pytest.fixture(scope="module")
def player(tmp_path_factory) -> Player:
    return Player.load(save_small_model(tmp_path_factory.mktemp("model")))


@pytest.mark.parametrize("key", ["recite", "raw", "masked", "rerank", "search"])
def test_every_mode_plays_legal_moves_even_with_random_weights(player, key):
    board = Board()
    for seed in range(10):
        choice = player.choose(board, key, seed=seed)
        assert choice.move in board.legal_moves
        assert 0 <= choice.red_score <= 1
        assert choice.pv[0] == choice.move
        board.push(choice.move)


def test_wishes_name_illegal_moves_and_the_policy_only_legal_ones(player):
    board = Board()
    choice = player.choose(board, "raw", seed=0)
    assert any(not prediction.legal for prediction in choice.predictions)
    legal = {move.uci() for move in board.legal_moves}
    for prediction in (*choice.predictions, *choice.policy):
        assert prediction.legal == (prediction.uci in legal)
    probabilities = [prediction.probability for prediction in choice.policy]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) <= 1 + 1e-6


def test_a_seed_reproduces_a_move(player):
    moves = {player.choose(Board(), "raw", seed=7).move for _ in range(3)}
    assert len(moves) == 1
    assert len({player.choose(Board(), "raw", seed=seed).move for seed in range(30)}) > 5


def test_no_move_where_the_game_is_over(player):
    choice = player.choose(Board(MATED), "masked")
    assert choice.move is None
    assert choice.red_score == 1.0
    assert player.analyse(Board(MATED)).move is None


def test_an_unknown_level_is_named(player):
    with pytest.raises(KeyError, match="grandmaster"):
        player.choose(Board(), "grandmaster")


@pytest.mark.parametrize("key", ["rerank", "search"])
def test_levels_that_look_ahead_mate_in_one(player, key):
    board = Board("3k5/9/4R4/9/9/9/9/9/3R5/4K4 w - - 0 1")
    board.push(player.choose(board, key).move)
    assert board.is_checkmate()


def test_the_curve_has_a_point_for_every_position(player):
    board = Board()
    board.push_uci("h2e2")
    board.push_uci("h9g7")
    scores = player.red_scores(board)
    assert len(scores) == 3
    start = player.analyse(Board()).red_score
    assert scores[0] == pytest.approx(start, abs=1e-5)


def test_the_board_that_was_asked_about_is_left_alone(player):
    board = Board()
    board.push_uci("h2e2")
    before = board.fen(), list(board.move_stack)
    for level in player.levels:
        player.choose(board, level.key, seed=1)
    assert (board.fen(), list(board.move_stack)) == before


def test_a_masked_level_does_not_repeat_itself_into_a_loss(player, monkeypatch):
    board = Board("4k4/9/9/9/9/9/9/9/R8/3K5 w - - 0 1")
    for move in "a1a9 e9e8 a9a8 e8e9 a8a9 e9e8 a9a8 e8e9".split():
        board.push_uci(move)
    fatal = Move.from_uci("a8a9")
    logits = np.full((2, MOVE_COUNT), -9, dtype=np.float32)
    logits[:, MOVE_IDS[tuple(fatal)]] = 9
    reading = Evaluation(logits, np.array([0.5, 0.5], dtype=np.float32))
    monkeypatch.setattr(player.network, "read", lambda *_, **__: reading)
    assert player.choose(board, "recite").move == fatal
    assert player.choose(board, "masked").move != fatal
    board.push(fatal)
    assert board.outcome().winner is False
