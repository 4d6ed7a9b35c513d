"""Text out of ids: whole characters, no stray blanks, the same one by one as at once."""

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tokenizers import Tokenizer
from tests.parity.tokenizers.sentences import sentences
from tests.unit.engine.tokenizers.samples import every_tokenizer

TOKENIZERS = every_tokenizer()
BY_NAME = pytest.mark.parametrize("name", TOKENIZERS)
any_ids = st.lists(st.integers(0, 25_000), max_size=40)


def pushed(tokenizer: Tokenizer, ids: Sequence[int]) -> list[str]:
    stream = tokenizer.text_stream()
    return [*(stream.push(id) for id in ids), stream.flush()]


@BY_NAME
@settings(max_examples=200, deadline=None)
@given(ids=any_ids)
def test_a_stream_gives_the_text_of_all_ids(name: str, ids: list[int]) -> None:
    tokenizer = TOKENIZERS[name]
    assert "".join(pushed(tokenizer, ids)) == tokenizer.decode(iter(ids))


@BY_NAME
@settings(max_examples=200, deadline=None)
@given(ids=any_ids)
def test_any_ids_make_whole_characters(name: str, ids: list[int]) -> None:
    for text in pushed(TOKENIZERS[name], ids):
        text.encode("utf-8")
        assert "\ufffd" not in text


@BY_NAME
def test_texts_survive(name: str) -> None:
    """All sentences come back, as far as the vocabulary knows their characters."""
    tokenizer = TOKENIZERS[name]
    lossless = name in ("gpt2", "marks")
    for line in sentences()[:1000]:
        ids = tokenizer.encode(line)
        if tokenizer.unk_id in ids or "\ufffd" in line:
            continue
        text = tokenizer.decode(ids)
        if lossless:
            # SentencePiece has no piece for a null character; U+2581 is its own mark.
            assert text == line.replace("\u2581", ""), line
        else:
            assert bare(text) == bare(line), line


def bare(text: str) -> str:
    """The letters alone: what every kind of tokenization must leave as it was."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in plain if char.isalnum())


@BY_NAME
def test_special_pieces_and_padding_rows_have_no_text(name: str) -> None:
    tokenizer = TOKENIZERS[name]
    specials = [tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id, tokenizer.unk_id]
    known = [id for id in specials if id is not None]
    assert known
    text = tokenizer.decode([*tokenizer.encode("你"), *known, tokenizer.vocab_size + 5])
    assert text == tokenizer.decode(tokenizer.encode("你"))


@BY_NAME
def test_a_lone_surrogate_breaks_nothing(name: str) -> None:
    tokenizer = TOKENIZERS[name]
    text = tokenizer.decode(tokenizer.encode("你 \ud83e 好"))
    assert [char for char in text if char in "你好"] == ["你", "好"]
    text.encode("utf-8")


@pytest.mark.parametrize("name", ["gpt2", "marks", "t5"])
def test_an_emoji_appears_with_its_last_byte(name: str) -> None:
    tokenizer = TOKENIZERS[name]
    ids = tokenizer.encode("🦔")
    assert len(ids) >= 3
    texts = pushed(tokenizer, ids)
    assert texts[len(ids) - 1] == "🦔"
    assert "".join(texts) == "🦔"
    assert tokenizer.decode(ids[:-1]) == ""


@pytest.mark.parametrize("name", ["gpt2", "marks"])
def test_half_a_character_is_dropped_when_another_text_follows(name: str) -> None:
    tokenizer = TOKENIZERS[name]
    half = tokenizer.encode("🦔")[:-1]
    assert tokenizer.decode([*half, *tokenizer.encode("好")]) == "好"


def test_bytes_come_out_as_python_decodes_them() -> None:
    tokenizer = TOKENIZERS["gpt2"]
    byte_ids = {
        byte: tokenizer.id(chr(byte if 0x20 < byte < 0x7F else 0x100 + 0x21 + byte - 0x7F))
        for byte in [*range(0x21, 0x7F), *range(0x7F, 0xA1)]
    }

    @settings(max_examples=300, deadline=None)
    @given(st.lists(st.sampled_from(sorted(byte_ids)), max_size=12))
    def check(found: list[int]) -> None:
        text = tokenizer.decode(byte_ids[byte] for byte in found)
        assert text == bytes(found).decode("utf-8", "ignore")

    check()


def test_no_blank_at_either_end_of_t5s_text() -> None:
    tokenizer = TOKENIZERS["t5"]
    blank, hello = tokenizer.id("\u2581"), tokenizer.encode("hello world")
    assert tokenizer.decode([blank, blank, *hello, blank]) == "hello world"
