"""Sentences and what the models say of them, as the tree widget shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from app.parse_tree.choices import GOLD, NOTHING, OTHER_PARSER, TRIVIAL, Choices
from app.parse_tree.reading import Item, Session
from app.parse_tree.variants import AUTO, chosen, kind_name, kind_of
from app.parse_tree.words import say
from app.texts import Language
from app.widgets.tree import Formats, TreePanel, TreeSentence
from engine.onlstm import formats, trees
from engine.onlstm.evaluation import compare
from engine.onlstm.trees import PARSERS, Node, Parser

if TYPE_CHECKING:
    from engine.onlstm.analysis import Analysis, FloatArray, OnLstm

_DISTANCE_DIGITS: Final = 4
_BITS_DIGITS: Final = 2


@dataclass(frozen=True)
class Reading:
    """A sentence as one model reads it, and how its tree is to be had.

    Attributes:
        layer: counted from 0.
    """

    item: Item
    name: str
    model: OnLstm
    analysis: Analysis
    layer: int
    parser: Parser

    @property
    def distances(self) -> FloatArray:
        """Of the layer."""
        return self.analysis.layers[self.layer].distances

    @property
    def tree(self) -> Node:
        """Of the layer and the parser."""
        return trees.parse(self.distances, self.parser)

    @property
    def bits(self) -> float:
        """Mean surprisal of a word."""
        return float(self.analysis.surprisal.mean())


def readings(
    session: Session, models: dict[str, OnLstm], choices: Choices, lang: Language
) -> list[Reading]:
    """Every sentence, read by the model of its language. Raises Refusal for one without."""
    by_model: dict[str, list[int]] = {}
    for index, item in enumerate(session.items):
        name, _ = chosen(models, item.language, choices.kind, lang)
        by_model.setdefault(name, []).append(index)
    found: dict[int, Reading] = {}
    for name, indices in by_model.items():
        model = models[name]
        for index, analysis in zip(
            indices, session.analyse(name, model, indices), strict=True
        ):
            layer = layer_of(model, choices.layer)
            parser = parser_of(model, choices.parser)
            item = session.items[index]
            found[index] = Reading(item, name, model, analysis, layer, parser)
    return [found[index] for index in range(len(session.items))]


def layer_of(model: OnLstm, layer: str) -> int:
    """The layer that is asked for, counted from 0; the model's last where there are fewer."""
    return model.default_layer if layer == AUTO else min(int(layer), model.config.layers) - 1


def parser_of(model: OnLstm, parser: str) -> Parser:
    """The parser that is asked for."""
    return next((p for p in PARSERS if p == parser), model.default_parser)


def shown(
    session: Session, models: dict[str, OnLstm], choices: Choices, lang: Language
) -> list[TreeSentence]:
    """The sentences with one tree each, or two. Raises Refusal."""
    found = readings(session, models, choices, lang)
    other = _others(session, models, choices, lang)
    kinds = {kind_of(model.config) for model in models.values()}
    return [
        _sentence(reading, None if other is None else other[index], choices, kinds, lang)
        for index, reading in enumerate(found)
    ]


def _others(
    session: Session, models: dict[str, OnLstm], choices: Choices, lang: Language
) -> list[Reading] | None:
    """What stands beside, where a model has to read it."""
    told = choices
    if choices.beside_layer is not None:
        told = Choices(choices.language, choices.kind, choices.beside_layer, choices.parser)
    elif choices.beside_kind is not None:
        told = Choices(choices.language, choices.beside_kind, choices.layer, choices.parser)
    elif choices.beside != OTHER_PARSER:
        return None
    found = readings(session, models, told, lang)
    if choices.beside == OTHER_PARSER:
        return [_with_other_parser(reading) for reading in found]
    return found


def _with_other_parser(reading: Reading) -> Reading:
    (other,) = (parser for parser in PARSERS if parser != reading.parser)
    return Reading(
        reading.item, reading.name, reading.model, reading.analysis, reading.layer, other
    )


def _sentence(
    reading: Reading, other: Reading | None, choices: Choices, kinds: Iterable[str], lang: Language
) -> TreeSentence:
    item, words = reading.item, reading.item.words
    tree = reading.tree
    beside = None if other is None else other.tree
    if choices.beside in TRIVIAL:
        beside = trivial(choices.beside, len(words))
    elif choices.beside == GOLD or (choices.beside == NOTHING and item.gold is not None):
        beside = item.gold
    panels = [_read_panel(reading, kinds, _note(tree, item, None, lang), lang)]
    if beside is not None:
        note = _note(beside, item, tree, lang)
        if other is not None:
            panels.append(_read_panel(other, kinds, note, lang))
        else:
            title = say(f"beside.{choices.beside if choices.beside in TRIVIAL else GOLD}", lang)
            panels.append(_bare_panel(title, beside, words, note))
    facts = say(
        "facts", lang, words=len(words), bits=f"{reading.bits:.1f}",
        perplexity=f"{2 ** min(reading.bits, 40):,.0f}",
    )
    return {"text": item.text, "words": words, "facts": facts, "panels": panels}


def trivial(name: str, words: int) -> Node:
    """A tree that knows nothing of the sentence but its length; one of TRIVIAL."""
    if name == "balanced":
        return trees.balanced(words, "floor")
    return trees.right(words) if name == "right" else trees.left(words)


def _note(tree: Node, item: Item, beside: Node | None, lang: Language) -> str:
    """How a tree agrees with the gold one, or else with the one beside it."""
    if item.gold is not None:
        if tree is item.gold:
            return ""
        score = compare(tree, item.gold)
        return say(
            "note.gold", lang, f1=f"{100 * score.f1:.1f}", precision=f"{100 * score.precision:.0f}",
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
        "title_of_tree", lang, layer=reading.layer + 1, parser=say(f"parser.{reading.parser}", lang),
        model=kind_name(kind_of(model.config), [*kinds], lang),
    )
    return {
        "title": title,
        "note": note,
        "tree": tree,
        "splits": [
            (start, stop, at, round(distance, _DISTANCE_DIGITS))
            for start, stop, at, distance in trees.splits(gates.distances, reading.parser)
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
