"""Constituency trees over the words of a sentence, and the parsers that read them off distances.

A leaf is the index of its word and an inner node the tuple of its children, so that
``((0, 1), 2)`` is [[the cat] sleeps]. Nothing here recurses: a right-branching tree of a thousand
words is as deep as it is long. (Python's own ``==`` and ``repr`` of such tuples do recurse; compare
``spans`` instead.)

Both parsers take the syntactic distances of Shen et al. (ICLR 2019), one a word: d_t is large where
the master forget gate closes before word t, so it is the height of the border between words t - 1
and t. Of equal distances the first counts as the largest, as numpy's argmax has it in the published
code; equal distances throughout give the right-branching tree with either parser.

Models read no punctuation, so a comma says nothing to them; the parsers can be given it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import Enum
from itertools import pairwise
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Node: TypeAlias = "int | tuple[Node, ...]"
Span = tuple[int, int]
"""First word, and the word after the last."""
Parser = Literal["unbiased", "shen"]
PARSERS: Final[tuple[Parser, ...]] = ("unbiased", "shen")


class Mark(Enum):
    """Where a node begins and ends in ``walk``."""

    OPEN = "open"
    CLOSE = "close"


class Split(NamedTuple):
    """words[start:stop] become words[start:at] and words[at:stop]."""

    start: int
    stop: int
    at: int
    distance: float
    """The distance that decided it."""


def shen(distances: ArrayLike) -> Node:
    """The tree of the published code: [left, [word k, right]] around the largest distance.

    Dyer et al. (2019) show that it prefers right-branching trees: it cannot build [[a b] c] under
    a left neighbour, and gives random distances more than random trees score on English.

    Args:
        distances: one a word, (words,).

    Raises:
        ValueError: no distance, more than one dimension, or one that is no finite number.
    """
    return parse(distances, "shen")


def parse(distances: ArrayLike, parser: Parser, borders: Collection[int] = ()) -> Node:
    """The tree of either parser. Arguments and errors as of ``splits``."""
    return from_splits(np.size(distances), splits(distances, parser, borders))


def splits(
    distances: ArrayLike, parser: Parser, borders: Collection[int] = ()
) -> tuple[Split, ...]:
    """What is divided: at the borders first, then by the parser, the largest distance first each
    time, as if a threshold fell from above.

    A part always comes after the whole that it is part of. ``shen`` divides twice at one
    distance: before the word and behind it, as far as there is something on that side; at a
    border only before it.

    Args:
        distances: one a word, (words,).
        borders: words before which there is a comma or the like. The parser divides the parts
            between them.

    Raises:
        ValueError: as ``shen``, and for a border that is not between two of the words.
    """
    heights = _checked(distances)
    if any(not 0 < border < len(heights) for border in borders):
        raise ValueError(f"borders must be between the {len(heights)} words, not {borders}")
    outer = sorted(_between(heights, 0, len(heights), borders), key=_lowest_last)
    inner: list[Split] = []
    for start, stop in pairwise((0, *sorted(set(borders)), len(heights))):
        inner += _DIVIDE[parser](heights, start, stop)
    return (*outer, *sorted(inner, key=_lowest_last))


def from_splits(words: int, top_down: Sequence[Split]) -> Node:
    """The tree that the splits leave, which are ordered from the whole to its parts."""
    made: dict[Span, Node] = {(word, word + 1): word for word in range(words)}
    for start, stop, at, _ in reversed(top_down):
        made[start, stop] = (made.pop((start, at)), made.pop((at, stop)))
    return made[0, words]


def left(words: int) -> Node:
    """[[[a b] c] d]."""
    return _divided(words, lambda start, stop: stop - 1)


def right(words: int) -> Node:
    """[a [b [c d]]]."""
    return _divided(words, lambda start, stop: start + 1)


def balanced(words: int, rounding: Literal["floor", "ceil"]) -> Node:
    """Halves of halves; of an odd number of words the left half gets one less, or one more."""
    extra = 1 if rounding == "ceil" else 0
    return _divided(words, lambda start, stop: start + (stop - start + extra) // 2)


def random(words: int, rng: np.random.Generator) -> Node:
    """Divided anywhere with equal probability, and so are its parts: random distances' tree."""
    return _divided(words, lambda start, stop: int(rng.integers(start + 1, stop)))


def pruned(node: Node, keep: Collection[int]) -> Node | None:
    """The tree of some of its words, which are numbered anew, without nodes of one child.

    None where no word is left.
    """
    numbers = {word: number for number, word in enumerate(sorted(set(keep)))}
    made: list[list[Node]] = [[]]
    for step in walk(node):
        if step is Mark.OPEN:
            made.append([])
        elif step is Mark.CLOSE:
            children = made.pop()
            if children:
                made[-1].append(children[0] if len(children) == 1 else tuple(children))
        elif step in numbers:
            made[-1].append(numbers[step])
    return made[0][0] if made[0] else None


def walk(node: Node) -> Iterator[int | Literal[Mark.OPEN, Mark.CLOSE]]:
    """The tree from left to right: OPEN, its children, CLOSE for a node and the word for a leaf."""
    todo: list[Node | Literal[Mark.CLOSE]] = [node]
    while todo:
        step = todo.pop()
        if isinstance(step, tuple):
            yield Mark.OPEN
            todo.append(Mark.CLOSE)
            todo.extend(reversed(step))
        else:
            yield step


def spans(node: Node) -> frozenset[Span]:
    """The words under every node of at least two words, the root's too."""
    found, begun, words = set[Span](), list[int](), 0
    for step in walk(node):
        if step is Mark.OPEN:
            begun.append(words)
        elif step is Mark.CLOSE:
            start = begun.pop()
            if words - start > 1:
                found.add((start, words))
        else:
            words += 1
    return frozenset(found)


def word_count(node: Node) -> int:
    """How many leaves the tree has."""
    return sum(not isinstance(step, Mark) for step in walk(node))


def depth(node: Node) -> int:
    """Nodes on the longest way down; 0 for a word alone."""
    deepest = now = 0
    for step in walk(node):
        now += (step is Mark.OPEN) - (step is Mark.CLOSE)
        deepest = max(deepest, now)
    return deepest


def _checked(distances: ArrayLike) -> NDArray[np.float64]:
    heights = np.asarray(distances, np.float64)
    if heights.ndim != 1 or not len(heights):
        raise ValueError(f"distances must be (words,), not of shape {heights.shape}")
    if not np.isfinite(heights).all():
        raise ValueError("a distance is not a finite number")
    return heights


def _lowest_last(split: Split) -> float:
    """For a sort, which is stable: of equal distances the outer one stays first."""
    return -split.distance


def _between(
    heights: NDArray[np.float64], first: int, last: int, borders: Collection[int] | None = None
) -> Iterator[Split]:
    """words[first:last] at all borders, or at some, by their height; the leftmost of equals."""
    todo = [(first, last)]
    while todo:
        start, stop = todo.pop()
        inside = range(start + 1, stop)
        among = inside if borders is None else sorted(set(borders).intersection(inside))
        if among:
            at = max(among, key=heights.__getitem__)
            yield Split(start, stop, at, float(heights[at]))
            todo += [(at, stop), (start, at)]


def _around(heights: NDArray[np.float64], first: int, last: int) -> Iterator[Split]:
    """Before and behind the word with the largest distance; the leftmost of equals."""
    todo = [(first, last)]
    while todo:
        start, stop = todo.pop()
        if stop - start > 1:
            at = start + int(heights[start:stop].argmax())
            if at > start:
                yield Split(start, stop, at, float(heights[at]))
            if at + 1 < stop:
                yield Split(at, stop, at + 1, float(heights[at]))
            todo += [(at + 1, stop), (start, at)]


_Divide: TypeAlias = Callable[[NDArray[np.float64], int, int], Iterator[Split]]
_DIVIDE: Final[Mapping[Parser, _Divide]] = {
    "unbiased": _between,
    "shen": _around,
}


def _divided(words: int, where: Callable[[int, int], int]) -> Node:
    """The tree that divides every span of two or more words where the function says."""
    if words < 1:
        raise ValueError(f"a tree has at least one word, not {words}")
    found, todo = [], [(0, words)]
    while todo:
        start, stop = todo.pop()
        if stop - start > 1:
            at = where(start, stop)
            found.append(Split(start, stop, at, math.nan))
            todo += [(at, stop), (start, at)]
    return from_splits(words, found)
