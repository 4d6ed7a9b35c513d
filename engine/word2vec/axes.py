"""Words along axes that words define: 男 to 女 against 新 to 旧.

An axis goes from the mean of some words to the mean of others (Bolukbasi et al. 2016, "Man is to
Computer Programmer as Woman is to Homemaker?"); where a word lies on it is its cosine with that
direction, which is 0 for a word that is as near to one end as to the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.word2vec.errors import Word2VecError
from engine.word2vec.ranking import Floats
from engine.word2vec.vectors import Vectors, unit


@dataclass(frozen=True)
class Axis:
    """What the low end and the high end of an axis stand for."""

    low: Sequence[str]
    high: Sequence[str]


def project(vectors: Vectors, words: Sequence[str], axes: Sequence[Axis]) -> Floats:
    """Where words lie on axes [words, axes]: negative towards the low end, positive towards the
    high end, -1 to 1.

    Raises:
        UnknownWordError: a word has no vector.
        Word2VecError: an end of an axis has no word, or both are the same.
    """
    units = vectors.units(words)
    return np.stack([_along(vectors, units, axis) for axis in axes], axis=-1)


def _along(vectors: Vectors, units: Floats, axis: Axis) -> Floats:
    if not axis.low or not axis.high:
        raise Word2VecError("both ends of an axis need a word")
    low = unit(vectors.units(axis.low).mean(axis=0))
    high = unit(vectors.units(axis.high).mean(axis=0))
    direction = unit(high - low)
    if not direction.any():
        raise Word2VecError(f"{axis.low[0]!r} and {axis.high[0]!r} are no two ends of an axis")
    found: Floats = units @ direction
    return found
