import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.models.errors import CheckpointError, TokenizerError
from engine.tokenizers import Vocabulary, WordPieceTokenizer
from engine.tokenizers.vocabulary import Compound, EmbeddingRows
from engine.transformer.checkpoints import (
    huggingface,
    load_checkpoint,
    loading,
    open_weights,
)
from engine.transformer.checkpoints.convert import convert
from engine.transformer.checkpoints.vocabulary_rows import ChosenRows
from engine.transformer.language_model import LanguageModel
from tests.unit.engine.transformer.checkpoints import published

INDEXES = Path(os.environ.get("LM_DATA", "")) / "checkpoint_indexes"

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"今天气不错很好的人我你他是在有"]
TOKENS = [4, 5, 6, 7]


class Arrays:
    def __init__(self, arrays):
        self.arrays = arrays

    def read(self, name):
        return self.arrays[name]


@pytest.fixture
def config():
    return published.tiny_config("gpt2_ml", vocab_size=len(PIECES) + 2)


@pytest.fixture
def weights(config):
    return published.tiny_weights(config)


@pytest.fixture
def folder(tmp_path, weights):
    folder = tmp_path / "tiny-gpt2-ml"
    published.write_safetensors(folder, published.publish(huggingface.GPT2_ML, weights))
    (folder / "config.json").write_text(json.dumps(published.SETTINGS))
    (folder / "vocab.txt").write_text("\n".join(PIECES) + "\n", encoding="utf8")
    return folder


def expected_logits(config, weights, tokens=TOKENS):
    return LanguageModel.build(config, Arrays(weights), dtype="float32").logits(tokens)


def test_weights_and_tokenizer_come_together(folder, config, weights):
    model = load_checkpoint(folder, dtype="float32")
    assert model.name == "tiny-gpt2-ml"
    assert model.tokenizer.encode("今天气不") == TOKENS
    assert np.array_equal(model.logits(TOKENS), expected_logits(config, weights))


def test_a_converted_model_is_the_same_model(folder, tmp_path, config, weights):
    target = convert(folder, tmp_path / "ours")
    model = load_checkpoint(target, dtype="float32")
    assert np.array_equal(model.logits(TOKENS), expected_logits(config, weights))
    assert model.tokenizer.encode("今天气不") == TOKENS
    int8 = load_checkpoint(convert(folder, tmp_path / "int8", "int8"), dtype="float32")
    reference = expected_logits(config, weights)
    assert np.abs(int8.logits(TOKENS) - reference).max() < 0.1 * np.abs(reference).max()


def test_ids_need_no_tokenizer(folder):
    (folder / "vocab.txt").unlink()
    assert load_checkpoint(folder, tokenizer=False).tokenizer is None
    with pytest.raises(TokenizerError, match=r"no vocabulary of gpt2_ml: vocab\.txt"):
        load_checkpoint(folder)


def test_a_vocabulary_can_lie_elsewhere(folder, tmp_path):
    path = (folder / "vocab.txt").rename(tmp_path / "vocab.txt")
    assert load_checkpoint(folder, tokenizer=path).tokenizer.vocab_size == len(PIECES)
    assert load_checkpoint(folder, tokenizer=str(path)).tokenizer.vocab_size == len(PIECES)


def test_a_vocabulary_of_another_size_is_noticed(folder):
    (folder / "vocab.txt").write_text("\n".join([*PIECES, *"abc"]), encoding="utf8")
    with pytest.raises(TokenizerError, match="has 22 pieces, but the weights have 21 rows"):
        load_checkpoint(folder)
    larger = WordPieceTokenizer(Vocabulary(tuple([*PIECES, *"abc"])))
    with pytest.raises(CheckpointError, match="has 21 rows of tokens, but the vocabulary has 22"):
        load_checkpoint(folder, tokenizer=larger)


def test_a_few_rows_may_be_padding():
    config = published.tiny_config("gpt2_ml", vocab_size=21_130)
    loading.check_vocabulary(config, 21_128, "gpt2-ml")
    loading.check_vocabulary(replace(config, vocab_size=8_021), 8_021, "clue")
    for pieces in (8_021, 21_131):
        with pytest.raises(CheckpointError, match=rf"21,130 rows .* {pieces:,} pieces"):
            loading.check_vocabulary(config, pieces, "gpt2-ml")


def test_a_vocabulary_can_be_made_smaller_and_longer(folder, config, weights):
    full = Vocabulary(tuple(PIECES))
    vocabulary = full.select([0, 1, 4, 5, 6]).extended({"天气": ["天", "气"]})
    model = load_checkpoint(folder, dtype="float32", tokenizer=WordPieceTokenizer(vocabulary))
    table = weights["embeddings/token"]
    chosen = np.concatenate([table[[0, 1, 4, 5, 6]], table[[5, 6]].mean(0, keepdims=True)])
    small = replace(config, vocab_size=6)
    expected = expected_logits(small, weights | {"embeddings/token": chosen}, [2, 5])
    assert model.config == small
    assert np.allclose(model.logits([2, 5]), expected, atol=1e-5)


@pytest.mark.parametrize("family", ["bert_lm", "t5"])
def test_chosen_rows_reach_the_output_too(family):
    config = published.tiny_config(family)
    weights = published.tiny_weights(config)
    rows = EmbeddingRows((7, 3, 40), (Compound((3, 9), (1.0, 3.0)),))
    chosen = ChosenRows(config, Arrays(weights), rows)
    assert chosen.config.vocab_size == 4

    def select(table):
        return np.stack([table[7], table[3], table[40], (table[3] + 3 * table[9]) / 4])

    changed = {"bert_lm": "head/bias", "t5": "head/kernel"}[family]
    for name, array in weights.items():
        expected = array
        if name in ("embeddings/token", "head/bias"):
            expected = select(array)
        elif name == "head/kernel":
            expected = select(array.T).T
        assert np.allclose(chosen.read(name), expected), name
    assert chosen.read(changed).shape[-1] == 4


def test_chosen_rows_of_an_int8_model(folder, tmp_path):
    opened = open_weights(convert(folder, tmp_path / "int8", "int8"))
    chosen = ChosenRows(opened.config, opened.weights, EmbeddingRows((5, 4)))
    whole = published.numbers(opened.weights.read("embeddings/token"))
    assert np.array_equal(chosen.read("embeddings/token"), whole[[5, 4]])


@pytest.mark.parametrize(
    "rows", [EmbeddingRows((0, 50)), EmbeddingRows((-1,)), EmbeddingRows((0,), (Compound((99,)),))]
)
def test_rows_beyond_the_table_are_no_rows(rows):
    config = published.tiny_config("gpt2")
    with pytest.raises(CheckpointError, match="are to be kept of 50"):
        ChosenRows(config, Arrays(published.tiny_weights(config)), rows)


def test_options_that_a_tokenizer_has_not_are_named(folder, tmp_path):
    target = convert(folder, tmp_path / "ours")
    settings = json.loads((target / "config.json").read_text())
    settings["tokenizer"] = {"lower": True}
    (target / "config.json").write_text(json.dumps(settings))
    with pytest.raises(CheckpointError, match=r"config\.json: its tokenizer: .*'lower'"):
        load_checkpoint(target)


def test_a_nan_stops_the_loading(folder, weights):
    weights["layers/1/feed_forward/down/bias"][0] = np.nan
    published.write_safetensors(folder, published.publish(huggingface.GPT2_ML, weights))
    with pytest.raises(CheckpointError, match=r"h\.1\.mlp\.c_proj\.bias holds values that are not"):
        load_checkpoint(folder)


@pytest.mark.corpus
@pytest.mark.skipif(not INDEXES.is_dir(), reason="LM_DATA names no corpus")
@pytest.mark.parametrize(
    ("name", "checkpoint", "rows"),
    [("mega-bert-tok-tf", 100_000, 21_130), ("mega-clue-tok-tf", 220_000, 8_021)],
)
def test_the_published_gpt2_ml_has_the_names_and_shapes_that_are_looked_for(
    name, checkpoint, rows, tmp_path
):
    """The index is the published one; its data file is as long as the real one, and a hole."""
    shutil.copytree(INDEXES / name, tmp_path / name)
    prefix = tmp_path / name / f"model.ckpt-{checkpoint}"
    with prefix.with_name(prefix.name + ".data-00000-of-00001").open("wb") as data:
        data.truncate(1 << 35)
    opened = open_weights(prefix)
    assert opened.config.family == "gpt2_ml"
    assert opened.config.vocab_size == rows
    assert (opened.config.num_layers, opened.config.num_heads) == (48, 24)
    assert opened.weights.read("layers/47/attention/query_key_value/kernel").shape == (1536, 4608)
