"""Our tokenizers against the references on ten thousand sentences; see make_fixtures.py."""

import hashlib
import os
import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from engine.tokenizers import (
    CPMTokenizer,
    SentencePieceTokenizer,
    Tokenizer,
    WordPieceTokenizer,
    load_tokenizer,
    read_vocabulary,
)
from tests.parity.tokenizers.sentences import COUNT, sentences

HERE = Path(__file__).parent
MODELS = HERE / "models"
PUBLISHED = Path(os.environ.get("LM_DATA", "")) / "tokenizers"
needs_published = pytest.mark.skipif(
    not ("LM_DATA" in os.environ and PUBLISHED.is_dir()), reason="LM_DATA names no corpus"
)
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


@cache
def lines() -> list[str]:
    return sentences()


@pytest.fixture(scope="module")
def fixtures() -> dict[str, np.ndarray]:
    with np.load(HERE / "fixtures.npz") as file:
        return dict(file)


@cache
def tokenizer(name: str) -> Tokenizer:
    bert = MODELS / "bert_vocab.txt"
    match name:
        case "bert4keras":
            return load_tokenizer(bert, "gpt2_ml", rows=21_130)
        case "bert4keras_simplified":
            return WordPieceTokenizer(read_vocabulary(bert).simplified(SPECIALS))
        case "huggingface_uncased" | "huggingface_cased":
            return load_tokenizer(bert, "bert", lower_case=name.endswith("uncased"))
        case "cdial_words":
            vocabulary = read_vocabulary(MODELS / "cdial_vocab.txt")
            return WordPieceTokenizer(vocabulary, style="huggingface")
        case "cdial_characters":
            return load_tokenizer(MODELS / "cdial_vocab.txt", "cdial", rows=13_088)
        case "cpm":
            return load_tokenizer(MODELS / "cpm.model", "cpm")
        case "marks":
            return CPMTokenizer(MODELS / "marks.model", words=False)
        case "gpt2":
            return load_tokenizer(MODELS / "gpt2", "gpt2")
        case "t5":
            return SentencePieceTokenizer(MODELS / "t5.model", extra_ids=100)
        case _:
            return load_tokenizer(PUBLISHED / name, "cpm", rows=30_000)


@cache
def encoded(name: str) -> list[list[int]]:
    ours = tokenizer(name)
    return [ours.encode(line) for line in lines()]


def assert_same(fixtures: dict[str, np.ndarray], name: str, answers: Iterable[bytes]) -> None:
    whole = hashlib.sha256()
    wrong = []
    for number, (answer, short) in enumerate(zip(answers, fixtures[f"{name}/short"], strict=True)):
        whole.update(len(answer).to_bytes(4, "little") + answer)
        if zlib.crc32(answer) & 0xFFFF != short:
            wrong.append(lines()[number])
    assert not wrong, f"{len(wrong)} of {COUNT} differ: {wrong[:10]}"
    assert whole.digest() == fixtures[f"{name}/whole"].tobytes()


def test_the_sentences_are_those_of_the_references(fixtures: dict[str, np.ndarray]) -> None:
    assert len(lines()) == COUNT
    assert zlib.crc32(repr(lines()).encode()) == fixtures["sentences"]


WORDPIECE = [
    "bert4keras", "bert4keras_simplified", "huggingface_uncased", "huggingface_cased",
    "cdial_words", "cdial_characters",
]  # fmt: skip
WITH_TEXTS = ["cpm", "marks", "gpt2", "t5"]


@pytest.mark.parametrize("name", [*WORDPIECE, *WITH_TEXTS])
def test_ids_are_those_of_the_reference(name: str, fixtures: dict[str, np.ndarray]) -> None:
    ids = encoded(name)
    lengths = fixtures[f"{name}/lengths"]
    expected = np.split(fixtures[f"{name}/ids"], np.cumsum(lengths)[:-1])
    for line, found, sentence in zip(lines(), ids, expected, strict=False):
        assert found == sentence.tolist(), line
    assert_same(fixtures, name, (np.array(sentence, "<i4").tobytes() for sentence in ids))


def test_rows_of_the_simplified_vocabulary(fixtures: dict[str, np.ndarray]) -> None:
    rows = read_vocabulary(MODELS / "bert_vocab.txt").simplified(SPECIALS).rows
    assert rows is not None
    assert list(rows.keep) == fixtures["bert4keras_simplified/keep"].tolist()


@pytest.mark.parametrize("name", WITH_TEXTS)
def test_texts_are_those_of_the_reference(name: str, fixtures: dict[str, np.ndarray]) -> None:
    ours = tokenizer(name)
    texts = (ours.decode(ids).encode() for ids in encoded(name))
    assert_same(fixtures, f"{name}/texts", texts)


@pytest.mark.corpus
@needs_published
@pytest.mark.parametrize("name", ["spm_2422770.model", "spm_e3afd70.model"])
def test_both_models_of_cpm(name: str, fixtures: dict[str, np.ndarray]) -> None:
    ids = encoded(name)
    assert_same(fixtures, "cpm_published", (np.array(s, "<i4").tobytes() for s in ids))
    ours = tokenizer(name)
    texts = (ours.decode(sentence).encode() for sentence in ids)
    assert_same(fixtures, "cpm_published/texts", texts)
