"""From a corpus folder to a bundled model: words, packs, runs that stop and go on, export."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.models.catalogue import ROOT
from engine.word2vec.model import Word2Vec
from tests.unit.training.corpus_folder import write_corpus
from training.word2vec import corpus as word2vec_corpus
from training.word2vec import pack as word2vec_pack
from training.word2vec.corpus import SOURCES, segment_source, segmenter, words
from training.word2vec.export import trained


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus = write_corpus(tmp_path_factory.mktemp("corpus"))
    folder = tmp_path_factory.mktemp("shards")
    for source in SOURCES:
        segment_source(source, corpus, folder, "jieba")
    return folder


@pytest.fixture(scope="module")
def pack(shards: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    word2vec_pack.write(folder, *word2vec_pack.pack(shards, 55, 5, 1.0))
    return folder


def test_words_have_letters() -> None:
    found = words("2013年，Ubuntu 很快！C++和 GPT-2、（笑）", segmenter("jieba"))
    assert found[:4] == ["年", "ubuntu", "很快", "c++"]
    assert all(re.search("[一-鿿a-z]", word) for word in found)


def test_shards_hold_the_documents(shards: Path) -> None:
    for name, tokens, starts in (
        (path.stem, *_arrays(path)) for path in sorted(shards.glob("*.npz"))
    ):
        vocabulary = (shards / f"{name}.txt").read_text(encoding="utf8").split("\n")[:-1]
        assert sorted(set(tokens.tolist())) == list(range(len(vocabulary)))
        assert starts[0] == 0 and starts[-1] == len(tokens)
        assert (np.diff(starts) > 0).all()
    tokens, starts = _arrays(shards / "words_explained-000.npz")
    vocabulary = (shards / "words_explained-000.txt").read_text(encoding="utf8").split("\n")
    assert "解释" in [vocabulary[i] for i in tokens[starts[0] : starts[1]]]
    assert len(starts) == 11


def test_a_finished_shard_is_not_made_again(
    shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word2vec_corpus, "write_shard", lambda *_: pytest.fail("made again"))
    corpus = write_corpus(tmp_path)
    assert segment_source("qa/words_explained.tsv", corpus, shards, "jieba")["tokens"] == 0


def test_a_pack_is_the_text_in_another_order(shards: Path, pack: Path) -> None:
    vocabulary, tokens = word2vec_pack.read(pack)
    counts = np.bincount(tokens.ids, minlength=len(vocabulary))
    assert (counts == vocabulary.counts).all()
    assert len(vocabulary) == 55
    assert tokens.ids.dtype == np.uint16
    total = sum(len(_arrays(path)[0]) for path in shards.glob("*.npz"))
    assert 0.3 * total < len(tokens) < total


def test_long_documents_are_cut_into_pieces_of_one_size() -> None:
    starts = np.array([0, 3, 3, 3 + 2 * word2vec_pack.PIECE + 1])
    sizes = np.diff(word2vec_pack.pieces(starts))
    assert sizes.tolist() == [3, 1333, 1334, 1334]


def test_a_share_of_the_documents(shards: Path) -> None:
    _, whole = word2vec_pack.pack(shards, 60, 1, 1.0)
    _, half = word2vec_pack.pack(shards, 60, 1, 0.5)
    assert 0.4 < len(half) / len(whole) < 0.6


def test_a_folder_without_shards_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no shards"):
        word2vec_pack.pack(tmp_path, 10, 1, 1.0)


@pytest.mark.slow
def test_a_run_goes_on_and_becomes_a_model(pack: Path, tmp_path: Path) -> None:
    run, folder = tmp_path / "run", tmp_path / "model"
    options = ["--size", "8", "--window", "3", "--sample", "0", "--rate", "0.1"]
    _command("training.word2vec.train", pack, "--run", run, "--epochs", "2", *options)
    log = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    assert log[-1]["share"] == 1
    model = trained(run, pack)
    assert model.recipe["words_read"] == 2 * model.recipe["text"]
    probabilities = np.exp(model.log_probabilities(model.vectors.words[7]))
    assert probabilities.sum() == pytest.approx(1, abs=1e-4)
    # The same run, told to do more passes, goes on from where it is.
    _command("training.word2vec.train", pack, "--run", run, "--epochs", "4", *options)
    again = trained(run, pack)
    assert again.recipe["words_read"] == 4 * again.recipe["text"]
    said = _command("training.word2vec.export", run, pack, folder, "--map-words", "50")
    assert "words.txt" in said
    loaded = Word2Vec.load(folder)
    assert loaded.map is not None and loaded.map.positions.shape == (50, 2)
    cosines = np.sum(loaded.vectors.matrix * again.vectors.matrix, axis=1) / (
        loaded.vectors.norms * again.vectors.norms
    )
    assert cosines.min() > 0.999


def _arrays(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["tokens"], arrays["starts"]


def _command(module: str, *options: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, options)],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "tensorflow"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
