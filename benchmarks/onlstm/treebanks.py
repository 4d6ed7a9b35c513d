"""Treebanks as an ON-LSTM reads them, and the F1 of its trees in every layer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from engine.onlstm import trees
from engine.onlstm.analysis import FloatArray, OnLstm
from engine.onlstm.evaluation import TRIVIAL, Gold, score
from engine.onlstm.sentences import forms
from engine.onlstm.treebanks import read_dependencies, read_nested, read_penn
from engine.onlstm.trees import PARSERS, Node, Parser
from engine.onlstm.vocabulary import Vocabulary

PTB_NUMBER: Final = "N"
_NUMERIC: Final = frozenset("0123456789.,:/\\-+")


@dataclass(frozen=True)
class Treebank:
    """A file of LM_DATA/trees."""

    name: str
    file: str
    language: str
    read: Callable[[Path], list[Gold]]


TREEBANKS: Final = (
    Treebank("Sinica", "sinica_dev.jsonl.xz", "zh", read_nested),
    Treebank("UD-GSDSimp", "zh_gsdsimp-ud-dev.conllu.xz", "zh", read_dependencies),
    Treebank("WSJ", "wsj_dev.mrg.xz", "en", read_penn),
)


def penn_words(words: Sequence[str]) -> list[str]:
    """Words as in the Penn Treebank's language-model data (Mikolov et al. 2010): lower case, and N
    for a number or the sign %."""
    return [PTB_NUMBER if word == "%" or _is_number(word) else word.lower() for word in words]


def reading(words: Sequence[str], vocabulary: Vocabulary) -> Sequence[str]:
    """A treebank's words as the texts that a model learnt from have them."""
    if vocabulary.language == "en" and PTB_NUMBER in vocabulary.words:
        return penn_words(words)
    return forms(words, vocabulary.language)


def distances(model: OnLstm, gold: Iterable[Gold]) -> list[list[FloatArray]]:
    """Of each sentence, each layer's distances (words,)."""
    read = [reading(sentence.words, model.vocabulary) for sentence in gold]
    return [[layer.distances for layer in found.layers] for found in model.analyse(read)]


def unknown_share(vocabulary: Vocabulary, gold: Iterable[Gold]) -> float:
    """The share of a treebank's words that are not in the vocabulary and read as their class."""
    known = [
        word in vocabulary for sentence in gold for word in reading(sentence.words, vocabulary)
    ]
    return 1 - float(np.mean(known))


def f1_rows(model: OnLstm, golds: Sequence[Sequence[Gold]]) -> dict[tuple[int, Parser], list[str]]:
    """The F1 of each layer, counted from 1, and parser on each list of sentences."""
    rows: dict[tuple[int, Parser], list[str]] = {
        (layer + 1, parser): [] for layer in range(model.config.layers) for parser in PARSERS
    }
    for gold in golds:
        found = distances(model, gold)
        for (layer, parser), cells in rows.items():
            made = [trees.parse(sentence[layer - 1], parser) for sentence in found]
            cells.append(f1_cell(made, gold))
    return rows


def tree_of(model: OnLstm, layers: Sequence[FloatArray]) -> Node:
    """The tree of a sentence's distances by the model's own layer and parser."""
    return trees.parse(layers[model.default_layer], model.default_parser)


def commas_cells(
    found: Sequence[ArrayLike], gold: Sequence[Gold], parser: Parser
) -> tuple[str, str]:
    """The F1 by the distances of each sentence alone, and divided at its commas first."""
    alone = [trees.parse(heights, parser) for heights in found]
    divided = [
        trees.parse(heights, parser, sentence.borders)
        for heights, sentence in zip(found, gold, strict=True)
    ]
    return f1_cell(alone, gold), f1_cell(divided, gold)


def trivial_commas_cells(gold: Sequence[Gold], name: str) -> tuple[str, str]:
    """The same of a trivial tree: the parts between commas are such trees, the whole branches to
    the right."""
    rng = np.random.default_rng(0)
    alone = [TRIVIAL[name](len(sentence.words), rng) for sentence in gold]
    divided = []
    for sentence in gold:
        ends = (0, *sentence.borders, len(sentence.words))
        parts = [TRIVIAL[name](stop - start, rng) for start, stop in pairwise(ends)]
        divided.append(_joined(parts))
    return f1_cell(alone, gold), f1_cell(divided, gold)


def _joined(parts: Sequence[Node]) -> Node:
    """[a [b [c d]]] of trees whose words are numbered by themselves."""
    begin, numbered = 0, []
    for part in parts:
        numbered.append(_shifted(part, begin))
        begin += trees.word_count(part)
    whole = numbered.pop()
    for part in reversed(numbered):
        whole = (part, whole)
    return whole


def _shifted(node: Node, by: int) -> Node:
    if isinstance(node, int):
        return node + by
    return tuple(_shifted(child, by) for child in node)


def f1_cell(made: Iterable[Node], gold: Iterable[Gold]) -> str:
    """The mean F1 of the sentences in percent, with its 95% interval."""
    f1 = 100 * np.array(
        [
            score(trees.spans(tree), sentence.spans, len(sentence.words)).f1
            for tree, sentence in zip(made, gold, strict=True)
        ]
    )
    return f"{f1.mean():.1f} ±{1.96 * f1.std() / len(f1) ** 0.5:.1f}"


def _is_number(word: str) -> bool:
    return word.lstrip("+-")[:1].isdigit() and _NUMERIC.issuperset(word)
