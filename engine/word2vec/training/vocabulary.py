"""Which words are learned, and a text as their numbers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.word2vec.errors import Word2VecError


class Vocabulary:
    """Words with their counts, the most frequent first.

    Args:
        words: at least two different ones.
        counts: how often each occurs [n], falling.

    Raises:
        Word2VecError: there are fewer than two words, or the counts do not fit.
    """

    def __init__(self, words: Sequence[str], counts: NDArray[np.integer]) -> None:
        if len(words) < 2:
            raise Word2VecError("at least two words have to occur often enough")
        if counts.shape != (len(words),) or (np.diff(counts) > 0).any() or counts[-1] < 1:
            raise Word2VecError("the words need counts, the greatest first")
        self.words = list(words)
        self.counts = counts.astype(np.int64)

    @classmethod
    def of_counts(
        cls, counts: Counter[str], min_count: int = 1, max_words: int | None = None
    ) -> "Vocabulary":
        """Those that occur often enough. Ties keep the order in which words came."""
        kept = [(word, n) for word, n in counts.most_common(max_words) if n >= min_count]
        return cls([word for word, _ in kept], np.array([n for _, n in kept], np.int64))

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def places(self) -> dict[str, int]:
        """The number of each word."""
        return {word: place for place, word in enumerate(self.words)}

    def encode(self, sentences: Iterable[Sequence[str]]) -> "Tokens":
        """Sentences as numbers; words that are not in the vocabulary are left out."""
        ids: list[int] = []
        starts = [0]
        for sentence in sentences:
            ids += [self.places[word] for word in sentence if word in self.places]
            starts.append(len(ids))
        return Tokens(np.array(ids, np.int32), np.array(starts, np.int64))


@dataclass(frozen=True)
class Tokens:
    """A text as numbers of words, one sentence after another. Windows stay within a sentence.

    Attributes:
        ids: [n] of any integer type; may be mapped into memory.
        starts: where each sentence begins, and n at the end [sentences + 1].
    """

    ids: NDArray[np.integer]
    starts: NDArray[np.int64]

    def __post_init__(self) -> None:
        rising = len(self.starts) > 0 and not (np.diff(self.starts) < 0).any()
        if not rising or self.starts[0] != 0 or self.starts[-1] != len(self.ids):
            raise Word2VecError("sentences have to begin at 0, go on and end with the text")

    def __len__(self) -> int:
        return len(self.ids)

    def sentences(self, begin: int, end: int) -> NDArray[np.int32]:
        """A number for the sentence of each of the tokens ``begin`` to ``end``, rising from 0."""
        first, last = np.searchsorted(self.starts, (begin, end), side="right")
        numbers = np.zeros(end - begin, np.int32)
        np.add.at(numbers, self.starts[first:last][self.starts[first:last] < end] - begin, 1)
        return np.cumsum(numbers, dtype=np.int32)
