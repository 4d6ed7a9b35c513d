"""Sentences and what the models say of them, as the tree widget shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from app.pages.parse_tree.choices import GOLD, OTHER_PARSER, TRIVIAL, Choices
from app.pages.parse_tree.reading import Item, Passage
from app.pages.parse_tree.readings import Reading, readings
from app.pages.parse_tree.tree import Formats, TreePanel, TreeSentence
from app.pages.parse_tree.variants import kind_name, kind_of
from app.pages.parse_tree.words import say
from app.web.texts import Language
from engine.onlstm import formats, trees
from engine.onlstm.evaluation import compare
from engine.onlstm.trees import PARSERS, Node, Parser

if TYPE_CHECKING:
    from engine.onlstm.analysis import FloatArray, OnLstm

_DISTANCE_DIGITS: Final = 6
_BITS_DIGITS: Final = 2
#: Of a perplexity that is still written out.
_MAX_BITS: Final = 40


def shown(
    passage: Passage, models: dict[str, OnLstm], choices: Choices, lang: Language
) -> list[TreeSentence]:
    """The sentences with one tree each, or two. Raises Refusal."""
    found = readings(passage, models, choices, lang)
    others = _others(passage, models, choices, lang)
    kinds = {kind_of(model.config) for model in models.values()}
    return [
        _sentence(reading, other, choices, kinds, lang)
        for reading, other in zip(found, others, strict=True)
    ]


def _others(
    passage: Passage, models: dict[str, OnLstm], choices: Choices, lang: Language
) -> Sequence[Reading | None]:
    """What stands beside each sentence, where a model has to read it."""
    if choices.beside == OTHER_PARSER:
        found = readings(passage, models, choices, lang)
        return [replace(r, parser=PARSERS[1 - PARSERS.index(r.parser)]) for r in found]
    if choices.beside_layer is not None:
        return readings(passage, models, replace(choices, layer=choices.beside_layer), lang)
    if choices.beside_kind is not None:
        return readings(passage, models, replace(choices, kind=choices.beside_kind), lang)
    return [None] * len(passage.items)


def _sentence(
    reading: Reading, other: Reading | None, choices: Choices, kinds: Iterable[str], lang: Language
) -> TreeSentence:
    item, tree = reading.item, reading.tree
    panels = [_read_panel(reading, kinds, _note(tree, item, None, lang), lang)]
    known = _known_tree(item, choices.beside)
    if known is not None:
        title = say(f"beside.{choices.beside if choices.beside in TRIVIAL else GOLD}", lang)
        panels.append(_bare_panel(title, known, item.words, _note(known, item, tree, lang)))
    elif other is not None and _origin(other) != _origin(reading):
        panels.append(_read_panel(other, kinds, _note(other.tree, item, tree, lang), lang))
    facts = say(
        "facts",
        lang,
        words=len(item.words),
        bits=f"{reading.bits:.1f}",
        perplexity=f"{2 ** min(reading.bits, _MAX_BITS):,.0f}",
    )
    return {"text": item.text, "words": item.words, "facts": facts, "panels": panels}


def _origin(reading: Reading) -> tuple[str, int, Parser]:
    """A language may lack the other model or layer: what stands beside would be the same."""
    return reading.name, reading.layer, reading.parser


def _known_tree(item: Item, beside: str) -> Node | None:
    """What stands beside a sentence, where no model has to read it."""
    words = len(item.words)
    if beside == "balanced":
        return trees.balanced(words, "floor")
    if beside in TRIVIAL:
        return trees.right(words) if beside == "right" else trees.left(words)
    return item.gold if beside == GOLD else None


def _note(tree: Node, item: Item, beside: Node | None, lang: Language) -> str:
    """How a tree agrees with the gold one, or else with the one beside it."""
    if item.gold is not None:
        if tree is item.gold:
            return ""
        score = compare(tree, item.gold)
        return say(
            "note.gold",
            lang,
            f1=f"{100 * score.f1:.1f}",
            precision=f"{100 * score.precision:.0f}",
            recall=f"{100 * score.recall:.0f}",
        )
    if beside is None:
        return ""
    whole = {(0, len(item.words))}
    own, others = trees.spans(tree) - whole, trees.spans(beside) - whole
    return say("note.shared", lang, shared=len(own & others), total=len(own))


def _read_panel(reading: Reading, kinds: Iterable[str], note: str, lang: Language) -> TreePanel:
    model = reading.model
    gates = reading.analysis.layers[reading.layer]
    tree = reading.tree
    title = say(
        "title_of_tree",
        lang,
        layer=reading.layer + 1,
        parser=say(f"parser.{reading.parser}", lang),
        model=kind_name(kind_of(model.config), [*kinds], lang),
    )
    return {
        "title": title,
        "note": note,
        "tree": tree,
        "splits": [
            (start, stop, at, round(distance, _DISTANCE_DIGITS))
            for start, stop, at, distance in trees.splits(
                gates.distances, reading.parser, reading.borders
            )
        ],
        "gates": "plain" if model.config.cell == "lstm" else "master",
        "distance": _rounded(gates.distances, _DISTANCE_DIGITS),
        "surprisal": _rounded(reading.analysis.surprisal, _BITS_DIGITS),
        "unknown": [i for i, known in enumerate(reading.analysis.known) if not known],
        "forget": _percent(gates.forget),
        "input": _percent(gates.input),
        "formats": _formats(tree, reading.item.words),
    }


def _bare_panel(title: str, tree: Node, words: tuple[str, ...], note: str) -> TreePanel:
    return {
        "title": title,
        "note": note,
        "tree": tree,
        "splits": [],
        "gates": "master",
        "distance": None,
        "surprisal": None,
        "unknown": [],
        "forget": None,
        "input": None,
        "formats": _formats(tree, words),
    }


def _formats(tree: Node, words: tuple[str, ...]) -> Formats:
    return {
        "brackets": formats.to_brackets(tree, words),
        "json": formats.to_json(tree, words),
        "forest": formats.to_forest(tree, words),
    }


def _rounded(values: FloatArray, digits: int) -> list[float]:
    return [round(float(value), digits) for value in values]


def _percent(gates: FloatArray) -> list[list[int]]:
    percents: list[list[int]] = np.rint(100 * np.clip(gates, 0, 1)).astype(int).tolist()
    return percents
