"""Sentences as trees: foldable, with the model's gates under the words and the splits to replay.

    view = tree(elem_id="parse-trees")
    return tree_value([sentence], lang="zh")    # from a handler whose output it is

There is no event: layout, folding, replaying, copying and saving happen in the browser, which
measures how wide words are there. A value with the same words but other trees moves the nodes.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, TypedDict

import gradio as gr

from app.web.texts import Language
from app.web.widget import dumps, widget

if TYPE_CHECKING:
    from engine.onlstm.trees import Node

_SCRIPTS: Final = (
    "/web/widgets/save.js",
    "outline.js",
    "grid.js",
    "motion.js",
    "branches.js",
    "tracks.js",
    "picture.js",
    "pointing.js",
    "replay.js",
    "files.js",
    "panel.js",
    "card.js",
    "main.js",
)


class Formats(TypedDict):
    """A tree in words, to copy."""

    brackets: str
    json: str
    forest: str


class TreePanel(TypedDict):
    """One tree of a sentence, and what it was made from.

    Attributes:
        title: what made it: "第 2 层 · 无偏".
        note: a figure beside the title, or "".
        tree: of the words' indices.
        splits: (start, stop, at, distance) in the parser's order; empty: nothing to replay.
        gates: "plain" for those of an LSTM, which has no master gates.
        unknown: indices of words that are not in the model's vocabulary.
        distance, surprisal: one number a word, at least 0; None: not shown.
        forget, input: for each word its levels in percent, the lowest first; None: not shown.
    """

    title: str
    note: str
    tree: "Node"
    splits: Sequence[tuple[int, int, int, float]]
    gates: Literal["master", "plain"]
    distance: Sequence[float] | None
    surprisal: Sequence[float] | None
    unknown: Sequence[int]
    forget: Sequence[Sequence[int]] | None
    input: Sequence[Sequence[int]] | None
    formats: Formats


class TreeSentence(TypedDict):
    """A sentence with one panel, or with two that are compared.

    Attributes:
        text: the sentence as it was written.
        words: the leaves, in their order.
        facts: a few words beside the sentence.
    """

    text: str
    words: Sequence[str]
    facts: str
    panels: Sequence[TreePanel]


def tree_value(
    sentences: Sequence[TreeSentence] = (), *, lang: Language = "zh", message: str = ""
) -> str:
    """Sentences as the value of the widget.

    Args:
        message: stands above them, or in their place.
    """
    return dumps({"lang": lang, "message": message, "sentences": list(sentences)})


def tree(value: str = "", *, elem_id: str | None = None) -> gr.HTML:
    """The component; `value` is what tree_value returns, or "" for nothing yet."""
    return widget(
        "pages/parse_tree/widgets",
        _SCRIPTS,
        texts="tree",
        template='<div class="pt"></div>',
        value=value,
        styles=["tree.css"],
        container=False,
        padding=False,
        elem_id=elem_id,
    )
