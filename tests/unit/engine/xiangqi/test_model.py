from pathlib import Path

import numpy as np
import pytest

from engine import backend
from engine.xiangqi.board import Board
from engine.xiangqi.play.model import XiangqiModel
from engine.xiangqi.play.network import Network
from tests.unit.engine.xiangqi.small_model import save_small_model, small_model

GAME = "h2e2 h9g7 h0g2 i9h9 i0h0 h7h3 g3g4 b7e7 c3c4 b9c7 b0a2 a9b9 a0b0 b9b4".split()


def boards_of_a_game() -> list[Board]:
    boards = [Board()]
    for move in GAME:
        boards.append(boards[-1].copy())
        boards[-1].push_uci(move)
    return boards


@pytest.fixture(scope="module")
def model() -> XiangqiModel:
    return small_model()


def test_reading_ply_by_ply_is_reading_at_once(model):
    step_by_step, at_once = Network(model), Network(model)
    for board in boards_of_a_game():
        stepped = step_by_step.read(board)
    whole = at_once.read(board)
    assert np.abs(stepped.policy - whole.policy).max() < 1e-5
    assert np.abs(stepped.value - whole.value).max() < 1e-5


def test_one_position_by_itself_is_a_game_of_no_plies(model):
    network = Network(model)
    board = Board("2bakab2/9/4c4/p3p3p/9/2B6/P3P3P/4C4/9/3AKAB2 b - - 0 1")
    logits, scores = network.evaluate([Board(), board, Board()])
    reading = network.read(board)
    assert np.abs(logits[1] - reading.policy.mean(axis=0)).max() < 1e-5
    assert abs(scores[1] - reading.score()) < 1e-5
    teacher, score = network.evaluate([board], policy="teacher", value="result")
    assert np.abs(teacher[0] - reading.logits("teacher")).max() < 1e-5
    assert abs(score[0] - reading.score("result")) < 1e-5


def test_the_history_matters_to_a_reader_and_the_board_to_none_who_recites(model):
    network = Network(model)
    board = boards_of_a_game()[-1]
    bare = Board(board.fen())
    assert np.abs(network.read(board).policy - network.read(bare).policy).max() > 1e-3
    sighted, blind = network.read(board), network.read(board, sees_board=False)
    assert np.abs(sighted.policy - blind.policy).max() > 1e-3


def test_colours_exchanged_are_the_same_position_to_the_mover(model):
    network = Network(model)
    red = Board("3akab2/9/9/9/4p4/9/4P4/4C4/9/3AKA3 w - - 0 1")
    black = Board("3aka3/9/4c4/4p4/9/4P4/9/9/9/3AKAB2 b - - 0 1")
    logits, scores = network.evaluate([red, black])
    assert abs(scores[0] - scores[1]) < 1e-6
    assert np.allclose(np.sort(logits[0]), np.sort(logits[1]), atol=1e-5)


def test_a_long_game_is_read_in_pieces(model):
    board = Board()
    for move in "a0a1 a9a8 a1a0 a8a9".split() * 30:
        board.push_uci(move)
    reading = Network(model).read(board)
    assert np.isfinite(reading.policy).all()


@pytest.mark.parametrize("library", ["jax", "torch"], indirect=True)
def test_the_same_weights_say_the_same_on_every_backend(library, tmp_path):
    folder = save_small_model(tmp_path)
    program = Path(__file__).with_name("print_reading.py").read_text("utf-8")
    theirs = library.result(program, folder, *GAME)
    network = Network.load(folder)
    board = boards_of_a_game()[-1]
    ours = network.read(board), network.read(board, sees_board=False)
    assert backend.backend() != library.name
    assert np.abs(ours[0].policy - np.array(theirs["policy"])).max() < 1e-4
    assert np.abs(ours[1].policy - np.array(theirs["recited"])).max() < 1e-4
    assert np.abs(ours[0].value - np.array(theirs["value"])).max() < 1e-4
    assert np.abs(network.evaluate([board])[0] - np.array(theirs["evaluated"])).max() < 1e-4
