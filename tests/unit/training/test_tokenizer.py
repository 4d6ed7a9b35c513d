"""The tokenizer's model, trained on a few sentences."""

from pathlib import Path

import pytest

from engine.tokenizers.cpm import NEWLINE, CPMTokenizer
from tests.unit.training.corpus_folder import write_corpus
from training.corpus.mixes import SOURCES
from training.corpus.tokenizer import CHARACTERS, SPECIALS, sample, sentences, train

SIZE = 305
WORDS = ["老和尚", "和尚", "从前", "一座", "山上", "山", "庙里", "庙", "story", "old"]
TEXT = "从前有一座山，山上有一座庙。庙里有个老和尚，在2023年讲 an old story。\n他说：“山上有庙。”\n"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> CPMTokenizer:
    path: Path = tmp_path_factory.mktemp("tokenizer") / "made" / "chinese.model"
    train(sentences([TEXT, *WORDS] * 40, 100_000, seed=1), path, vocabulary=SIZE)
    return CPMTokenizer(path, words=False)


@pytest.mark.parametrize(
    "text",
    [
        "山上有庙。\n\n老和尚",
        "  two  blanks ",
        "😀🎉 龘𠮷",
        "１２ＡＢ，。！？“”：；",
        "tab\there <sep> <eod> \u3000全角",
    ],
)
def test_text_comes_back(tokenizer: CPMTokenizer, text: str) -> None:
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert tokenizer.unk_id not in ids


def test_a_line_break_is_a_piece_of_its_own(tokenizer: CPMTokenizer) -> None:
    pieces = [tokenizer.piece(id) for id in range(tokenizer.vocab_size)]
    assert [piece for piece in pieces if NEWLINE in piece] == [NEWLINE]
    assert tokenizer.encode("庙。\n\n").count(tokenizer.newline_id) == 2


def test_digits_are_split(tokenizer: CPMTokenizer) -> None:
    assert [tokenizer.piece(id) for id in tokenizer.encode("2023")] == list("2023")


def test_words_are_pieces_and_specials_are_not_text(tokenizer: CPMTokenizer) -> None:
    assert tokenizer.vocab_size == SIZE
    assert len(tokenizer.encode("老和尚")) < 3
    ids = [tokenizer.id(special) for special in ("<pad>", *SPECIALS)]
    assert tokenizer.decode(ids) == ""
    assert not set(ids) & set(tokenizer.encode("<pad><cls><sep><eod>"))
    assert (tokenizer.pad_id, tokenizer.eos_id) == (0, tokenizer.id("<eod>"))


def test_sentences_end_after_so_many_characters() -> None:
    found = list(sentences(["山。" * 10, "庙。" * 10, "寺。" * 10], 15, seed=0))
    assert sum(map(len, found)) == 20
    assert set(found) < {"山。", "庙。", "寺。"}


def test_a_long_sentence_is_cut() -> None:
    assert max(map(len, sentences(["山" * 500], 1000, seed=0))) <= 201


def test_all_large_sources_are_sampled(tmp_path: Path) -> None:
    assert CHARACTERS.keys() < set(SOURCES)
    found = "".join(sample(write_corpus(tmp_path)))
    for text in ("小兔子", "问：", "从前"):
        assert text in found
    assert "\n" not in found and " " not in found
