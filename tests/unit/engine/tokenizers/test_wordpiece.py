"""BERT's tokenizer and its vocabularies, whole, simplified and extended."""

from pathlib import Path

import numpy as np
import pytest

from engine.models.errors import TokenizerError
from engine.tokenizers import Vocabulary, WordPieceTokenizer, read_vocabulary
from tests.unit.engine.tokenizers.samples import BERT, SPECIALS, XIANGQI

FULL = read_vocabulary(BERT)
SMALL = Vocabulary(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "今", "天", "a", "##b", "##天", ",", "ab"))


def test_special_ids() -> None:
    tokenizer = WordPieceTokenizer(FULL)
    assert (tokenizer.pad_id, tokenizer.unk_id, tokenizer.bos_id, tokenizer.eos_id) == (
        0, 100, 101, 102,
    )  # fmt: skip
    assert tokenizer.vocab_size == 21_128
    assert tokenizer.newline_id is None


def test_typed_marks_are_only_text() -> None:
    tokenizer = WordPieceTokenizer(FULL)
    assert [tokenizer.piece(id) for id in tokenizer.encode("[SEP]")] == ["[", "sep", "]"]


def test_styles_differ_in_long_words_and_private_characters() -> None:
    word = "a" * 150
    su = WordPieceTokenizer(FULL, style="bert4keras")
    huggingface = WordPieceTokenizer(FULL, style="huggingface")
    assert su.unk_id not in su.encode(word)
    assert huggingface.encode(word) == [huggingface.unk_id]
    assert su.encode("\ue000") == [su.unk_id]
    assert huggingface.encode("\ue000") == []


def test_capital_letters_are_unknown_to_a_cased_tokenizer_without_them() -> None:
    assert WordPieceTokenizer(SMALL, lower_case=False).encode("A") == [1]
    assert WordPieceTokenizer(SMALL).encode("Á") == [6]


def test_simplified_keeps_what_texts_are_made_of() -> None:
    simple = SMALL.simplified(["[PAD]", "[UNK]", "[SEP]"])
    assert simple.pieces == ("[PAD]", "[UNK]", "[SEP]", "今", "天", "a", "##b", ",", "ab")
    assert simple.rows is not None
    assert simple.rows.keep == (0, 1, 3, 4, 5, 6, 7, 9, 10)


def test_simplified_size_is_the_one_su_reports() -> None:
    assert len(FULL.simplified(SPECIALS)) == 13_584


def test_rows_of_kept_and_compound_pieces() -> None:
    """As bert4keras's load_embeddings does it, whose compound tokens count kept rows."""
    vocabulary = SMALL.simplified(SPECIALS).extended({"今天": ["今", "天"], "new": ["[PAD]"]})
    assert vocabulary.ids["今天"] == len(vocabulary) - 2
    assert vocabulary.rows is not None
    table = np.random.default_rng(0).normal(size=(len(SMALL), 3)).astype(np.float32)
    kept = table[list(vocabulary.rows.keep)]
    expected = np.concatenate([kept, [(kept[4] + kept[5]) / 2, kept[0]]])
    chosen = vocabulary.rows.select(table)
    assert chosen.dtype == np.float32
    np.testing.assert_allclose(chosen, expected, rtol=1e-6)
    np.testing.assert_array_equal(vocabulary.rows.select(table[:, 0]), chosen[:, 0])


def test_pieces_are_selected_once_and_again() -> None:
    twice = SMALL.select([2, 4, 6]).select([2, 0])
    assert twice.pieces == ("a", "[CLS]")
    assert twice.rows is not None
    assert twice.rows.keep == (6, 2)


def test_compound_pieces_are_found_in_texts() -> None:
    tokenizer = WordPieceTokenizer(SMALL.extended({"abc": ["a", "##b"]}))
    assert tokenizer.encode("abc ab") == [11, 10]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: SMALL.simplified(["[MASK]"]), "no piece '\\[MASK\\]'"),
        (lambda: SMALL.select([11]), "no id 11"),
        (lambda: SMALL.extended({"今": ["天"]}), "'今' twice"),
        (lambda: SMALL.extended({"x": ["y"]}), "no piece 'y'"),
        (lambda: SMALL.extended({"x": []}), "'x' must be made of"),
        (lambda: SMALL.extended({"x": ["a"]}).select([0]), "before adding compound"),
        (lambda: Vocabulary(()), "is empty"),
    ],
)
def test_wrong_changes_say_what_is_wrong(change: object, message: str) -> None:
    assert callable(change)
    with pytest.raises(TokenizerError, match=message):
        change()


def test_xiangqi_moves() -> None:
    tokenizer = WordPieceTokenizer(XIANGQI, characters=True)
    ids = tokenizer.encode("h2e2h9g7")
    assert [tokenizer.piece(id) for id in ids] == list("h2e2h9g7")
    assert tokenizer.decode([0, *ids]) == "h2e2h9g7"
    with pytest.raises(TokenizerError, match="no pieces for 'x'"):
        tokenizer.encode("x0")


def test_lookups() -> None:
    tokenizer = WordPieceTokenizer(SMALL)
    assert tokenizer.id("##b") == 7
    assert tokenizer.piece(7) == "##b"
    assert tokenizer.piece(99) == ""
    with pytest.raises(TokenizerError, match="no piece 'zz'"):
        tokenizer.id("zz")
    with pytest.raises(TokenizerError, match="start at 0"):
        tokenizer.piece(-1)


def test_a_line_separator_is_a_piece_and_no_line(tmp_path: Path) -> None:
    file = tmp_path / "vocab.txt"
    file.write_bytes("\ufeff[PAD]\r\n\u2028\r\nb\r\n".encode())
    assert read_vocabulary(file).pieces == ("[PAD]", "\u2028", "b")
