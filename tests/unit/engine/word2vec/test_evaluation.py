"""Word similarity and analogies; that they count as gensim does is in tests/parity."""

from pathlib import Path

import numpy as np
import pytest

from engine.word2vec.errors import FormatError, Word2VecError
from engine.word2vec.evaluation import (
    Section,
    analogies,
    read_analogies,
    read_similarity,
    total,
    word_similarity,
)
from engine.word2vec.vectors import Vectors

TABLE = {"国王": [1, 1, 0], "王后": [-1, 1, 0], "男": [2, 0, 0], "女": [-2, 0, 0], "梨": [0, 0, 1]}


@pytest.fixture
def vectors() -> Vectors:
    return Vectors(list(TABLE), np.array(list(TABLE.values()), np.float32))


def test_the_tests_files_are_read() -> None:
    pairs = read_similarity(
        "\ufeff# one\n国王\t 男 \t9.5\r\nheading\tb\tscore\n\n梨\t女\t1".encode()
    )
    assert pairs == [("国王", "男", 9.5), ("梨", "女", 1.0)]
    sections = read_analogies(": family\r\n女 男 王后 国王\r\n三 个 词\n: empty\n".encode())
    assert sections == [Section("family", [("女", "男", "王后", "国王")]), Section("empty", [])]


@pytest.mark.parametrize("read", [read_similarity, read_analogies])
@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"a b c\n", b"a b c d\n", b": section\n"])
def test_what_is_no_test(read: object, data: bytes, tmp_path: Path) -> None:
    assert callable(read)
    with pytest.raises(FormatError):
        read(data)
    with pytest.raises(FormatError):
        read(tmp_path / "none.txt")


def test_similarity_is_a_rank_correlation_with_coverage(vectors: Vectors) -> None:
    pairs = [("国王", "男", 9.0), ("男", "女", 0.0), ("国王", "王后", 3.0), ("梨", "苹果", 5.0)]
    found = word_similarity(vectors, pairs)
    assert found.spearman == pytest.approx(1)
    assert 0.9 < found.pearson < 1
    assert (found.known, found.pairs, found.coverage) == (3, 4, 0.75)
    assert word_similarity(vectors, pairs, count_unknown=True).spearman == pytest.approx(
        0.9487, abs=1e-4
    )
    with pytest.raises(Word2VecError):
        word_similarity(vectors, pairs[:1])


@pytest.mark.parametrize("method", ["add", "mul"])
def test_analogies_by_section(vectors: Vectors, method: str) -> None:
    sections = [
        Section("right", [("女", "男", "王后", "国王"), ("男", "女", "国王", "王后")]),
        Section("wrong and unknown", [("女", "男", "王后", "梨"), ("猫", "男", "王后", "国王")]),
        Section("empty", []),
    ]
    found = list(analogies(vectors, sections, method=method))  # type: ignore[arg-type]
    assert [(one.correct, one.counted, one.known, one.questions) for one in found] == [
        (2, 2, 2, 2),
        (0, 1, 1, 2),
        (0, 0, 0, 0),
    ]
    whole = total(found)
    assert (whole.accuracy, whole.coverage) == (pytest.approx(2 / 3), 0.75)
    assert (found[2].accuracy, found[2].coverage) == (0, 0)
    unknown = total(list(analogies(vectors, sections, method=method, count_unknown=True)))  # type: ignore[arg-type]
    assert (unknown.accuracy, unknown.coverage) == (0.5, 0.75)
