"""Whole texts: their keywords, marked where they stand, and how alike sentences are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import gradio as gr
import numpy as np

from app.pages.word2vec.spaces import Spaces
from app.pages.word2vec.widgets import Row, bars_value, dumps
from app.pages.word2vec.words import explained, say
from app.text.checks import checked_int
from app.web.inputs import cleaned
from app.web.limits import RateLimiter, Refusal, checked_text
from app.web.texts import language
from engine.word2vec.errors import Word2VecError

MAX_TEXT: Final = 20_000
"""Characters of a text whose keywords are looked for."""
MAX_KEYWORDS: Final = 20
MAX_SENTENCES: Final = 10
MAX_SENTENCES_CHARS: Final = 5_000


class Read(NamedTuple):
    """The outputs of a text, in this order."""

    passage: Any
    keywords: Any


class Reading:
    """The handlers, for the spaces of a host."""

    def __init__(self, spaces: Spaces) -> None:
        self.spaces = spaces
        self.limiter = RateLimiter(60, 60)

    def keywords(self, key: object, words: object, count: object, request: gr.Request) -> Read:
        """The keywords of a text."""
        from engine.word2vec.keywords import keywords
        from engine.word2vec.segment import segment

        lang = language(request)
        self.limiter.check(request, lang)
        plain = cleaned(checked_text(words, MAX_TEXT, lang))
        wanted = checked_int(count, 1, MAX_KEYWORDS, lang, say("keywords.count", lang))
        space = self.spaces.get(key, lang)
        if not space.model.has_probabilities:
            return Read("", bars_value(note=say("no_tree", lang)))
        pieces = segment(plain)
        candidates = [piece for piece in pieces if any(map(str.isalpha, piece))]
        if not candidates:
            raise Refusal(say("error.no_words", lang))
        with explained(lang):
            found = keywords(space.model, candidates, wanted)
        ranks = {one.word: rank for rank, one in enumerate(found)}
        missing = list(dict.fromkeys(w for w in candidates if w not in space.vectors))
        note = say("keywords.missing", lang, words=" ".join(missing[:12])) if missing else ""
        marked = [[piece, ranks.get(piece)] for piece in pieces]
        best, worst = found[0].score, found[-1].score
        rows: list[Row] = []
        for one in found:
            share = 0.35 + 0.65 * (one.score - worst) / max(best - worst, 1e-9)
            told = say(
                "keywords.times", lang, score=f"{one.score:,.0f}".replace("-", "−"), count=one.count
            )
            rows.append({"word": one.word, "cells": [{"share": share, "text": told}]})
        about = say("keywords.about", lang)
        return Read(dumps({"pieces": marked, "note": note}), bars_value(rows, about=about))

    def begin(
        self,
        passage: object,
        key: object,
        words: object,
        count: object,
        sentences: object,
        request: gr.Request,
    ) -> tuple[Any, Any, Any]:
        """What there is to see before anybody has asked, of what is filled in."""
        if passage:
            return gr.skip(), gr.skip(), gr.skip()
        try:
            return (
                *self.keywords(key, words, count, request),
                self.sentences(key, sentences, request),
            )
        except Refusal:
            return "", "", ""

    def sentences(self, key: object, words: object, request: gr.Request) -> str:
        """How alike sentences are, one a line."""
        from engine.word2vec.segment import segment

        lang = language(request)
        self.limiter.check(request, lang)
        plain = cleaned(checked_text(words, MAX_SENTENCES_CHARS, lang))
        lines = [line.strip() for line in plain.split("\n") if line.strip()]
        if not 2 <= len(lines) <= MAX_SENTENCES:
            raise Refusal(say("error.sentences", lang, count=len(lines), most=MAX_SENTENCES))
        vectors = self.spaces.get(key, lang).vectors
        cut = [[word for word in segment(line) if any(map(str.isalnum, word))] for line in lines]
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
