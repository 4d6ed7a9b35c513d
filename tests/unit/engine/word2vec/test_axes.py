"""Words between two ends."""

import numpy as np
import pytest

from engine.word2vec.axes import axis
from engine.word2vec.errors import UnknownWordError, Word2VecError
from engine.word2vec.vectors import Vectors

TABLE = {"男": [3, 0], "女": [-1, 0], "旧": [0, 1], "国王": [1, 1], "王后": [-5, 5], "无": [0, 0]}
VECTORS = Vectors(list(TABLE), np.array(list(TABLE.values()), np.float32))


def test_words_lie_between_the_ends() -> None:
    found = axis(VECTORS, ("女", "男"), ["国王", "王后", "旧", "女", "无"])
    half = np.sqrt(0.5)
    np.testing.assert_allclose(found, [half, -half, 0, -1, 0], atol=1e-6)


def test_an_end_may_be_several_words() -> None:
    several = axis(VECTORS, (["女", "王后"], ["男", "国王"]), ["男", "女", "旧"])
    assert several[0] > 0.9 and several[1] < -0.9
    assert abs(several[2]) < 1e-6
    np.testing.assert_allclose(axis(VECTORS, (["女"], ["男"]), ["国王"]), np.sqrt(0.5), rtol=1e-6)


@pytest.mark.parametrize("ends", [("男", "男"), ([], "男"), ("无", "无")])
def test_ends_that_make_no_axis(ends: tuple[str, str]) -> None:
    with pytest.raises(Word2VecError):
        axis(VECTORS, ends, ["国王"])


def test_unknown_words() -> None:
    with pytest.raises(UnknownWordError):
        axis(VECTORS, ("男", "女"), ["猫"])
