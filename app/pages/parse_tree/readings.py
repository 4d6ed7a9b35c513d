"""Sentences as models read them: with which layer and parser their trees are to be had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.pages.parse_tree.choices import Choices
from app.pages.parse_tree.reading import Item, Passage
from app.pages.parse_tree.variants import AUTO, chosen
from app.web.texts import Language
from engine.onlstm import trees
from engine.onlstm.trees import PARSERS, Node, Parser

if TYPE_CHECKING:
    from engine.onlstm.analysis import Analysis, FloatArray, OnLstm


@dataclass(frozen=True)
class Reading:
    """A sentence as one model reads it, and how its tree is to be had.

    Attributes:
        layer: counted from 0.
        borders: the words before which a comma divides the sentence; none where they are ignored.
    """

    item: Item
    name: str
    model: OnLstm
    analysis: Analysis
    layer: int
    parser: Parser
    borders: tuple[int, ...]

    @property
    def distances(self) -> FloatArray:
        """Of the layer."""
        return self.analysis.layers[self.layer].distances

    @property
    def tree(self) -> Node:
        """Of the layer and the parser."""
        return trees.parse(self.distances, self.parser, self.borders)

    @property
    def bits(self) -> float:
        """Mean surprisal of a word."""
        return float(self.analysis.surprisal.mean())


def readings(
    passage: Passage, models: dict[str, OnLstm], choices: Choices, lang: Language
) -> list[Reading]:
    """Every sentence, read by the model of its language. Raises Refusal for one without."""
    by_model: dict[str, list[int]] = {}
    for index, item in enumerate(passage.items):
        name, _ = chosen(models, item.language, choices.kind, lang)
        by_model.setdefault(name, []).append(index)
    found: dict[int, Reading] = {}
    for name, indices in by_model.items():
        model = models[name]
        for index, analysis in zip(indices, passage.analyse(name, model, indices), strict=True):
            layer = layer_of(model, choices.layer)
            parser = parser_of(model, choices.parser)
            item = passage.items[index]
            borders = item.borders if choices.commas_first else ()
            found[index] = Reading(item, name, model, analysis, layer, parser, borders)
    return [found[index] for index in range(len(passage.items))]


def layer_of(model: OnLstm, layer: str) -> int:
    """The layer that is asked for, counted from 0; the model's last where there are fewer."""
    return model.default_layer if layer == AUTO else min(int(layer), model.config.layers) - 1


def parser_of(model: OnLstm, parser: str) -> Parser:
    """The parser that is asked for."""
    return next((p for p in PARSERS if p == parser), model.default_parser)
