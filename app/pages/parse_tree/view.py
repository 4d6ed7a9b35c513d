"""What is shown: sentences with their trees, what the switches offer, why a text has none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import gradio as gr
import numpy as np

from app.pages.parse_tree import say
from app.pages.parse_tree.inputs import (
    AUTO,
    GOLD,
    LAYERS,
    NOTHING,
    OTHER_PARSER,
    TRIVIAL,
    Choices,
    beside_kind,
    beside_layer,
)
from app.pages.parse_tree.models import (
    Reading,
    chosen,
    kind_name,
    kind_of,
    kinds_of,
    layer_of,
    readings,
)
from app.pages.parse_tree.state import Item, Passage
from app.pages.parse_tree.widgets import Formats, TreePanel, TreeSentence
from app.web.texts import Language
from engine.onlstm import formats, trees
from engine.onlstm.evaluation import compare
from engine.onlstm.formats import BracketError
from engine.onlstm.sentences import SentenceError
from engine.onlstm.trees import PARSERS, Node, Parser

if TYPE_CHECKING:
    from engine.onlstm.analysis import FloatArray, OnLstm

_DISTANCE_DIGITS: Final = 6
_BITS_DIGITS: Final = 2
#: Of a perplexity that is still written out.
_MAX_BITS: Final = 40
#: Characters before and after a fault that are quoted with it.
_AROUND: Final = 12

Pairs = list[tuple[str, str]]


def sentences(
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
        return readings(
            passage, models, choices.model_copy(update={"layer": choices.beside_layer}), lang
        )
    if choices.beside_kind is not None:
        return readings(
            passage, models, choices.model_copy(update={"kind": choices.beside_kind}), lang
        )
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


@dataclass(frozen=True)
class Options:
    """Labels and values of the switches, and what is chosen."""

    kinds: Pairs
    layers: Pairs
    besides: Pairs
    choices: Choices

    def components(self) -> dict[str, Any]:
        """The updates of the three, by name."""
        return {
            "kind": gr.Radio([*self.kinds], value=self.choices.kind),
            "layer": gr.Radio([*self.layers], value=self.choices.layer),
            "beside": gr.Dropdown([*self.besides], value=self.choices.beside),
        }


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
        choices.model_copy(
            update={"kind": kind, "layer": layer, "beside": _among(choices.beside, besides)}
        ),
    )


def _kind_name(kind: str, lang: Language) -> str:
    return say("kind.auto", lang) if kind == AUTO else kind_name(kind, [kind], lang)


def _layers(count: int, lang: Language) -> Pairs:
    numbers = LAYERS[1 : count + 1]
    return [(say("layer.auto", lang), AUTO), *((number, number) for number in numbers)]


def explain(error: SentenceError | BracketError, lang: Language) -> str:
    """What is wrong with a text or a bracketing, as a sentence for the visitor."""
    if isinstance(error, SentenceError):
        values = {
            name: f"{value:,}" if isinstance(value, int) else value
            for name, value in error.values.items()
        }
        return say(f"error.{error.kind}", lang, **values)
    near = error.text[max(0, error.position - _AROUND) : error.position + _AROUND]
    limit = f"{error.limit:,}"
    fault = say(f"gold.{error.kind}", lang, limit=limit)
    return (
        fault if error.limit or not near.strip() else say("gold.near", lang, fault=fault, near=near)
    )
