"""Sentences of treebanks with their spans, without punctuation and traces.

Files may be compressed with xz. What is read is trusted to be what its name says.
"""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from engine.onlstm.evaluation import Gold
from engine.onlstm.punctuation import divides
from engine.onlstm.sentences import is_word
from engine.onlstm.trees import Span

_Nested: TypeAlias = "str | list[_Nested]"

_TOKEN: Final = re.compile(r"[()]|[^\s()]+")
_DIVIDING_TAGS: Final = (",", ":")
#: Tags of words in the code that Shen et al. published: no punctuation, traces, $ or #.
_WORD_TAGS: Final = frozenset(
    "CC CD DT EX FW IN JJ JJR JJS LS MD NN NNS NNP NNPS PDT POS PRP PRP$ RB RBR RBS RP SYM TO UH "
    "VB VBD VBG VBN VBP VBZ WDT WP WP$ WRB".split()
)


def read_penn(path: Path) -> list[Gold]:
    """Trees of the Penn Treebank (.mrg): ( (S (NP-SBJ (PRP She)) (VP (VBZ sleeps)) (. .)) ).

    Labels are without functions: NP.
    """
    found = []
    for tree in _penn_trees(_TOKEN.findall(_read(path))):
        words: list[str] = []
        labels: set[tuple[Span, str]] = set()
        opened: list[tuple[str, int]] = []
        borders: set[int] = set()
        for token, after in zip(tree, [*tree[1:], ""], strict=True):
            if token == "(":
                opened.append(("" if after == "(" else after, len(words)))
            elif token == ")":
                label, start = opened.pop()
                if len(words) - start > 1:
                    labels.add(((start, len(words)), re.split("[-=|]", label)[0]))
            elif after == ")" and opened[-1][0] in _WORD_TAGS:
                words.append(token)
            elif after == ")" and opened[-1][0] in _DIVIDING_TAGS and divides(token):
                borders.add(len(words))
        if words:
            spans = frozenset(span for span, _ in labels)
            found.append(Gold(tuple(words), spans, _named(labels), _inside(borders, words)))
    return found


def read_nested(path: Path) -> list[Gold]:
    """Lines of {"words": ["我", "喜欢", "书"], "tree": ["我", ["喜欢", "书"]]}."""
    found = []
    for line in _read(path).splitlines():
        words: list[str] = []
        spans: set[Span] = set()
        _nested(json.loads(line)["tree"], words, spans)
        if words:
            found.append(Gold(tuple(words), frozenset(spans)))
    return found


def read_dependencies(path: Path) -> list[Gold]:
    """CoNLL-U: the spans are those heads that, with all that depends on them, are words in a row.

    Empty nodes and the parts of multi-word tokens' ranges aside, every token but punctuation is a
    word; what punctuation lies between does not interrupt a row.
    """
    found = []
    for block in _read(path).split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines() if not line.startswith("#")]
        rows = [row for row in rows if row[0].isdecimal()]
        words = [row for row in rows if row[3] != "PUNCT"]
        if words:
            heads = {row[0]: row[6] for row in rows}
            spans = _projections([row[0] for row in words], heads)
            texts = tuple(row[1] for row in words)
            found.append(Gold(texts, spans, borders=_inside(_borders(rows), texts)))
    return found


def _read(path: Path) -> str:
    if path.suffix == ".xz":
        with lzma.open(path, "rt", encoding="utf8") as file:
            return file.read()
    return path.read_text("utf8")


def _penn_trees(tokens: Sequence[str]) -> Iterator[Sequence[str]]:
    """The tokens of each tree."""
    open_, begin = 0, 0
    for place, token in enumerate(tokens):
        open_ += (token == "(") - (token == ")")
        if token == ")" and not open_:
            yield tokens[begin : place + 1]
            begin = place + 1


def _named(labels: set[tuple[Span, str]]) -> frozenset[tuple[Span, str]]:
    """Without the bracket around a whole tree, which has no label."""
    return frozenset((span, label) for span, label in labels if label)


def _nested(tree: _Nested, words: list[str], spans: set[Span]) -> None:
    """Collect the words of a tree and its spans."""
    if isinstance(tree, str):
        if is_word(tree):
            words.append(tree)
        return
    start = len(words)
    for child in tree:
        _nested(child, words, spans)
    if len(words) - start > 1:
        spans.add((start, len(words)))


def _borders(rows: Sequence[Sequence[str]]) -> Iterator[int]:
    """The words of a CoNLL-U sentence, by number, before which there is a comma or the like."""
    words = 0
    for row in rows:
        if row[3] != "PUNCT":
            words += 1
        elif divides(row[1]):
            yield words


def _inside(borders: Iterable[int], words: Sequence[str]) -> tuple[int, ...]:
    """Those that are between two words."""
    return tuple(sorted({border for border in borders if 0 < border < len(words)}))


def _projections(words: Sequence[str], heads: dict[str, str]) -> frozenset[Span]:
    """The rows of words under one head each."""
    under: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        while word != "0":
            under.setdefault(word, []).append(place)
            word = heads[word]
    return frozenset(
        (places[0], places[-1] + 1)
        for places in under.values()
        if len(places) > 1 and places[-1] - places[0] + 1 == len(places)
    )
