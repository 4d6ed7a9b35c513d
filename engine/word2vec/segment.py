"""Text to words, by jieba, with words of one's own beside those of its dictionary."""

import logging
from collections.abc import Iterable
from functools import cache, cached_property
from typing import Any


class Segmenter:
    """Cuts text into words. Safe to use from several threads.

    Args:
        own_words: words that jieba's dictionary lacks, such as engine.word2vec.discovery finds.
    """

    def __init__(self, own_words: Iterable[str] = ()) -> None:
        self._own_words = tuple(word for word in own_words if word.strip())

    def segment(self, text: str) -> list[str]:
        """The words of a text and what stands between them: together they are the text."""
        return list(self._cutter.cut(text))

    @cached_property
    def _cutter(self) -> Any:
        """A jieba tokenizer of our own, with its dictionary read from the package (a second)."""
        import jieba

        jieba.setLogLevel(logging.WARNING)
        cutter = jieba.Tokenizer()
        # Not cutter.initialize(), which trusts a cache file that anybody may write to /tmp.
        cutter.FREQ, cutter.total = cutter.gen_pfdict(cutter.get_dict_file())
        cutter.initialized = True
        for word in self._own_words:
            cutter.add_word(word)  # as frequent as it takes to keep it whole
        return cutter


def segment(text: str) -> list[str]:
    """The same with jieba's dictionary alone, which is loaded once."""
    return _plain().segment(text)


@cache
def _plain() -> Segmenter:
    return Segmenter()
