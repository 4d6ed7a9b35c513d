"""What the bundled models read about a text besides its words: genre, mood, length, speaker.

Each combination is one segment id, so a condition travels with every token and may change in the
middle of a text. The network reads it by Conditional Layer Normalization (Su Jianlin,
kexue.fm/archives/7124): the scale and shift of every norm depend on the segment's vector.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

GENRES: Final = (
    "any",
    "novel",
    "wuxia",
    "children",
    "history",
    "essay",
    "scifi",
    "general",
    "facts",
)
"""Kinds of text; "any" where nobody says, "facts" for lists of examples with a common pattern."""

MOODS: Final = ("any", "bright", "sad", "tense")
LENGTHS: Final = ("any", "short", "medium", "long")
"""Of the whole text in characters: up to 200, up to 800, more."""

_CONDITIONS: Final = len(GENRES) * len(MOODS) * len(LENGTHS)
SPEAKERS: Final = (_CONDITIONS, _CONDITIONS + 1)
"""Segments of a dialogue's turns, which alternate; the first speaker has the first turn."""

NUM_SEGMENTS: Final = _CONDITIONS + len(SPEAKERS)


def known_by(num_segments: int) -> bool:
    """Whether a model with so many segments was trained with these conditions."""
    return num_segments == NUM_SEGMENTS


def segment(genre: str = "any", mood: str = "any", length: str = "any") -> int:
    """The segment id of a condition; 0 where nothing is said.

    Raises ValueError for a name that is not in GENRES, MOODS or LENGTHS.
    """
    found = 0
    for kind, name, names in (
        ("genre", genre, GENRES),
        ("mood", mood, MOODS),
        ("length", length, LENGTHS),
    ):
        if name not in names:
            raise ValueError(f"no {kind} {name!r}; there are: {', '.join(names)}")
        found = found * len(names) + names.index(name)
    return found


def factors() -> NDArray[np.float32]:
    """Which genre, mood, length and speaker each segment is: 0 or 1, [NUM_SEGMENTS, F].

    Training learns one vector for each of the F values, and a segment's vector is the sum of
    those that it has: what is learned of a mood in one genre holds in all.
    """
    sizes = (len(GENRES), len(MOODS), len(LENGTHS))
    table = np.zeros((NUM_SEGMENTS, sum(sizes) + len(SPEAKERS)), dtype=np.float32)
    begin = 0
    for values in np.unravel_index(np.arange(_CONDITIONS), sizes):
        table[np.arange(_CONDITIONS), begin + values] = 1
        begin += int(values.max()) + 1
    for i, speaker in enumerate(SPEAKERS):
        table[speaker, begin + i] = 1
    return table
