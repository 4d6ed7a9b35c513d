"""How plain a text is.

Old fiction is written in a Chinese that a small model cannot learn beside today's.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from training.corpus.text import HAN

COMMONEST: Final = 1500
_CLASSICAL: Final = re.compile("[之乎者也矣焉哉曰乃其吾汝尔兮耳遂亦皆岂甚此则若]")
_SENTENCE: Final = re.compile(r"[。！？…]+|\n")

LEAST_COMMON, MOST_CLASSICAL, LONGEST_SENTENCE = 0.915, 0.02, 40.0
"""What `is_plain` asks for."""


class Plainness(NamedTuple):
    """Measures of a text.

    Attributes:
        common: share of its Chinese characters that are among the COMMONEST.
        classical: share that are particles of classical Chinese.
        sentence: characters a sentence.
    """

    common: float
    classical: float
    sentence: float


@cache
def common_characters() -> frozenset[str]:
    """The commonest characters of children's stories and simple modern sentences."""
    text = (Path(__file__).parent / "common_characters.txt").read_text(encoding="utf8")
    return frozenset(text.replace("\n", "")[:COMMONEST])


def plainness(text: str) -> Plainness:
    """The measures of a text; a text without Chinese is plain."""
    characters = re.findall(f"[{HAN}]", text)
    count = max(len(characters), 1)
    common = sum(character in common_characters() for character in characters)
    sentences = [part for part in _SENTENCE.split(text) if part.strip()]
    return Plainness(
        common=common / count if characters else 1.0,
        classical=len(_CLASSICAL.findall(text)) / count,
        sentence=len(text) / max(len(sentences), 1),
    )


def is_plain(text: str) -> bool:
    """Whether a text is written in plain modern Chinese."""
    found = plainness(text)
    return (
        found.common >= LEAST_COMMON
        and found.classical <= MOST_CLASSICAL
        and found.sentence <= LONGEST_SENTENCE
    )
