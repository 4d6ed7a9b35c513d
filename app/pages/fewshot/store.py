"""The page as JSON and back: what the browser keeps for a reload, and what a share link holds.

Both come back from the visitor's side, where anybody can have changed them, so reading checks
every value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.pages.fewshot.asking import LIMIT
from app.pages.fewshot.presets import SEPARATORS, first
from app.pages.fewshot.table import MAX_BYTES, write_questions
from app.pages.fewshot.task import (
    MAX_PATTERN,
    MAX_QUESTION,
    Task,
    examples_value,
    read_candidates,
    read_examples,
    read_template,
)
from app.pages.fewshot.view import Answered
from app.web.inputs import cleaned
from app.web.limits import Refusal, checked_choice, checked_text
from app.web.sharing import State as Shared
from app.web.texts import Language
from engine.fewshot import Example
from engine.generation import Strategy
from engine.models.errors import GenerationError

#: A longer table of questions is not kept for a reload.
MAX_SAVED: Final = MAX_BYTES // 8


class StoreError(ValueError):
    """What was to be read is no page of ours."""


@dataclass(frozen=True)
class Page:
    """What is filled in.

    Attributes:
        separator: a key of SEPARATORS.
        questions: the table to measure with, as CSV.
        strategy, seed: None where the page's own are to stay.
        model: None for the page's own.
    """

    examples: tuple[Example, ...]
    pattern: str
    separator: str
    question: str
    candidates: tuple[str, ...]
    questions: str = ""
    model: str | None = None
    strategy: Strategy | None = None
    seed: int | None = None

    def fields(self, lang: Language) -> tuple[Any, ...]:
        """The values of the task's fields, in the order that read_task takes."""
        return (
            examples_value(self.examples, lang),
            self.pattern,
            self.separator,
            self.question,
            "\n".join(self.candidates),
        )


def beginning() -> Page:
    """What the page begins with."""
    preset = first()
    return Page(
        preset.examples,
        preset.pattern,
        preset.separator,
        preset.question,
        preset.candidates,
        write_questions(preset.test),
    )


def save(task: Task, pattern: str, separator: str, questions: object) -> dict[str, Any]:
    """The page for the browser's storage."""
    kept = questions if isinstance(questions, str) and len(questions) <= MAX_SAVED else ""
    return {**_task(task, pattern, separator), "questions": kept}


def restore(value: object) -> Page:
    """The page that save() wrote. Raises StoreError."""
    if not isinstance(value, Mapping):
        raise StoreError("nothing was saved")
    return _page(value)


def share(now: Answered) -> Shared:
    """An answer for app.web.sharing: everything that makes it again."""
    separator = next(key for key, text in SEPARATORS.items() if text == now.task.template.separator)
    return {
        **_task(now.task, now.task.template.pattern, separator),
        "model": now.draft.model,
        "strategy": json.dumps(now.draft.strategy.to_dict(), ensure_ascii=False),
        "seed": now.draft.seed,
    }


def reopen(shared: Mapping[str, object], models: Sequence[str]) -> Page:
    """The page that a share link holds. Raises StoreError."""
    return _page(shared, tuple(models))


def _task(task: Task, pattern: str, separator: str) -> dict[str, str]:
    rows = [[one.question, one.answer] for one in task.examples]
    return {
        "rows": json.dumps(rows, ensure_ascii=False, separators=(",", ":")),
        "pattern": pattern,
        "separator": separator,
        "question": task.question,
        "candidates": "\n".join(task.candidates),
    }


def _page(values: Mapping[str, object], models: tuple[str, ...] = ()) -> Page:
    # The language is that of a refusal, which nobody is shown.
    lang: Language = "en"
    try:
        table = f'{{"rows":{checked_text(values.get("rows"), MAX_BYTES, lang)}}}'
        pattern = cleaned(checked_text(values.get("pattern"), MAX_PATTERN, lang))
        separator = checked_choice(values.get("separator"), tuple(SEPARATORS), lang)
        read_template(pattern, separator, lang)
        strategy = values.get("strategy")
        model = values.get("model")
        seed = values.get("seed")
        return Page(
            read_examples(table, lang),
            pattern,
            separator,
            cleaned(checked_text(values.get("question"), MAX_QUESTION, lang)),
            read_candidates(values.get("candidates"), lang),
            cleaned(checked_text(values.get("questions", ""), MAX_SAVED, lang)),
            None if model is None else checked_choice(model, models, lang),
            None if strategy is None else _strategy(strategy),
            seed if isinstance(seed, int) and 0 <= seed < 2**53 else None,
        )
    except (Refusal, GenerationError) as error:
        raise StoreError("not a page of ours") from error


def _strategy(value: object) -> Strategy:
    try:
        strategy = Strategy.from_dict(json.loads(str(value)))
    except (ValueError, RecursionError, TypeError) as error:
        raise StoreError("not a strategy") from error
    if strategy.max_tokens > LIMIT:
        raise StoreError(f"{strategy.max_tokens} tokens")
    return strategy
