"""What is shown of words and texts: lists with bars, planes with arrows, and why there are none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from app.pages.word2vec import say
from app.pages.word2vec.inputs import Analogy, Axes, Group, Keywords, Pair, Search, Sentences
from app.pages.word2vec.spaces import Space
from app.pages.word2vec.widgets import Arrow, Point, Row, bars_value, plot_value
from app.web.limits import Refusal
from app.web.texts import Language
from app.web.widget import dumps
from engine.word2vec.errors import UnknownWordError, Word2VecError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.word2vec.vectors import Ranked

#: Words of each list, answers of an analogy, and those of them that are drawn.
_SHOWN: Final = 15
_ANSWERS: Final = 8
_DRAWN: Final = 5
#: Unknown words of a text that are named.
_NAMED: Final = 12


class Lists(NamedTuple):
    """What is found of a word."""

    near: str
    related: str


class Answer(NamedTuple):
    """What is found of an analogy."""

    answers: str
    picture: str


class Read(NamedTuple):
    """What is found in a text."""

    passage: str
    keywords: str


def lists(space: Space, search: Search, lang: Language) -> Lists:
    """The neighbours of a word, and the words related to it. Raises Refusal for no word."""
    word = search.asked(lang)
    try:
        return Lists(_near(space, word, lang), _related(space, word, search.alpha, lang))
    except UnknownWordError as error:
        note = say("unknown_try" if error.near else "unknown", lang, word=error.word)
        title = say("near.title", lang)
        return Lists(bars_value(title=title, note=note, near=error.near, error=True), bars_value())


def _near(space: Space, word: str, lang: Language) -> str:
    vectors = space.vectors
    rank = vectors.index(word) + 1
    facts = {"word": word, "rank": f"{rank:,}"}
    if vectors.counts is None:
        about = say("near.rank", lang, **facts)
    else:
        about = say("near.count", lang, **facts, count=f"{int(vectors.counts[rank - 1]):,}")
    rows = _cosines(vectors.most_similar(word, topn=_SHOWN))
    return bars_value(rows, title=say("near.title", lang), about=about)


def _related(space: Space, word: str, alpha: float, lang: Language) -> str:
    from engine.word2vec.keywords import related

    title = say("related.title", lang)
    if not space.model.has_probabilities:
        return bars_value(title=title, note=say("no_tree", lang))
    found = related(space.model, word, alpha, _SHOWN)
    scores = [score for _, score in found]
    low = min(scores) - 0.35 * (max(scores) - min(scores)) - 0.01
    rows: list[Row] = []
    for other, score in found:
        # With the whole charge the score is how many times likelier the word has become.
        times = math.exp(score) if alpha == 1 and score < 700 else None
        text = f"{score:.1f}" if times is None else f"×{times:,.{0 if times >= 10 else 1}f}"
        share = (score - low) / (max(scores) - low)
        rows.append({"word": other, "cells": [{"share": share, "text": text, "kind": "related"}]})
    return bars_value(rows, title=title, about=say("related.about", lang))


def _cosines(found: Ranked) -> list[Row]:
    return [
        {"word": word, "cells": [{"share": share, "text": f"{share:.3f}", "kind": "near"}]}
        for word, share in found
    ]


def analogy(space: Space, asked: Analogy, lang: Language) -> Answer:
    """The answers with the arithmetic drawn. Raises Refusal."""
    a, b, c = words = asked.given(lang)
    vectors = space.vectors
    with explained(lang):
        if asked.method == "add":
            found = vectors.most_similar([b, c], [a], _ANSWERS)
            rows = _cosines(found)
        else:
            found = vectors.most_similar_cosmul([b, c], [a], _ANSWERS)
            best = max((score for _, score in found), default=1.0)
            rows = [
                {"word": w, "cells": [{"share": s / best, "text": f"{s:.3f}", "kind": "near"}]}
                for w, s in found
            ]
        if not found:
            raise Refusal(say("error.question", lang))
        rows[0]["mark"] = "first"
        note = say("analogy.said", lang, a=a, b=b, c=c, d=found[0][0])
        return Answer(
            bars_value(rows, note=note, about=say(f"analogy.{asked.method}", lang)),
            _picture(space, words, [word for word, _ in found[:_DRAWN]], lang),
        )


def _picture(space: Space, words: list[str], answers: list[str], lang: Language) -> str:
    """The arithmetic b - a + c in the plane through the three unit vectors.

    The parallelogram lies in that plane, so it is seen as it is; answers are dropped onto it.
    """
    units = space.vectors.units([*words, *answers]).astype(np.float64)
    a, b, c = units[:3]
    target = b - a + c
    # A screen is wider than high, so the longer side lies.
    along, across = _plane(*sorted((b - a, c - a), key=np.linalg.norm, reverse=True))
    kinds = ["given"] * 3 + ["best"] + ["other"] * (len(answers) - 1) + ["target"]
    points: list[Point] = [
        {"word": word, "x": float((v - a) @ along), "y": float((v - a) @ across), "kind": kind}
        for word, v, kind in zip(
            [*words, *answers, "b − a + c"], [*units, target], kinds, strict=True
        )
    ]
    end = len(points) - 1
    arrows: list[Arrow] = [
        {"from_": 0, "to": 1, "kind": "given"},
        {"from_": 2, "to": end, "kind": "given"},
        {"from_": 0, "to": 2, "kind": "side"},
        {"from_": 1, "to": end, "kind": "side"},
        {"from_": end, "to": 3, "kind": "answer"},
    ]
    spoken = say("analogy.spoken", lang, a=words[0], b=words[1], c=words[2], d=answers[0])
    return plot_value(points, arrows, note=say("analogy.plane", lang), spoken=spoken)


def _plane(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two unit vectors at right angles that span both; zeros where there is nothing to span."""
    along = first / max(float(np.linalg.norm(first)), 1e-12)
    rest = second - (second @ along) * along
    return along, rest / max(float(np.linalg.norm(rest)), 1e-12)


def compared(space: Space, pair: Pair, lang: Language) -> str:
    """How alike two words are, and what is near to both. Raises Refusal."""
    one, other = pair.compared(lang)
    with explained(lang):
        cosine = space.vectors.similarity(one, other)
        shared = space.vectors.shared_neighbours(one, other, _ANSWERS + 2)
    rows: list[Row] = [
        {
            "word": word,
            "cells": [
                {"share": near_one, "text": f"{near_one:.3f}", "kind": "near"},
                {"share": near_other, "text": f"{near_other:.3f}", "kind": "other"},
            ],
        }
        for word, near_one, near_other in shared
    ]
    note = say("compare.said", lang, a=one, b=other, cosine=f"{cosine:.3f}")
    return bars_value(rows, heads=(one, other), note=note, about=say("compare.about", lang))


def odd_one(space: Space, group: Group, lang: Language) -> str:
    """Which word does not belong to the others. Raises Refusal."""
    members = group.members(lang)
    with explained(lang):
        found = space.vectors.centrality(members)
    rows = _cosines(found)
    rows[-1]["mark"] = "odd"
    rows[-1]["cells"][0]["kind"] = "odd"
    note = say("odd.said", lang, word=found[-1][0])
    return bars_value(rows, note=note, about=say("odd.about", lang))


def plane(space: Space, axes: Axes, lang: Language) -> str:
    """Words between two pairs of opposites. Raises Refusal."""
    from engine.word2vec.axes import axis

    left, right, bottom, top = axes.ends(lang)
    words, vectors = axes.between(lang), space.vectors
    known = [word for word in words if word in vectors]
    missing = [word for word in words if word not in vectors]
    with explained(lang):
        places = [axis(vectors, ends, known) for ends in ((left, right), (bottom, top))]
    points: list[Point] = [
        {"word": word, "x": float(x), "y": float(y), "kind": "placed"}
        for word, x, y in zip(known, *places, strict=True)
    ]
    return plot_value(
        points,
        xaxis=(" ".join(left), " ".join(right)),
        yaxis=(" ".join(bottom), " ".join(top)),
        note=say("axes.missing", lang, words=" ".join(missing)) if missing else "",
        spoken=say("axes.spoken", lang, count=len(known)),
    )


def keywords(space: Space, asked: Keywords, lang: Language) -> Read:
    """The keywords of a text, and where they stand in it. Raises Refusal."""
    from engine.word2vec.keywords import keywords
    from engine.word2vec.segment import segment

    if not space.model.has_probabilities:
        return Read("", bars_value(note=say("no_tree", lang)))
    pieces = segment(asked.text)
    candidates = [piece for piece in pieces if any(map(str.isalpha, piece))]
    if not candidates:
        raise Refusal(say("error.no_words", lang))
    with explained(lang):
        found = keywords(space.model, candidates, asked.count)
    ranks = {one.word: rank for rank, one in enumerate(found)}
    missing = list(dict.fromkeys(word for word in candidates if word not in space.vectors))
    named = " ".join(missing[:_NAMED])
    note = say("keywords.missing", lang, words=named) if missing else ""
    marked = [[piece, ranks.get(piece)] for piece in pieces]
    best, worst = found[0].score, found[-1].score
    rows: list[Row] = []
    for one in found:
        share = 0.35 + 0.65 * (one.score - worst) / max(best - worst, 1e-9)
        score = f"{one.score:,.0f}".replace("-", "−")
        text = say("keywords.times", lang, score=score, count=one.count)
        rows.append({"word": one.word, "cells": [{"share": share, "text": text}]})
    about = say("keywords.about", lang)
    return Read(dumps({"pieces": marked, "note": note}), bars_value(rows, about=about))


def matrix(space: Space, asked: Sentences, lang: Language) -> str:
    """How alike sentences are. Raises Refusal."""
    from engine.word2vec.segment import segment

    vectors = space.vectors
    cut = [
        [word for word in segment(line) if any(map(str.isalnum, word))]
        for line in asked.lines(lang)
    ]
    means = [_mean(vectors, words) for words in cut]
    values = [[_cosine(one, other) for other in means] for one in means]
    sentences = [{"words": [[word, word in vectors] for word in words]} for words in cut]
    note = say("sentences.about", lang)
    return dumps({"sentences": sentences, "values": values, "note": note, "lang": lang})


def _mean(vectors: Any, words: Sequence[str]) -> Any:
    try:
        return vectors.sentence(words)
    except Word2VecError:
        return None  # no word of it has a vector


def _cosine(one: Any, other: Any) -> float | None:
    if one is None or other is None:
        return None
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return round(float(one @ other) / length, 4) if length else None


def listed(words: Iterable[str], lang: Language) -> str:
    """Words in a row."""
    return ("、" if lang == "zh" else ", ").join(words)


@contextmanager
def explained(lang: Language) -> Iterator[None]:
    """What the vectors cannot answer becomes a Refusal."""
    try:
        yield
    except UnknownWordError as error:
        if not error.near:
            raise Refusal(say("unknown", lang, word=error.word)) from error
        near = listed(error.near, lang)
        raise Refusal(say("unknown_near", lang, word=error.word, near=near)) from error
    except Word2VecError as error:
        raise Refusal(say("error.question", lang)) from error
