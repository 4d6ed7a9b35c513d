"""How good word vectors are: word similarity and analogies, counted as gensim counts.

Word similarity: Spearman's rank correlation of cosines with people's judgements (wordsim-240 and
-297). Analogies: whether "a is to b as c is to ?" is answered right, by sections (Mikolov et al.
2013; Chen et al. 2015 for Chinese; CA8 of Li et al. 2018). What has an unknown word is left out by
default, so a result says how much was covered.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.word2vec.errors import FormatError, Word2VecError
from engine.word2vec.matrices import Floats
from engine.word2vec.vectors import COSMUL_EPSILON, Vectors

RESTRICT: Final = 300_000
"""Words of the vocabulary, from the first on, that are looked at; gensim's default."""
_SCORES: Final = 8_000_000
"""Scores of words that are computed at once."""

Method = Literal["add", "mul"]
Question = tuple[str, str, str, str]


@dataclass(frozen=True)
class Section:
    """Analogies of one kind: a is to b as c is to d."""

    name: str
    questions: Sequence[Question]


@dataclass(frozen=True)
class Similarity:
    """How well cosines follow people's judgements.

    Attributes:
        spearman, pearson: the rank and the linear correlation, -1 to 1.
        known: pairs of which both words have a vector.
        pairs: all pairs of the test.
    """

    spearman: float
    pearson: float
    known: int
    pairs: int

    @property
    def coverage(self) -> float:
        """Share of the pairs that could be measured, 0 to 1."""
        return self.known / self.pairs


@dataclass(frozen=True)
class Analogies:
    """How many analogies of a section were answered right.

    Attributes:
        counted: answers in ``accuracy``: of the known questions, or of all if those with unknown
            words count as wrong.
        known: questions of which all four words have a vector.
        questions: all of the section.
    """

    section: str
    correct: int
    counted: int
    known: int
    questions: int

    @property
    def accuracy(self) -> float:
        """Share of right answers, 0 to 1; 0 where nothing was counted."""
        return self.correct / self.counted if self.counted else 0.0

    @property
    def coverage(self) -> float:
        """Share of the questions that could be asked, 0 to 1."""
        return self.known / self.questions if self.questions else 0.0


def read_similarity(source: Path | bytes) -> list[tuple[str, str, float]]:
    """Pairs of words with a score, a line each with tabs between; others are passed over.

    Raises FormatError: the file is not UTF-8 or has no such line.
    """
    pairs = []
    for line in _lines(source):
        fields = line.split("\t")
        if len(fields) != 3 or line.startswith("#"):
            continue
        try:  # wordsim-297 has stray blanks around fifteen of its words
            pairs.append((fields[0].strip(), fields[1].strip(), float(fields[2])))
        except ValueError:
            continue
    if not pairs:
        raise FormatError("no line is two words and a score with tabs between", "no_pairs")
    return pairs


def read_analogies(source: Path | bytes) -> list[Section]:
    """Sections ": name" of lines with four words; other lines are passed over.

    Raises FormatError: the file is not UTF-8, has no question, or one before any section.
    """
    sections: list[tuple[str, list[Question]]] = []
    for number, line in enumerate(_lines(source), 1):
        if line.startswith(": "):
            sections.append((line.lstrip(": ").strip(), []))
            continue
        match line.split():
            case [a, b, c, expected]:
                if not sections:
                    raise FormatError(
                        f"line {number} is a question before any section", "no_section", number
                    )
                sections[-1][1].append((a, b, c, expected))
    if not any(questions for _, questions in sections):
        raise FormatError('no line is four words, under a line ": section"', "no_questions")
    return [Section(name, questions) for name, questions in sections]


def word_similarity(
    vectors: Vectors,
    pairs: Sequence[tuple[str, str, float]],
    *,
    restrict: int = RESTRICT,
    ignore_case: bool = True,
    count_unknown: bool = False,
) -> Similarity:
    """Correlation of the cosines of pairs with their scores; gensim's evaluate_word_pairs.

    Args:
        restrict: use the first so many words of the vocabulary.
        ignore_case: compare words in upper case; the most frequent of equal ones stands for all.
        count_unknown: count a pair with an unknown word as a cosine of 0, not leave it out.

    Raises:
        Word2VecError: fewer than two pairs are left.
    """
    from scipy.stats import pearsonr, spearmanr

    vocabulary = _Vocabulary(vectors, restrict, ignore_case)
    found: list[float] = []
    scores: list[float] = []
    known = 0
    for a, b, score in pairs:
        rows = vocabulary.rows((a, b))
        if rows is not None:
            one, other = vectors.matrix[rows] / vectors.norms[rows][:, None]
            known += 1
        if rows is not None or count_unknown:
            found.append(0.0 if rows is None else float(one @ other))
            scores.append(score)
    if len(found) < 2:
        raise Word2VecError("fewer than two pairs of words have vectors")
    return Similarity(
        float(spearmanr(scores, found).statistic),
        float(pearsonr(scores, found).statistic),
        known,
        len(pairs),
    )


def analogies(
    vectors: Vectors,
    sections: Iterable[Section],
    *,
    method: Method = "add",
    restrict: int = RESTRICT,
    ignore_case: bool = True,
    count_unknown: bool = False,
) -> Iterator[Analogies]:
    """Answer analogies, a section at a time; gensim's evaluate_word_analogies.

    Args:
        method: "add" for 3CosAdd, "mul" for 3CosMul.
        restrict, ignore_case: as of ``word_similarity``; only these words are answers.
        count_unknown: count a question with an unknown word as wrong, not leave it out.

    Yields each section's result when it is done.
    """
    vocabulary = _Vocabulary(vectors, restrict, ignore_case)
    for section in sections:
        found = (vocabulary.rows(question) for question in section.questions)
        asked = [rows for rows in found if rows is not None]
        correct = sum(
            _count_right(vocabulary, batch, method) for batch in vocabulary.batches(asked)
        )
        counted = len(section.questions) if count_unknown else len(asked)
        yield Analogies(section.name, correct, counted, len(asked), len(section.questions))


def total(results: Sequence[Analogies], name: str = "total") -> Analogies:
    """All sections together: every question weighs the same."""
    return Analogies(
        name,
        sum(result.correct for result in results),
        sum(result.counted for result in results),
        sum(result.known for result in results),
        sum(result.questions for result in results),
    )


class _Vocabulary:
    """The words that count, by how a test writes them."""

    def __init__(self, vectors: Vectors, restrict: int, ignore_case: bool) -> None:
        self.vectors = vectors
        self.size = min(restrict, len(vectors))
        self._ignore_case = ignore_case
        self._written: defaultdict[str, list[int]] = defaultdict(list)
        for row, word in enumerate(vectors.words[: self.size]):
            self._written[self._key(word)].append(row)

    def rows(self, words: Sequence[str]) -> list[int] | None:
        """The words' rows, the first of several that are written alike; None if one is unknown."""
        keys = [self._key(word) for word in words]
        if not all(key in self._written for key in keys):
            return None
        return [self._written[key][0] for key in keys]

    def written_as(self, row: int) -> list[int]:
        """All rows whose words are written as this one's."""
        return self._written[self._key(self.vectors.words[row])]

    def batches(self, questions: Sequence[list[int]]) -> Iterator[NDArray[np.intp]]:
        """Questions [b, 4], as many at a time as there is room for their scores."""
        step = max(1, _SCORES // self.size)
        for begin in range(0, len(questions), step):
            yield np.array(questions[begin : begin + step], np.intp)

    def _key(self, word: str) -> str:
        return word.upper() if self._ignore_case else word


def _count_right(vocabulary: _Vocabulary, questions: NDArray[np.intp], method: Method) -> int:
    """How many of the questions a, b, c, d [b, 4], given by their rows, are answered by d."""
    scores = _scores(vocabulary, questions, method)
    for number, (a, b, c, _) in enumerate(questions.tolist()):
        for row in (a, b, c):
            scores[number, vocabulary.written_as(row)] = -np.inf
    answers = scores.argmax(axis=1)
    return sum(
        answer in vocabulary.written_as(expected)
        for answer, expected in zip(answers.tolist(), questions[:, 3].tolist(), strict=True)
    )


def _scores(vocabulary: _Vocabulary, questions: NDArray[np.intp], method: Method) -> Floats:
    """The score of every word as an answer to each question [b, words]."""
    vectors, size = vocabulary.vectors, vocabulary.size
    a, b, c = (vectors.matrix[rows] / vectors.norms[rows][:, None] for rows in questions[:, :3].T)
    if method == "add":  # no length divided by: it moves all scores of a question alike
        return vectors.cosines(b + c - a, size)
    above = (1 + vectors.cosines(b, size)) * (1 + vectors.cosines(c, size)) / 4
    found: Floats = np.divide(above, (1 + vectors.cosines(a, size)) / 2 + COSMUL_EPSILON)
    return found


def _lines(source: Path | bytes) -> list[str]:
    try:
        data = source if isinstance(source, bytes) else source.read_bytes()
    except OSError as error:
        raise FormatError(f"the test cannot be read: {error}") from error
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError(f"the test is not UTF-8: {error}", "encoding") from error
