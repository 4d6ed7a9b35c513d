"""The map: its points for the browser, neighbours of a word on it, and analogies as arrows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Final, cast

import gradio as gr
import numpy as np

from app.pages.word2vec import say
from app.pages.word2vec.inputs import LAYOUTS, read_word
from app.pages.word2vec.spaces import MAP_WORDS, Space, Spaces
from app.pages.word2vec.view import explained
from app.pages.word2vec.widgets import Link, cloud_value
from app.text.checks import checked_json
from app.web.limits import RateLimiter, Refusal, checked_choice
from app.web.texts import Language, language
from app.web.widget import dumps, event_value

_SHOWN: Final = 12
#: Neighbours of the first word whose pairs are looked for.
_FROM: Final = 40
_PAIRS: Final = 6
#: Cosine that the answer of a pair like the one drawn has to have.
_LEAST: Final = 0.45
_MAX_SOURCE: Final = 100
_COMPLETIONS: Final = 8

#: Another number for every answer, so that the map moves to it.
_numbers = itertools.count(1)


class Map:
    """The handlers, for the spaces of a host."""

    def __init__(self, spaces: Spaces) -> None:
        self.spaces = spaces
        self.limiter = RateLimiter(240, 60)
        self.arranging = RateLimiter(4, 60)

    def show(self, key: object, layout: object, request: gr.Request) -> str:
        """Another map: of other vectors, or arranged in another way."""
        lang = language(request)
        chosen = checked_choice(layout, LAYOUTS, lang)
        space = self.spaces.get(key, lang)
        if chosen == "tsne":
            self.arranging.check(request, lang)
            with explained(lang):
                space.arranged()
        return cloud_value(source=_source(space, chosen), seq=next(_numbers), lang=lang)

    def whole(self, space: Space, lang: Language) -> str:
        """The map of a space, with no word chosen."""
        return cloud_value(source=_source(space, LAYOUTS[0]), seq=next(_numbers), lang=lang)

    def pick(self, key: object, layout: object, event: gr.EventData, request: gr.Request) -> str:
        """The neighbours of a word that was clicked."""
        return self.select(key, layout, event_value(event, "word"), request)

    def select(self, key: object, layout: object, word: object, request: gr.Request) -> str:
        """The neighbours of a word."""
        lang = language(request)
        self.limiter.check(request, lang)
        asked = read_word(word, lang)
        space = self.spaces.get(key, lang)
        with explained(lang):
            near = space.vectors.most_similar(asked, topn=_SHOWN)
        return cloud_value(
            source=_source(space, checked_choice(layout, LAYOUTS, lang)),
            seq=next(_numbers),
            lang=lang,
            selected=asked,
            near=near,
        )

    def pair(self, key: object, layout: object, event: gr.EventData, request: gr.Request) -> str:
        """The arrow from one word to another, and others like it; or the one from a third word."""
        lang = language(request)
        self.limiter.check(request, lang)
        words = event_value(event, "words")
        if not isinstance(words, list) or len(words) not in (2, 3):
            raise Refusal(say("error.no_word", lang))
        asked = [read_word(word, lang) for word in words]
        space = self.spaces.get(key, lang)
        with explained(lang):
            links = [Link(asked[0], asked[1]), *_alike(space, asked)]
        return cloud_value(
            source=_source(space, checked_choice(layout, LAYOUTS, lang)),
            seq=next(_numbers),
            lang=lang,
            links=links,
            note=say("map.third" if len(asked) == 2 else "map.again", lang),
        )


def points_function(spaces: Spaces) -> Callable[[str], str]:
    """The server function that sends a map in one piece."""

    # The name by which the browser calls it. Gradio marks the function, so it cannot be a method.
    def points(source: str, request: gr.Request) -> str:
        lang = language(request)
        try:
            key, _, layout = str(source)[:_MAX_SOURCE].rpartition(":")
            chosen = checked_choice(layout, LAYOUTS, lang)
            return spaces.get(key, lang).points(chosen)
        except Refusal as refusal:
            return dumps({"error": str(refusal)})

    return cast(Callable[[str], str], points)


def complete_function(spaces: Spaces) -> Callable[[str], str]:
    """The server function that completes a word."""

    def complete(asked: str, request: gr.Request) -> str:
        lang = language(request)
        try:
            found = checked_json(asked, 400, lang)
            if not isinstance(found, dict):
                return "[]"
            prefix = read_word(found.get("prefix"), lang)
            words = spaces.get(found.get("key"), lang).vectors.complete(prefix, _COMPLETIONS)
            return dumps(words)
        except Refusal:
            return "[]"

    return cast(Callable[[str], str], complete)


def _source(space: Space, layout: str) -> str:
    return f"{space.key}:{layout}"


def _alike(space: Space, words: Sequence[str]) -> list[Link]:
    """Pairs with the same difference as the first two words; of a third word the one pair.

    Raises UnknownWordError.
    """
    a, b, *rest = words
    vectors = space.vectors
    starts = rest or [
        word for word, _ in vectors.most_similar(a, topn=_FROM, restrict=MAP_WORDS) if word != b
    ]
    if not starts or a == b:
        return []
    sums = vectors.units(starts) + vectors.units([b]) - vectors.units([a])
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    scores = vectors.cosines(sums, MAP_WORDS)
    links = []
    for start, row in zip(starts, scores, strict=True):
        restricted = [word for word in (a, b, start) if vectors.index(word) < len(row)]
        ((end, share),) = vectors.ranked(row, 1, restricted) or (("", 0.0),)
        links.append(Link(start, end, round(share, 3)))
    if rest:
        return links
    found: dict[str, Link] = {}
    for link in sorted(links, key=lambda link: -(link.share or 0)):
        if (link.share or 0) >= _LEAST and link.start not in found:
            found.setdefault(link.end, link)
    return [*found.values()][:_PAIRS]
