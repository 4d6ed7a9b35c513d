import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import Move
from engine.xiangqi.play.vocabulary import FLIP_MOVES, MOVE_IDS, START_TOKEN, seen_by_mover
from training.xiangqi.data import Games, Sampler, held_out, read_games

SAMPLE = Path(__file__).parents[2] / "data" / "xiangqi" / "sample_games.tsv"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    shutil.copy(SAMPLE, folder / "human_games.tsv")
    (folder / "labels.tsv").write_text("0\tc3c4:48 c6c5:-9899 :\n")
    return folder


@pytest.fixture(scope="module")
def games(corpus) -> Games:
    return read_games(corpus)


def test_the_replay_agrees_with_the_board(games):
    rows = SAMPLE.read_text().splitlines()
    for game in (0, 7, len(rows) - 1):
        board, start = Board(), int(games.start[game])
        last = START_TOKEN
        for ply, text in enumerate(rows[game].split("\t")[-1].split()):
            move = Move.from_uci(text)
            token = int(MOVE_IDS[tuple(move)])
            at = start + ply
            assert (games.codes[at] == seen_by_mover(board.codes(), board.turn)).all()
            assert games.played[at] == (token if board.turn else FLIP_MOVES[token])
            assert games.last[at] == (last if board.turn else FLIP_MOVES[last])
            board.push(move)
            last = token
        assert start + ply + 1 == games.start[game + 1]


def test_labels_are_seen_by_the_mover(games):
    assert games.best[0] == MOVE_IDS[tuple(Move.from_uci("c3c4"))]
    assert games.best[1] == FLIP_MOVES[MOVE_IDS[tuple(Move.from_uci("c6c5"))]]
    assert games.score[0] == pytest.approx(1 / (1 + np.exp(-1)))
    assert games.score[1] == 0
    assert games.best[2] == -1 and np.isnan(games.score[2])


def test_copies_of_a_game_are_held_out_together(games):
    out = held_out(games, every=10)
    assert out[::10].all()
    assert 30 <= out.sum() < 60


def test_every_target_of_a_batch_is_a_move_the_pieces_can_make(games):
    sampler = Sampler(games, np.arange(len(games.start) - 1), windows=8, blind_windows=2)
    batch = next(sampler.batches(seed=3))
    known = np.asarray(batch["played"], np.int32) >= 0
    assert known.mean() > 0.5
    chosen = np.take_along_axis(batch["legal"], batch["played"].clip(0)[..., None], -1)[..., 0]
    assert chosen[known].all()
    again = next(sampler.batches(seed=3))
    assert all((batch[name] == again[name]).all() for name in batch)
    assert (batch["blind_moves"][:, 0] == START_TOKEN).all()
