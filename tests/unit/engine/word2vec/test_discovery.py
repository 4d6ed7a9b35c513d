"""New words by minimum entropy."""

import random

import pytest

from engine.word2vec.discovery import discover
from engine.word2vec.errors import Word2VecError
from engine.word2vec.segment import segment

FILLERS = "的了是在我他不这有个上们来到时大地为子中你说生国年着就那和要"


def texts() -> list[str]:
    """Random characters with three words strewn in."""
    chance = random.Random(4)
    lines = []
    for _ in range(400):
        line = chance.choices(FILLERS, k=20)
        for word in ("区块链", "元宇宙", "奥密克戎"):
            line.insert(chance.randrange(len(line)), word)
        lines.append("".join(line) + "，" + "".join(chance.choices(FILLERS, k=5)))
    return lines


def test_words_are_found_and_chance_is_not() -> None:
    found = discover(texts())
    assert {new.word for new in found} == {"区块链", "元宇宙", "奥密克戎"}
    counts = {new.word: new.count for new in found}
    assert all(350 < count <= 400 for count in counts.values())
    gains = [new.gain for new in found]
    assert gains == sorted(gains, reverse=True)
    assert found[0].word == "奥密克戎"  # four characters are the most unlikely company


def test_what_is_known_rare_or_long_is_left_out() -> None:
    assert {new.word for new in discover(texts(), known={"元宇宙"})} == {"区块链", "奥密克戎"}
    assert {new.word for new in discover(texts(), longest=3)} == {"区块链", "元宇宙"}
    assert discover(texts(), min_count=500) == []
    assert discover([]) == discover(["", "English 123"]) == []


@pytest.mark.parametrize("options", [{"min_count": 1}, {"longest": 1}])
def test_what_makes_no_sense_is_refused(options: dict[str, int]) -> None:
    with pytest.raises(Word2VecError):
        discover(texts(), **options)


def test_a_new_word_stays_whole_for_the_segmenter() -> None:
    from engine.word2vec.segment import Segmenter

    sentence = "他说奥密克戎来了"
    assert "奥密克戎" not in segment(sentence)
    found = Segmenter(new.word for new in discover(texts())).segment(sentence)
    assert "奥密克戎" in found
