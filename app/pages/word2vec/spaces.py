"""Which vectors a visitor looks at: the bundled ones, or their own, which only memory keeps."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import gradio as gr

from app.pages.word2vec import say
from app.pages.word2vec.inputs import Layout
from app.pages.word2vec.widgets import points_json
from app.text.models import TextModels
from app.web.limits import MIB, Refusal, checked_text
from app.web.texts import Language
from engine.models.registry import Models

if TYPE_CHECKING:
    from engine.word2vec.maps import WordMap
    from engine.word2vec.model import Word2Vec

#: Of the bundled model in the catalogue, and the key of its space.
NAME: Final = "word2vec"
#: Words of a map, and of one that is computed while somebody waits.
MAP_WORDS: Final = 20_000
_TSNE_WORDS: Final = 1_500
_MAX_GROUPS: Final = 24
_MAX_KEY: Final = 64


class Space:
    """Vectors with a name, and the maps that were made of them.

    Args:
        key: what the browser calls it; nobody can guess that of a visitor's own vectors.
        title: the visitor's name for it; empty for the bundled ones.
    """

    def __init__(self, key: str, model: Word2Vec, title: str = "") -> None:
        self.key = key
        self.model = model
        self.vectors = model.vectors
        self.title = title
        self._lock = Lock()
        self._tsne: str | None = None

    def name(self, lang: Language) -> str:
        """What the visitor calls it."""
        return self.title or say("space.bundled", lang)

    def about(self, lang: Language) -> str:
        """What the vectors are, in a line."""
        key = "space.tree" if self.model.has_probabilities else "space.plain"
        count = f"{len(self.vectors):,}"
        return say(key, lang, name=self.name(lang), count=count, size=self.vectors.size)

    @property
    def bytes(self) -> int:
        """Memory that its matrices take."""
        matrices = 2 if self.model.has_probabilities else 1
        return 4 * len(self.vectors) * self.vectors.size * matrices

    def points(self, layout: Layout) -> str:
        """A map for the browser: the model's own where it has one, PCA otherwise; or the t-SNE
        map that arranged() has made."""
        if layout == "tsne" and self._tsne is not None:
            return self._tsne
        with self._lock:
            return self._map

    @cached_property
    def _map(self) -> str:
        from engine.word2vec.maps import word_map

        groups = groups_for(len(self.vectors))
        made = self.model.map or word_map(self.vectors, MAP_WORDS, groups, method="pca")
        return self._written(made)

    def arranged(self) -> None:
        """Make the t-SNE map of the most frequent words, if there is none yet; takes seconds.

        Raises Word2VecError where there are too few words.
        """
        from engine.word2vec.maps import word_map

        if self._tsne is None:
            groups = groups_for(min(len(self.vectors), _TSNE_WORDS))
            self._tsne = self._written(word_map(self.vectors, _TSNE_WORDS, groups))

    def _written(self, made: WordMap) -> str:
        words = self.vectors.words[: len(made.positions)]
        return points_json([one_line(word) for word in words], made.positions, made.clusters)


def groups_for(words: int) -> int:
    """How many clusters a map of so many words shows."""
    return max(1, min(_MAX_GROUPS, words // 12))


def one_line(word: str) -> str:
    """A word as it can stand in a list of lines."""
    return " ".join(word.split())


class Spaces:
    """The spaces of a host: the bundled model, and the latest ones of its visitors.

    Args:
        maximum: bytes that visitors' own vectors may fill; the longest unused make room.
    """

    def __init__(self, models: Models, maximum: int = 512 * MIB) -> None:
        self.maximum = maximum
        self._models = TextModels(models, (NAME,))
        self._bundled: Space | None = None
        self._own: OrderedDict[str, Space] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object, lang: Language) -> Space:
        """The space of that key. Raises Refusal where there is none (any more)."""
        name = checked_text(key, _MAX_KEY, lang)
        if name == NAME:
            return self._default(lang)
        with self._lock:
            space = self._own.get(name)
            if space is None:
                raise Refusal(say("error.gone", lang))
            self._own.move_to_end(name)
            return space

    def choice(self, own: Sequence[str], lang: Language) -> gr.Radio:
        """What a visitor can look at: the bundled vectors, and their own, of which the newest are
        chosen."""
        choices = [(say("space.bundled", lang), NAME)]
        for number, key in enumerate(own, 1):
            try:
                space = self.get(key, lang)
                name = f"{number} · {space.name(lang)} ({len(space.vectors):,})"
            except Refusal:
                name = f"{number}"  # it had to make room
            choices.append((name, key))
        return gr.Radio(choices, value=own[-1], visible=True)

    def ready(self) -> bool:
        """Whether nobody would have to wait for the bundled vectors."""
        return self._models.ready(NAME)

    def add(self, model: Word2Vec, title: str) -> Space:
        """Keep a visitor's own vectors, in memory and for as long as there is room."""
        space = Space(secrets.token_urlsafe(18), model, title)
        with self._lock:
            self._own[space.key] = space
            while (
                len(self._own) > 1 and sum(one.bytes for one in self._own.values()) > self.maximum
            ):
                self._own.popitem(last=False)
        return space

    def _default(self, lang: Language) -> Space:
        model: Any = self._models.get(NAME, lang)
        with self._lock:
            if self._bundled is None or self._bundled.model is not model:
                self._bundled = Space(NAME, model)
            return self._bundled
