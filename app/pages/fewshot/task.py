"""What a visitor filled in, checked: nothing that a browser sent is looked at before."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.pages.fewshot.presets import SEPARATORS, Preset
from app.pages.fewshot.words import say
from app.text.checks import checked_json
from app.web.inputs import cleaned
from app.web.limits import Refusal, checked_choice, checked_text
from app.web.texts import Language
from engine.fewshot import Example, Template, build_prompt
from engine.models.errors import PromptError

MAX_ROWS: Final = 64
MAX_CELL: Final = 300
"""Characters of a question or an answer in the table."""
MAX_QUESTION: Final = 2_000
MAX_PATTERN: Final = 200
MAX_CANDIDATES: Final = 50
MAX_CANDIDATE: Final = 60
_MAX_TABLE: Final = 100_000
_MAX_CANDIDATES_TEXT: Final = 4_000

_versions = itertools.count(1)


@dataclass(frozen=True)
class Task:
    """Examples, how they are written down, and what is asked."""

    examples: tuple[Example, ...]
    template: Template
    question: str
    candidates: tuple[str, ...]

    @property
    def prompt(self) -> str:
        """The exact text for the model, if all of it fits."""
        return build_prompt(self.examples, self.question, self.template)


def read_task(values: Sequence[object], lang: Language) -> Task:
    """The task in the values of the page's fields.

    Args:
        values: the table (JSON), the pattern, the separator's key, the question, the candidates.

    Raises Refusal.
    """
    table, pattern, separator, question, candidates = values
    return Task(
        read_examples(table, lang),
        read_template(pattern, separator, lang),
        cleaned(checked_text(question, MAX_QUESTION, lang)).strip("\n"),
        read_candidates(candidates, lang),
    )


def read_template(pattern: object, separator: object, lang: Language) -> Template:
    """Raises Refusal for a pattern without its two fields, or an unknown separator."""
    plain = cleaned(checked_text(pattern, MAX_PATTERN, lang))
    # People type a line break, or write it down.
    plain = plain.replace("\\n", "\n")
    between = SEPARATORS[checked_choice(separator, tuple(SEPARATORS), lang)]
    try:
        return Template(plain, between)
    except PromptError as error:
        raise Refusal(say("error.pattern", lang)) from error


def read_examples(table: object, lang: Language) -> tuple[Example, ...]:
    """The rows of the editor that are complete. Raises Refusal."""
    found = checked_json(table, _MAX_TABLE, lang)
    rows = found.get("rows") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise Refusal(say("error.table", lang))
    if len(rows) > MAX_ROWS:
        raise Refusal(say("error.rows", lang, count=len(rows), maximum=MAX_ROWS))
    examples = []
    for row in rows:
        if not isinstance(row, list) or len(row) != 2:
            raise Refusal(say("error.table", lang))
        question, answer = (one_line(checked_text(cell, MAX_CELL, lang)) for cell in row)
        if question and answer:
            examples.append(Example(question, answer))
    return tuple(examples)


def read_candidates(value: object, lang: Language) -> tuple[str, ...]:
    """Different candidates, one a line. Raises Refusal."""
    lines = cleaned(checked_text(value, _MAX_CANDIDATES_TEXT, lang)).split("\n")
    found = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if len(found) > MAX_CANDIDATES:
        raise Refusal(say("error.candidates", lang, count=len(found), maximum=MAX_CANDIDATES))
    for candidate in found:
        checked_text(candidate, MAX_CANDIDATE, lang)
    return found


def one_line(text: str) -> str:
    """Clean text in one line."""
    return " ".join(cleaned(text).split("\n")).strip()


def examples_value(examples: Sequence[Example], lang: Language) -> str:
    """The examples as the value of the editor.

    Its version differs from every value before it: the browser redraws only what is new, and may
    have been edited since.
    """
    rows = [[example.question, example.answer] for example in examples]
    value = {"rows": rows, "lang": lang, "most": MAX_ROWS, "version": next(_versions)}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def task_values(preset: Preset, lang: Language) -> tuple[Any, ...]:
    """The values of the page's fields for a preset, in the order that read_task takes."""
    return (
        examples_value(preset.examples, lang),
        preset.pattern,
        preset.separator,
        preset.question,
        "\n".join(preset.candidates),
    )
