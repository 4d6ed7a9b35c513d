"""The models of the bundle: which there are for a language, and sentences as they read them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from app.pages.parse_tree import say
from app.pages.parse_tree.inputs import AUTO, KINDS, Choices
from app.pages.parse_tree.state import Item, Passage
from app.text.models import TextModels
from app.web.limits import Refusal
from app.web.texts import Language
from engine.onlstm import trees
from engine.onlstm.sentences import Language as TextLanguage
from engine.onlstm.trees import PARSERS, Node, Parser

if TYPE_CHECKING:
    from engine.models.registry import Models
    from engine.onlstm.analysis import Analysis, FloatArray, OnLstm
    from engine.onlstm.config import OnLstmConfig


class Variants:
    """The bundle ``name`` of a catalogue, which is loaded when it is first asked for."""

    def __init__(self, models: Models, name: str) -> None:
        self._models = TextModels(models, [name])
        self._name = name

    def load(self, lang: Language) -> dict[str, OnLstm]:
        """The models by name. Raises Refusal where they are not here or failed."""
        bundle = cast(Any, self._models.get(self._name, lang))
        found: dict[str, OnLstm] = bundle.languages
        return found


def kind_of(config: OnLstmConfig) -> str:
    """One of KINDS."""
    cell = config.cell if config.cell == "lstm" else f"onlstm-{config.master_input}"
    return f"{cell}-{config.unit}"


def kinds_of(models: dict[str, OnLstm], languages: Collection[TextLanguage]) -> list[str]:
    """Those that there are for any of the languages, in the order of KINDS."""
    there = {kind_of(m.config) for m in models.values() if m.config.language in languages}
    return [kind for kind in KINDS if kind in there]


def kind_name(kind: str, kinds: Collection[str], lang: Language) -> str:
    """For people; words or characters are named where there are both."""
    cell, _, unit = kind.rpartition("-")
    name = say(f"cell.{cell}", lang)
    return (
        f"{name} · {say(f'unit.{unit}', lang)}"
        if len({k.rpartition("-")[2] for k in kinds}) > 1
        else name
    )


def chosen(
    models: dict[str, OnLstm], language: TextLanguage, kind: str, lang: Language
) -> tuple[str, OnLstm]:
    """The model for a language, and its name: of that kind, or the language's own where there is
    none of it. Raises Refusal for a language without a model."""
    suited = {name: m for name, m in models.items() if m.config.language == language}
    if not suited:
        raise Refusal(say("error.no_model", lang, language=say(f"language.{language}", lang)))
    of_kind = [name for name, model in suited.items() if kind_of(model.config) == kind]
    name = of_kind[0] if of_kind else language if language in suited else next(iter(suited))
    return name, suited[name]


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
