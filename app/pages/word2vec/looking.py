"""A word is looked up: what stands in its place, and what comes with it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import gradio as gr

from app.pages.word2vec.spaces import Space, Spaces
from app.pages.word2vec.widgets import Row, bars_value
from app.pages.word2vec.words import read_word, say
from app.text.checks import checked_float
from app.web.limits import RateLimiter, Refusal
from app.web.texts import Language, language
from engine.word2vec.errors import UnknownWordError

if TYPE_CHECKING:
    from engine.word2vec.vectors import Ranked

SHOWN: Final = 15
"""Words of each list."""


class Looked(NamedTuple):
    """The outputs, in this order."""

    near: Any
    related: Any


class Looking:
    """The handlers, for the spaces of a host."""

    def __init__(self, spaces: Spaces) -> None:
        self.spaces = spaces
        self.limiter = RateLimiter(240, 60)

    def look(self, key: object, word: object, alpha: object, request: gr.Request) -> Looked:
        """Neighbours of the word and words related to it."""
        lang = language(request)
        self.limiter.check(request, lang)
        asked = read_word(word, lang)
        charge = checked_float(alpha, 0, 1, lang, "α")
        space = self.spaces.get(key, lang)
        try:
            return Looked(near_bars(space, asked, lang), related_bars(space, asked, charge, lang))
        except UnknownWordError as error:
            return Looked(unknown_bars(error, lang), bars_value())


def near_bars(space: Space, word: str, lang: Language) -> str:
    """The neighbours as bars. Raises UnknownWordError."""
    vectors = space.vectors
    rank = vectors.index(word) + 1
    facts = {"word": word, "rank": f"{rank:,}"}
    if vectors.counts is None:
        about = say("near.rank", lang, **facts)
    else:
        about = say("near.count", lang, **facts, count=f"{int(vectors.counts[rank - 1]):,}")
    rows = cosine_rows(vectors.most_similar(word, topn=SHOWN))
    return bars_value(rows, title=say("near.title", lang), about=about)


def related_bars(space: Space, word: str, alpha: float, lang: Language) -> str:
    """What comes with the word, as bars. Raises UnknownWordError."""
    from engine.word2vec.keywords import related

    title = say("related.title", lang)
    if not space.model.has_probabilities:
        return bars_value(title=title, note=say("no_tree", lang))
    found = related(space.model, word, alpha, SHOWN)
    scores = [score for _, score in found]
    low = min(scores) - 0.35 * (max(scores) - min(scores)) - 0.01
    rows: list[Row] = []
    for other, score in found:
        share = (score - low) / (max(scores) - low)
        rows.append({"word": other, "cells": [_related_cell(score, share, alpha)]})
    return bars_value(rows, title=title, about=say("related.about", lang))


def _related_cell(score: float, share: float, alpha: float) -> Any:
    # With the whole charge the score is how many times likelier the word has become.
    if alpha == 1 and score < 700:
        times = math.exp(score)
        text = f"×{times:,.0f}" if times >= 10 else f"×{times:.1f}"
    else:
        text = f"{score:.1f}"
    return {"share": share, "text": text, "kind": "related"}


def unknown_bars(error: UnknownWordError, lang: Language) -> str:
    """That the word has no vector, and what may have been meant, to be clicked."""
    key = "unknown_try" if error.near else "unknown"
    note = say(key, lang, word=error.word)
    return bars_value(title=say("near.title", lang), note=note, near=error.near, error=True)


def cosine_rows(found: Ranked, kind: str = "near") -> list[Row]:
    """Words with their cosines."""
    return [
        {"word": word, "cells": [{"share": share, "text": f"{share:.3f}", "kind": kind}]}
        for word, share in found
    ]


def words_of(values: Sequence[object], fields: Sequence[str], lang: Language) -> list[str]:
    """Several fields with a word each. Raises Refusal that names the empty one."""
    words = []
    for value, field in zip(values, fields, strict=True):
        if value is None or (isinstance(value, str) and not value.strip()):
            raise Refusal(say("error.empty_field", lang, name=say(field, lang)))
        words.append(read_word(value, lang))
    return words
