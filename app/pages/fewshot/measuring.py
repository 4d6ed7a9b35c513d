"""Many questions: how often the model is right, and what examples do for it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import gradio as gr

from app.pages.fewshot.asking import TASK_FIELDS
from app.pages.fewshot.table import (
    MAX_QUESTIONS,
    decode,
    read_questions,
    write_judged,
    write_questions,
)
from app.pages.fewshot.task import MAX_CANDIDATES, Task, read_task
from app.pages.fewshot.widgets import best_method, curve_value, results_value
from app.pages.fewshot.words import proportion, say
from app.text.checks import checked_int, explained
from app.text.drafts import Stop
from app.text.models import TextModels
from app.web.limits import RateLimiter, Refusal
from app.web.texts import Language, language
from engine.fewshot import (
    CurveStep,
    Example,
    Judged,
    Proportion,
    accuracy,
    curve,
    matches,
    possible_shots,
    shots_curve,
)

if TYPE_CHECKING:
    from engine.fewshot.ranking import Method
    from engine.transformer.language_model import LanguageModel

MAX_CURVE: Final = 60
"""Questions of a curve; each is asked with every number of examples, and with every seed."""
MAX_SEEDS: Final = 5
_DEADLINE: Final = 60.0
_INTERVAL: Final = 0.25
"""Seconds between two views."""

_runs = itertools.count(1)


@dataclass(frozen=True)
class Measured:
    """What was asked so far, and of how many; for the file and for the page."""

    judged: tuple[Judged, ...] = ()
    total: int = 0
    run: int = 0


class ResultsScreen(NamedTuple):
    """The outputs of a list of questions, in this order."""

    measured: Measured
    results: Any
    summary: Any
    save: Any


class CurveScreen(NamedTuple):
    """The outputs of a curve."""

    curve: Any
    summary: Any


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
    """The handlers, for the models of a host."""

    def __init__(self, models: TextModels) -> None:
        self.models = models
        self.limiter = RateLimiter(6, 60)

    def accuracy(
        self,
        wish: Stop,
        model: object,
        questions: object,
        request: gr.Request,
        *values: object,
    ) -> Iterator[ResultsScreen]:
        """Ask all questions with the examples of the page."""
        lang, stopped = language(request), wish.watch()
        test = self._test(model, questions, values, request)
        measured = Measured((), len(test.asked), next(_runs))
        yield results_screen(measured, lang)
        shown = time.monotonic()
        with explained(lang):
            for judged in accuracy(
                *(test.model, test.asked, test.task.examples, test.task.template),
                candidates=test.candidates,
                deadline=_DEADLINE,
            ):
                measured = replace(measured, judged=(*measured.judged, judged))
                if stopped():
                    break
                if time.monotonic() - shown >= _INTERVAL:
                    yield results_screen(measured, lang)
                    shown = time.monotonic()
        yield results_screen(measured, lang)

    def curve(
        self,
        wish: Stop,
        model: object,
        questions: object,
        seeds: object,
        request: gr.Request,
        *values: object,
    ) -> Iterator[CurveScreen]:
        """Ask all questions with 0, 1, 2, 4 and 8 examples, and again with others."""
        lang, stopped = language(request), wish.watch()
        count = checked_int(seeds, 1, MAX_SEEDS, lang, say("seeds", lang))
        test = self._test(model, questions, values, request, MAX_CURVE)
        pool = (*test.task.examples, *test.asked)
        total = count * len(test.asked) * len(possible_shots(test.asked, pool))
        chance = chance_level(test.asked, test.candidates) if test.candidates else None
        yield CurveScreen(curve_value([], chance, lang, done=0, total=total), "")
        note = say("curve.note", lang, questions=len(test.asked), seeds=count)
        steps: list[CurveStep] = []
        shown = 0.0
        with explained(lang):
            for step in shots_curve(
                *(test.model, test.asked, pool, test.task.template),
                candidates=test.candidates,
                seeds=range(count),
                deadline=_DEADLINE,
            ):
                steps.append(step)
                is_over = stopped() or len(steps) == total
                if is_over or time.monotonic() - shown >= _INTERVAL:
                    value = curve_value(curve(steps), chance, lang, done=len(steps), total=total)
                    yield CurveScreen(value, note)
                    shown = time.monotonic()
                if is_over:
                    break

    def _test(
        self,
        model: object,
        questions: object,
        values: Sequence[object],
        request: gr.Request,
        most: int = MAX_QUESTIONS,
    ) -> _Test:
        """What a visitor sent, checked; the model, loaded."""
        lang = language(request)
        self.limiter.check(request, lang)
        task = read_task(values[:TASK_FIELDS], lang)
        asked = read_questions(questions, lang)
        if len(asked) > most:
            raise Refusal(say("error.curve", lang, count=len(asked), maximum=most))
        loaded = self.models.get(model, lang)
        return _Test(loaded, task, asked, all_candidates(task, asked))


def upload(content: object, request: gr.Request) -> str:
    """A file of questions as text."""
    lang = language(request)
    if not isinstance(content, bytes):
        raise Refusal(say("error.encoding", lang))
    questions = read_questions(decode(content, lang), lang)
    return write_questions(questions)


def saved_file(measured: Measured, request: gr.Request) -> str:
    """The answers as CSV."""
    if not measured.judged:
        raise Refusal(say("error.no_results", language(request)))
    # A spreadsheet takes a file without this mark for one of its own old encodings.
    return "\ufeff" + write_judged(measured.judged)


def all_candidates(task: Task, asked: Sequence[Example]) -> tuple[str, ...]:
    """The page's candidates and the answers of the questions, which may be chosen too; none where
    the page has none, or where they are too many to choose from."""
    if not task.candidates:
        return ()
    answers = (one.answer.partition("|")[0] for one in asked)
    found = tuple(dict.fromkeys((*task.candidates, *answers)))
    return found if len(found) <= MAX_CANDIDATES else ()


def chance_level(asked: Sequence[Example], candidates: Sequence[str]) -> float:
    """The share right of one who guesses among the candidates."""
    right = [sum(matches(text, one.answer) for text in candidates) for one in asked]
    return sum(right) / len(asked) / len(candidates)


def results_screen(measured: Measured, lang: Language) -> ResultsScreen:
    """The questions so far, and how often the model was right."""
    judged = measured.judged
    return ResultsScreen(
        measured,
        results_value(judged, measured.total, lang, measured.run) if measured.total else "",
        summary(judged, measured.total, lang) if judged else "",
        gr.Button(visible=bool(judged)),
    )


def summary(judged: Sequence[Judged], total: int, lang: Language) -> str:
    """How often right: in writing, and by choosing."""
    count = len(judged)
    parts = [say("summary.asked", lang, count=count, total=total)]
    exact = Proportion(sum(one.exact for one in judged), count)
    parts.append(proportion(say("w.exact", lang), exact, lang))
    if judged[0].ranking is not None:
        methods: dict[Method, str] = {
            "sum": "summary.raw",
            best_method(judged[0].ranking): "w.chosen",
        }
        for method, key in methods.items():
            right = Proportion(sum(bool(one.chose(method)) for one in judged), count)
            parts.append(proportion(say(key, lang), right, lang))
        candidates = [one.text for one in judged[0].ranking.candidates]
        chance = chance_level([one.example for one in judged], candidates)
        parts.append(say("w.chance", lang, share=f"{chance:.0%}"))
    return " · ".join(parts)
