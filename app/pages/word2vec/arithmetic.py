"""Calculating with words: analogies with their arithmetic drawn, two words compared, the odd one
out, and words between two pairs of opposites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import gradio as gr
import numpy as np

from app.pages.word2vec.looking import cosine_rows, words_of
from app.pages.word2vec.spaces import Space, Spaces
from app.pages.word2vec.widgets import Arrow, Point, Row, bars_value, plot_value
from app.pages.word2vec.words import explained, read_words, say
from app.web.limits import RateLimiter, Refusal, checked_choice
from app.web.texts import Language, language

if TYPE_CHECKING:
    from numpy.typing import NDArray

METHODS: Final = ("add", "mul")
SHOWN: Final = 8
"""Answers of an analogy."""
MAX_ODD: Final = 16
ENDS: Final = ("left", "right", "bottom", "top")
MAX_END: Final = 6
"""Words at one end of an axis."""
MAX_PLACED: Final = 60
"""Words of an axis plot."""


class Answer(NamedTuple):
    """The outputs of an analogy, in this order."""

    answers: Any
    picture: Any


class Arithmetic:
    """The handlers, for the spaces of a host."""

    def __init__(self, spaces: Spaces) -> None:
        self.spaces = spaces
        self.limiter = RateLimiter(240, 60)

    def analogy(
        self, key: object, a: object, b: object, c: object, method: object, request: gr.Request
    ) -> Answer:
        """a is to b as c is to what?"""
        lang = language(request)
        self.limiter.check(request, lang)
        words = words_of((a, b, c), ("a", "b", "c"), lang)
        how = checked_choice(method, METHODS, lang)
        space = self.spaces.get(key, lang)
        with explained(lang):
            return analogy(space, words, how, lang)

    def compare(self, key: object, a: object, b: object, request: gr.Request) -> str:
        """How alike two words are, and what is near to both."""
        lang = language(request)
        self.limiter.check(request, lang)
        one, other = words_of((a, b), ("one", "other"), lang)
        vectors = self.spaces.get(key, lang).vectors
        with explained(lang):
            cosine = vectors.similarity(one, other)
            shared = vectors.shared_neighbours(one, other, SHOWN + 2)
        rows: list[Row] = [
            {
                "word": word,
                "cells": [
                    {"share": near_a, "text": f"{near_a:.3f}", "kind": "near"},
                    {"share": near_b, "text": f"{near_b:.3f}", "kind": "other"},
                ],
            }
            for word, near_a, near_b in shared
        ]
        note = say("compare.said", lang, a=one, b=other, cosine=f"{cosine:.3f}")
        about = say("compare.about", lang)
        return bars_value(rows, heads=(one, other), note=note, about=about)

    def odd(self, key: object, words: object, request: gr.Request) -> str:
        """Which word does not belong to the others."""
        lang = language(request)
        self.limiter.check(request, lang)
        asked = read_words(words, 3, MAX_ODD, lang, "odd_words")
        vectors = self.spaces.get(key, lang).vectors
        with explained(lang):
            found = vectors.centrality(asked)
        rows = cosine_rows(found)
        rows[-1]["mark"] = "odd"
        rows[-1]["cells"][0]["kind"] = "odd"
        note = say("odd.said", lang, word=found[-1][0])
        return bars_value(rows, note=note, about=say("odd.about", lang))

    def axes(
        self,
        key: object,
        left: object,
        right: object,
        bottom: object,
        top: object,
        words: object,
        request: gr.Request,
    ) -> str:
        """Words between two pairs of opposites."""
        from engine.word2vec.axes import axis

        lang = language(request)
        self.limiter.check(request, lang)
        low_x, high_x, low_y, high_y = (
            read_words(end, 1, MAX_END, lang, f"axes.{name}")
            for end, name in zip((left, right, bottom, top), ENDS, strict=True)
        )
        if low_x == high_x or low_y == high_y:
            raise Refusal(say("error.same_ends", lang))
        asked = read_words(words, 1, MAX_PLACED, lang, "axes.words")
        vectors = self.spaces.get(key, lang).vectors
        known = [word for word in asked if word in vectors]
        missing = [word for word in asked if word not in vectors]
        with explained(lang):
            places = [axis(vectors, ends, known) for ends in ((low_x, high_x), (low_y, high_y))]
        points: list[Point] = [
            {"word": word, "x": float(x), "y": float(y), "kind": "placed"}
            for word, x, y in zip(known, *places, strict=True)
        ]
        note = say("axes.missing", lang, words=" ".join(missing)) if missing else ""
        told = say("axes.told", lang, count=len(known))
        across = (" ".join(low_x), " ".join(high_x))
        up = (" ".join(low_y), " ".join(high_y))
        return plot_value(points, xaxis=across, yaxis=up, note=note, told=told)


def analogy(space: Space, words: list[str], method: str, lang: Language) -> Answer:
    """The answers and the picture. Raises Word2VecError."""
    a, b, c = words
    vectors = space.vectors
    if method == "add":
        found = vectors.most_similar([b, c], [a], SHOWN)
        rows = cosine_rows(found)
    else:
        found = vectors.most_similar_cosmul([b, c], [a], SHOWN)
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
        bars_value(rows, note=note, about=say(f"analogy.{method}", lang)),
        drawn(space, words, [word for word, _ in found[:5]], lang),
    )


def drawn(space: Space, words: list[str], answers: list[str], lang: Language) -> str:
    """The arithmetic b - a + c in the plane through the three unit vectors.

    The parallelogram lies in that plane, so it is seen as it is; answers are dropped onto it.
    """
    units = space.vectors.units([*words, *answers]).astype(np.float64)
    a, b, c = units[:3]
    target = b - a + c
    # A screen is wider than high, so the longer side lies.
    along, across = _plane(*sorted((b - a, c - a), key=np.linalg.norm, reverse=True))
    points: list[Point] = []
    kinds = ["given"] * 3 + ["best"] + ["other"] * (len(answers) - 1)
    for word, unit, kind in zip([*words, *answers], units, kinds, strict=True):
        x, y = float((unit - a) @ along), float((unit - a) @ across)
        points.append({"word": word, "x": x, "y": y, "kind": kind})
    x, y = float((target - a) @ along), float((target - a) @ across)
    points.append({"word": "b − a + c", "x": x, "y": y, "kind": "target"})
    end = len(points) - 1
    arrows: list[Arrow] = [
        {"from_": 0, "to": 1, "kind": "given"},
        {"from_": 2, "to": end, "kind": "given"},
        {"from_": 0, "to": 2, "kind": "side"},
        {"from_": 1, "to": end, "kind": "side"},
        {"from_": end, "to": 3, "kind": "answer"},
    ]
    told = say("analogy.told", lang, a=words[0], b=words[1], c=words[2], d=answers[0])
    return plot_value(points, arrows, note=say("analogy.plane", lang), told=told)


def _plane(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two unit vectors at right angles that span both; zeros where there is nothing to span."""
    along = first / max(float(np.linalg.norm(first)), 1e-12)
    rest = second - (second @ along) * along
    return along, rest / max(float(np.linalg.norm(rest)), 1e-12)
