"""generate, score, convert and chat, as they are typed."""

import io
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.numpy import save_file

from engine.__main__ import main
from engine.commands.loading import Progress
from engine.models.catalogue import ROOT
from engine.transformer.checkpoints import bundled
from tests.unit.engine.transformer.tiny import RandomWeights, tiny_config

MODEL = "tests/parity/models/gpt2_bpe/checkpoint"
CHARACTERS = [
    *"[CLS] [PAD] [SEP] [UNK] [speaker1] [speaker2]".split(),
    *"你好吗我很今天气不错。！？",
]


@pytest.fixture
def dialogue(tmp_path: Path) -> Path:
    """A CDial-GPT of random weights with a vocabulary of a few characters."""
    config = tiny_config("cdial", vocab_size=len(CHARACTERS))
    save_file(RandomWeights(config).arrays, tmp_path / "model-00001-of-00001.safetensors")
    settings = {"model": bundled.model_settings(config)}
    (tmp_path / "config.json").write_text(json.dumps(settings))
    (tmp_path / "vocab.txt").write_text("\n".join(CHARACTERS), encoding="utf-8")
    return tmp_path


def test_the_same_seed_gives_the_same_text(capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for seed in ("1", "1", "2"):
        command = ["generate", "-m", MODEL, "Hello", "--seed", seed, "--max-tokens", "12"]
        assert main(command) == 0
        shown = capsys.readouterr()
        texts.append(shown.out)
        assert "12 tokens in" in shown.err
    assert texts[0] == texts[1] != texts[2]
    assert all(text.startswith("Hello") for text in texts)


def test_a_line_of_json_for_each_token(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["generate", "-m", MODEL, "Hi", "--temperature", "0", "--max-tokens", "4", "--json"]
    assert main(command) == 0
    tokens = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(tokens) == 4
    for token in tokens:
        best = token["alternatives"][0]
        assert (token["id"], token["logprob"]) == (best["id"], best["logprob"])
        assert token["logprob"] < 0


def test_beams_come_best_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", "-m", MODEL, "Hi", "--beams", "3", "--max-tokens", "5"]) == 0
    scores = [float(line.split()[0]) for line in capsys.readouterr().out.splitlines()]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


def test_answers_are_ranked_and_add_up_with_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "-m", MODEL, "Hello", "abc", "xyz"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    scores = {text: float(score) for score, text in rows}
    assert list(scores.values()) == sorted(scores.values(), reverse=True)
    assert main(["score", "-m", MODEL, "Hello" + "abc"]) == 0
    *tokens, summary = capsys.readouterr().out.splitlines()
    last = [float(line.split()[1]) for line in tokens[-3:]]
    assert math.isclose(sum(map(math.log, last)), scores["abc"], abs_tol=0.2)
    assert summary.startswith("8 tokens" if len(tokens) == 8 else f"{len(tokens)} tokens")


def test_a_converted_model_writes_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", MODEL, str(tmp_path / "new")]) == 0
    capsys.readouterr()
    texts = []
    for model in (MODEL, str(tmp_path / "new")):
        assert main(["generate", "-m", model, "Hello", "--seed", "3", "--max-tokens", "20"]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]
    assert main(["convert", MODEL, str(tmp_path / "small"), "--dtype", "int8"]) == 0
    assert main(["generate", "-m", str(tmp_path / "small"), "Hello", "--max-tokens", "2"]) == 0
    assert "int8 on CPU" in capsys.readouterr().err


def test_a_dialogue_goes_on_line_by_line(
    dialogue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sys.stdin", io.StringIO("你好\n今天天气好吗？\n\n你好\n" + "好" * 300 + "\n")
    )
    assert main(["chat", "-m", str(dialogue), "--seed", "5", "--max-tokens", "6"]) == 0
    shown = capsys.readouterr()
    answers = shown.out.splitlines()
    assert len(answers) == 3
    assert answers[0] == answers[2]  # an empty line begins anew
    assert shown.err.count("error: ") == 1  # the last line is too long


def test_a_call_for_help_is_answered_by_no_model(
    dialogue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("你好\n我不想活了\n"))
    assert main(["chat", "-m", str(dialogue), "--seed", "5", "--max-tokens", "6"]) == 0
    first, *others = capsys.readouterr().out.splitlines()
    assert "12356" not in first and "12356" in others[-1] and len(others) == 2


def test_answers_as_long_as_the_context_are_refused_before_the_first_question(
    dialogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["chat", "-m", str(dialogue), "--max-tokens", "200"]) == 1
    assert "smaller --max-tokens" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command, said",
    [
        (["generate", "-m", "no/where/at/all", "x"], "there is no"),
        (["generate", "-m", "cpm", "x"], "TsinghuaAI/CPM-Generate cannot be fetched"),
        (["generate", "-m", MODEL, "x", "--temperature", "99"], "temperature"),
        (["generate", "-m", MODEL, "x", "--max-tokens", "0"], "max_tokens"),
        (["generate", "-m", MODEL, "x" * 500], "context"),
        (["generate", "-m", MODEL, "x", "--family", "bart"], "bart"),
        (["chat", "-m", MODEL], "do not talk"),
        (["score", "-m", MODEL, ""], ""),
        (["convert", MODEL, MODEL], "another folder"),
        (["convert", MODEL, ""], "has no name"),
        (["generate", "-m", MODEL, "x", "--samples", "0"], "samples"),
        (["generate", "-m", MODEL, "x", "--beams", "0"], "beams"),
        (["generate", "-m", "xiangqi", "x"], "no language model"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    command: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("error: ")
    assert said in error


def test_models_says_where_each_would_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "https://huggingface.co/TsinghuaAI/CPM-Generate" in rows["cpm"]
    assert "remote" in rows["cpm"]
    assert "2,597 M" in rows["cpm"]
    assert rows["xiangqi"].endswith("xiangqi")


def test_nothing_is_written_before_what_is_wrong_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["generate", "-m", MODEL, "Hello", "--seed", "-1"]) == 1
    assert capsys.readouterr().out == ""


def test_a_folder_of_models_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["models", "--models", "/no/where"])
    assert "no folder /no/where" in capsys.readouterr().err


def test_a_terminal_that_cannot_show_a_character_is_no_error() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "engine", "generate", "-m", MODEL, "你好", "--max-tokens", "1"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        cwd=ROOT,
        capture_output=True,
        timeout=120,
    )
    assert run.stdout.startswith(b"??"), run.stderr


def test_progress_is_one_line_where_nobody_watches() -> None:
    quiet = io.StringIO()
    progress = Progress("copy", quiet)
    for done in range(0, 1001, 50):
        progress(done, 1000)
    assert quiet.getvalue() == "copy: 100%  1000 B of 1000 B\n"
