"""How well trees agree: unlabelled F1 as Shen et al. (2018, 2019) count it.

A sentence's spans are the words under its nodes, without single words and the whole sentence; so
unary chains count once. Precision and recall are a sentence's own, and a corpus has the mean of its
sentences' F1. Gold without spans has recall 1, and a prediction that has none either precision 1:
sentences of one and two words are always right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from engine.onlstm import trees
from engine.onlstm.trees import Node, Span

Spans = frozenset[Span]


@dataclass(frozen=True)
class Gold:
    """A sentence of a treebank, punctuation left out."""

    words: tuple[str, ...]
    spans: Spans
    """Of at least two words each; whether the whole sentence is there makes no difference."""
    labels: frozenset[tuple[Span, str]] = frozenset()
    """Spans with a label; of a unary chain, one for each of its labels."""
    borders: tuple[int, ...] = ()
    """The words before which a comma or the like divides the sentence."""


class Score(NamedTuple):
    """From 0 to 1 each."""

    precision: float
    recall: float
    f1: float


class Recall(NamedTuple):
    """Of a label: how many spans have it, and the share of them that was found."""

    spans: int
    recall: float


def compare(predicted: Node, gold: Node) -> Score:
    """How well a tree agrees with another of the same words.

    Raises ValueError where they do not have equally many.
    """
    words = trees.word_count(gold)
    if trees.word_count(predicted) != words:
        raise ValueError(f"a tree of {trees.word_count(predicted)} words, and gold of {words}")
    return score(trees.spans(predicted), trees.spans(gold), words)


def score(predicted: Spans, gold: Spans, words: int) -> Score:
    """How well the spans of a sentence of so many words agree."""
    whole = {(0, words)}
    found, wanted = predicted - whole, gold - whole
    right = len(found & wanted)
    precision = right / len(found) if found else 1.0
    recall = right / len(wanted) if wanted else 1.0
    return Score(precision, recall, _f1(precision, recall))


def best_binary(gold: Spans, words: int) -> Score:
    """What the best binary tree can reach: it has all spans of the gold, and as many more as it
    must."""
    wanted = len(gold - {(0, words)})
    precision = wanted / (words - 2) if words > 2 else 1.0
    return Score(precision, 1.0, _f1(precision, 1.0))


def corpus_f1(predicted: Iterable[Node], gold: Iterable[Gold]) -> float:
    """The mean F1 of the sentences, in percent."""
    return _percent(
        score(trees.spans(tree), sentence.spans, len(sentence.words))
        for tree, sentence in zip(predicted, gold, strict=True)
    )


def recall_by_label(predicted: Iterable[Node], gold: Iterable[Gold]) -> dict[str, Recall]:
    """How many of each label's spans were found, over the corpus; the commonest label first.

    Whole sentences do not count, as everywhere.
    """
    there, found = Counter[str](), Counter[str]()
    for tree, sentence in zip(predicted, gold, strict=True):
        made = trees.spans(tree)
        for span, label in sentence.labels:
            if span != (0, len(sentence.words)):
                there[label] += 1
                found[label] += span in made
    return {label: Recall(count, found[label] / count) for label, count in there.most_common()}


def _random_shen(words: int, rng: np.random.Generator) -> Node:
    return trees.shen(rng.random(words))


#: Trees that know nothing of the sentence but its length.
TRIVIAL: Final[Mapping[str, Callable[[int, np.random.Generator], Node]]] = {
    "left": lambda words, rng: trees.left(words),
    "right": lambda words, rng: trees.right(words),
    "balanced_floor": lambda words, rng: trees.balanced(words, "floor"),
    "balanced_ceil": lambda words, rng: trees.balanced(words, "ceil"),
    "random": trees.random,
    "random_shen": _random_shen,
}
_DRAWN: Final = ("random", "random_shen")
#: What no binary tree can exceed.
BEST: Final = "best"


def baselines(gold: Sequence[Gold], *, draws: int = 5, seed: int = 0) -> dict[str, float]:
    """The corpus F1 of every trivial tree, and of the best binary one, in percent.

    Args:
        gold: the sentences.
        draws: random trees a sentence, of which the mean is taken.
        seed: of the random trees.
    """
    rng = np.random.default_rng(seed)
    found = {}
    for name, tree in TRIVIAL.items():
        times = draws if name in _DRAWN else 1
        found[name] = float(
            np.mean(
                [
                    corpus_f1((tree(len(sentence.words), rng) for sentence in gold), gold)
                    for _ in range(times)
                ]
            )
        )
    found[BEST] = _percent(best_binary(sentence.spans, len(sentence.words)) for sentence in gold)
    return found


def _percent(scores: Iterable[Score]) -> float:
    f1 = [one.f1 for one in scores]
    if not f1:
        raise ValueError("a corpus has at least one sentence")
    return 100 * float(np.mean(f1))


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
