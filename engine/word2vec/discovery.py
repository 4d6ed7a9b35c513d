"""Words that a text has and a dictionary lacks, by minimum entropy.

After Su Jianlin (最小熵原理, https://kexue.fm/archives/5476) and nlp-zero: two characters belong
together where taking them as one sign makes the text shorter. An ideal code spends
L = N ln N - sum n ln n nats on N signs that occur n times each. With x of the n_a and n_b
occurrences of a and b taken as one sign, N, n_a and n_b are less by x, and to first order L is less
by x (PMI - 1), where PMI = ln(x N / (n_a n_b)). The text is cut wherever two neighbours do not
belong together, and what is left whole often enough is a word.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from engine.word2vec.errors import Word2VecError

_RUN: Final = re.compile("[\u3400-\u9fff]+")


@dataclass(frozen=True)
class NewWord:
    """A word that was found.

    Attributes:
        count: how often it occurs between cuts.
        gain: count times its pointwise mutual information, ln p(word) - sum ln p(character): the
            nats that the text is shorter by, roughly, for having it as a word.
    """

    word: str
    count: int
    gain: float


def discover(
    texts: Collection[str],
    *,
    known: Container[str] = frozenset(),
    min_count: int = 5,
    min_pmi: float = 2.0,
    longest: int = 6,
) -> list[NewWord]:
    """New words of two Han characters or more, those of the highest gain first.

    Args:
        texts: gone through twice.
        known: words that are not new.
        min_count: fewer occurrences are chance.
        min_pmi: least mutual information in nats of two neighbours within a word. From 1 on the
            text gets shorter; a higher one leaves out phrases such as 的研究.
        longest: characters of a word.

    Raises:
        Word2VecError: min_count or longest is less than 2.
    """
    if min_count < 2 or longest < 2:
        raise Word2VecError("a new word has two characters and two occurrences at least")
    characters, pairs = _counts(texts)
    bound = _bound(characters, pairs, min_count, min_pmi)
    pieces = Counter(
        piece for run in _runs(texts) for piece in _pieces(run, bound) if 2 <= len(piece) <= longest
    )
    total = characters.total()
    found = []
    for word, count in pieces.items():
        if count < min_count or word in known:
            continue
        parts = sum(math.log(characters[character] / total) for character in word)
        found.append(NewWord(word, count, count * (math.log(count / total) - parts)))
    return sorted(found, key=lambda new: (-new.gain, new.word))


def _runs(texts: Collection[str]) -> Iterator[str]:
    for text in texts:
        yield from _RUN.findall(text)


def _counts(texts: Collection[str]) -> tuple[Counter[str], Counter[str]]:
    """How often each character and each two neighbours occur."""
    characters: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for run in _runs(texts):
        characters.update(run)
        pairs.update(map("".join, pairwise(run)))
    return characters, pairs


def _bound(
    characters: Counter[str], pairs: Counter[str], min_count: int, min_pmi: float
) -> frozenset[str]:
    """The pairs that belong together."""
    total = characters.total()
    return frozenset(
        pair
        for pair, count in pairs.items()
        if count >= min_count
        and math.log(count * total / (characters[pair[0]] * characters[pair[1]])) >= min_pmi
    )


def _pieces(run: str, bound: frozenset[str]) -> Iterator[str]:
    begin = 0
    for place in range(1, len(run)):
        if run[place - 1 : place + 1] not in bound:
            yield run[begin:place]
            begin = place
    yield run[begin:]
