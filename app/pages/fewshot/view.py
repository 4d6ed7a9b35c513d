"""What is shown of a visit: an answer, and what many questions came to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import gradio as gr

from app.pages.fewshot import say
from app.pages.fewshot.inputs import Task
from app.pages.fewshot.state import Answered, Visit
from app.pages.fewshot.widgets import (
    bars_value,
    best_method,
    examples_value,
    percent,
    prompt_value,
    results_value,
)
from app.text.drafts import summary
from app.text.tokens import tokens_value
from app.web.texts import Language
from engine.fewshot import Example, Fitted, Judged, Proportion, matches

if TYPE_CHECKING:
    from engine.fewshot.ranking import Method


class Screen(NamedTuple):
    """What every handler returns that answers, by the components' names; gr.skip() for what
    stays."""

    visit: Visit
    prompt: Any = gr.skip()
    answer: Any = gr.skip()
    ranking: Any = gr.skip()
    masked: Any = gr.skip()
    seed: Any = gr.skip()
    undo: Any = gr.skip()
    redo: Any = gr.skip()


class Results(NamedTuple):
    """The same of a list of questions."""

    visit: Visit
    results: str
    summary: str
    save: gr.Button


class Curve(NamedTuple):
    """The same of a curve."""

    curve: str
    curve_note: str


def screen(visit: Visit, lang: Language) -> Screen:
    """The current answer; as much as there is of it."""
    now = visit.answers.current
    buttons = {
        "undo": gr.Button(interactive=visit.answers.can_undo),
        "redo": gr.Button(interactive=visit.answers.can_redo),
    }
    if now is None:
        nothing = bars_value(None, lang)
        return Screen(visit, answer="", ranking=nothing, masked=nothing, **buttons)
    return Screen(
        visit,
        prompt=shown_prompt(now.task, now.fitted, lang),
        answer=_answer(now, lang),
        ranking=_ranking(now, lang),
        masked=_masked(now, lang),
        seed=now.draft.seed,
        **buttons,
    )


def filled(task: Task, lang: Language) -> dict[str, Any]:
    """The values of the components, by name."""
    return {**task.model_dump(), "examples": examples_value(task.examples, lang)}


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


def _answer(now: Answered, lang: Language) -> str:
    draft = now.draft
    return tokens_value(
        draft.tokens,
        seq=now.seq,
        lang=lang,
        prompt=now.fitted.text.rpartition("\n")[2],
        status=summary(draft, lang) if draft.finish is not None else "",
        running=draft.finish is None,
    )


def _ranking(now: Answered, lang: Language) -> str:
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


def _masked(now: Answered, lang: Language) -> str:
    if now.masked or now.ranking is None:
        return now.masked or bars_value(None, lang)
    return bars_value(None, lang, title=say("masked", lang), note=say("masked.waiting", lang))


def results(visit: Visit, lang: Language) -> Results:
    """The questions so far, and how often the model was right."""
    judged, total, run = visit.measured.judged, visit.measured.total, visit.measured.run
    return Results(
        visit,
        results_value(judged, total, lang, run),
        _summary(judged, total, lang) if judged else "",
        gr.Button(visible=bool(judged)),
    )


def _summary(judged: Sequence[Judged], total: int, lang: Language) -> str:
    """How often right: in writing, and by choosing."""
    count = len(judged)
    parts = [say("summary.asked", lang, count=count, total=total)]
    exact = Proportion(sum(one.exact for one in judged), count)
    parts.append(_proportion("w.exact", exact, lang))
    if judged[0].ranking is not None:
        methods: dict[Method, str] = {
            "sum": "summary.raw",
            best_method(judged[0].ranking): "w.chosen",
        }
        for method, key in methods.items():
            right = Proportion(sum(bool(one.chose(method)) for one in judged), count)
            parts.append(_proportion(key, right, lang))
        candidates = [one.text for one in judged[0].ranking.candidates]
        chance = chance_level([one.example for one in judged], candidates)
        parts.append(say("w.chance", lang, share=f"{chance:.0%}"))
    return " · ".join(parts)


def chance_level(asked: Sequence[Example], candidates: Sequence[str]) -> float:
    """The share right of one who guesses among the candidates."""
    right = [sum(matches(text, one.answer) for text in candidates) for one in asked]
    return sum(right) / len(asked) / len(candidates)


def _proportion(key: str, found: Proportion, lang: Language) -> str:
    """Exactly right 7/10 = 70% (40% to 89%)."""
    low, high = found.interval
    return say(
        "proportion",
        lang,
        name=say(key, lang),
        right=f"{found.right:g}",
        count=found.count,
        share=percent(found.share),
        low=percent(low),
        high=percent(high),
    )
