"""Vectors: questions whose answers can be worked out by hand, and what is refused."""

import subprocess
import sys

import numpy as np
import pytest

from engine.weights.quantization import quantize_rows
from engine.word2vec.errors import UnknownWordError, Word2VecError
from engine.word2vec.vectors import Vectors

#        male  royal  fruit
TABLE = {
    "国王": [1, 1, 0],
    "王后": [-1, 1, 0],
    "男人": [2, 0, 0],
    "女人": [-2, 0, 0],
    "苹果": [0, 0, 3],
    "梨": [0.1, 0, 1],
}


@pytest.fixture
def vectors() -> Vectors:
    return Vectors(list(TABLE), np.array(list(TABLE.values()), np.float32))


def test_neighbours_are_ranked_by_the_cosine(vectors: Vectors) -> None:
    found = vectors.most_similar("苹果", topn=2)
    assert found[0] == ("梨", pytest.approx(1 / np.sqrt(1.01)))
    assert len(found) == 2
    assert vectors.most_similar("苹果", topn=1, exclude=False)[0] == ("苹果", pytest.approx(1))
    assert len(vectors.most_similar("苹果", topn=100)) == 5
    assert vectors.most_similar("苹果", topn=0) == []


def test_analogies_by_sum_and_by_product(vectors: Vectors) -> None:
    assert vectors.most_similar(["王后", "男人"], "女人", topn=1)[0][0] == "国王"
    assert vectors.most_similar_cosmul(["王后", "男人"], "女人", topn=1)[0][0] == "国王"
    assert vectors.most_similar(["王后", "男人"], "女人", restrict=2)[0][0] == "国王"


def test_pairs_groups_and_sentences(vectors: Vectors) -> None:
    assert vectors.similarity("国王", "男人") == pytest.approx(np.sqrt(0.5))
    assert vectors.similarity("男人", "女人") == pytest.approx(-1)
    assert vectors.centrality(["国王", "男人", "苹果", "国王"])[-1][0] == "苹果"
    assert [word for word, _, _ in vectors.shared_neighbours("国王", "王后", 2)] == ["苹果", "梨"]
    assert vectors.sentence(["国王", "没有", "王后"]).tolist() == [0, 1, 0]


def test_shared_neighbours_come_with_both_cosines(vectors: Vectors) -> None:
    word, one, other = vectors.shared_neighbours("男人", "苹果", 1)[0]
    assert (word, one, other) == (
        "梨",
        pytest.approx(vectors.similarity("男人", "梨")),
        pytest.approx(vectors.similarity("苹果", "梨")),
    )


def test_a_vector_of_zeros_is_near_to_nothing() -> None:
    vectors = Vectors(["零", "一", "二"], np.array([[0, 0], [1, 0], [1, 1]], np.float32))
    assert vectors.similarity("零", "一") == 0
    assert vectors.most_similar("零", topn=1)[0][1] == 0
    assert np.isfinite([score for _, score in vectors.most_similar_cosmul("零", ["一"])]).all()


def test_int8_becomes_the_floats_that_it_stands_for() -> None:
    matrix = np.random.default_rng(0).normal(size=(300, 16)).astype(np.float32)
    words = [f"词{number}" for number in range(300)]
    exact, rounded = Vectors(words, matrix), Vectors(words, quantize_rows(matrix))
    np.testing.assert_allclose(rounded.matrix, matrix, atol=np.abs(matrix).max() / 127)
    assert rounded.matrix is rounded.matrix
    assert rounded.most_similar("词7", topn=1)[0][0] == exact.most_similar("词7", topn=1)[0][0]


def test_no_copy_is_made_of_floats() -> None:
    matrix = np.eye(3, dtype=np.float32)
    vectors = Vectors(["a", "b", "c"], matrix, np.array([3, 2, 1]))
    assert vectors.matrix is matrix
    first = vectors.first(2)
    assert np.shares_memory(first.matrix, matrix)
    assert (first.words, first.counts.tolist() if first.counts is not None else None) == (
        ["a", "b"],
        [3, 2],
    )


def test_unknown_words_carry_near_spellings(vectors: Vectors) -> None:
    with pytest.raises(UnknownWordError) as caught:
        vectors.similarity("国王", "女王")
    assert caught.value.word == "女王"
    assert set(caught.value.near) == {"女人", "国王", "王后"}
    assert "女王" in str(caught.value)
    with pytest.raises(UnknownWordError):
        vectors.sentence(["没", "有"])


@pytest.mark.parametrize("words", [[], ["国王"], ["国王", "国王", "王后"]])
def test_too_few_words_for_an_odd_one(vectors: Vectors, words: list[str]) -> None:
    with pytest.raises(Word2VecError, match="three different"):
        vectors.centrality(words)


def test_questions_without_words(vectors: Vectors) -> None:
    for ask in (vectors.most_similar, vectors.most_similar_cosmul, vectors.sentence):
        with pytest.raises(Word2VecError, match="no word"):
            ask([])


@pytest.mark.parametrize(
    ("words", "shape", "counts"),
    [
        (["a"], (2, 3), None),
        (["a", "a"], (2, 3), None),
        (["a", "b"], (2, 0), None),
        (["a", "b"], (2,), None),
        (["a", "b"], (2, 3), [1]),
    ],
)
def test_vocabularies_that_do_not_fit(
    words: list[str], shape: tuple[int, ...], counts: list[int] | None
) -> None:
    with pytest.raises(Word2VecError):
        Vectors(words, np.ones(shape, np.float32), None if counts is None else np.array(counts))


def test_no_library_that_trains_is_imported() -> None:
    program = (
        "import sys, engine.word2vec.model, engine.word2vec.formats, engine.word2vec.evaluation, "
        "engine.word2vec.keywords, engine.word2vec.axes, engine.word2vec.maps, "
        "engine.word2vec.segment, engine.word2vec.discovery\n"
        "heavy = {'keras', 'tensorflow', 'jax', 'torch', 'sklearn', 'scipy', 'pandas', 'jieba'}\n"
        "sys.exit(', '.join(heavy & sys.modules.keys()) or 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
