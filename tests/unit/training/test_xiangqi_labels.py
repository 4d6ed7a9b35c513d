"""Labels by a UCI engine: the format, resuming, compressed corpora, and errors."""

import lzma
import sys
from pathlib import Path

import pytest

from training.xiangqi import labels as xiangqi_labels

ENGINE = """
import sys
moves = []
for line in sys.stdin:
    words = line.split()
    if words[0] == "uci":
        print("uciok", flush=True)
    elif words[0] == "isready":
        print("readyok", flush=True)
    elif words[0] == "position":
        moves = words[words.index("moves") + 1:] if "moves" in words else []
    elif words[0] == "go":
        best = ["h3e3", "h10g8", "(none)"][len(moves)]
        if len(moves) < 2:
            print(f"info depth {words[2]} score cp {10 * len(moves) - 5}")
        print("bestmove " + best, flush=True)
    elif words[0] == "quit":
        break
"""


def label(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> str:
    engine = tmp_path / "engine"
    engine.write_text(f"#!{sys.executable}\n{ENGINE}")
    engine.chmod(0o755)
    games = tmp_path / "games.tsv.xz"
    with lzma.open(games, "wt") as file:
        file.write("ele\t1-0\th2e2 h9g7 h0g2\nele\t?\tb0c2\n")
    output = tmp_path / "labels.tsv"
    arguments = ["--games", games, "--output", output, "--engine", engine, "--one-based", *more]
    monkeypatch.setattr(sys, "argv", ["labels", *map(str, arguments)])
    xiangqi_labels.main()
    return output.read_text()


def test_labels_every_ply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = label(tmp_path, monkeypatch, "--limit", "depth 2")
    assert text == "0\th2e2:-5 h9g7:5 :\n1\th2e2:-5\n"


def test_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "labels.tsv").write_text("0\tdone:0\n1\thal")
    assert label(tmp_path, monkeypatch) == "0\tdone:0\n1\th2e2:-5\n"


def test_a_part_of_the_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = label(tmp_path, monkeypatch, "--first", "1", "--last", "2", "--workers", "2")
    assert text == "1\th2e2:-5\n"


def test_a_missing_engine_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["--games", "g", "--output", str(tmp_path / "l"), "--engine", "no-such-engine"]
    monkeypatch.setattr(sys, "argv", ["labels", *arguments])
    with pytest.raises(SystemExit, match="no-such-engine"):
        xiangqi_labels.main()
