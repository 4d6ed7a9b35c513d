"""Completion, and words that are written alike."""

import numpy as np
import pytest

from engine.word2vec.spelling import near_spellings
from engine.word2vec.vectors import Vectors

WORDS = "的 电脑 机器学习 机器 学习 网络 神经网络 NBA 北京 南京 北京市 linux 电影 Beijing".split()


@pytest.fixture
def vectors() -> Vectors:
    return Vectors(WORDS, np.ones((len(WORDS), 2), np.float32))


def test_completion_keeps_the_order_of_frequency(vectors: Vectors) -> None:
    assert vectors.complete("北京") == ["北京", "北京市"]
    assert vectors.complete("机器", 1) == ["机器学习"]
    assert vectors.complete("没有") == []
    assert vectors.complete("", 3) == WORDS[:3]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("電腦", "电脑"),
        ("nba", "NBA"),
        ("ＬＩＮＵＸ", "linux"),
        (" 北京 ", "北京"),
        ("神经网路", "神经网络"),
        ("机器学习算法", "机器学习"),
        ("Bejing", "Beijing"),
        ("北亰", "北京"),
    ],
)
def test_the_nearest_spelling(vectors: Vectors, asked: str, first: str) -> None:
    assert vectors.near_spellings(asked)[0] == first


@pytest.mark.parametrize("asked", ["", "  ", "猫", "🙂", "\x00"])
def test_nothing_is_near(vectors: Vectors, asked: str) -> None:
    assert vectors.near_spellings(asked) == []


def test_a_very_long_word_is_cut(vectors: Vectors) -> None:
    assert near_spellings(WORDS, "学习" + "长" * 100_000, 1) == ["学习"]
    assert vectors.near_spellings("学习" + "長" * 100_000, 1) == ["学习"]
    assert vectors.near_spellings("北京", 0) == []
