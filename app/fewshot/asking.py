"""One question: the answer as the model writes it, and the candidates as it ranks them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import gradio as gr

from app.fewshot.task import Task, read_task
from app.fewshot.widgets import bars_value, prompt_value
from app.fewshot.words import percent, say
from app.limits import RateLimiter, Refusal, checked_choice
from app.text.checks import event_value, explain
from app.text.controls import read_strategy
from app.text.drafts import Draft, branch, running, summary
from app.text.history import History
from app.text.models import TextModels
from app.texts import Language, language
from app.widgets import tokens_value
from engine.errors import EngineError
from engine.fewshot import (
    Fitted,
    Ranking,
    answering,
    as_prompt,
    fill,
    fit,
    prior,
    rank,
    rank_masked,
)
from engine.fewshot.cloze import FILLINGS, Filling

if TYPE_CHECKING:
    from engine.generation import Strategy, Token
    from engine.transformer.language_model import LanguageModel

NAMES: Final = ("story", "gpt2-ml-15g", "gpt2-ml-30g", "cpm", "cpm-distill", "gpt2")
"""Models that continue a text, the default first."""
MASKED: Final = "bert"
TASK_FIELDS: Final = 5
MAX_TOKENS: Final = 24
LIMIT: Final = 96
"""The most tokens of an answer that may be asked for."""
_DEADLINE: Final = 120.0
_LONGEST_GAP: Final = 4
"""Of those that BERT is let fill as it likes."""
_STEPS: Final = 30
"""Answers that can be undone."""

_seqs = itertools.count(1)


@dataclass(frozen=True)
class Answered:
    """An answer and what it was an answer to.

    Attributes:
        seq: its number, which the token view sends back.
        fitted: the prompt as the model read it.
        draft: the answer, or as much of it as there is.
        ranking: of the task's candidates; None where there are none, or not yet.
        beside: BERT's ranking of them, where it is here.
        masked: what BERT makes of it, or why there is nothing, as the value of its view.
    """

    seq: int
    task: Task
    fitted: Fitted
    draft: Draft
    ranking: Ranking | None = None
    beside: Ranking | None = None
    masked: str = ""


Answers = History[Answered | None]


class Screen(NamedTuple):
    """The outputs of every handler that answers, in this order."""

    answers: Answers
    prompt: Any
    answer: Any
    ranking: Any
    masked: Any
    seed: Any
    undo: Any
    redo: Any


class Asking:
    """The handlers, for the models of a host."""

    def __init__(self, models: TextModels, masked: TextModels | None) -> None:
        self.models = models
        self.masked = masked
        self.limiter = RateLimiter(30, 60)

    def ask(
        self,
        answers: Answers,
        model: object,
        filling: object,
        request: gr.Request,
        *values: object,
    ) -> Iterator[Screen]:
        """Ask what is filled in.

        Args:
            values: of the task's fields, then of the strategy's controls.
        """
        lang = language(request)
        self.limiter.check(request, lang)
        task = read_task(values[:TASK_FIELDS], lang)
        if not task.prompt.strip():
            raise Refusal(say("error.no_question", lang))
        strategy, seed = read_strategy(values[TASK_FIELDS:], lang, LIMIT)
        chosen = checked_choice(filling, FILLINGS, lang)
        loaded = self.models.get(model, lang)
        with explained(lang):
            fitted = fitted_prompt(loaded, task, strategy.max_tokens)
        yield from self._answer(
            *(answers, str(model), loaded, task, fitted, strategy, seed, chosen, lang)
        )

    def reopen(
        self,
        shared: bool,
        answers: Answers,
        model: object,
        filling: object,
        request: gr.Request,
        *values: object,
    ) -> Iterator[Screen]:
        """Ask what a share link holds; a page that was opened by itself waits."""
        if shared:
            yield from self.ask(answers, model, filling, request, *values)
        else:
            yield screen(answers, language(request))

    def branch(
        self, answers: Answers, filling: object, event: gr.EventData, request: gr.Request
    ) -> Iterator[Screen]:
        """Go on from another token of the answer."""
        lang = language(request)
        self.limiter.check(request, lang)
        now = answers.current
        if now is None or event_value(event, "seq") != now.seq:
            raise Refusal(say("error.old_answer", lang))
        draft = now.draft
        begin = branch(draft, event_value(event, "index"), event_value(event, "id"), lang)
        loaded = self.models.get(draft.model, lang)
        chosen = checked_choice(filling, FILLINGS, lang)
        yield from self._answer(
            *(answers, draft.model, loaded, now.task, now.fitted, draft.strategy, draft.seed),
            *(chosen, lang),
            begin=begin,
            before=now,
        )

    def stopped(self, answers: Answers, request: gr.Request) -> Screen:
        """What there is when somebody has pressed Stop."""
        now = answers.current
        if now is not None and now.draft.finish is None:
            answers = answers.amend(replace(now, draft=replace(now.draft, finish="closed")))
        return screen(answers, language(request))

    def undo(self, answers: Answers, request: gr.Request) -> Screen:
        """The answer before."""
        return screen(answers.undo(), language(request))

    def redo(self, answers: Answers, request: gr.Request) -> Screen:
        """The answer that was undone."""
        return screen(answers.redo(), language(request))

    def _answer(
        self,
        answers: Answers,
        name: str,
        model: LanguageModel,
        task: Task,
        fitted: Fitted,
        strategy: Strategy,
        seed: int,
        filling: Filling,
        lang: Language,
        begin: Sequence[Token] = (),
        before: Answered | None = None,
    ) -> Iterator[Screen]:
        ended = answering(strategy, task.template)
        seq = next(_seqs)
        now: Answered | None = None
        with explained(lang):
            drafts = running(
                *(name, model, fitted.text, fitted.prompt, ended, seed),
                begin=begin,
                cut=fitted.cut,
                deadline=_DEADLINE,
            )
            for draft in drafts:
                is_new = now is None
                now = Answered(seq, task, fitted, draft)
                answers = answers.push(now) if is_new else answers.amend(now)
                yield screen(answers, lang)
            assert now is not None
            if before is not None:
                # Another answer to the same question: the candidates are what they were.
                now = replace(
                    now, ranking=before.ranking, beside=before.beside, masked=before.masked
                )
            elif task.candidates:
                now = replace(now, ranking=ranked(model, task, fitted))
            answers = answers.amend(now)
            yield screen(answers, lang)
        if before is None and task.candidates:
            beside, masked = self.fill_gap(task, filling, lang)
            now = replace(now, beside=beside, masked=masked)
            yield screen(answers.amend(now), lang)

    def fill_gap(self, task: Task, filling: Filling, lang: Language) -> tuple[Ranking | None, str]:
        """What BERT makes of it, and that as the value of its view, or why there is nothing."""
        title = say("masked", lang)
        if self.masked is None:
            return None, bars_value(None, lang, title=title, note=say("masked.none", lang))
        try:
            model = self.masked.get(MASKED, lang)
            cloze, ranking = rank_masked(
                *(model, task.examples, task.question, task.template, task.candidates),
                filling=filling,
            )
            lengths = sorted({len(one.tokens) for one in ranking.candidates})
            gaps = [fill(model, cloze, n) for n in lengths if n <= _LONGEST_GAP]
        except (Refusal, EngineError) as error:
            note = f"{say('masked.why', lang)} {explain(error, lang)}"
            return None, bars_value(None, lang, title=title, note=note)
        longest = max(len(one.tokens) for one in ranking.candidates)
        own = "　".join(
            "".join(token.text for token in tokens) + f" {percent(min(1.0, _share(tokens)))}"
            for tokens in gaps
        )
        note = say("masked.note", lang, cloze=cloze.text(longest), own=own or "—")
        return ranking, bars_value(ranking, lang, title=title, note=note)


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


@contextmanager
def explained(lang: Language) -> Iterator[None]:
    """The engine's errors as sentences for the visitor."""
    try:
        yield
    except EngineError as error:
        raise Refusal(explain(error, lang)) from error


def screen(answers: Answers, lang: Language) -> Screen:
    """What the page shows of the current answer; as much as there is of it."""
    now = answers.current
    buttons = (
        gr.Button(interactive=answers.can_undo),
        gr.Button(interactive=answers.can_redo),
    )
    if now is None:
        nothing = bars_value(None, lang)
        return Screen(answers, gr.skip(), "", nothing, nothing, gr.skip(), *buttons)
    return Screen(
        answers,
        shown_prompt(now.task, now.fitted, lang),
        _answer_value(now, lang),
        _ranking_value(now, lang),
        _masked_value(now, lang),
        now.draft.seed,
        *buttons,
    )


def shown_prompt(task: Task, fitted: Fitted, lang: Language) -> str:
    """The value of the prompt's view, for a prompt as the model reads it."""
    parts = [say("prompt.tokens", lang, characters=len(fitted.text), tokens=len(fitted.prompt))]
    parts.append(say("prompt.shots", lang, count=fitted.shots))
    if fitted.left_out:
        parts.append(say("prompt.left_out", lang, count=fitted.left_out))
    if fitted.cut:
        parts.append(say("prompt.cut", lang, count=fitted.cut))
    asked = len(task.template.question(task.question))
    at = max(0, len(fitted.text) - asked)
    return prompt_value(fitted.text, at, lang, note=" · ".join(parts))


def _answer_value(now: Answered, lang: Language) -> str:
    draft = now.draft
    return tokens_value(
        draft.tokens,
        seq=now.seq,
        lang=lang,
        prompt=now.fitted.text.rpartition("\n")[2],
        status=summary(draft, lang) if draft.finish is not None else "",
        running=draft.finish is None,
    )


def _ranking_value(now: Answered, lang: Language) -> str:
    if now.ranking is None:
        waits = bool(now.task.candidates) and not now.masked
        note = say("ranking.waiting" if waits else "ranking.none", lang)
        return bars_value(None, lang, title=say("ranking", lang), note=note)
    return bars_value(
        *(now.ranking, lang),
        beside=now.beside,
        title=say("ranking", lang),
        note=say("ranking.note", lang),
    )


def _masked_value(now: Answered, lang: Language) -> str:
    if now.masked or now.ranking is None:
        return now.masked or bars_value(None, lang)
    return bars_value(None, lang, title=say("masked", lang), note=say("masked.waiting", lang))


def _share(tokens: Sequence[Token]) -> float:
    return math.exp(sum(token.logprob for token in tokens))


def no_answers() -> Answers:
    """What a visit begins with."""
    return History.of(None, limit=_STEPS)
