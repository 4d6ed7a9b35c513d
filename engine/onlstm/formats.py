"""Trees as text: brackets, nested lists, JSON and LaTeX; and brackets as trees again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from engine.models.errors import EngineError
from engine.onlstm.trees import Mark, Node, spans, walk, word_count

MAX_CHARACTERS: Final = 100_000
MAX_WORDS: Final = 1_000
MAX_DEPTH: Final = 2_000
"""Of what ``from_brackets`` reads. Labelled trees are deeper than they are long."""

_TOKEN: Final = re.compile(r"[()]|[^\s()]+")
_FULL_WIDTH: Final = str.maketrans("（）", "()")
_ESCAPES: Final = (("(", "-LRB-"), (")", "-RRB-"))
#: A label of a treebank: NP-SBJ=2, PRP$, -NONE-, or punctuation that is its own tag. No word
#: that stands for itself in English: I, A.
_LABEL: Final = re.compile(r"(?!(?:I|A)$)(?:[A-Z][A-Z0-9$|=+*:/-]*|-[A-Z]+-|[.,:$#]|``|'')$")
_LATEX: Final = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "{}$&#_%"},
}
_FOREST_HEAD: Final = (
    "% \\usepackage{forest}, and for Chinese \\usepackage{xeCJK} with XeLaTeX\n"
    "\\begin{forest}\n"
    "for tree={inner sep=1pt, s sep=4pt, if n children=0{tier=word}{shape=coordinate}}\n"
)


class BracketError(EngineError):
    """A text that is no tree in brackets.

    Attributes:
        kind: "empty", "characters", "words", "depth", "unclosed", "unopened", "hollow" (a bracket
            around nothing), "loose" (a word outside all brackets) or "second" (another tree
            behind the first).
        text: what was to be read.
        position: of the fault, counted in characters from 0.
        limit: what was exceeded, of the first kinds; else 0.
    """

    def __init__(self, kind: str, text: str, position: int, limit: int = 0) -> None:
        self.kind, self.text, self.position, self.limit = kind, text, position, limit
        super().__init__(_FAULTS[kind].format(at=position + 1, limit=limit))


_FAULTS: Final = {
    "empty": "there is no tree",
    "characters": "a tree of more than {limit} characters",
    "words": "more than {limit} words",
    "depth": "brackets nested deeper than {limit}",
    "unclosed": "the bracket at character {at} is not closed",
    "unopened": "the bracket at character {at} closes nothing",
    "hollow": "there is no word in the bracket that ends at character {at}",
    "loose": "the word at character {at} stands outside all brackets",
    "second": "a second tree begins at character {at}",
}


def to_brackets(node: Node, words: Sequence[str]) -> str:
    """(The (cat sleeps)); a word alone is (word).

    Brackets in a word are written -LRB- and -RRB-, as the Penn Treebank does.

    Raises:
        ValueError: the words are not those of the tree, or one is empty or has white space in it.
    """
    text = _written(node, words, _plain, ("(", ")"), " ")
    return text if isinstance(node, tuple) else f"({text})"


def to_nested(node: Node, words: Sequence[str]) -> str:
    """["The", ["cat", "sleeps"]]: a list in JSON, JavaScript and Python.

    Raises ValueError where the words are not those of the tree.
    """
    return _written(node, words, _quoted, ("[", "]"), ", ")


def to_json(node: Node, words: Sequence[str]) -> str:
    """{"words": [...], "tree": [0, [1, 2]], "spans": [[0, 3], [1, 3]]}: leaves are indices of
    words, spans go from the first word to the one after the last, outer ones first.

    Raises ValueError where the words are not those of the tree.
    """
    indices = [str(index) for index in range(len(words))]
    tree = _written(node, indices, str, ("[", "]"), ", ")
    inner = sorted(spans(node), key=lambda span: (span[0], -span[1]))
    listed = json.dumps([list(span) for span in inner])
    return f'{{"words": {_quoted(list(words))}, "tree": {tree}, "spans": {listed}}}'


def to_forest(node: Node, words: Sequence[str]) -> str:
    """A forest environment of LaTeX, all words on one line below the tree.

    Raises ValueError where the words are not those of the tree.
    """
    return f"{_FOREST_HEAD}{_written(node, words, _latex, ('[', ']'), ' ')}\n\\end{{forest}}\n"


def from_brackets(text: str, *, labelled: bool | None = None) -> tuple[Node, tuple[str, ...]]:
    """The tree and its words; nodes of one child are dropped, as are labels and empty elements.

    Full-width brackets are read where there are no others.

    Args:
        text: one tree.
        labelled: whether every bracket, but one around the whole, begins with a label, as in
            (S (NP (PRP She)) (VP (VBZ sleeps))). None: if all of them look like labels of a
            treebank, which (IBM (sued HP)) does not, but (IBM (UN HP)) does.

    Raises:
        BracketError: the text is not one tree, or is too large.
    """
    if len(text) > MAX_CHARACTERS:
        raise BracketError("characters", text, MAX_CHARACTERS, MAX_CHARACTERS)
    plain = text if "(" in text or ")" in text else text.translate(_FULL_WIDTH)
    tokens = [_Token(found[0], found.start()) for found in _TOKEN.finditer(plain)]
    _check(tokens, text)
    return _built(tokens, text, labelled=_is_labelled(tokens) if labelled is None else labelled)


class _Token(NamedTuple):
    text: str
    position: int


def _check(tokens: Sequence[_Token], text: str) -> None:
    """Raise BracketError unless the brackets are balanced, not too deep, and around everything."""
    opened: list[_Token] = []
    for number, token in enumerate(tokens):
        if token.text == ")":
            if not opened:
                raise BracketError("unopened", text, token.position)
            opened.pop()
            continue
        if number and not opened:
            kind = "second" if token.text == "(" else "loose"
            raise BracketError(kind, text, token.position)
        if token.text == "(":
            opened.append(token)
            if len(opened) > MAX_DEPTH:
                raise BracketError("depth", text, token.position, MAX_DEPTH)
        elif not opened and len(tokens) > 1:
            raise BracketError("loose", text, token.position)
    if opened:
        raise BracketError("unclosed", text, opened[-1].position)
    if not tokens:
        raise BracketError("empty", text, 0)


def _is_labelled(tokens: Sequence[_Token]) -> bool:
    """Whether every bracket begins with a label; the outermost need not."""
    heads = [
        after.text
        for number, (token, after) in enumerate(pairwise(tokens))
        if token.text == "(" and not (number == 0 and after.text == "(")
    ]
    return bool(heads) and all(_LABEL.match(head) for head in heads)


def _built(tokens: Sequence[_Token], text: str, *, labelled: bool) -> tuple[Node, tuple[str, ...]]:
    """The tree of balanced brackets."""
    words: list[str] = []
    made: list[list[Node]] = [[]]
    before, unsaid = "", False
    for token in tokens:
        if token.text == "(":
            made.append([])
        elif token.text == ")":
            if before == "(":
                raise BracketError("hollow", text, token.position)
            children = made.pop()
            if children:
                made[-1].append(children[0] if len(children) == 1 else tuple(children))
            unsaid = False
        elif labelled and before == "(":
            unsaid = token.text == "-NONE-"
        elif not unsaid:
            if len(words) == MAX_WORDS:
                raise BracketError("words", text, token.position, MAX_WORDS)
            made[-1].append(len(words))
            words.append(_unescaped(token.text))
        before = token.text
    if not words:
        raise BracketError("empty", text, 0)
    return made[0][0], tuple(words)


def _unescaped(word: str) -> str:
    for character, name in _ESCAPES:
        word = word.replace(name, character)
    return word


def _plain(word: str) -> str:
    if not word or word.split() != [word]:
        raise ValueError(f"a word in brackets has no white space in it: {word!r}")
    for character, name in _ESCAPES:
        word = word.replace(character, name)
    return word


def _quoted(value: str | list[str]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _latex(word: str) -> str:
    return f"[{{{''.join(_LATEX.get(character, character) for character in word)}}}]"


def _written(
    node: Node,
    words: Sequence[str],
    leaf: Callable[[str], str],
    brackets: tuple[str, str],
    separator: str,
) -> str:
    """The tree with its words, bracketed and separated."""
    if word_count(node) != len(words):
        raise ValueError(f"a tree of {word_count(node)} words with {len(words)} words")

    def parts() -> Iterator[str]:
        first = True
        for step in walk(node):
            if step is Mark.CLOSE:
                yield brackets[1]
                first = False
                continue
            yield "" if first else separator
            yield brackets[0] if step is Mark.OPEN else leaf(words[step])
            first = step is Mark.OPEN

    return "".join(parts())
