"""A text as sentences, and those as the words that a language model reads.

Chinese is cut into words by jieba, English as the Penn Treebank does. Punctuation, emoji and other
symbols are no words: the treebanks that the trees are measured with leave them out as well.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final, Literal

from engine.models.errors import EngineError
from engine.onlstm import english
from engine.onlstm.punctuation import divides_at, split
from engine.tokenizers.scripts import converted, converted_pieces

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")

_LINE_BREAKS: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_WHITE: Final = re.compile(r"[^\S\n]+")
_UNSEEN: Final = ("Cc", "Cf", "Cs", "Co", "Cn")
#: Letters and digits of twice the width, as Chinese input methods write them, and two letters in
#: one character, as copied from PDF: ﬁ.
_PLAIN: Final = {
    code: unicodedata.normalize("NFKC", chr(code))
    for first, last in ("０９", "ＡＺ", "ａｚ", "\ufb00\ufb06")
    for code in range(ord(first), ord(last) + 1)
}
_HAN: Final = re.compile(f"[{english.HAN}]")
_LATIN: Final = re.compile(
    "[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]+"
)
_BEGINNING: Final = 20
"""Characters of a sentence or word that an error quotes."""


class SentenceError(EngineError):
    """A text that no sentences can be had from.

    Attributes:
        kind: "empty", "characters", "sentences", "words" (in one sentence), "long_word",
            "no_words" (nothing but punctuation or emoji) or "language" (neither Chinese nor
            English).
        values: what a sentence about it needs: ``count`` and ``limit`` of what is too many;
            ``text``, the beginning of the sentence or word in question.
    """

    def __init__(self, kind: str, **values: int | str) -> None:
        self.kind = kind
        self.values: Mapping[str, int | str] = values
        super().__init__(_FAULTS[kind].format(**values))


_FAULTS: Final = {
    "empty": "there is no text",
    "characters": "{count} characters, which are more than {limit}",
    "sentences": "{count} sentences, which are more than {limit}",
    "words": "a sentence of {count} words, which are more than {limit}: {text}",
    "long_word": "a word of {count} characters, which are more than {limit}: {text}",
    "no_words": "there is no word in this text",
    "language": "neither Chinese nor English: {text}",
}


@dataclass(frozen=True)
class Limits:
    """How much text is read at once."""

    characters: int = 2_000
    sentences: int = 20
    words: int = 100
    """Of one sentence."""
    word: int = 50
    """Characters of one word."""


LIMITS: Final = Limits()


@dataclass(frozen=True)
class Word:
    """A word of a sentence: sentence.text[start:stop]."""

    text: str
    start: int
    stop: int
    form: str
    """What a model reads: simplified characters, English in lower case with straight quotes."""


@dataclass(frozen=True)
class Sentence:
    """A sentence with its punctuation, and its words without."""

    text: str
    language: Language
    words: tuple[Word, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        """What a model reads."""
        return tuple(word.form for word in self.words)

    @property
    def borders(self) -> tuple[int, ...]:
        """The words before which a comma or the like ends a part of the sentence."""
        return tuple(
            number + 1
            for number, (one, next) in enumerate(pairwise(self.words))
            if divides_at(self.text, one.stop, next.start)
        )


def sentences(
    text: str,
    language: Language | None = None,
    *,
    limits: Limits = LIMITS,
) -> tuple[Sentence, ...]:
    """The sentences of a text that have words, with these words.

    Args:
        text: anything; control characters and those of no width are taken out.
        language: of all sentences; None lets the script of each tell.
        limits: of what is read.

    Raises:
        SentenceError: nothing to read, more than the limits allow, or another language.
    """
    if len(text) > limits.characters:
        raise SentenceError("characters", count=len(text), limit=limits.characters)
    plain = cleaned(text)
    if not plain:
        raise SentenceError("empty")
    found, last = [], language or "zh"
    for part in split(plain):
        last = language or language_of(part) or last
        cut = words(part, last)
        if cut:
            found.append(Sentence(part, last, cut))
    if not found:
        raise SentenceError("no_words")
    if len(found) > limits.sentences:
        raise SentenceError("sentences", count=len(found), limit=limits.sentences)
    for sentence in found:
        check_size(sentence.text, [word.text for word in sentence.words], limits)
    return tuple(found)


def check_size(text: str, words: Sequence[str], limits: Limits = LIMITS) -> None:
    """Raise SentenceError for a sentence of too many words, or of one that is too long."""
    if len(words) > limits.words:
        beginning = text[:_BEGINNING]
        raise SentenceError("words", count=len(words), limit=limits.words, text=beginning)
    for word in words:
        if len(word) > limits.word:
            beginning = word[:_BEGINNING]
            raise SentenceError("long_word", count=len(word), limit=limits.word, text=beginning)


def cleaned(text: str) -> str:
    """The text without characters that nobody sees; runs of white space are one space, letters
    and digits plain ones (not of double width, nor ﬁ), and accents part of their letter."""
    text = _LINE_BREAKS.sub("\n", unicodedata.normalize("NFC", text))
    text = _WHITE.sub(" ", text)
    seen = (
        character
        for character in text
        if character == "\n" or unicodedata.category(character) not in _UNSEEN
    )
    return "".join(seen).translate(_PLAIN).strip()


def language_of(text: str) -> Language | None:
    """The language by its script: Chinese where there are at least as many Chinese characters as
    Latin words, or nearly all of those are names (iPhone 15 Pro Max很贵); None where there are
    neither.

    Raises:
        SentenceError: more than a quarter of the letters are of another script.
    """
    han, latin = len(_HAN.findall(text)), _LATIN.findall(text)
    letters = sum(map(str.isalpha, text))
    if 4 * (letters - han - sum(map(len, latin))) > letters:
        raise SentenceError("language", text=text[:_BEGINNING])
    if not han:
        return "en" if latin else None
    common = sum(len(word) > 1 and word.islower() for word in latin)
    return "en" if len(latin) > han and 3 * common > len(latin) else "zh"


def words(text: str, language: Language) -> tuple[Word, ...]:
    """The words of a sentence, without punctuation."""
    if language == "en":
        return tuple(
            Word(text[start:stop], start, stop, _english_form(text[start:stop]))
            for start, stop in english.words(text)
        )
    simplified = converted(text, "simplified")
    if len(simplified) != len(text):
        simplified = text
    return tuple(
        Word(text[start:stop], start, stop, simplified[start:stop])
        for start, stop in _chinese(simplified)
    )


def forms(words: Sequence[str], language: Language) -> tuple[str, ...]:
    """What a model reads of a sentence that somebody else has cut into words."""
    if language == "en":
        return tuple(map(_english_form, words))
    return tuple(converted_pieces(words, "simplified"))


def is_word(text: str) -> bool:
    """Whether there is a letter or a digit in it; % and & are words of English."""
    return text in ("%", "&") or any(map(str.isalnum, text))


def _english_form(word: str) -> str:
    # The Penn Treebank writes 1\/2.
    return word.lower().replace("’", "'").replace("\\/", "/")


def _chinese(text: str) -> Iterator[tuple[int, int]]:
    """Where each Chinese word begins and ends."""
    start = 0
    for piece in _cutter()(text):
        stop = start + len(piece)
        if is_word(piece) and piece not in ("%", "&"):
            yield start, stop
        start = stop


@cache
def _cutter() -> Callable[[str], list[str]]:
    """A jieba tokenizer of our own, which reads its dictionary when it is first used (1 s)."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    cut: Any = jieba.Tokenizer().lcut
    return lambda text: list(cut(text))
