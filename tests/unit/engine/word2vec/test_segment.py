"""Text cut into words."""

import pytest

from engine.word2vec.segment import Segmenter, segment

TEXT = "太阳是一颗恒星，\n不可思议的Word2Vec！ 🙂"


def test_pieces_together_are_the_text() -> None:
    found = segment(TEXT)
    assert "".join(found) == TEXT
    assert [word for word in found if word.isalnum()] == (
        "太阳 是 一颗 恒星 不可思议 的 Word2Vec".split()
    )
    assert segment("") == []


@pytest.mark.parametrize("word", ["不可思议的", "一颗恒星"])
def test_own_words_stay_whole(word: str) -> None:
    assert word not in segment(TEXT)
    found = Segmenter([word, "", " "]).segment(TEXT)
    assert word in found
    assert "".join(found) == TEXT
    assert word not in segment(TEXT)  # another segmenter's words are its own
