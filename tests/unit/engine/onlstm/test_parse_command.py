"""python -m engine parse, with models of random weights."""

import io
import json
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.__main__ import main
from engine.commands import parse
from engine.onlstm.analysis import OnLstm
from engine.onlstm.formats import from_brackets, to_brackets
from engine.onlstm.trees import PARSERS, depth, spans
from engine.onlstm.trees import parse as parsed
from tests.onlstm_models import save_model

CHINESE = "我们在公园里看花。"
ENGLISH = "The old cat didn't sleep."


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("onlstm")
    save_model(folder / "zh", "zh", "我们 在 公园 里 看花 看 花")
    save_model(folder / "en", "en", "the old cat did n't sleep")
    return folder


load = cache(OnLstm.load)
"""Compiling takes seconds: once for all commands."""


@pytest.fixture(autouse=True)
def bundled(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "BUNDLED", models)
    monkeypatch.setattr(OnLstm, "load", load)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["parse", *arguments]) == 0
    return capsys.readouterr().out


def test_a_tree_a_line_each_by_the_model_of_its_language(
    capsys: pytest.CaptureFixture[str], models: Path
) -> None:
    chinese, english = run(capsys, CHINESE + ENGLISH).splitlines()
    for line, folder, words in (
        (chinese, "zh", ["我们", "在", "公园", "里", "看花"]),
        (english, "en", ["The", "old", "cat", "did", "n't", "sleep"]),
    ):
        assert from_brackets(line)[1] == tuple(words)
        forms = [word.lower() for word in words]
        (analysis,) = load(models / folder).analyse([forms])
        tree = parsed(analysis.layers[1].distances, "unbiased")
        assert line == to_brackets(tree, words)


def test_commas_divide_first_unless_they_are_ignored(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("the", "old", "cat", "sleep")
    alone = {run(capsys, "the old cat sleep.", "--language", "en")}
    divided = set()
    for place in range(1, len(words)):
        text = f"{' '.join(words[:place])}, {' '.join(words[place:])}."
        line = run(capsys, text, "--language", "en")
        tree, _ = from_brackets(line)
        assert isinstance(tree, tuple)
        assert {(0, place), (place, 4)} - {(0, 1), (3, 4)} <= spans(tree)
        divided.add(line)
        alone.add(run(capsys, text, "--language", "en", "--ignore-commas"))
    assert len(alone) == 1 and len(divided) == 3


def test_json_tells_the_layer_and_the_parser(capsys: pytest.CaptureFixture[str]) -> None:
    found = {}
    for layer in ("1", "2"):
        for parser in PARSERS:
            options = ("--format", "json", "--layer", layer, "--parser", parser)
            document = json.loads(run(capsys, CHINESE, *options))
            assert (document["layer"], document["parser"]) == (int(layer), parser)
            assert document["text"] == CHINESE
            assert len(document["words"]) == len(document["surprisal"]) == 5
            assert parsed(document["distances"], parser) == _tuples(document["tree"])
            found[layer, parser] = document["distances"]
    assert found["1", "shen"] == found["1", "unbiased"] != found["2", "unbiased"]


def test_the_other_formats(capsys: pytest.CaptureFixture[str]) -> None:
    nested = json.loads(run(capsys, CHINESE, "--format", "nested"))
    forest = run(capsys, CHINESE, "--format", "forest")
    assert forest.count("{公园}") == 1
    svg = ElementTree.fromstring(run(capsys, CHINESE, "--format", "svg"))
    texts = [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [*_leaves(nested)] == ["我们", "在", "公园", "里", "看花"]


def test_text_from_stdin_and_a_model_of_ones_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, models: Path
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{CHINESE}\n{CHINESE}\n"))
    lines = run(capsys, "-", "-m", str(models / "zh")).splitlines()
    assert len(lines) == 2
    assert lines[0] == lines[1]
    assert depth(from_brackets(lines[0])[0]) >= 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["😀"], "there is no word"),
        (["好" * 10_000], "10000 characters, which are more than"),
        ([CHINESE, "--layer", "3"], "layers are numbered from 1 to 2, not 3"),
        ([CHINESE + ENGLISH, "--format", "svg"], "a drawing is of one sentence, and these are 2"),
        ([CHINESE, "-m", "no-such-folder"], "no-such-folder"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["parse", *arguments]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: ")
    assert message in shown.err
    assert shown.err.count("\n") == 1


def _tuples(tree):
    return tree if isinstance(tree, int) else tuple(map(_tuples, tree))


def _leaves(tree):
    return [tree] if isinstance(tree, str) else [leaf for child in tree for leaf in _leaves(child)]
