"""What a program asks: the named endpoint /fewshot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from app.pages.fewshot.asking import MAX_TOKENS, fitted_prompt, ranked
from app.pages.fewshot.presets import first
from app.pages.fewshot.task import (
    MAX_CANDIDATES,
    MAX_CELL,
    MAX_QUESTION,
    MAX_ROWS,
    Task,
    one_line,
    read_candidates,
    read_template,
)
from app.pages.fewshot.words import say
from app.text.checks import checked_int, explained
from app.text.drafts import MAX_SEED
from app.text.models import TextModels
from app.web.inputs import cleaned
from app.web.limits import RateLimiter, Refusal, checked_text
from app.web.texts import Language, language, text
from engine.fewshot import Example, answer
from engine.generation import STRATEGIES, Strategy

_DEADLINE = 60.0


class Api:
    """The endpoint, for the models of a host."""

    def __init__(self, models: TextModels) -> None:
        self.models = models
        self.limiter = RateLimiter(60, 60)

    def fewshot(
        self,
        question: str,
        request: gr.Request,
        examples: list[list[str]] | None = None,
        pattern: str = "",
        candidates: list[str] | None = None,
        strategy: str = "greedy",
        seed: int = 0,
        model: str = "story",
    ) -> dict[str, Any]:
        """Answer a question after examples of the same task.

        Args:
            question: what is asked, such as 英国.
            examples: pairs of a question and its answer; none for capitals of countries.
            pattern: how an example is written, with {question} and after it {answer}; none for
                that of the capitals, or a blank between the two where examples are given.
            candidates: answers to rank by probability; none for a free answer only.
            strategy: how the free answer is chosen: greedy, balanced, top_p, beam, ...
            seed: of an answer that is drawn.
            model: its name in the catalogue.

        Returns the exact prompt, the free answer, its tokens with their probabilities, and the
        candidates, best first, with their shares: raw, a token, and calibrated.
        """
        lang = language(request)
        self.limiter.check(request, lang)
        task = _task(question, examples, pattern, candidates, lang)
        if strategy not in STRATEGIES:
            raise Refusal(text("limits.not_a_choice", lang))
        number = checked_int(seed, 0, MAX_SEED, lang, text("text.seed", lang))
        loaded = self.models.get(model, lang)
        with explained(lang):
            fitted = fitted_prompt(loaded, task, MAX_TOKENS)
            written = answer(
                *(loaded, fitted.prompt, task.template),
                strategy=_short(strategy),
                seed=number,
                alternatives=0,
                deadline=_DEADLINE,
            )
            tokens = list(written)
            ranking = ranked(loaded, task, fitted).by("sum") if task.candidates else []
        return {
            "prompt": fitted.text,
            "answer": "".join(token.text for token in tokens),
            "tokens": [[token.text, round(token.logprob, 4)] for token in tokens],
            "candidates": [
                {"text": one.text, "logprob": round(one.logprob, 4), **_shares(one.probabilities)}
                for one in ranking
            ],
        }


def _short(name: str) -> Strategy:
    return replace(STRATEGIES[name], max_tokens=MAX_TOKENS)


def _shares(probabilities: Any) -> dict[str, float]:
    return {method: round(share, 6) for method, share in probabilities.items()}


def _task(
    question: object, examples: object, pattern: object, candidates: object, lang: Language
) -> Task:
    preset = first()
    given = _examples(examples, lang)
    wanted = "{question} {answer}" if given else preset.pattern
    lines = candidates or []
    if not isinstance(lines, list) or len(lines) > MAX_CANDIDATES:
        raise Refusal(say("error.candidates", lang, count="?", maximum=MAX_CANDIDATES))
    return Task(
        given or preset.examples,
        read_template(pattern or wanted, "newline", lang),
        cleaned(checked_text(question, MAX_QUESTION, lang)),
        read_candidates("\n".join(one_line(checked_text(c, MAX_CELL, lang)) for c in lines), lang),
    )


def _examples(value: object, lang: Language) -> tuple[Example, ...]:
    if not value:
        return ()
    if not isinstance(value, list) or len(value) > MAX_ROWS:
        raise Refusal(say("error.table", lang))
    found = []
    for row in value:
        if not isinstance(row, list) or len(row) != 2:
            raise Refusal(say("error.table", lang))
        found.append(Example(*(one_line(checked_text(cell, MAX_CELL, lang)) for cell in row)))
    return tuple(found)
