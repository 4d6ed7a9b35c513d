"""Trees as SVG that stands alone: no script, no style sheet, no font file.

All lines and letters have the colour of the text around (``currentColor``, black in a file of its
own); the groups are of the classes tree-edges, tree-nodes, tree-words and tree-distances, which a
style sheet may colour otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final, NamedTuple

from engine.onlstm.trees import Mark, Node, depth, walk, word_count

_FONT: Final = 16
_LEVEL: Final = 28
_GAP: Final = 14
_MARGIN: Final = 12
_NODE: Final = 2.5
_BAR: Final = 48
_BAR_WIDTH: Final = 10
_FONTS: Final = (
    "system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif"
)
_UNWRITABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NARROW: Final = 0.58
_LETTERS: Final = {**dict.fromkeys("mwMW%@&", 0.9), **dict.fromkeys("iljtfI.,:;'|!", 0.33)}


class Column(NamedTuple):
    """The room of a word, in pixels."""

    middle: float
    width: float


def to_svg(node: Node, words: Sequence[str], *, distances: Sequence[float] | None = None) -> str:
    """The tree with its words in one row below, and under them the distances as bars.

    Args:
        node: the tree.
        words: those of the tree.
        distances: of each word, from 0 to 1; None draws none.

    Raises:
        ValueError: not as many words, or distances, as the tree has.
    """
    for what, given in (("words", words), ("distances", distances)):
        if given is not None and len(given) != word_count(node):
            raise ValueError(f"a tree of {word_count(node)} words with {len(given)} {what}")
    columns = columns_of(words)
    bottom = _MARGIN + _LEVEL * depth(node)
    row = bottom + _FONT
    width = columns[-1].middle + columns[-1].width / 2 + _MARGIN
    height = row + _MARGIN + (0 if distances is None else _BAR)
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height:g}" '
        f'width="{width:.1f}" height="{height:g}" role="img" '
        f'aria-label="{_shown(" ".join(words))}">',
        *_branches(node, columns, bottom),
        *_words(words, columns, row),
        *(() if distances is None else _bars(distances, columns, row + _MARGIN)),
        "</svg>",
    )
    return "".join(parts)


def columns_of(words: Sequence[str]) -> list[Column]:
    """Where the words of a row stand, side by side."""
    found, x = [], float(_MARGIN)
    for word in words:
        width = max(_FONT * ems(word), _BAR_WIDTH)
        found.append(Column(x + width / 2, width))
        x += width + _GAP
    return found


def ems(text: str) -> float:
    """The width of a text in a proportional font, about, in units of its size.

    Chinese characters and full-width signs are one em wide (East Asian width W and F, and A but for
    letters, which Chinese fonts draw wide), combining marks nothing.
    """
    return sum(_em(character) for character in text)


def _em(character: str) -> float:
    category, width = unicodedata.category(character), unicodedata.east_asian_width(character)
    if category in ("Mn", "Me", "Cf"):
        return 0.0
    if width in ("W", "F") or (width == "A" and not category.startswith("L")):
        return 1.0
    return _LETTERS.get(character, _NARROW)


def _branches(node: Node, columns: Sequence[Column], bottom: float) -> Iterator[str]:
    """A dot for every node, over the middle of its first and last child and as high as the node
    is above its deepest leaf, and lines from it to its children."""
    made: list[list[tuple[float, int]]] = [[]]
    lines, dots = [], []
    for step in walk(node):
        if step is Mark.OPEN:
            made.append([])
        elif step is Mark.CLOSE:
            children = made.pop()
            x, height = (children[0][0] + children[-1][0]) / 2, 1 + max(h for _, h in children)
            y = bottom - _LEVEL * height
            lines += [f"M{x:.1f} {y:g}L{to:.1f} {bottom - _LEVEL * h:g}" for to, h in children]
            dots.append(f'<circle cx="{x:.1f}" cy="{y:g}" r="{_NODE}"/>')
            made[-1].append((x, height))
        else:
            made[-1].append((columns[step].middle, 0))
    yield '<g class="tree-edges" fill="none" stroke="currentColor" stroke-width="1.5"'
    yield f' stroke-linecap="round"><path d="{"".join(lines)}"/></g>' if lines else "/>"
    yield f'<g class="tree-nodes" fill="currentColor">{"".join(dots)}</g>'


def _words(words: Sequence[str], columns: Sequence[Column], row: float) -> Iterator[str]:
    yield f'<g class="tree-words" fill="currentColor" font-family="{_FONTS}"'
    yield f' font-size="{_FONT}" text-anchor="middle">'
    for word, column in zip(words, columns, strict=True):
        yield f'<text x="{column.middle:.1f}" y="{row:g}">{_shown(word)}</text>'
    yield "</g>"


def _bars(distances: Sequence[float], columns: Sequence[Column], top: float) -> Iterator[str]:
    yield '<g class="tree-distances" fill="currentColor" fill-opacity=".45">'
    for distance, column in zip(distances, columns, strict=True):
        height = _BAR * min(max(float(distance), 0.0), 1.0)
        yield f'<rect x="{column.middle - _BAR_WIDTH / 2:.1f}" y="{top + _BAR - height:.1f}"'
        yield f' width="{_BAR_WIDTH}" height="{height:.1f}"><title>{distance:.3f}</title></rect>'
    yield "</g>"


def _shown(text: str) -> str:
    """The text as XML may have it."""
    return escape(_UNWRITABLE.sub("\ufffd", text))
