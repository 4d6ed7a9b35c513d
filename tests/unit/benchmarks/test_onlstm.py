"""The benchmark's parts, with models of random weights and made-up treebanks."""

import lzma
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from benchmarks.onlstm import f1, treebanks
from benchmarks.onlstm.latency import TEXTS, WORDS, latency_rows, published
from benchmarks.onlstm.treebanks import distances, f1_cell, penn_words, reading, unknown_share
from engine.onlstm import trees
from engine.onlstm.analysis import OnLstm
from engine.onlstm.evaluation import Gold
from engine.onlstm.sentences import sentences
from engine.onlstm.vocabulary import Vocabulary
from tests.onlstm_models import save_model
from training.onlstm.data import write_pack

SINICA = (
    '{"words": ["我", "住在", "這兒", "、"], "tree": ["我", ["住在", "這兒", "、"]]}\n'
    '{"words": ["看", "書"], "tree": ["看", "書"]}\n'
)
PENN = (
    "( (S (NP (DT The) (NN cat)) (, ,) (VP (VBD paid) (NP (CD 5) (NN %))) (. .)) )\n"
    "( (S (NP (NNP Mary)) (VP (VBZ sleeps))) )\n"
)
CONLLU = "\n".join(
    f"{number}\t{word}\t{word}\tVERB\t_\t_\t{head}\tdep\t_\t_"
    for number, (word, head) in enumerate([("我", 2), ("看", 0), ("书", 2)], 1)
)


load = cache(OnLstm.load)
"""Compiling takes seconds: once for all tests."""


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OnLstm, "load", load)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("onlstm")
    save_model(folder / "zh", "zh", "我 住 在 这儿 看 书 小时候 我们")
    save_model(folder / "en", "en", "the cat paid mary sleeps", master_input="reverse")
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "trees").mkdir()
    for name, text in (
        ("sinica_dev.jsonl.xz", SINICA),
        ("wsj_dev.mrg.xz", PENN),
        ("zh_gsdsimp-ud-dev.conllu.xz", CONLLU),
    ):
        with lzma.open(folder / "trees" / name, "wt", encoding="utf8") as file:
            file.write(text)
    return folder


def test_words_as_in_the_language_model_data_of_the_penn_treebank() -> None:
    written = "The 30-year Fed 8.5 % 1,000 1\\/2 1980s 'll +3 MGM\\/UA 7:30 5-10".split()
    read = "the 30-year fed N N N N 1980s 'll N mgm\\/ua N N".split()
    assert penn_words(written) == read


def test_words_are_read_as_the_texts_have_them() -> None:
    chinese = Vocabulary.build(dict.fromkeys("我们 住在".split(), 1), 60, "zh")
    assert reading(["我們", "住在", "這兒"], chinese) == ("我们", "住在", "这儿")
    words = ["The", "3\\/4", "%"]
    ours = Vocabulary.build({"the": 1}, 60, "en")
    assert reading(words, ours) == ("the", "3/4", "%")
    penn = Vocabulary.build({"the": 1, "N": 1}, 60, "en", classes=False)
    assert reading(words, penn) == ["the", "N", "N"]


def test_unknown_words_are_counted() -> None:
    vocabulary = Vocabulary.build(dict.fromkeys("我们 住在".split(), 1), 60, "zh")
    gold = [Gold(("我們", "住在", "這兒"), frozenset()), Gold(("貓",), frozenset())]
    assert unknown_share(vocabulary, gold) == pytest.approx(1 / 2)


def test_distances_are_the_models_of_simplified_words(models: Path) -> None:
    model = OnLstm.load(models / "zh")
    gold = [Gold(("我", "住", "這兒"), frozenset()), Gold(("書",), frozenset())]
    first, second = distances(model, gold)
    (alone,) = model.analyse([["我", "住", "这儿"]])
    for layer, gates in zip(first, alone.layers, strict=True):
        assert layer == pytest.approx(gates.distances, abs=1e-6)
    assert [len(layer) for layer in second] == [1, 1]


def test_f1_with_its_interval() -> None:
    gold = [Gold(tuple("abc"), frozenset({(1, 3)})), Gold(tuple("abc"), frozenset({(0, 2)}))]
    right = [trees.right(3)] * 2
    assert f1_cell(right, gold) == f"50.0 ±{1.96 * 50 / 2**0.5:.1f}"


@pytest.mark.parametrize("language", TEXTS)
def test_the_sentence_whose_time_is_taken(language: Literal["zh", "en"]) -> None:
    (sentence,) = sentences(TEXTS[language])
    assert (sentence.language, len(sentence.words)) == (language, WORDS)


@pytest.mark.parametrize("options", [{}, {"master_input": "reverse"}, {"cell": "lstm"}])
def test_the_loop_in_pytorch_is_the_same_model(tmp_path: Path, options: dict[str, str]) -> None:
    pytest.importorskip("torch")
    folder = save_model(tmp_path / "zh", "zh", "我 住 在 这儿 看 书", tied=False, **options)
    model, loop = OnLstm.load(folder), published(folder)
    assert loop is not None
    words = ["我", "住", "在", "这儿"]
    (analysis,) = model.analyse([words])
    heights = loop(model.vocabulary.ids(words))
    for layer, gates in zip(heights, analysis.layers, strict=True):
        assert layer == pytest.approx(gates.distances, abs=1e-4)


def test_latency(models: Path) -> None:
    rows = latency_rows(models / "zh", 3)
    assert rows[0][0] == "zh: from text to drawing"
    assert rows[1][-1] == "1.00"
    assert all(float(row[1]) <= float(row[2]) for row in rows)


def test_report(
    models: Path, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["onlstm", str(models), "--data", str(data), "--times", "0"]
    monkeypatch.setattr("sys.argv", command)
    f1.main()
    shown = capsys.readouterr().out
    assert "| right-branching | 100.0 | 100.0 | 0.0 | 0.0 |" in shown
    assert "| trees | Sinica (2) | Sinica, 10 words or fewer (2) | UD-GSDSimp (1) |" in shown
    assert shown.count("| zh, layer ") == 4
    assert shown.count("| en, layer ") == 6
    assert "WSJ, 1 of whose sentences have a comma or other mark that divides:" in shown
    assert "| the best binary tree | 100.0 | 100.0 |" in shown
    assert "Recall by label, WSJ, in percent:" in shown


def test_perplexity_of_models_with_the_pack_s_vocabulary(models: Path, tmp_path: Path) -> None:
    loaded = {folder: OnLstm.load(folder) for folder in f1.model_folders([models])}
    vocabulary = loaded[models / "zh"].vocabulary
    ids = np.tile([*vocabulary.ids(["我", "看", "书"]), 0], 300).astype(np.uint16)
    settings = {"language": "zh", "unit": "word", "running": False}
    write_pack(tmp_path, vocabulary, ids, {"story": ids, "essay": ids[:1000]}, settings)
    (shown,) = f1.report_perplexity(loaded, [tmp_path])
    heads, _, row = shown.strip().splitlines()[-3:]
    assert heads == "| model | story | essay | all |"
    name, *values = row.strip("| ").split(" | ")
    assert name == "zh"
    assert all(1 < float(value) < 1e4 for value in values)


def test_what_commas_are_worth() -> None:
    gold = [Gold(("a", "b", "c", "d"), frozenset({(0, 2), (2, 4)}), borders=(2,))]
    assert treebanks.commas_cells([[0.1, 0.9, 0.3, 0.2]], gold, "unbiased") == (
        "50.0 ±0.0",
        "100.0 ±0.0",
    )
    rows = f1.commas_table(gold, {}).strip().splitlines()[2:]
    assert rows[0] == "| right-branching | 50.0 ±0.0 | 100.0 ±0.0 |"
    assert len(rows) == 3


def test_trivial_trees_alone(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["onlstm", "--data", str(data)])
    f1.main()
    assert "layer" not in capsys.readouterr().out


def test_a_folder_without_models(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="there is no model in"):
        list(f1.model_folders([tmp_path]))
