"""Words along an axis that words define, such as 男 to 女 or 旧 to 新.

An axis goes from one word, or the mean of several, to another (Bolukbasi et al. 2016, "Man is to
Computer Programmer as Woman is to Homemaker?"). Where a word lies on it is its cosine with that
direction, which is 0 for a word that is as near to one end as to the other.
"""

from collections.abc import Sequence

from engine.word2vec.errors import Word2VecError
from engine.word2vec.matrices import Floats
from engine.word2vec.vectors import Vectors, unit

End = str | Sequence[str]


def axis(vectors: Vectors, ends: tuple[End, End], words: Sequence[str]) -> Floats:
    """Where words lie on the axis between two ends [words], -1 to 1; the second end is positive.

    Raises:
        UnknownWordError: a word has no vector.
        Word2VecError: an end has no word, or both have the same vector.
    """
    low, high = (vectors.combination([end] if isinstance(end, str) else list(end)) for end in ends)
    direction = unit(high - low)
    if not direction.any():
        raise Word2VecError(f"{ends[0]} and {ends[1]} are no two ends of an axis")
    found: Floats = vectors.units(words) @ direction
    return found
