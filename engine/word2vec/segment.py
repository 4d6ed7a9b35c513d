"""Text to words, by jieba with a dictionary of one's own beside its own one."""

import logging
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any, Final

_FREQUENT: Final = 3
"""A word of one's own is written as so many times as frequent as jieba needs to keep it whole."""


@dataclass(frozen=True)
class Piece:
    """A word and where it is in its text: text[begin:end]."""

    word: str
    begin: int
    end: int


class Segmenter:
    """Cuts text into words. Safe to use from several threads; pickles as its own words.

    Args:
        own_words: words that jieba's dictionary lacks, such as engine.word2vec.discovery finds.
    """

    def __init__(self, own_words: Iterable[str] = ()) -> None:
        self.own_words = tuple(dict.fromkeys(word for word in own_words if word.strip()))
        self._lock = Lock()

    def __reduce__(self) -> tuple[type["Segmenter"], tuple[tuple[str, ...]]]:
        return Segmenter, (self.own_words,)

    def words(self, text: str) -> list[str]:
        """The words of a text, without what is no word: punctuation, blanks, signs."""
        return [word for word in self._cutter.cut(text) if is_word(word)]

    def pieces(self, text: str) -> Iterator[Piece]:
        """The same words, with their places."""
        for word, begin, end in self._cutter.tokenize(text):
            if is_word(word):
                yield Piece(word, begin, end)

    @cached_property
    def _cutter(self) -> Any:
        """A jieba tokenizer of our own, with its dictionary read from the package (a second)."""
        import jieba

        jieba.setLogLevel(logging.WARNING)
        cutter = jieba.Tokenizer()
        # Not cutter.initialize(), which trusts a cache file that anybody may write to /tmp.
        cutter.FREQ, cutter.total = cutter.gen_pfdict(cutter.get_dict_file())
        cutter.initialized = True
        for word in self.own_words:
            cutter.add_word(word, _FREQUENT * cutter.suggest_freq(word))
        return cutter


def is_word(token: str) -> bool:
    """Whether a token has a letter, a character or a digit."""
    return any(unicodedata.category(character)[0] in "LN" for character in token)
