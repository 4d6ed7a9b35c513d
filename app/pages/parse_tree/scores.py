"""The F1 of every layer and parser beside the trees that need no model, as tables."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from app.pages.parse_tree import say
from app.pages.parse_tree.inputs import Choices
from app.pages.parse_tree.models import (
    chosen,
    kind_name,
    kind_of,
    kinds_of,
    layer_of,
    parser_of,
    readings,
)
from app.pages.parse_tree.state import Passage
from app.web import markdown
from app.web.texts import Language
from engine.onlstm import trees
from engine.onlstm.evaluation import BEST, Gold, baselines, corpus_f1
from engine.onlstm.trees import PARSERS

if TYPE_CHECKING:
    from engine.onlstm.analysis import OnLstm

#: The kinds of trees of evaluation.baselines, in the order of the table.
_BASELINES: Final = (
    *("right", "left", "balanced_floor", "balanced_ceil", "random", "random_shen"),
    BEST,
)
#: Random trees of all sentences together: their mean is then good to about a point.
_DRAWS: Final = 200


def table(passage: Passage, models: dict[str, OnLstm], choices: Choices, lang: Language) -> str:
    """Markdown; "" where no tree was pasted. Raises Refusal for a language without a model."""
    gold = [
        Gold(item.words, trees.spans(item.gold)) for item in passage.items if item.gold is not None
    ]
    if not gold:
        return ""
    commas = choices.commas_first and any(item.borders for item in passage.items)
    rows = _rows(passage, models, choices, gold, lang)
    words = sum(len(sentence.words) for sentence in gold)
    title = say("scores.title", lang, sentences=len(gold), words=words)
    parsers = [say(f"parser.{parser}", lang) for parser in PARSERS]
    found = _trivial_scores(tuple(gold))
    trivial = [[say(f"baseline.{name}", lang), f"{found[name]:.1f}"] for name in _BASELINES]
    return "\n".join(
        (
            *(title, ""),
            *markdown.table([say("scores.tree", lang), *parsers], rows),
            "",
            *([say("scores.commas", lang), ""] if commas else []),
            *markdown.table([say("scores.baselines", lang), "F1"], trivial),
        )
    )


@lru_cache(maxsize=64)
def _trivial_scores(gold: tuple[Gold, ...]) -> dict[str, float]:
    return baselines(gold, draws=-(-_DRAWS // len(gold)))


def _rows(
    passage: Passage,
    models: dict[str, OnLstm],
    choices: Choices,
    gold: list[Gold],
    lang: Language,
) -> list[list[str]]:
    """A row for every layer of every kind of model: its name, and the F1 of each parser."""
    kinds = kinds_of(models, {item.language for item in passage.items})
    _, model = chosen(models, passage.items[0].language, choices.kind, lang)
    drawn = kind_of(model.config), layer_of(model, choices.layer), parser_of(model, choices.parser)
    rows = []
    for kind in kinds:
        read = readings(passage, models, Choices(kind=kind, commas=choices.commas), lang)
        name = kind_name(kind, kinds, lang)
        for layer in range(min(len(reading.analysis.layers) for reading in read)):
            row = [say("scores.layer", lang, model=name, layer=layer + 1)]
            for parser in PARSERS:
                built = (
                    trees.parse(r.analysis.layers[layer].distances, parser, r.borders) for r in read
                )
                f1 = f"{corpus_f1(built, gold):.1f}"
                row.append(f"**{f1}**" if (kind, layer, parser) == drawn else f1)
            rows.append(row)
    return rows
