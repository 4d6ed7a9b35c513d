"""The UCI engine, line by line, with a player made by hand; and our own client talking to it."""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.xiangqi import Board, Move
from engine.xiangqi.play.uci import Limits, UciSession, centipawns, parse_go, run
from engine.xiangqi.play.uci_client import MATE_SCORE, UciEngine, UciError


@dataclass
class Level:
    key: str


@dataclass
class Choice:
    move: Move
    red_score: float = 0.75
    nodes: int = 10
    seconds: float = 0.5
    pv: tuple[Move, ...] = ()


class FirstMover:
    """Plays the first legal move; thinks until told to stop where the time is not bounded."""

    levels = (Level("beginner"), Level("master"))

    def __init__(self) -> None:
        self.asked: list[tuple[str, float | None, int | None]] = []

    def choose(
        self,
        board: Board,
        level: str,
        *,
        seconds: float | None,
        simulations: int | None,
        stop: Callable[[], bool],
    ) -> Choice:
        self.asked.append((level, seconds, simulations))
        while seconds == float("inf") and not stop():
            time.sleep(0.005)
        move = board.generate_legal_moves()[0]
        after = board.copy()
        after.push(move)
        return Choice(move, pv=(move, after.generate_legal_moves()[0]))


def talk(*lines: str) -> tuple[list[str], FirstMover]:
    player = FirstMover()
    sent: list[str] = []
    run(player, lines, sent.append, "master")  # type: ignore[arg-type]
    return sent, player


def test_introduces_itself() -> None:
    sent, _ = talk("uci", "isready", "quit")
    assert sent[-2:] == ["uciok", "readyok"]
    assert "option name Level type combo default master var beginner var master" in sent
    assert "option name UCI_Variant type combo default xiangqi var xiangqi" in sent


def test_answers_with_info_and_bestmove() -> None:
    sent, player = talk("position startpos moves h2e2 h9g7", "go movetime 1500", "quit")
    board = Board()
    for move in ("h2e2", "h9g7"):
        board.push_uci(move)
    first = board.generate_legal_moves()[0]
    info, best = sent
    assert info.startswith("info depth 2 score cp 191 nodes 10 nps 20 time 500 pv " + str(first))
    assert best.split()[:2] == ["bestmove", str(first)]
    assert player.asked == [("master", 1.5, None)]


def test_black_hears_its_own_score() -> None:
    sent, _ = talk("position startpos moves h2e2", "go nodes 5")
    assert " score cp -191 " in sent[0]


def test_one_based_ranks() -> None:
    sent, _ = talk(
        "setoption name UCI_OneBased value true", "position startpos moves h3e3 h10g8", "go"
    )
    best = Move.from_uci(sent[-1].split()[1], one_based=True)
    board = Board()
    board.push_uci("h2e2")
    board.push_uci("h9g7")
    assert board.is_legal(best)


def test_levels_and_nodes() -> None:
    _, player = talk("setoption name Level value beginner", "go nodes 70", "go depth 3")
    assert player.asked == [("beginner", None, 70), ("beginner", None, 300)]


def test_a_position_from_a_fen() -> None:
    sent, _ = talk("position fen 3k5/9/9/9/9/9/9/9/9/4K4 b - - 0 1 moves d9d8", "go")
    assert sent[-1].split()[1] in {"e0f0", "e0e1"}  # on the d-file the kings would face


@pytest.mark.parametrize(
    ("line", "about"),
    [
        ("position fen nonsense", "nonsense"),
        ("position startpos moves a0a9", "a0a9"),
        ("position startpos moves zz", "zz"),
        ("position", "startpos or fen"),
        ("setoption name Level value god", "god"),
        ("setoption name UCI_Variant value chess", "chess"),
        ("setoption name Contempt value 1", "Contempt"),
        ("go movetime soon", "movetime"),
    ],
)
def test_bad_lines_get_a_sentence_and_the_engine_goes_on(line: str, about: str) -> None:
    sent, _ = talk(line, "unknown command", "", "isready")
    assert sent[0].startswith("info string ") and about in sent[0]
    assert sent[1:] == ["readyok"]


def test_no_move_is_no_error() -> None:
    sent, player = talk("position fen 3k5/4P4/9/9/9/9/9/9/9/4K4 b - - 0 1", "go")
    assert sent == ["bestmove (none)"]
    assert player.asked == []


@pytest.mark.parametrize(("go", "end"), [("go infinite", "stop"), ("go ponder", "stop")])
def test_waits_to_be_stopped(go: str, end: str) -> None:
    sent: list[str] = []
    session = UciSession(FirstMover(), sent.append, "master")  # type: ignore[arg-type]
    session.handle(go)
    time.sleep(0.05)
    assert sent == []
    session.handle(end)
    assert sent[-1].startswith("bestmove ")


def test_ponderhit_starts_the_clock() -> None:
    sent: list[str] = []
    answered = threading.Event()

    def send(line: str) -> None:
        sent.append(line)
        if line.startswith("bestmove"):
            answered.set()

    session = UciSession(FirstMover(), send, "master")  # type: ignore[arg-type]
    session.handle("go ponder movetime 100")
    assert not answered.wait(0.2)
    session.handle("ponderhit")
    assert answered.wait(5)
    session.handle("quit")


def test_the_end_of_the_input_stops_an_endless_search() -> None:
    sent, _ = talk("go infinite")
    assert sent[-1].startswith("bestmove ")


@pytest.mark.parametrize(
    ("words", "red", "limits"),
    [
        ("movetime 3000", True, Limits(seconds=3.0)),
        ("wtime 50000 btime 1000 winc 1000 binc 0", True, Limits(seconds=2.8)),
        ("wtime 50000 btime 1000 winc 1000 binc 0", False, Limits(seconds=0.04)),
        ("wtime 10000 movestogo 1", True, Limits(seconds=5.0)),
        ("wtime 50 btime 50", True, Limits(seconds=0.01)),
        ("infinite", True, Limits(waits=True)),
        ("nodes 100 ponder", True, Limits(nodes=100, waits=True)),
        ("", True, Limits()),
    ],
)
def test_limits(words: str, red: bool, limits: Limits) -> None:
    found = parse_go(words.split(), red)
    assert found.seconds == (None if limits.seconds is None else pytest.approx(limits.seconds))
    assert (found.nodes, found.waits) == (limits.nodes, limits.waits)


def test_centipawns_are_odds() -> None:
    assert centipawns(0.5) == 0
    assert centipawns(10 / 11) == 400
    assert centipawns(0.0) == -centipawns(1.0) < -1000


ENGINE = """
import sys
for line in sys.stdin:
    words = line.split()
    if words[0] == "uci":
        print("id name toy\\nuciok", flush=True)
    elif words[0] == "isready":
        print("readyok", flush=True)
    elif words[0] == "position":
        moves = words[words.index("moves") + 1:] if "moves" in words else []
    elif words[0] == "go":
        if words[1] == "nothing":
            sys.exit(1)
        best = {0: "h3e3", 1: "h10g8"}.get(len(moves), "(none)")
        print("info depth 1 score cp 31 pv " + best)
        print("info depth 2 score mate -2 pv " + best)
        print("info depth 3 score cp 99 lowerbound nodes 5")
        print("bestmove " + best, flush=True)
    elif words[0] == "quit":
        break
"""


@pytest.fixture
def toy(tmp_path: Path) -> list[str]:
    path = tmp_path / "toy.py"
    path.write_text(ENGINE)
    return [sys.executable, str(path)]


def test_the_client_reads_moves_and_scores(toy: list[str]) -> None:
    with UciEngine(toy, {"Hash": 16}, one_based=True) as engine:
        engine.new_game()
        answer = engine.go(Board().fen(), [], "depth 3")
        assert answer.move == Move.from_uci("h2e2")
        assert answer.score == 2 - MATE_SCORE
        second = engine.go(Board().fen(), [Move.from_uci("h2e2")], "depth 3")
        assert second.move == Move.from_uci("h9g7")
        moves = [Move.from_uci("h2e2"), Move.from_uci("h9g7")]
        assert engine.go(Board().fen(), moves, "depth 3").move is None


def test_the_client_says_what_is_wrong(toy: list[str]) -> None:
    with pytest.raises(UciError, match="no-such-engine"):
        UciEngine(["no-such-engine"])
    with UciEngine(toy) as engine, pytest.raises(UciError, match="bestmove"):
        engine.go(Board().fen(), [], "nothing")
    silent = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(UciError, match="uciok"):
        UciEngine(silent, timeout=0.5)
