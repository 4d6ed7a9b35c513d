"""The endpoint for programs: what is near to a word, and what comes with it.

Annotations are evaluated here: gradio describes the endpoint by them.
"""

from collections.abc import Callable
from typing import Any, Final

import gradio as gr

from app.pages.word2vec.inputs import read_word
from app.pages.word2vec.spaces import NAME, Spaces
from app.pages.word2vec.view import explained
from app.text.checks import checked_float, checked_int
from app.web.limits import RateLimiter
from app.web.texts import language

_MAX_TOPN: Final = 100


def endpoint(spaces: Spaces) -> Callable[..., dict[str, Any]]:
    """The function behind /neighbours."""
    limiter = RateLimiter(240, 60)

    def neighbours(
        word: str, request: gr.Request, topn: int = 10, alpha: float = 1.0
    ) -> dict[str, Any]:
        """Words that could stand in the place of a word, and words that come with it.

        Args:
            word: a Chinese word, such as 广州.
            topn: how many of each, 1 to 100.
            alpha: how much related words are charged for being common, 0 to 1.

        Returns the word; its neighbours with their cosines; and related words y with
        log p(y | word) - alpha log p(y), in nats, where the vectors know probabilities.
        """
        from engine.word2vec.keywords import related

        lang = language(request)
        limiter.check(request, lang)
        asked = read_word(word, lang)
        count = checked_int(topn, 1, _MAX_TOPN, lang, "topn")
        charge = checked_float(alpha, 0, 1, lang, "alpha")
        space = spaces.get(NAME, lang)
        with explained(lang):
            near = space.vectors.most_similar(asked, topn=count)
            known = space.model.has_probabilities
            others = related(space.model, asked, charge, count) if known else []
        return {
            "word": asked,
            "neighbours": [[other, round(share, 4)] for other, share in near],
            "related": [[other, round(score, 4)] for other, score in others],
        }

    return neighbours
