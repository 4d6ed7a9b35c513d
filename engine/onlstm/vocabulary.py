"""The words of a language model, and what stands for those that it has not."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, Self

from engine.models.errors import TokenizerError
from engine.onlstm.config import Language, Unit

END: Final = "<eos>"
"""Ends a sentence and, as the next one's first input, begins it; its id is 0."""
UNKNOWN: Final = "<unk>"
FILE: Final = "words.txt"

_NUMBER: Final = re.compile(
    r"[+-]?\d[\d.,:%/-]*|[０-９]+|[一二三四五六七八九十百千万亿零〇两点]{2,}"
)
_LATIN: Final = re.compile(r"[A-Za-z][\w.+-]*", re.ASCII)
_ENDINGS: Final = ("ing", "ed", "ly", "s")
_LONGEST: Final = 4
_CLASSES: Final[Mapping[Language, tuple[str, ...]]] = {
    "zh": ("<number>", "<latin>", *(f"<unk{n}>" for n in range(1, _LONGEST + 1))),
    "en": ("<number>", *(f"<unk-{ending}>" for ending in _ENDINGS)),
}


class Vocabulary:
    """Words by number.

    A word that is not there is read as the class that its form tells: a number, a Latin word or the
    count of its characters in Chinese; a number or its ending in English (as parsers' classes of
    unknown words, Petrov et al. 2006). English is read in lower case.

    Args:
        words: all of them, END first.

    Raises TokenizerError for words that are no vocabulary.
    """

    def __init__(self, words: Sequence[str], language: Language) -> None:
        self.words = tuple(words)
        self.language = language
        self._ids = {word: i for i, word in enumerate(self.words)}
        if not self.words or self.words[0] != END:
            raise TokenizerError(f"the first word of a vocabulary is {END}")
        if UNKNOWN not in self._ids:
            raise TokenizerError(f"the vocabulary has no {UNKNOWN}")
        if len(self._ids) != len(self.words):
            raise TokenizerError("the vocabulary has words twice")

    @classmethod
    def build(
        cls, counts: Mapping[str, int], size: int, language: Language, *, classes: bool = True
    ) -> Self:
        """The most frequent words.

        Args:
            size: rows at most, END and the classes of unknown words among them.
            classes: whether unknown words have classes, or UNKNOWN stands for all of them, as in
                the Penn Treebank's language-model data.
        """
        special = (END, UNKNOWN, *(_CLASSES[language] if classes else ()))
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        frequent = (word for word in ranked if word not in special)
        return cls([*special, *islice(frequent, size - len(special))], language)

    @classmethod
    def load(cls, folder: Path, language: Language) -> Self:
        """Read a folder's words.txt, one word a line; TokenizerError where there is none."""
        try:
            text = (folder / FILE).read_text(encoding="utf8")
        except (OSError, UnicodeDecodeError) as error:
            raise TokenizerError(f"{folder / FILE} cannot be read: {error}") from error
        return cls(text.splitlines(), language)

    def save(self, folder: Path) -> None:
        """Write words.txt."""
        (folder / FILE).write_text("\n".join(self.words) + "\n", encoding="utf8")

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return self._normal(word) in self._ids

    def ids(self, words: Iterable[str]) -> list[int]:
        """The numbers of words, known or by their classes."""
        return [self._id(word) for word in words]

    def _id(self, word: str) -> int:
        word = self._normal(word)
        for candidate in (word, *self._classes(word)):
            if candidate in self._ids:
                return self._ids[candidate]
        return self._ids[UNKNOWN]

    def _normal(self, word: str) -> str:
        # The Penn Treebank's N for a number is no word of lower case.
        return word.lower() if self.language == "en" and word != "N" else word

    def _classes(self, word: str) -> Iterator[str]:
        if _NUMBER.fullmatch(word):
            yield from ("<number>", "N")
        elif self.language == "en":
            yield from (f"<unk-{ending}>" for ending in _ENDINGS if word.endswith(ending))
        elif _LATIN.fullmatch(word):
            yield "<latin>"
        else:
            yield f"<unk{min(len(word), _LONGEST)}>"


def units(word: str, unit: Unit) -> tuple[str, ...]:
    """What the model reads a word as: itself, or its characters."""
    return (word,) if unit == "word" else tuple(word)
