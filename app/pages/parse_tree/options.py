"""What the switches offer for the sentences of a visit: models, layers, trees to compare with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import gradio as gr

from app.pages.parse_tree.choices import (
    GOLD,
    LAYERS,
    NOTHING,
    OTHER_PARSER,
    TRIVIAL,
    Choices,
    beside_kind,
    beside_layer,
)
from app.pages.parse_tree.reading import Passage
from app.pages.parse_tree.readings import layer_of
from app.pages.parse_tree.variants import AUTO, chosen, kind_name, kind_of, kinds_of
from app.pages.parse_tree.words import say
from app.web.texts import Language

if TYPE_CHECKING:
    from engine.onlstm.analysis import OnLstm

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Options:
    """Labels and values of the switches, and what is chosen."""

    kinds: Pairs
    layers: Pairs
    besides: Pairs
    choices: Choices

    def components(self) -> tuple[gr.Radio, gr.Radio, gr.Dropdown]:
        """The updates of the three."""
        return (
            gr.Radio([*self.kinds], value=self.choices.kind),
            gr.Radio([*self.layers], value=self.choices.layer),
            gr.Dropdown([*self.besides], value=self.choices.beside),
        )


def _among(value: str, pairs: Pairs) -> str:
    return value if any(value == known for _, known in pairs) else pairs[0][1]


def unread(choices: Choices, lang: Language) -> Options:
    """Before there is a model: nothing to choose but what is chosen already."""
    return Options(
        [(_kind_name(choices.kind, lang), choices.kind)],
        _layers(0 if choices.layer == AUTO else int(choices.layer), lang),
        [(say("beside.none", lang), NOTHING)]
        + ([("…", choices.beside)] if choices.beside != NOTHING else []),
        choices,
    )


def options(
    passage: Passage, models: dict[str, OnLstm], choices: Choices, lang: Language
) -> Options:
    """For the sentences of the visit. Raises Refusal for a language without a model."""
    languages = {item.language for item in passage.items}
    kinds = kinds_of(models, languages)
    read_by = [chosen(models, language, choices.kind, lang)[1] for language in languages]
    _, first = chosen(models, passage.items[0].language, choices.kind, lang)
    kind = kind_of(first.config)
    layers = _layers(max(model.config.layers for model in read_by), lang)
    layer = _among(choices.layer, layers)
    shown = layer_of(first, layer) + 1
    besides = [(say("beside.none", lang), NOTHING)]
    if any(item.gold is not None for item in passage.items):
        besides = [(say("beside.gold", lang), GOLD)]
    besides += [
        (say("beside.layer", lang, layer=other), beside_layer(other))
        for other in range(1, len(layers))
        if other != shown
    ]
    besides.append((say("beside.parser", lang), OTHER_PARSER))
    besides += [
        (kind_name(other, kinds, lang), beside_kind(other)) for other in kinds if other != kind
    ]
    besides += [(say(f"beside.{name}", lang), name) for name in TRIVIAL]
    return Options(
        [(kind_name(one, kinds, lang), one) for one in kinds],
        layers,
        besides,
        replace(choices, kind=kind, layer=layer, beside=_among(choices.beside, besides)),
    )


def _kind_name(kind: str, lang: Language) -> str:
    return say("kind.auto", lang) if kind == AUTO else kind_name(kind, [kind], lang)


def _layers(count: int, lang: Language) -> Pairs:
    numbers = LAYERS[1 : count + 1]
    return [(say("layer.auto", lang), AUTO), *((number, number) for number in numbers)]
