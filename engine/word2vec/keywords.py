"""Keywords and related words by the probabilities of hierarchical softmax.

After Su Jianlin, https://kexue.fm/archives/4316 (keywords) and https://kexue.fm/archives/4368
(related words: what comes with a word, where its cosine neighbours are what stands in its place).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.word2vec.errors import UnknownWordError, Word2VecError
from engine.word2vec.model import Word2Vec
from engine.word2vec.vectors import Ranked


@dataclass(frozen=True)
class Keyword:
    """A word of a text, with how well it foretells the text.

    Attributes:
        score: sum of log p(w_k | word) over the words w_k of the text, in nats.
        count: how often it occurs in the text.
    """

    word: str
    score: float
    count: int


def keywords(model: Word2Vec, words: Sequence[str], topn: int = 10) -> list[Keyword]:
    """The words of a text that make the whole text most probable, best first.

    Args:
        words: the text's words in any order; those without a vector are passed over.

    Raises:
        UnknownWordError: no word has a vector.
        Word2VecError: there is no word, or the model knows no probabilities.
    """
    if not words:
        raise Word2VecError("no word is given")
    vectors, nodes = model.vectors, model.nodes
    counts = Counter(word for word in words if word in vectors)
    if not counts:
        raise UnknownWordError(words[0], vectors.near_spellings(words[0]))
    rows = np.array([vectors.index(word) for word in counts])
    logs = model.huffman.log_probabilities_of(rows, vectors.matrix[rows], nodes)
    scores = logs @ np.array(list(counts.values()), np.float32)
    found = [
        Keyword(word, float(score), count)
        for (word, count), score in zip(counts.items(), scores, strict=True)
    ]
    return sorted(found, key=lambda keyword: -keyword.score)[:topn]


def related(
    model: Word2Vec,
    word: str,
    alpha: float = 1.0,
    topn: int = 10,
    *,
    restrict: int | None = None,
) -> Ranked:
    """Words y by log p(y | word) - alpha log p(y), best first, without the word itself.

    With alpha = 0 they are the most probable ones, with 1 those whose probability the word
    raises most (pointwise mutual information).

    Args:
        alpha: how much of its own frequency a word is charged for.
        restrict: look at the first so many words of the vocabulary only.

    Raises:
        UnknownWordError: the word has no vector.
        Word2VecError: the model knows no probabilities.
    """
    scores = model.log_probabilities(word)
    counts = np.maximum(model.counts, 1)
    scores = scores - np.float32(alpha) * np.log(counts / counts.sum()).astype(np.float32)
    return model.vectors.ranked(scores[:restrict], topn, (word,))
