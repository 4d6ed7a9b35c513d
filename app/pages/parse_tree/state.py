"""What a visit has: its sentences, typed ones or those of a bracketing with the tree that it gives
them, and what the models said of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Self

from app.web.run import Runs
from engine.onlstm import sentences, trees
from engine.onlstm.formats import from_brackets
from engine.onlstm.punctuation import divides
from engine.onlstm.sentences import LIMITS, Language, SentenceError

if TYPE_CHECKING:
    from engine.onlstm.analysis import Analysis, OnLstm


@dataclass(frozen=True)
class Item:
    """A sentence.

    Attributes:
        words: as they were written, without punctuation.
        forms: what a model reads.
        gold: the tree that somebody gave it.
        borders: the words before which there is a comma or the like.
    """

    text: str
    language: Language
    words: tuple[str, ...]
    forms: tuple[str, ...]
    gold: trees.Node | None = None
    borders: tuple[int, ...] = ()


@dataclass(frozen=True)
class Source:
    """Where sentences come from.

    Attributes:
        text: as it was typed or pasted.
        is_gold: whether it is a bracketing.
        language: None lets the script tell.
    """

    text: str
    is_gold: bool = False
    language: Language | None = None


@dataclass(frozen=True)
class Passage:
    """Sentences, and what the models said of them."""

    source: Source
    items: tuple[Item, ...]
    analyses: dict[tuple[str, int], Analysis] = field(default_factory=dict)

    @classmethod
    def of(cls, source: Source) -> Self:
        """The sentences of a source. Raises SentenceError or BracketError."""
        read = read_gold if source.is_gold else read_text
        return cls(source, read(source.text, source.language))

    def analyse(self, name: str, model: OnLstm, indices: Sequence[int]) -> list[Analysis]:
        """What a model says of some of the sentences; it reads those that are new to it."""
        new = [index for index in indices if (name, index) not in self.analyses]
        if new:
            found = model.analyse([self.items[index].forms for index in new])
            self.analyses.update(((name, i), one) for i, one in zip(new, found, strict=True))
        return [self.analyses[name, index] for index in indices]


@dataclass
class Visit:
    """What a visitor asked for last: every event of a visit has the same, and several may be under
    way."""

    passage: Passage | None = None
    runs: Runs = field(default_factory=Runs)


def read_text(text: str, language: Language | None) -> tuple[Item, ...]:
    """The sentences of a text. Raises SentenceError."""
    return tuple(
        Item(
            *(found.text, found.language, tuple(word.text for word in found.words), found.forms),
            borders=found.borders,
        )
        for found in sentences.sentences(text, language)
    )


def read_gold(text: str, language: Language | None) -> tuple[Item, ...]:
    """The trees of a bracketing, or of several after each other, without their punctuation.

    Raises BracketError or SentenceError.
    """
    parts = list(_parts(sentences.cleaned(text)))
    if len(parts) > LIMITS.sentences:
        raise SentenceError("sentences", count=len(parts), limit=LIMITS.sentences)
    return tuple(_gold_item(part, language) for part in parts)


def _gold_item(text: str, language: Language | None) -> Item:
    node, written = from_brackets(text)
    kept = [index for index, word in enumerate(written) if sentences.is_word(word)]
    gold = trees.pruned(node, kept)
    if gold is None:
        raise SentenceError("no_words")
    words = tuple(written[index] for index in kept)
    sentences.check_size(" ".join(words), words)
    known = language or sentences.language_of(" ".join(words)) or "zh"
    text = (" " if known == "en" else "").join(written)
    borders = [
        number + 1
        for number, (one, next) in enumerate(pairwise(kept))
        if any(map(divides, written[one + 1 : next]))
    ]
    return Item(text, known, words, sentences.forms(words, known), gold, tuple(borders))


def _parts(text: str) -> Iterator[str]:
    """Trees that stand after each other; from_brackets says what is wrong with one."""
    depth = begin = 0
    for index, character in enumerate(text):
        depth += (character in "(（") - (character in ")）")
        if character in ")）" and depth == 0:
            yield text[begin : index + 1]
            begin = index + 1
    if text[begin:].strip() or begin == 0:
        yield text[begin:]
