"""The F1 of every layer and parser beside the trees that need no model, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.parse_tree.choices import Choices
from app.parse_tree.reading import Session
from app.parse_tree.variants import chosen, kind_name, kind_of, kinds_of
from app.parse_tree.view import layer_of, parser_of, readings
from app.parse_tree.words import say
from app.texts import Language
from engine.onlstm import trees
from engine.onlstm.evaluation import BEST, Gold, baselines, corpus_f1
from engine.onlstm.trees import PARSERS

if TYPE_CHECKING:
    from engine.onlstm.analysis import OnLstm

#: The kinds of trees of evaluation.baselines, in the order of the table.
_BASELINES = ("right", "left", "balanced_floor", "balanced_ceil", "random", "random_shen", BEST)
#: Random trees a sentence: their mean is then good to about a point for a single sentence.
_DRAWS = 200


def table(
    session: Session, models: dict[str, OnLstm], choices: Choices, lang: Language
) -> str:
    """Markdown; "" where no tree was pasted. Raises Refusal for a language without a model."""
    gold = [
        Gold(item.words, trees.spans(item.gold))
        for item in session.items
        if item.gold is not None
    ]
    if not gold:
        return ""
    rows = _model_rows(session, models, choices, gold, lang)
    found = baselines(gold, draws=_DRAWS)
    rows += [(say(f"baseline.{name}", lang), found[name], False) for name in _BASELINES]
    lines = [
        f"| {_bold(name, drawn)} | {_bold(f'{f1:.1f}', drawn)} |" for name, f1, drawn in rows
    ]
    head = f"| {say('scores.tree', lang)} | F1 |\n| :--- | ---: |"
    words = sum(len(sentence.words) for sentence in gold)
    title = say("scores.title", lang, sentences=len(gold), words=words)
    return "\n".join((title, "", head, *lines))


def _model_rows(
    session: Session,
    models: dict[str, OnLstm],
    choices: Choices,
    gold: list[Gold],
    lang: Language,
) -> list[tuple[str, float, bool]]:
    """Name, F1 and whether it is the one that is drawn, of every kind, layer and parser."""
    languages = {item.language for item in session.items}
    kinds = kinds_of(models, languages)
    _, model = chosen(models, session.items[0].language, choices.kind, lang)
    drawn = (kind_of(model.config), layer_of(model, choices.layer), parser_of(model, choices.parser))
    rows = []
    for kind in kinds:
        read = readings(session, models, Choices(kind=kind), lang)
        name = kind_name(kind, kinds, lang)
        for layer in range(min(len(reading.analysis.layers) for reading in read)):
            for parser in PARSERS:
                built = (trees.parse(r.analysis.layers[layer].distances, parser) for r in read)
                title = say(
                    "title_of_tree", lang, layer=layer + 1, model=name,
                    parser=say(f"parser.{parser}", lang),
                )
                rows.append((title, corpus_f1(built, gold), (kind, layer, parser) == drawn))
    return rows


def _bold(words: str, is_bold: bool) -> str:
    return f"**{words}**" if is_bold else words
