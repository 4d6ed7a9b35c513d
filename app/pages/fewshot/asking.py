"""One question: the answer as the model writes it, and the candidates as it ranks them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import gradio as gr

from app.pages.fewshot.masked import fill_gap
from app.pages.fewshot.task import Task, read_task
from app.pages.fewshot.view import Answered, Answers, Screen, screen
from app.pages.fewshot.words import say
from app.text.checks import explained
from app.text.controls import read_strategy
from app.text.drafts import Plan, Stop, branch, running
from app.text.models import TextModels
from app.web.limits import RateLimiter, Refusal, checked_choice
from app.web.texts import Language, language
from app.web.widget import event_value
from engine.fewshot import Fitted, Ranking, answering, as_prompt, fit, prior, rank
from engine.fewshot.cloze import FILLINGS, Filling

if TYPE_CHECKING:
    from engine.generation import Strategy, Token
    from engine.transformer.language_model import LanguageModel

NAMES: Final = ("story", "gpt2-ml-15g", "gpt2-ml-30g", "cpm", "cpm-distill", "gpt2")
"""Models that continue a text, the default first."""
TASK_FIELDS: Final = 5
MAX_TOKENS: Final = 24
LIMIT: Final = 96
"""The most tokens of an answer that may be asked for."""
_DEADLINE: Final = 120.0

_seqs = itertools.count(1)


@dataclass(frozen=True)
class _Question:
    """What is asked, of which model, and how it is to answer."""

    name: str
    model: LanguageModel
    task: Task
    fitted: Fitted
    strategy: Strategy
    seed: int
    filling: Filling


class Asking:
    """The handlers, for the models of a host."""

    def __init__(self, models: TextModels, masked: TextModels | None) -> None:
        self.models = models
        self.masked = masked
        self.limiter = RateLimiter(30, 60)

    def ask(
        self,
        answers: Answers,
        wish: Stop,
        model: object,
        filling: object,
        request: gr.Request,
        *values: object,
    ) -> Iterator[Screen]:
        """Ask what is filled in.

        Args:
            wish: to stop.
            values: of the task's fields, then of the strategy's controls.
        """
        lang = language(request)
        self.limiter.check(request, lang)
        stopped = wish.watch()
        task = read_task(values[:TASK_FIELDS], lang)
        if not task.prompt.strip():
            raise Refusal(say("error.no_question", lang))
        strategy, seed = read_strategy(values[TASK_FIELDS:], lang, LIMIT)
        chosen = checked_choice(filling, FILLINGS, lang)
        loaded = self.models.get(model, lang)
        with explained(lang):
            fitted = fitted_prompt(loaded, task, strategy.max_tokens)
        question = _Question(str(model), loaded, task, fitted, strategy, seed, chosen)
        yield from self._answer(answers, question, stopped, lang)

    def reopen(
        self,
        shared: bool,
        answers: Answers,
        wish: Stop,
        model: object,
        filling: object,
        request: gr.Request,
        *values: object,
    ) -> Iterator[Screen]:
        """Ask what a share link holds; a page that was opened by itself waits."""
        if shared:
            yield from self.ask(answers, wish, model, filling, request, *values)
        else:
            yield screen(answers, language(request))

    def branch(
        self,
        answers: Answers,
        wish: Stop,
        filling: object,
        event: gr.EventData,
        request: gr.Request,
    ) -> Iterator[Screen]:
        """Go on from another token of the answer; the candidates are what they were."""
        lang = language(request)
        self.limiter.check(request, lang)
        now = answers.current
        if now is None or event_value(event, "seq") != now.seq:
            raise Refusal(say("error.old_answer", lang))
        draft = now.draft
        begin = branch(draft, event_value(event, "index"), event_value(event, "id"), lang)
        loaded = self.models.get(draft.model, lang)
        chosen = checked_choice(filling, FILLINGS, lang)
        question = _Question(
            *(draft.model, loaded, now.task, now.fitted, draft.strategy, draft.seed, chosen)
        )
        yield from self._answer(answers, question, wish.watch(), lang, begin, now)

    def undo(self, answers: Answers, request: gr.Request) -> Screen:
        """The answer before."""
        return screen(answers.undo(), language(request))

    def redo(self, answers: Answers, request: gr.Request) -> Screen:
        """The answer that was undone."""
        return screen(answers.redo(), language(request))

    def _answer(
        self,
        answers: Answers,
        asked: _Question,
        stopped: Callable[[], bool],
        lang: Language,
        begin: Sequence[Token] = (),
        before: Answered | None = None,
    ) -> Iterator[Screen]:
        """The answer as it comes, and then the candidates, if nobody has stopped it.

        Args:
            begin: tokens that the answer has already.
            before: another answer to the same question, whose candidates have been compared.
        """
        model, task, fitted = asked.model, asked.task, asked.fitted
        seq = next(_seqs)
        with explained(lang):
            plan = Plan(
                *(asked.name, model, fitted.text, fitted.prompt),
                *(answering(asked.strategy, task.template), asked.seed),
                begin=begin,
                cut=fitted.cut,
            )
            for number, draft in enumerate(running(plan, _DEADLINE, stopped)):
                now = Answered(seq, task, fitted, draft)
                if before is not None:
                    now = replace(before, seq=seq, draft=draft)
                answers = answers.amend(now) if number else answers.push(now)
                yield screen(answers, lang)
            if before is not None or not task.candidates or stopped():
                return
            now = replace(now, ranking=ranked(model, task, fitted))
        answers = answers.amend(now)
        yield screen(answers, lang)
        if not stopped():
            beside, masked = fill_gap(self.masked, task, asked.filling, lang)
            yield screen(answers.amend(replace(now, beside=beside, masked=masked)), lang)


def fitted_prompt(model: LanguageModel, task: Task, max_tokens: int) -> Fitted:
    """The prompt with room for the answer and for every candidate. Raises PromptError."""
    longest = max((len(as_prompt(model, text)) + 1 for text in task.candidates), default=0)
    room = max(longest, max_tokens)
    return fit(model, task.examples, task.question, task.template, room=room)


def ranked(model: LanguageModel, task: Task, fitted: Fitted) -> Ranking:
    """The candidates after the prompt, calibrated. Raises EngineError."""
    shown = task.examples[fitted.left_out :]
    content_free = prior(model, shown, task.template, task.candidates, deadline=_DEADLINE)
    return rank(
        *(model, fitted.prompt, task.candidates),
        end=task.template.end,
        content_free=content_free,
        deadline=_DEADLINE,
    )
