"""CPM's marks for blanks and line breaks, in both published models and in models of our own."""

import os
from pathlib import Path

import pytest

from engine.tokenizers import CPMTokenizer
from tests.unit.engine.tokenizers.samples import MODELS

PUBLISHED = Path(os.environ.get("LM_DATA", "")) / "tokenizers"
needs_published = pytest.mark.skipif(
    not ("LM_DATA" in os.environ and PUBLISHED.is_dir()), reason="LM_DATA names no corpus"
)
TEXT = "今天 天气\n\n不错, it is  fine\n"


@pytest.mark.parametrize(("name", "words"), [("cpm", True), ("marks", False)])
def test_blanks_and_line_breaks_survive(name: str, words: bool) -> None:
    tokenizer = CPMTokenizer(MODELS / f"{name}.model", words=words)
    ids = tokenizer.encode(TEXT)
    assert ids.count(tokenizer.newline_id) == 3
    assert tokenizer.decode(ids) == TEXT


def test_words_are_cut_before_pieces() -> None:
    with_words = CPMTokenizer(MODELS / "cpm.model")
    without = CPMTokenizer(MODELS / "cpm.model", words=False)
    text = "我们一起去公园"
    starts = [with_words.piece(id).startswith("\u2581") for id in with_words.encode(text)]
    assert sum(starts) > 1
    assert sum(without.piece(id).startswith("\u2581") for id in without.encode(text)) == 1


def test_a_typed_mark_is_only_text() -> None:
    tokenizer = CPMTokenizer(MODELS / "cpm.model")
    assert tokenizer.id("<eod>") == tokenizer.eos_id
    assert tokenizer.eos_id not in tokenizer.encode("<eod>")


@pytest.mark.corpus
@needs_published
@pytest.mark.parametrize("name", ["spm_2422770.model", "spm_e3afd70.model"])
def test_piece_3_is_the_line_break_of_both_published_models(name: str) -> None:
    tokenizer = CPMTokenizer(PUBLISHED / name)
    assert tokenizer.newline_id == tokenizer.id("\u2583") == 3
    assert (tokenizer.eos_id, tokenizer.pad_id, tokenizer.unk_id) == (7, 5, 0)
    assert tokenizer.encode("好\n") == [63, 8, 3]
    assert tokenizer.decode([63, 8, 3]) == "好\n"
    assert tokenizer.decode([63, 7]) == "好"
    without_words = CPMTokenizer(PUBLISHED / name, words=False)
    assert without_words.encode("好\n\n是").count(3) == 2
