"""Training on a visitor's own text: bounded in size and time, with the loss and a map to watch."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Sequence
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import gradio as gr
import numpy as np

from app.pages.word2vec import say
from app.pages.word2vec.inputs import MAX_CHARS, MAX_TRAINING_BYTES, file_or_text
from app.pages.word2vec.inputs import Training as Asked
from app.pages.word2vec.spaces import Spaces, groups_for, one_line
from app.pages.word2vec.state import Visit
from app.pages.word2vec.view import listed
from app.pages.word2vec.widgets import cloud_value, points_object
from app.web.inputs import cleaned
from app.web.limits import RateLimiter, Refusal, checked_text
from app.web.run import Run
from app.web.texts import Language, language
from app.web.widget import dumps
from engine.word2vec.errors import Word2VecError
from engine.word2vec.training.recipe import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.word2vec.training.trainer import Progress, Trainer

#: How long one training may take, cutting the text into words not counted.
_SECONDS: Final = 90.0
#: Trainings of all visitors at the same time.
AT_ONCE: Final = 2
_MAX_WORDS: Final = 20_000
#: Twice what long texts take: a short one has few words to learn from.
_RATE: Final = 0.05
_MAP_WORDS: Final = 250
_MAP_EVERY: Final = 1.5
_LEAST_WORDS: Final = 30
#: Characters that are cut into words between two screens.
_CHUNK: Final = 20_000
#: New words that are looked for in a text, and those that are shown.
_MAX_NEW: Final = 200
_SHOWN: Final = 12
#: Of the curve.
_POINTS: Final = 150


class Screen(NamedTuple):
    """What a training shows, by the components' names; gr.skip() for what stays."""

    visit: Visit
    space: Any = gr.skip()
    progress: Any = gr.skip()
    live: Any = gr.skip()


class Training:
    """The handlers, for the spaces of a host."""

    def __init__(self, spaces: Spaces, seconds: float = _SECONDS) -> None:
        self.spaces = spaces
        self.seconds = seconds
        self.limiter = RateLimiter(6, 300)
        self._places = BoundedSemaphore(AT_ONCE)

    def train(
        self, visit: Visit, file: object, request: gr.Request, *values: object
    ) -> Iterator[Screen]:
        """Train on the file if there is one, or on the text; values are those of inputs.Training.

        The last screen chooses the new vectors; they are kept when it was stopped, too.
        """
        lang = language(request)
        asked = Asked.read(values, lang)
        content = file_or_text(file, asked.text, MAX_TRAINING_BYTES, lang)
        text = cleaned(checked_text(content, MAX_CHARS, lang))
        if not text.strip():
            raise Refusal(say("error.no_text", lang))
        self.limiter.check(request, lang)
        if not self._places.acquire(blocking=False):
            raise Refusal(say("train.busy", lang))
        try:
            with visit.training.begin() as run:
                yield from run.screens(self._run(run, visit, text, asked, lang))
        finally:
            self._places.release()

    def stop(self, visit: Visit) -> None:
        """End the training."""
        visit.training.stop()

    def _run(
        self, run: Run, visit: Visit, text: str, asked: Asked, lang: Language
    ) -> Generator[Screen, None, None]:
        def screen(share: float, status: str, running: bool = True) -> Screen:
            progress = progress_value(share, running, status, (), lang)
            return Screen(visit, progress=progress, live="")

        sentences: list[list[str]] = []
        new: list[str] = []
        if asked.discover:
            yield screen(0, say("train.discovering", lang))
            new = new_words(text)
        for share in _cut(text, new, sentences):
            if run.stopped():
                yield screen(0, say("train.none", lang), running=False)
                return
            yield screen(0.1 * share, say("train.cutting", lang, share=f"{share:.0%}"))
        yield screen(0.1, say("train.preparing", lang))
        trainer = _trainer(sentences, asked)
        if trainer is None:
            status = say("error.few_words", lang, count=asked.min_count)
            yield screen(0, status, running=False)
            return
        picture = Picture(trainer, lang, new)
        ends = time.monotonic() + self.seconds
        finish = "done"
        for step in trainer.run(every=0.3):
            progress, live = picture.running(step)
            yield Screen(visit, progress=progress, live=live)
            if step.share < 1 and (run.stopped() or time.monotonic() > ends):
                finish = "stopped" if run.stopped() else "late"
                break
        if run.overtaken():
            return
        visit.add(self.spaces.add(trainer.model(), say("space.trained", lang)).key)
        progress, live = picture.last(finish)
        yield Screen(visit, self.spaces.choice(visit.own, lang), progress, live)


class Picture:
    """What a training shows while it runs."""

    def __init__(self, trainer: Trainer, lang: Language, new: Sequence[str] = ()) -> None:
        self.trainer = trainer
        self.new = new
        self.lang = lang
        self.curve: list[tuple[float, float]] = []
        self.drawn = -math.inf
        self.places: NDArray[np.float64] | None = None
        self.map = ""
        self.step: Progress | None = None

    def running(self, step: Progress) -> tuple[str, str]:
        """The progress and the map at a report of the trainer."""
        self.step = step
        if math.isfinite(step.loss):
            self.curve.append((step.share, step.loss))
        if time.monotonic() - self.drawn >= _MAP_EVERY:
            self.map = self._map()
            self.drawn = time.monotonic()
        status = say("train.running", self.lang, **self._facts(step))
        return self._progress(status, True), self.map

    def last(self, finish: str) -> tuple[str, str]:
        """The same at the end, which is "done", "stopped" or "late"."""
        facts = self._facts(self.step) if self.step is not None else {}
        status = say(f"train.{finish}", self.lang, **facts, seconds=round(_SECONDS))
        if self.new:
            status += say("train.found", self.lang, words=listed(self.new[:_SHOWN], self.lang))
        return self._progress(status, False), self._map()

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


def _trainer(sentences: list[list[str]], asked: Asked) -> Trainer | None:
    """None where there are too few words."""
    from engine.word2vec.training.trainer import Trainer

    recipe = Recipe(
        architecture=asked.architecture,
        output=asked.output,
        size=asked.size,
        window=asked.window,
        min_count=asked.min_count,
        epochs=asked.epochs,
        max_words=_MAX_WORDS,
        rate=_RATE,
    )
    try:
        trainer = Trainer.of_sentences(sentences, recipe)
    except Word2VecError:
        return None
    return trainer if len(trainer.vocabulary) >= _LEAST_WORDS else None


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
