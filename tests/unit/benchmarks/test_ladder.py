"""The ladder: openings, verdicts of pyffish, the schedule, resuming, and a random game."""

import json
from pathlib import Path

import pytest

from benchmarks.xiangqi.ladder import (
    GameRow,
    pairings,
    rate,
    read_games,
    read_openings,
    schedule,
    schedule_near,
    table,
)
from benchmarks.xiangqi.opponents import ANCHORS, GreedyMover, RandomMover, make_opponent
from engine.xiangqi import STARTING_FEN, Board, Move
from engine.xiangqi.play.uci_client import UciError

referee = pytest.importorskip("benchmarks.xiangqi.referee", reason="pyffish is not installed")


def row(player: str, opponent: str, opening: int, red: bool, score: float) -> GameRow:
    return {
        "player": player,
        "opponent": opponent,
        "opening": opening,
        "red": red,
        "score": score,
        "termination": "checkmate",
        "seconds": (0.2, 0.1),
        "moves": "",
    }


def test_openings_are_legal_and_lead_to_different_positions() -> None:
    keys = set()
    for opening in read_openings():
        board = Board()
        for move in opening:
            assert board.is_legal(move)
            board.push(move)
        assert len(opening) == 8 and board.outcome() is None
        keys.add(board.key())
    assert len(keys) == 200


ROOKS = "4k4/9/9/9/9/9/9/9/R8/3K5 w - - 0 1"


@pytest.mark.parametrize(
    ("fen", "moves", "expected"),
    [
        (STARTING_FEN, "", None),
        # The third time the rooks are back it is a draw.
        (STARTING_FEN, "a0a1 a9a8 a1a0 a8a9 a0a1 a9a8 a1a0 a8a9", (0.5, "repetition")),
        # Red checks for ever and loses.
        (ROOKS, "a1a9 e9e8 " + "a9a8 e8e9 a8a9 e9e8 " * 2, (0.0, "perpetual check or chase")),
        ("4k4/R8/9/9/9/9/9/9/8R/3K5 w - - 0 1", "i1i9", (1.0, "checkmate")),
        ("3k5/9/4P4/9/9/9/9/9/9/4K4 w - - 0 1", "e7e8", (1.0, "stalemate")),
    ],
)
def test_verdicts(fen: str, moves: str, expected: tuple[float, str] | None) -> None:
    found = referee.verdict([Move.from_uci(move) for move in moves.split()], fen)
    assert found == expected


def test_long_games_are_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(referee, "MAX_PLIES", 3)
    moves = [Move.from_uci(move) for move in ["h2e2", "h9g7", "b0c2"]]
    assert referee.verdict(moves) == (0.5, "3 plies")


def test_greedy_beats_random() -> None:
    game = referee.play(GreedyMover(1), RandomMover(1), read_openings()[0])
    assert game.red_score == 1.0
    assert game.termination in {"checkmate", "stalemate"}
    board = Board()
    for text in game.moves:
        board.push_uci(text)
    assert not board.legal_moves


def test_an_illegal_move_and_a_resignation_lose() -> None:
    class Cheat(RandomMover):
        def play(self, board: Board) -> Move | None:
            return Move.from_uci("e0e5")

    class Quitter(RandomMover):
        def play(self, board: Board) -> Move | None:
            return None

    opening = read_openings()[0]
    lost = referee.play(Cheat(0), RandomMover(0), opening)
    assert (lost.red_score, lost.termination) == (0.0, "illegal e0e5")
    won = referee.play(RandomMover(0), Quitter(0), opening)
    assert (won.red_score, won.termination) == (1.0, "resignation")


def test_schedule_is_paired_and_resumes() -> None:
    whole = list(schedule(["us"], ["random", "greedy"], 2, []))
    assert len(whole) == 8
    assert whole[:2] == [("us", "random", 0, True), ("us", "random", 0, False)]
    played = [row(name, opponent, pair, red, 1.0) for name, opponent, pair, red in whole[:3]]
    assert list(schedule(["us"], ["random", "greedy"], 2, played)) == whole[3:]


def test_the_nearest_opponents_are_met() -> None:
    rows: list[GameRow] = []
    met = []
    for player, opponent, pair, red in schedule_near(["us"], list(ANCHORS), 6, 2, rows):
        rows.append(row(player, opponent, pair, red, float(ANCHORS[opponent] < 1600)))
        met.append(opponent)
    assert met[:2] == ["fairy skill -3 depth 4"] * 2  # both colours against the same opponent
    assert set(met[-4:]) <= {"fairy depth 1", "fairy depth 4", "fairy depth 6"}
    assert list(schedule_near(["us"], list(ANCHORS), 6, 2, rows)) == []
    again = list(schedule_near(["us"], list(ANCHORS), 6, 2, rows[:-1]))
    assert again == [("us", met[-1], 5, False)]


def test_a_game_cut_off_by_a_stop_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "games.jsonl"
    path.write_text(json.dumps(row("us", "random", 0, True, 1.0)) + '\n{"player": "u')
    assert len(read_games(path)) == 1
    with path.open("a") as file:
        file.write(json.dumps(row("us", "random", 0, False, 0.5)) + "\n")
    assert [game["score"] for game in read_games(path)] == [1.0, 0.5]
    assert read_games(tmp_path / "none.jsonl") == []


def test_ratings_and_table() -> None:
    rows = [row("us", "greedy", i, True, 1.0) for i in range(6)]
    rows += [row("us", "greedy", i, False, 0.0) for i in range(6)]
    ratings = rate(rows, free_anchors=False)
    assert ratings["us"].elo == pytest.approx(ANCHORS["greedy"], abs=0.1)
    assert pairings(rows)[0].score == 6
    assert "| us | greedy | 50.0% | 12 | 0.10 | 0.20 |" in table(rows, ratings)
    with pytest.raises(ValueError, match="us"):
        rate(rows, free_anchors=True)  # nobody has played random


def test_fairy_stockfish_answers() -> None:
    try:
        fairy = make_opponent("fairy depth 1", seed=0)
    except UciError as error:
        pytest.skip(str(error))
    board = Board()
    fairy.new_game()
    move = fairy.play(board)
    fairy.close()
    assert move is not None and board.is_legal(move)
