"""neighbours and evaluate, as they are typed."""

from pathlib import Path

import pytest

from engine.__main__ import main
from engine.word2vec.formats import read
from engine.word2vec.model import Word2Vec
from tests.unit.engine.word2vec.test_model import model  # noqa: F401  (a fixture)

FOLDER = Path(__file__).parents[3] / "parity/word2vec"
VECTORS = ["--vectors", str(FOLDER / "vectors.txt")]


def lines(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    return [line.split("\t") for line in capsys.readouterr().out.splitlines()]


def test_neighbours_of_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    vectors = read(FOLDER / "vectors.txt")
    assert main(["neighbours", "字0", "-n", "3", *VECTORS]) == 0
    expected = [[word, f"{score:.4f}"] for word, score in vectors.most_similar("字0", topn=3)]
    assert lines(capsys) == expected
    assert main(["neighbours", "字1", "字2", "-a", "字0", "--mul", "-n", "1", *VECTORS]) == 0
    ((answer, _),) = lines(capsys)
    assert answer == vectors.most_similar_cosmul(["字1", "字2"], ["字0"])[0][0]
    assert main(["neighbours", "--odd", "字1", "字2", "字50", *VECTORS]) == 0
    assert lines(capsys)[-1][0] == vectors.centrality(["字1", "字2", "字50"])[-1][0]


def test_related_words_of_a_model(
    model: Word2Vec,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model.save(tmp_path)
    assert main(["neighbours", "词9", "--related", "1", "-n", "4", "-v", str(tmp_path)]) == 0
    assert len(lines(capsys)) == 4


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["neighbours", "不在", *VECTORS], "no vector for '不在'"),
        (["neighbours", "字0", "-n", "0", *VECTORS], "at least 1"),
        (["neighbours", "字0", "--related", "1", *VECTORS], "probabilities"),
        (["neighbours", "字0", "字1", "--related", "1", *VECTORS], "a single word"),
        (["neighbours", "字0", "字1", "--odd", *VECTORS], "three different words"),
        (["neighbours", "字0", "-v", "no such file"], "cannot be read"),
        (["neighbours", "字0", "-v", str(FOLDER / "analogies.txt")], "these are no word vectors"),
        (["evaluate", str(FOLDER / "vectors.word2vec"), *VECTORS], "not UTF-8"),
        (["evaluate", str(FOLDER / "analogies.txt"), "--restrict", "0", *VECTORS], "at least 1"),
    ],
)
def test_what_is_refused_is_told_in_a_line(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    told = capsys.readouterr().err
    assert reason in told
    assert told.count("\n") == 1


def test_evaluation_of_both_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    tests = [str(FOLDER / "similarity.txt"), str(FOLDER / "analogies.txt")]
    assert main(["evaluate", *tests, *VECTORS]) == 0
    assert lines(capsys) == [
        ["test", "score", "measured", "of", "coverage"],
        ["similarity", "0.7640", "48", "62", "77.4%"],
        ["analogies one", "0.5000", "10", "10", "100.0%"],
        ["analogies two", "0.3333", "9", "10", "90.0%"],
        ["analogies case", "0.0000", "3", "3", "100.0%"],
        ["analogies", "0.3636", "22", "23", "95.7%"],
    ]
    assert main(["evaluate", *tests, *VECTORS, "--restrict", "50", "--case", "--all"]) == 0
    found = lines(capsys)
    assert found[1][1] == "0.4248"
    assert found[-1][1:] == ["0.3043", "12", "23", "52.2%"]
