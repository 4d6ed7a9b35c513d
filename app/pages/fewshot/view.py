"""An answer, and how the page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import gradio as gr

from app.pages.fewshot.task import Task
from app.pages.fewshot.widgets import bars_value, prompt_value
from app.pages.fewshot.words import say
from app.text.drafts import Draft, summary
from app.text.history import History
from app.text.tokens import tokens_value
from app.web.texts import Language
from engine.fewshot import Fitted, Ranking

_STEPS: Final = 30
"""Answers that can be undone."""


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


def no_answers() -> Answers:
    """What a visit begins with."""
    return History.of(None, limit=_STEPS)


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
        if now.draft.finish == "closed":
            return bars_value(None, lang)
        note = say("ranking.waiting" if now.task.candidates else "ranking.none", lang)
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
