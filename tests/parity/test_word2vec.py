"""Word vectors against gensim: neighbours, evaluation, the Huffman tree and its probabilities.

The fixtures are made by tests/parity/word2vec/gensim_reference.py. Where gensim is installed it is
also asked itself, about other random vectors.
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.word2vec import evaluation
from engine.word2vec.formats import read, write
from engine.word2vec.huffman import Huffman
from engine.word2vec.vectors import Ranked, Vectors, unit

FOLDER = Path(__file__).parent / "word2vec"
GENSIM = json.loads((FOLDER / "gensim.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=["vectors.txt", "vectors.word2vec"])
def vectors(request: pytest.FixtureRequest) -> Vectors:
    return read(FOLDER / request.param)


def assert_same(ours: Ranked, theirs: list[list[Any]], tolerance: float = 2e-6) -> None:
    assert [word for word, _ in ours] == [word for word, _ in theirs]
    scores = [score for _, score in theirs]
    np.testing.assert_allclose([score for _, score in ours], scores, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("case", GENSIM["similar"], ids=lambda case: "+".join(case["positive"]))
def test_neighbours_and_analogies(vectors: Vectors, case: dict[str, Any]) -> None:
    query = case["positive"], case["negative"]
    assert_same(vectors.most_similar(*query, topn=12), case["add"])
    assert_same(vectors.most_similar(*query, topn=5, restrict=40), case["restricted"])
    assert_same(vectors.most_similar_cosmul(*query, topn=12), case["mul"], 1e-5)


@pytest.mark.parametrize("expected", GENSIM["centrality"], ids=len)
def test_the_odd_one_out(vectors: Vectors, expected: list[list[Any]]) -> None:
    words = sorted(word for word, _ in expected)
    assert_same(vectors.centrality(words), expected)


@pytest.mark.parametrize("case", GENSIM["sentences"], ids=lambda case: "+".join(case["a"]))
def test_sentences(vectors: Vectors, case: dict[str, Any]) -> None:
    found = unit(vectors.sentence(case["a"])) @ unit(vectors.sentence(case["b"]))
    assert found == pytest.approx(case["similarity"], abs=1e-6)


def options(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "restrict": case["restrict_vocab"],
        "ignore_case": case["case_insensitive"],
        "count_unknown": case["dummy4unknown"],
    }


@pytest.mark.parametrize("case", GENSIM["pairs"])
def test_word_similarity(vectors: Vectors, case: dict[str, Any]) -> None:
    pairs = evaluation.read_similarity(FOLDER / "similarity.txt")
    found = evaluation.word_similarity(vectors, pairs, **options(case))
    assert found.spearman == pytest.approx(case["spearman"], abs=1e-9)
    assert found.pearson == pytest.approx(case["pearson"], abs=1e-6)
    assert 100 * (1 - found.coverage) == pytest.approx(case["unknown_percent"])


@pytest.mark.parametrize("case", GENSIM["analogies"])
def test_analogies(vectors: Vectors, case: dict[str, Any]) -> None:
    sections = evaluation.read_analogies(FOLDER / "analogies.txt")
    found = list(evaluation.analogies(vectors, sections, **options(case)))
    counts = [[one.section, one.correct, one.counted - one.correct] for one in found]
    assert counts == case["sections"]
    assert evaluation.total(found).accuracy == pytest.approx(case["accuracy"])


def test_huffman_codes() -> None:
    expected = GENSIM["huffman"]
    paths = Huffman(expected["counts"]).paths
    for word, length in enumerate(paths.lengths):
        assert paths.codes[word, :length].tolist() == expected["codes"][word]
        assert paths.nodes[word, :length].tolist() == expected["nodes"][word]


def test_probabilities_of_hierarchical_softmax() -> None:
    """gensim reads log sigmoids from a table of 1,000 values, a little off at every step: its
    scores are some 2% too low, all alike. tests/unit/engine/word2vec walks the exact ones."""
    expected = GENSIM["probabilities"]
    inputs = np.array(expected["vectors"], np.float32)
    nodes = np.array(expected["nodes"], np.float32)
    logs = Huffman(expected["counts"]).log_probabilities(inputs, nodes)
    number = {word: place for place, word in enumerate(expected["words"])}
    found = [logs[number[a], number[b]] + logs[number[b], number[a]] for a, b in expected["pairs"]]
    np.testing.assert_allclose(found, expected["scores"], rtol=0.03)
    assert np.corrcoef(found, expected["scores"])[0, 1] > 0.999
    assert np.std(expected["scores"]) > 0.3


def test_gensim_itself(tmp_path: Path) -> None:
    gensim = pytest.importorskip("gensim.models")
    random = np.random.default_rng()
    words = [f"词{number}" for number in range(2000)]
    ours = Vectors(words, random.normal(size=(2000, 30)).astype(np.float32))
    write(ours, tmp_path / "ours.bin")
    theirs = gensim.KeyedVectors.load_word2vec_format(tmp_path / "ours.bin", binary=True)
    for a, b in pairwise(words[:20]):
        query = [a, b], [words[50]]
        assert_same(ours.most_similar(*query), theirs.most_similar(*query))
        assert_same(ours.most_similar_cosmul(*query), theirs.most_similar_cosmul(*query), 1e-5)
    counts = np.sort(random.integers(1, 1 << 40, 2000))[::-1]
    model = gensim.Word2Vec(vector_size=2, min_count=1, hs=1, negative=0)
    model.build_vocab_from_freq(dict(zip(words, counts.tolist(), strict=True)))
    paths = Huffman(counts).paths
    for word, length in enumerate(paths.lengths):
        place = model.wv.key_to_index[words[word]]
        code = model.wv.get_vecattr(place, "code")
        assert paths.codes[word, :length].tolist() == code.tolist()
