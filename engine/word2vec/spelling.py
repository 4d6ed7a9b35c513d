"""Words by how they are written: completion, and what an unknown word may have meant."""

import heapq
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.tokenizers.scripts import SCRIPTS, converted

_LONGEST: Final = 32
"""Characters of an unknown word that are looked at."""
_CANDIDATES: Final = 4000
"""Words that are compared closely."""


def complete(words: Iterable[str], prefix: str, topn: int) -> list[str]:
    """The first ``topn`` words that begin with the prefix, in the order of ``words``."""
    return list(islice((word for word in words if word.startswith(prefix)), max(topn, 0)))


def normal_forms(word: str) -> list[str]:
    """Other writings of the same word: without outer blanks, half-width, in lower, upper and
    title case, Simplified and Traditional. None of what is too long to be a word."""
    if len(word) > _LONGEST:
        return []
    plain = unicodedata.normalize("NFKC", word).strip()
    forms = [word, plain, plain.lower(), plain.upper(), plain.title()]
    forms += [converted(plain, script) for script in SCRIPTS]
    return list(dict.fromkeys(form for form in forms if form))


def near_spellings(words: Sequence[str], word: str, topn: int) -> list[str]:
    """Words that are written most nearly like ``word``, by Dice's coefficient over characters
    and pairs of neighbouring characters; of equal ones the earlier in ``words``.

    A word that is in ``words`` itself is not among them.
    """
    target = unicodedata.normalize("NFKC", word).strip().lower()[:_LONGEST]
    if not target or topn < 1:
        return []
    sought = _pieces(target)
    scored = (
        (_dice(sought, _pieces(words[index].lower())), -index)
        for index in _sharing(words, set(target))
        if words[index] != word
    )
    return [words[-place] for score, place in heapq.nlargest(topn, scored) if score > 0]


def _sharing(words: Sequence[str], characters: set[str]) -> list[int]:
    """Indices of the words that have most of the characters, at most ``_CANDIDATES``."""
    shared: NDArray[np.int8] = np.zeros(len(words), np.int8)
    for character in characters:
        for form in {character, character.upper()}:
            shared[[i for i, word in enumerate(words) if form in word]] += 1
    order = np.argsort(-shared, kind="stable")[:_CANDIDATES]
    return [int(index) for index in order if shared[index]]


def _pieces(word: str) -> Counter[str]:
    return Counter(word) + Counter(a + b for a, b in pairwise(word))


def _dice(a: Counter[str], b: Counter[str]) -> float:
    return 2 * (a & b).total() / (a.total() + b.total())
