"""Training on a visitor's own text: bounded in size and time, with the loss and a map to watch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import gradio as gr
import numpy as np

from app.pages.word2vec.cloud import cloud_value, points_object
from app.pages.word2vec.spaces import Space, Spaces, groups_for, one_line
from app.pages.word2vec.widgets import dumps
from app.pages.word2vec.words import decoded, listed, say
from app.text.checks import checked_int
from app.text.drafts import Stop
from app.web.inputs import cleaned
from app.web.limits import MIB, RateLimiter, Refusal, checked_bytes, checked_choice, checked_text
from app.web.texts import Language, language
from engine.word2vec.errors import Word2VecError
from engine.word2vec.training.recipe import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.word2vec.training.trainer import Progress, Trainer

ARCHITECTURES: Final = ("skipgram", "cbow")
OUTPUTS: Final = ("hierarchical", "negative", "random_softmax")
MAX_CHARS: Final = 1_000_000
"""Characters of a text; a long novel."""
MAX_BYTES: Final = 4 * MIB
SIZES: Final = (16, 128)
WINDOWS: Final = (2, 10)
COUNTS: Final = (1, 20)
EPOCHS: Final = (1, 50)
SECONDS: Final = 90.0
"""How long one training may take, cutting the text into words not counted."""
AT_ONCE: Final = 2
"""Trainings of all visitors at the same time."""
_MAX_WORDS: Final = 20_000
_RATE: Final = 0.05
"""Twice what long texts take: a short one has few words to learn from."""
_MAP_WORDS: Final = 250
_MAP_EVERY: Final = 1.5
_LEAST_WORDS: Final = 30
_CHUNK: Final = 20_000
"""Characters that are cut into words between two views."""
_MAX_NEW: Final = 200
"""New words that are looked for in a text."""
_SHOWN: Final = 12
_POINTS: Final = 150
"""Of the curve."""


class Wish(NamedTuple):
    """What a visitor asks for, checked."""

    text: str
    recipe: Recipe
    discover: bool


class Trained(NamedTuple):
    """The outputs of a training, in this order."""

    progress: Any
    map: Any
    space: Any


class Training:
    """The handlers, for the spaces of a host."""

    def __init__(self, spaces: Spaces, seconds: float = SECONDS) -> None:
        self.spaces = spaces
        self.seconds = seconds
        self.limiter = RateLimiter(6, 300)
        self._places = BoundedSemaphore(AT_ONCE)

    def train(
        self, stop: Stop, words: object, file: object, request: gr.Request, *values: object
    ) -> Iterator[Trained]:
        """Train on the file if there is one, or on the text.

        The last view has the new space's key; the vectors are kept when it was stopped, too.
        """
        lang = language(request)
        wish = read_wish(words, file, values, lang)
        self.limiter.check(request, lang)
        stopped = stop.watch()
        if not self._places.acquire(blocking=False):
            raise Refusal(say("train.busy", lang))
        try:
            yield from self._run(wish, stopped, lang)
        finally:
            self._places.release()

    def _run(self, wish: Wish, stopped: Callable[[], bool], lang: Language) -> Iterator[Trained]:
        sentences: list[list[str]] = []
        new: list[str] = []
        if wish.discover:
            status = say("train.discovering", lang)
            yield Trained(progress_value(0, True, status, (), lang), "", "")
            new = new_words(wish.text)
        for share in _cut(wish.text, new, sentences):
            if stopped():
                yield Trained(progress_value(0, False, say("train.none", lang), (), lang), "", "")
                return
            status = say("train.cutting", lang, share=f"{share:.0%}")
            yield Trained(progress_value(0.1 * share, True, status, (), lang), "", "")
        yield Trained(progress_value(0.1, True, say("train.preparing", lang), (), lang), "", "")
        trainer = _trainer(sentences, wish.recipe)
        if trainer is None:
            status = say("error.few_words", lang, count=wish.recipe.min_count)
            yield Trained(progress_value(0, False, status, (), lang), "", "")
            return
        view = View(trainer, lang, new)
        ends = time.monotonic() + self.seconds
        finish = "done"
        for step in trainer.run(every=0.3):
            yield view.seen(step)
            if step.share < 1 and (stopped() or time.monotonic() > ends):
                finish = "stopped" if stopped() else "late"
                break
        space = self.spaces.add(trainer.model(), say("space.trained", lang))
        yield view.last(finish, space)


class View:
    """What a training shows while it runs."""

    def __init__(self, trainer: Trainer, lang: Language, new: Sequence[str] = ()) -> None:
        self.trainer = trainer
        self.new = new
        self.lang = lang
        self.curve: list[tuple[float, float]] = []
        self.drawn = -math.inf
        self.places: NDArray[np.float64] | None = None
        self.map: Any = ""
        self.step: Progress | None = None

    def seen(self, step: Progress) -> Trained:
        """One report of the trainer."""
        self.step = step
        if math.isfinite(step.loss):
            self.curve.append((step.share, step.loss))
        if time.monotonic() - self.drawn >= _MAP_EVERY:
            self.map = self._map()
            self.drawn = time.monotonic()
        status = say("train.running", self.lang, **self._facts(step))
        return Trained(self._progress(status, True), self.map, "")

    def last(self, finish: str, space: Space) -> Trained:
        """The end: how it ended, and the key of the new space."""
        facts = self._facts(self.step) if self.step is not None else {}
        status = say(f"train.{finish}", self.lang, **facts, seconds=round(SECONDS))
        if self.new:
            status += say("train.found", self.lang, words=listed(self.new[:_SHOWN], self.lang))
        return Trained(self._progress(status, False), self._map(), space.key)

    def _facts(self, step: Progress) -> dict[str, object]:
        return {
            "share": f"{step.share:.0%}",
            "epoch": step.epoch + 1,
            "epochs": self.trainer.recipe.epochs,
            "loss": f"{step.loss:.3f}",
            "rate": f"{step.words_per_second:,.0f}",
            "words": f"{len(self.trainer.vocabulary):,}",
        }

    def _progress(self, status: str, running: bool) -> str:
        share = 0.1 + 0.9 * (self.step.share if self.step else 0)
        return progress_value(share, running, status, self.curve, self.lang)

    def _map(self) -> str:
        """The most frequent words by PCA, turned so that they move as little as they can."""
        from engine.word2vec.maps import clusters, pca

        vectors = self.trainer.vectors()
        points = vectors.matrix[:_MAP_WORDS] / vectors.norms[:_MAP_WORDS, None]
        places = pca(points).astype(np.float64)
        places /= max(float(np.abs(places).max()), 1e-12)
        if self.places is not None:
            places = places @ _turn(places, self.places)
        self.places = places
        words = [one_line(word) for word in vectors.words[:_MAP_WORDS]]
        groups = clusters(points, min(8, groups_for(len(points))))
        inline = points_object(words, places, groups)
        status = say("train.map", self.lang, count=len(words))
        return cloud_value(inline=inline, lang=self.lang, status=status)


def _trainer(sentences: list[list[str]], recipe: Recipe) -> Trainer | None:
    """None where there are too few words."""
    from engine.word2vec.training.trainer import Trainer

    try:
        trainer = Trainer.of_sentences(sentences, recipe)
    except Word2VecError:
        return None
    return trainer if len(trainer.vocabulary) >= _LEAST_WORDS else None


def read_wish(words: object, file: object, values: Sequence[object], lang: Language) -> Wish:
    """The text and the recipe, checked. Raises Refusal."""
    architecture, output, size, window, min_count, epochs, discover = values
    if file is None:
        plain = checked_text(words, MAX_CHARS, lang)
    elif isinstance(file, bytes):
        checked_bytes(len(file), MAX_BYTES, lang)
        plain = checked_text(decoded(file, lang), MAX_CHARS, lang)
    else:
        raise Refusal(say("error.files", lang))
    text = cleaned(plain)
    if not text.strip():
        raise Refusal(say("error.no_text", lang))
    wanted = checked_int(size, *SIZES, lang, say("train.size", lang))
    reach = checked_int(window, *WINDOWS, lang, say("train.window", lang))
    least = checked_int(min_count, *COUNTS, lang, say("train.min_count", lang))
    passes = checked_int(epochs, *EPOCHS, lang, say("train.epochs", lang))
    recipe = Recipe(
        architecture=checked_choice(architecture, ARCHITECTURES, lang),
        output=checked_choice(output, OUTPUTS, lang),
        size=wanted,
        window=reach,
        min_count=least,
        epochs=passes,
        max_words=_MAX_WORDS,
        rate=_RATE,
    )
    return Wish(text, recipe, discover is True)


def new_words(text: str) -> list[str]:
    """Words of the text that would be cut apart otherwise, by minimum entropy."""
    from engine.word2vec.discovery import discover
    from engine.word2vec.segment import segment

    found = discover(text.split("\n"))[: 4 * _MAX_NEW]
    return [one.word for one in found if len(segment(one.word)) > 1][:_MAX_NEW]


def _cut(text: str, new: Sequence[str], sentences: list[list[str]]) -> Iterator[float]:
    """Fill a list with the words of the lines; yields the share that is done."""
    from engine.word2vec.segment import Segmenter, segment

    cut = Segmenter(new).segment if new else segment
    done = 0
    seen = 0
    for line in text.split("\n"):
        for begin in range(0, len(line), _CHUNK):
            pieces = cut(line[begin : begin + _CHUNK])
            words = [word for word in pieces if any(map(str.isalnum, word))]
            if words:
                sentences.append(words)
        done += len(line) + 1
        if done - seen >= _CHUNK:
            seen = done
            yield done / (len(text) + 1)


def _turn(points: NDArray[np.float64], before: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation or reflection [2, 2] that brings points nearest to where they were (orthogonal
    Procrustes, Schönemann 1966)."""
    left, _, right = np.linalg.svd(points.T @ before)
    found: NDArray[np.float64] = left @ right
    return found


def progress_value(
    share: float, running: bool, status: str, curve: Sequence[tuple[float, float]], lang: Language
) -> str:
    """The value of widgets.progress."""
    step = -(-len(curve) // _POINTS) or 1
    some = [*curve[:-1:step], *curve[-1:]]
    points = [[round(at, 4), round(loss, 4)] for at, loss in some]
    value = {"share": round(share, 4), "running": running, "status": status, "points": points}
    return dumps({**value, "lang": lang})
