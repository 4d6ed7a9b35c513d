"""Many questions: how often the model is right, and what examples do for it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import gradio as gr

from app.pages.fewshot import say
from app.pages.fewshot.inputs import MAX_CANDIDATES, MAX_CURVE, MAX_SEEDS, Task
from app.pages.fewshot.state import Measured, Visit
from app.pages.fewshot.table import (
    MAX_BYTES,
    MAX_QUESTIONS,
    read_questions,
    write_judged,
    write_questions,
)
from app.pages.fewshot.view import Curve, Results, chance_level, results
from app.pages.fewshot.widgets import curve_value
from app.text.checks import checked_int, explained
from app.text.models import TextModels
from app.web.files import decoded
from app.web.limits import RateLimiter, Refusal, checked_bytes
from app.web.run import Run
from app.web.texts import Language, language
from engine.fewshot import CurveStep, Example, accuracy, curve, possible_shots, shots_curve

if TYPE_CHECKING:
    from engine.transformer.language_model import LanguageModel

_DEADLINE: Final = 60.0
#: Seconds between two views.
_INTERVAL: Final = 0.25

_runs = itertools.count(1)


@dataclass(frozen=True)
class _Test:
    """Questions, and with what to ask them.

    Attributes:
        candidates: answers to choose from; none for free answers only.
    """

    model: LanguageModel
    task: Task
    asked: tuple[Example, ...]
    candidates: tuple[str, ...]


class Measuring:
    """The handlers, for the models of a host; ``values`` are those of Task."""

    def __init__(self, models: TextModels) -> None:
        self.models = models
        self.limiter = RateLimiter(6, 60)

    def accuracy(
        self,
        visit: Visit,
        model: object,
        questions: object,
        request: gr.Request,
        *values: object,
    ) -> Iterator[Results]:
        """Ask all questions with the examples of the page."""
        lang = language(request)
        test = self._test(model, questions, values, request, MAX_QUESTIONS)
        with visit.accuracy_runs.begin() as run, explained(lang):
            for measured in run.screens(_judged(test, run)):
                visit.measured = measured
                yield results(visit, lang)

    def curve(
        self,
        visit: Visit,
        model: object,
        questions: object,
        seeds: object,
        request: gr.Request,
        *values: object,
    ) -> Iterator[Curve]:
        """Ask all questions with 0, 1, 2, 4 and 8 examples, and again with others."""
        lang = language(request)
        count = checked_int(seeds, 1, MAX_SEEDS, lang, say("seeds", lang))
        test = self._test(model, questions, values, request, MAX_CURVE)
        with visit.curve_runs.begin() as run, explained(lang):
            yield from run.screens(_drawn(test, count, run, lang))

    def _test(
        self,
        model: object,
        questions: object,
        values: Sequence[object],
        request: gr.Request,
        most: int,
    ) -> _Test:
        """What a visitor sent, checked; the model, loaded."""
        lang = language(request)
        self.limiter.check(request, lang)
        task = Task.read(values, lang)
        asked = read_questions(questions, lang)
        if len(asked) > most:
            raise Refusal(say("error.curve", lang, count=len(asked), maximum=most))
        loaded = self.models.get(model, lang)
        return _Test(loaded, task, asked, all_candidates(task, asked))


def _judged(test: _Test, run: Run) -> Generator[Measured, None, None]:
    """The answers as they come."""
    measured = Measured((), len(test.asked), next(_runs))
    yield measured
    shown = time.monotonic()
    for judged in accuracy(
        *(test.model, test.asked, test.task.examples, test.task.template),
        candidates=test.candidates,
        deadline=_DEADLINE,
    ):
        measured = replace(measured, judged=(*measured.judged, judged))
        if run.stopped():
            break
        if time.monotonic() - shown >= _INTERVAL:
            yield measured
            shown = time.monotonic()
    yield measured


def _drawn(test: _Test, seeds: int, run: Run, lang: Language) -> Generator[Curve, None, None]:
    """The curve as it grows."""
    pool = (*test.task.examples, *test.asked)
    total = seeds * len(test.asked) * len(possible_shots(test.asked, pool))
    chance = chance_level(test.asked, test.candidates) if test.candidates else None
    yield Curve(curve_value([], chance, lang, done=0, total=total), "")
    note = say("curve.note", lang, questions=len(test.asked), seeds=seeds)
    steps: list[CurveStep] = []
    shown = 0.0
    for step in shots_curve(
        *(test.model, test.asked, pool, test.task.template),
        candidates=test.candidates,
        seeds=range(seeds),
        deadline=_DEADLINE,
    ):
        steps.append(step)
        is_over = run.stopped() or len(steps) == total
        if is_over or time.monotonic() - shown >= _INTERVAL:
            value = curve_value(curve(steps), chance, lang, done=len(steps), total=total)
            yield Curve(value, note)
            shown = time.monotonic()
        if is_over:
            break


def stop(visit: Visit) -> None:
    """End both."""
    visit.accuracy_runs.stop()
    visit.curve_runs.stop()


def upload(content: object, request: gr.Request) -> str:
    """A file of questions as text."""
    lang = language(request)
    refusal = say("error.encoding", lang)
    if not isinstance(content, bytes):
        raise Refusal(refusal)
    checked_bytes(len(content), MAX_BYTES, lang)
    return write_questions(read_questions(decoded(content, refusal), lang))


def saved_file(visit: Visit, request: gr.Request) -> str:
    """The answers as CSV."""
    if not visit.measured.judged:
        raise Refusal(say("error.no_results", language(request)))
    # A spreadsheet takes a file without this mark for one of its own old encodings.
    return "\ufeff" + write_judged(visit.measured.judged)


def all_candidates(task: Task, asked: Sequence[Example]) -> tuple[str, ...]:
    """The page's candidates and the answers of the questions, which may be chosen too; none where
    the page has none, or where they are too many to choose from."""
    if not task.candidates:
        return ()
    answers = (one.answer.partition("|")[0] for one in asked)
    found = tuple(dict.fromkeys((*task.candidates, *answers)))
    return found if len(found) <= MAX_CANDIDATES else ()
