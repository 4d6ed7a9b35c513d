"""Word vectors and what is asked of them: neighbours, analogies, odd one out, sentences.

The scores are gensim's: cosines of the vectors, 3CosAdd (Mikolov et al. 2013) and 3CosMul (Levy
and Goldberg 2014, "Linguistic Regularities in Sparse and Explicit Word Representations").
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.weights.quantization import Quantized
from engine.word2vec import spelling
from engine.word2vec.errors import UnknownWordError, Word2VecError
from engine.word2vec.matrices import Floats, Matrix, best

Ranked = list[tuple[str, float]]
COSMUL_EPSILON: Final = np.float32(1e-6)
"""Keeps 3CosMul from dividing by zero, as in the paper's footnote 7 and in gensim."""


class Vectors:
    """A vocabulary and a vector for each of its words. Safe to use from several threads.

    Args:
        words: n different words, the most frequent first.
        matrix: [n, d] in float32, which may be memory-mapped, or int8 with a scale [n, 1] for
            each row. No copy of float32 is made; int8 becomes float32 when it is first used.
        counts: how often each word occurred [n], where that is known.

    Raises:
        Word2VecError: the sizes do not fit, or a word occurs twice.
    """

    def __init__(
        self,
        words: Sequence[str],
        matrix: Floats | Quantized,
        counts: NDArray[np.int64] | None = None,
    ) -> None:
        if len(matrix.shape) != 2 or len(words) != matrix.shape[0] or not matrix.shape[1]:
            raise Word2VecError(f"{len(words)} words do not fit vectors of shape {matrix.shape}")
        if counts is not None and counts.shape != (len(words),):
            raise Word2VecError(f"{len(words)} words do not fit {len(counts)} counts")
        self.words = list(words)
        self.counts = counts
        self.size = int(matrix.shape[1])
        self._places = {word: place for place, word in enumerate(self.words)}
        if len(self._places) < len(self.words):
            raise Word2VecError("a word occurs twice")
        self._matrix = Matrix(matrix)
        self._norms: Floats | None = None

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self._places

    @property
    def matrix(self) -> Floats:
        """The vectors [n, d] as they were trained, in float32."""
        return self._matrix.floats

    @property
    def norms(self) -> Floats:
        """The lengths of the vectors [n]; 1 for a vector of zeros, so that its cosines are 0."""
        if self._norms is None:  # should two threads compute them at once, they are the same
            norms: Floats = np.sqrt(np.einsum("nd,nd->n", self.matrix, self.matrix))
            norms[norms == 0] = 1
            self._norms = norms
        return self._norms

    def first(self, count: int) -> "Vectors":
        """The first words only, without a copy of their vectors."""
        counts = None if self.counts is None else self.counts[:count]
        return Vectors(self.words[:count], self.matrix[:count], counts)

    def index(self, word: str) -> int:
        """The word's row. Raises UnknownWordError."""
        place = self._places.get(word)
        if place is None:
            raise UnknownWordError(word, self.near_spellings(word, 5))
        return place

    def vector(self, word: str) -> Floats:
        """The word's vector [d]. Raises UnknownWordError."""
        row: Floats = self.matrix[self.index(word)]
        return row

    def units(self, words: Sequence[str]) -> Floats:
        """The vectors of several words, of length 1 [len(words), d]. Raises UnknownWordError."""
        rows = np.array([self.index(word) for word in words], np.intp)
        return self.matrix[rows] / self.norms[rows][:, None]

    def cosines(self, vectors: Floats, restrict: int | None = None) -> Floats:
        """Cosines of every word, or of the first ``restrict``, with unit vectors [d] or [b, d].

        Returns [n], or [b, n].
        """
        found: Floats = vectors @ self.matrix[:restrict].T / self.norms[:restrict]
        return found

    def combination(self, positive: Sequence[str], negative: Sequence[str] = ()) -> Floats:
        """The sum of the positive unit vectors less the negative ones, of length 1 [d].

        Raises UnknownWordError, or Word2VecError where no word is given.
        """
        if not positive and not negative:
            raise Word2VecError("no word is given")
        return unit(self.units(positive).sum(axis=0) - self.units(negative).sum(axis=0))

    def nearest(
        self,
        vector: Floats,
        topn: int = 10,
        *,
        without: Sequence[str] = (),
        restrict: int | None = None,
    ) -> Ranked:
        """Words by their cosine with any vector [d], best first."""
        scores = self.cosines(unit(vector), restrict)
        return self.ranked(scores, topn, without)

    def most_similar(
        self,
        positive: str | Sequence[str],
        negative: str | Sequence[str] = (),
        topn: int = 10,
        *,
        exclude: bool = True,
        restrict: int | None = None,
    ) -> Ranked:
        """Neighbours of a word, or the answers to an analogy by 3CosAdd, with their cosines.

        Args:
            positive: for "a is to b as c is to ?", b and c.
            negative: and a.
            exclude: leave out the words that were asked about.
            restrict: look at the first so many words of the vocabulary only.

        Raises UnknownWordError, or Word2VecError where no word is given.
        """
        added, taken = _listed(positive), _listed(negative)
        scores = self.cosines(self.combination(added, taken), restrict)
        return self.ranked(scores, topn, added + taken if exclude else ())

    def most_similar_cosmul(
        self,
        positive: str | Sequence[str],
        negative: str | Sequence[str] = (),
        topn: int = 10,
        *,
        exclude: bool = True,
        restrict: int | None = None,
    ) -> Ranked:
        """The same by 3CosMul: products of cosines moved to 0..1, over those of the negative
        words. No single word outweighs the others as it can in a sum."""
        added, taken = _listed(positive), _listed(negative)
        if not added:
            raise Word2VecError("no word is given")
        under = self._product(taken, restrict) + COSMUL_EPSILON
        scores = self._product(added, restrict) / under
        return self.ranked(scores, topn, added + taken if exclude else ())

    def similarity(self, a: str, b: str) -> float:
        """The cosine of two words. Raises UnknownWordError."""
        one, other = self.units((a, b))
        return float(one @ other)

    def shared_neighbours(self, a: str, b: str, topn: int = 10) -> list[tuple[str, float, float]]:
        """Words near to both: with their cosines to each, by the lesser of the two."""
        scores = self.cosines(self.units((a, b)))
        found = best(scores.min(axis=0), topn, {self.index(a), self.index(b)})
        return [(self.words[i], float(scores[0, i]), float(scores[1, i])) for i in found]

    def centrality(self, words: Sequence[str]) -> Ranked:
        """The words by their cosine with the mean of all of them, the most central first.

        Raises UnknownWordError, or Word2VecError for fewer than three different words.
        """
        different = list(dict.fromkeys(words))
        if len(different) < 3:
            raise Word2VecError("at least three different words are needed")
        units = self.units(different)
        scores = units @ unit(units.mean(axis=0))
        order = np.argsort(-scores, kind="stable")
        return [(different[i], float(scores[i])) for i in order]

    def sentence(self, words: Sequence[str]) -> Floats:
        """The mean vector [d] of the words of a sentence that have one.

        Raises UnknownWordError where none has, or Word2VecError where there is no word.
        """
        if not words:
            raise Word2VecError("no word is given")
        rows = [self._places[word] for word in words if word in self._places]
        if not rows:
            raise UnknownWordError(words[0], self.near_spellings(words[0], 5))
        mean: Floats = self.matrix[rows].mean(axis=0)
        return mean

    def near_spellings(self, word: str, topn: int = 5) -> list[str]:
        """Words of the vocabulary that are written alike: another script or case of the same
        word first, then by the characters in common."""
        forms = [form for form in spelling.normal_forms(word) if form != word and form in self]
        found = dict.fromkeys(forms + spelling.near_spellings(self.words, word, topn))
        return list(found)[: max(topn, 0)]

    def complete(self, prefix: str, topn: int = 10) -> list[str]:
        """Words that begin with the prefix, the most frequent first."""
        return spelling.complete(self.words, prefix, topn)

    def ranked(self, scores: Floats, topn: int, without: Sequence[str] = ()) -> Ranked:
        """The words with the highest scores [n], or scores of the first of them, best first."""
        found = best(scores, topn, {self.index(word) for word in without})
        return [(self.words[i], float(scores[i])) for i in found]

    def _product(self, words: Sequence[str], restrict: int | None) -> Floats:
        product: Floats = np.ones(len(self.norms[:restrict]), np.float32)
        for vector in self.units(words):
            product *= (self.cosines(vector, restrict) + 1) / 2
        return product


def unit(vector: Floats) -> Floats:
    """The vector [d] of length 1; zeros stay zeros."""
    length = np.linalg.norm(vector)
    return vector / np.float32(length) if length > 0 else vector


def _listed(words: str | Sequence[str]) -> list[str]:
    return [words] if isinstance(words, str) else list(words)
