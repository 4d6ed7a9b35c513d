"""Human games of the large corpus: legal, and the same after a round trip through every notation.

XIANGQI_DATA is the folder of the corpus. One game in a hundred is taken; XIANGQI_ALL=1 takes all.
"""

import lzma
import os
from itertools import islice
from pathlib import Path

import pytest

from engine.xiangqi import Board
from engine.xiangqi.records import Game

FOLDER = os.environ.get("XIANGQI_DATA", "")
GAMES = Path(FOLDER) / "human_games.tsv.xz"


@pytest.mark.corpus
@pytest.mark.skipif(not (FOLDER and GAMES.exists()), reason="XIANGQI_DATA names no corpus")
def test_human_games_round_trip_through_every_notation():
    games = plies = 0
    with lzma.open(GAMES, "rt", encoding="utf-8") as lines:
        for line in islice(lines, 0, None, 1 if os.environ.get("XIANGQI_ALL") else 100):
            board = Board()
            for uci in line.rstrip("\n").split("\t")[-1].split():
                board.push_uci(uci)
            game = Game.from_board(board)
            for notation in ("chinese", "wxf", "iccs"):
                assert Game.from_pgn(game.to_pgn(notation)).moves == board.move_stack
            text = game.to_pgn(traditional=True)
            assert Game.from_pgn(text).moves == board.move_stack
            games += 1
            plies += len(board.move_stack)
    print(f"{games} games, {plies} plies")
    assert games > 300
