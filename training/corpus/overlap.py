"""Whether texts have passages in common, by runs of 16 characters."""

import re
import zlib
from collections.abc import Iterable
from typing import Final

from training.corpus.text import HAN

RUN: Final = 16
"""So many Chinese characters in a row are in two texts only if one has them from the other."""


PASSAGE: Final = 12
"""Runs of those that are kept: about 40 characters in a row."""


class Overlap:
    """Texts, to compare others with."""

    def __init__(self) -> None:
        self._runs: set[int] = set()

    def add(self, texts: Iterable[str]) -> None:
        """More texts to compare with."""
        for text in texts:
            # Half of the runs tell as well whether a text comes again, in half the memory.
            self._runs.update(_runs(text)[::2])

    def overlaps(self, text: str, share: float = 0.3) -> bool:
        """Whether at least about so much of the text is in what was added."""
        runs = _runs(text)
        return sum(run in self._runs for run in runs) > 0.5 * share * len(runs)

    def has_passage(self, text: str, share: float = 0.3) -> bool:
        """Whether so much of the text, or a passage of a long one, is in what was added."""
        runs = _runs(text)
        return sum(run in self._runs for run in runs) > min(0.5 * share * len(runs), PASSAGE)

    def repeats(self, text: str, share: float = 0.6) -> bool:
        """Whether so much of the text was there before; remembers it if not."""
        found = self.overlaps(text, share)
        if not found:
            self.add([text])
        return found


def _runs(text: str) -> list[int]:
    """A number for each run; the same in every process, as Python's own hash is not."""
    plain = re.sub(f"[^{HAN}]", "", text)
    count = max(len(plain) - RUN + 1, 1)
    return [zlib.crc32(plain[i : i + RUN].encode("utf-16")) for i in range(count)]
