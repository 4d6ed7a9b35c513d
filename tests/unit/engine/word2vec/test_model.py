"""The model's folder, and keywords and related words by probabilities."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.models.catalogue import ModelSpec
from engine.models.errors import CheckpointError
from engine.models.registry import Models
from engine.weights import bundle
from engine.word2vec.errors import UnknownWordError, Word2VecError
from engine.word2vec.keywords import keywords, related
from engine.word2vec.maps import WordMap
from engine.word2vec.model import Word2Vec
from engine.word2vec.vectors import Vectors

WORDS = 200


@pytest.fixture(scope="module")
def model() -> Word2Vec:
    random = np.random.default_rng(5)
    vectors = Vectors(
        [f"词{number}" for number in range(WORDS)],
        random.normal(size=(WORDS, 12)).astype(np.float32),
        (5000 / np.arange(1, WORDS + 1)).astype(np.int64),
    )
    nodes = random.normal(size=(WORDS - 1, 12)).astype(np.float32)
    positions = random.uniform(-1, 1, (50, 2)).astype(np.float32)
    word_map = WordMap(positions, random.integers(0, 9, 50).astype(np.int8))
    return Word2Vec(vectors, nodes, word_map, {"architecture": "skipgram", "名": "字"})


def test_a_model_is_read_as_it_was_saved(model: Word2Vec, tmp_path: Path) -> None:
    model.save(tmp_path)
    found = Word2Vec.load(tmp_path)
    assert found.vectors.words == model.vectors.words
    assert found.counts.tolist() == model.counts.tolist()
    assert found.recipe == model.recipe
    assert found.has_probabilities and found.device == "CPU"
    for ours, theirs in ((found.vectors.matrix, model.vectors.matrix), (found.nodes, model.nodes)):
        peaks = np.abs(theirs).max(axis=1, keepdims=True)
        assert (np.abs(ours - theirs) <= peaks * (1 / 254 + 1 / 1024)).all()
    assert found.map is not None and model.map is not None
    np.testing.assert_allclose(found.map.positions, model.map.positions, atol=1e-3)
    assert found.map.clusters.tolist() == model.map.clusters.tolist()
    total = np.exp(found.log_probabilities("词7").astype(float)).sum()
    assert total == pytest.approx(1, abs=1e-4)
    found.save(tmp_path)  # over itself, while its tensors may still be mapped
    again = Word2Vec.load(tmp_path)
    np.testing.assert_allclose(again.vectors.matrix, found.vectors.matrix, rtol=1e-3)


def test_large_matrices_lie_in_several_shards(
    model: Word2Vec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.save(tmp_path / "whole")
    monkeypatch.setattr(bundle, "SHARD_BYTES", 900)
    model.save(tmp_path / "cut")
    shards = list((tmp_path / "cut").glob("model-*.safetensors"))
    assert len(shards) > 5
    cut, whole = Word2Vec.load(tmp_path / "cut"), Word2Vec.load(tmp_path / "whole")
    np.testing.assert_array_equal(cut.vectors.matrix, whole.vectors.matrix)
    np.testing.assert_array_equal(cut.nodes, whole.nodes)


def test_vectors_alone_make_a_model_that_knows_no_probabilities(
    model: Word2Vec, tmp_path: Path
) -> None:
    Word2Vec(model.vectors).save(tmp_path)
    found = Word2Vec.load(tmp_path)
    assert not found.has_probabilities and found.map is None and found.recipe == {}
    for ask in (lambda: related(found, "词1"), lambda: keywords(found, ["词1"])):
        with pytest.raises(Word2VecError, match="no probabilities"):
            ask()
    with pytest.raises(Word2VecError, match="counts"):
        Word2Vec(Vectors(["a", "b"], np.eye(2, dtype=np.float32))).save(tmp_path)
    with pytest.raises(Word2VecError, match="do not fit"):
        Word2Vec(model.vectors, model.nodes[1:])


def test_keywords_are_summed_as_the_formula_says(model: Word2Vec) -> None:
    text = "词3 词90 词3 没有 词14 词5".split()
    found = keywords(model, text, 3)
    expected = {
        word: sum(
            float(model.log_probabilities(word)[model.vectors.index(other)])
            for other in text
            if other in model.vectors
        )
        for word in text
        if word in model.vectors
    }
    best = sorted(expected, key=lambda word: -expected[word])[:3]
    assert [keyword.word for keyword in found] == best
    for keyword in found:
        assert keyword.score == pytest.approx(expected[keyword.word], rel=1e-5)
        assert keyword.count == text.count(keyword.word)
    with pytest.raises(UnknownWordError):
        keywords(model, ["没有"])
    with pytest.raises(Word2VecError):
        keywords(model, [])


def test_related_words_pay_for_their_frequency(model: Word2Vec) -> None:
    logs = model.log_probabilities("词9")
    prior = np.log(model.counts / model.counts.sum())
    for alpha in (0.0, 0.9, 1.0):
        scores = logs - alpha * prior
        scores[9] = -np.inf
        found = related(model, "词9", alpha, 5)
        assert [word for word, _ in found] == [f"词{i}" for i in np.argsort(-scores)[:5]]
        assert found[0][1] == pytest.approx(scores.max(), rel=1e-4)
    ranks = [
        np.mean([model.vectors.index(word) for word, _ in related(model, "词9", alpha, 20)])
        for alpha in (0.0, 1.0)
    ]
    assert ranks[0] < ranks[1]  # without the charge, frequent words come first
    assert all(model.vectors.index(w) < 30 for w, _ in related(model, "词9", 1.0, 9, restrict=30))
    with pytest.raises(UnknownWordError):
        related(model, "没有")


@pytest.mark.parametrize("file", ["words.txt", "config.json", "model-00001-of-00001.safetensors"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "noise"])
def test_a_damaged_folder_is_refused(
    model: Word2Vec, tmp_path: Path, file: str, damage: str
) -> None:
    model.save(tmp_path)
    path = tmp_path / file
    whole = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes({"empty": b"", "cut": whole[:-9], "noise": b"\xff" + whole}[damage])
    with pytest.raises(CheckpointError):
        Word2Vec.load(tmp_path)


def test_parts_that_do_not_belong_together_are_refused(model: Word2Vec, tmp_path: Path) -> None:
    model.save(tmp_path)
    words = (tmp_path / "words.txt").read_text(encoding="utf8")
    for text in (words + "多\t1\n", words.replace("词1\t", "词2\t"), words.replace("\t", " ")):
        (tmp_path / "words.txt").write_text(text, encoding="utf8")
        with pytest.raises(CheckpointError):
            Word2Vec.load(tmp_path)


@pytest.mark.parametrize("word", ["", "a\tb", "a\nb"])
def test_words_that_cannot_be_kept(tmp_path: Path, word: str) -> None:
    vectors = Vectors(["a", word], np.eye(2, dtype=np.float32), np.array([2, 1]))
    with pytest.raises(Word2VecError):
        Word2Vec(vectors).save(tmp_path)


def test_the_registry_loads_it(model: Word2Vec, tmp_path: Path) -> None:
    model.save(tmp_path)
    loader = "engine.word2vec.model:Word2Vec.load"
    models = Models([ModelSpec("word2vec", "", "local", str(tmp_path), loader, "CC-BY-SA-4.0")])
    assert len(models.get("word2vec").vectors) == WORDS
    assert json.loads((tmp_path / "config.json").read_text())["model"] == {"words": 200, "size": 12}
