"""What is filled in and chosen on the page, checked: every value may come from anybody."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, PlainSerializer
from pydantic_core import PydanticCustomError

from app.pages.fewshot import say
from app.pages.fewshot.table import MAX_BYTES, MAX_CELL, one_line, write_questions
from app.text.controls import StrategyInputs, StrategyText
from app.text.drafts import MAX_SEED
from app.web.inputs import Model, clean_text, json_text, one_of, text_check, whole
from app.web.limits import Refusal
from app.web.texts import LANGUAGES, Language
from engine.fewshot import (
    Example,
    Fitted,
    Ranking,
    Template,
    as_prompt,
    build_prompt,
    fit,
    prior,
    rank,
)
from engine.fewshot.cloze import Filling
from engine.generation import Strategy
from engine.models.errors import PromptError

if TYPE_CHECKING:
    from engine.transformer.language_model import LanguageModel

#: Models that continue a text, the default first.
MODELS: Final = ("story", "gpt2-ml-15g", "gpt2-ml-30g", "cpm", "cpm-distill", "gpt2")
#: Tokens of an answer at first, and the most that may be asked for.
MAX_TOKENS: Final = 24
LIMIT: Final = 96
#: Seconds for an answer, for its candidates, and for what they are calibrated with.
DEADLINE: Final = 120.0
MAX_ROWS: Final = 64
MAX_QUESTION: Final = 2_000
MAX_PATTERN: Final = 200
MAX_CANDIDATES: Final = 50
MAX_CANDIDATE: Final = 60
#: Questions of a curve, each of which is asked with every number of examples and with every seed.
MAX_CURVE: Final = 60
MAX_SEEDS: Final = 5
#: Groups of presets: those of Su's article on CPM, those of a kind that the bundled model was
#: trained on and mostly answers right, those that it mostly does not for all its training, and
#: those of a kind that it never saw.
GROUPS: Final = ("article", "bundled", "hard", "unseen")
#: What may stand between two examples.
SEPARATORS: Final[Mapping[str, str]] = {"newline": "\n", "blank": "\n\n", "semicolon": "；"}
#: Characters of a table of questions that is kept for a reload; a longer one is not.
MAX_KEPT: Final = MAX_BYTES // 8
_MAX_TABLE: Final = 100_000
_MAX_CANDIDATES_TEXT: Final = 4_000

_cell = text_check(MAX_CELL)
_candidate = text_check(MAX_CANDIDATE)


def _examples(table: object) -> tuple[Example, ...]:
    """The rows of the editor that are complete."""
    rows = table.get("rows") if isinstance(table, dict) else None
    if not isinstance(rows, list):
        raise PydanticCustomError("fewshot.error.table", "no rows")
    if len(rows) > MAX_ROWS:
        raise _too_many("fewshot.error.rows", rows, MAX_ROWS)
    found = []
    for row in rows:
        if not isinstance(row, list) or len(row) != 2:
            raise PydanticCustomError("fewshot.error.table", "not two cells")
        question, answer = (one_line(_cell(cell)) for cell in row)
        if question and answer:
            found.append(Example(question, answer))
    return tuple(found)


def _table(examples: Sequence[Example]) -> str:
    rows = [[one.question, one.answer] for one in examples]
    return json.dumps({"rows": rows}, ensure_ascii=False, separators=(",", ":"))


def _pattern(pattern: str) -> str:
    try:
        Template(pattern.replace("\\n", "\n"))
    except PromptError:
        raise PydanticCustomError("fewshot.error.pattern", "not both fields") from None
    return pattern


def _candidates(lines: str) -> tuple[str, ...]:
    """Different ones."""
    found = tuple(dict.fromkeys(line.strip() for line in lines.split("\n") if line.strip()))
    if len(found) > MAX_CANDIDATES:
        raise _too_many("fewshot.error.candidates", found, MAX_CANDIDATES)
    return tuple(map(_candidate, found))


def _too_many(key: Any, found: Sequence[object], maximum: int) -> PydanticCustomError:
    return PydanticCustomError(key, "too many", {"count": len(found), "maximum": maximum})


def _short(strategy: Strategy) -> Strategy:
    if strategy.max_tokens > LIMIT:
        raise ValueError(f"{strategy.max_tokens} tokens")
    return strategy


class Examples(Model):
    """The table of examples: the editor's JSON text, {"rows": [[question, answer], ...]}."""

    examples: Annotated[
        tuple[Example, ...],
        json_text(_MAX_TABLE),
        AfterValidator(_examples),
        PlainSerializer(_table, return_type=str),
    ]


class Task(Examples):
    """Examples, how they are written down, and what is asked; model_dump() has the texts again.

    Attributes:
        separator: a key of SEPARATORS.
        candidates: answers to choose from, one a line.
    """

    pattern: Annotated[str, clean_text(MAX_PATTERN), AfterValidator(_pattern)]
    separator: Annotated[str, one_of(tuple(SEPARATORS))]
    question: Annotated[
        str, clean_text(MAX_QUESTION), AfterValidator(lambda question: question.strip("\n"))
    ]
    candidates: Annotated[
        tuple[str, ...],
        clean_text(_MAX_CANDIDATES_TEXT),
        AfterValidator(_candidates),
        PlainSerializer("\n".join, return_type=str),
    ]

    @property
    def template(self) -> Template:
        """How an example is written down."""
        # People type a line break, or write it down.
        return Template(self.pattern.replace("\\n", "\n"), SEPARATORS[self.separator])

    @property
    def prompt(self) -> str:
        """The exact text for the model, if all of it fits."""
        return build_prompt(self.examples, self.question, self.template)

    def fitted(self, model: LanguageModel, max_tokens: int) -> Fitted:
        """The prompt with room for the answer and for every candidate. Raises PromptError."""
        longest = max((len(as_prompt(model, text)) + 1 for text in self.candidates), default=0)
        room = max(longest, max_tokens)
        return fit(model, self.examples, self.question, self.template, room=room)

    def ranked(self, model: LanguageModel, fitted: Fitted) -> Ranking:
        """The candidates after the prompt, calibrated. Raises EngineError."""
        shown = self.examples[fitted.left_out :]
        content_free = prior(model, shown, self.template, self.candidates, deadline=DEADLINE)
        return rank(
            *(model, fitted.prompt, self.candidates),
            end=self.template.end,
            content_free=content_free,
            deadline=DEADLINE,
        )

    def refuse_nothing(self, lang: Language) -> None:
        """Raises Refusal where there is nothing to go on with."""
        if not self.prompt.strip():
            raise Refusal(say("error.no_question", lang))


class Page(Task):
    """What the browser keeps.

    Attributes:
        questions: the table to measure with, as CSV.
    """

    questions: Annotated[str, clean_text(MAX_KEPT)] = ""


class Link(Task):
    """Everything that makes an answer again."""

    model: Annotated[str, one_of(MODELS)]
    strategy: Annotated[StrategyText, AfterValidator(_short)]
    seed: Annotated[int, whole(0, MAX_SEED)]


class Inputs(StrategyInputs, Task):
    """What is asked, of which model, and how it is to answer.

    Attributes:
        model: its name; app.text.models checks it.
        filling: how BERT fills the gap.
    """

    model: Any
    filling: Filling


@dataclass(frozen=True)
class Preset:
    """A task, filled in.

    Attributes:
        key, group: its names in the program.
        name: for people, by language; all other texts are Chinese, as the models are.
        test: the questions of the page.
    """

    key: str
    group: str
    name: Mapping[Language, str]
    page: Page
    test: tuple[Example, ...]


@cache
def presets() -> dict[str, Preset]:
    """Those of examples.json by key, in the order of the file."""
    found = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
    return {values["key"]: _preset(values) for values in found}


def beginning() -> Page:
    """What the page is served with: the first preset."""
    return next(iter(presets().values())).page


def _preset(values: Mapping[str, Any]) -> Preset:
    test = tuple(Example(*pair) for pair in values["test"])
    texts = {
        "examples": json.dumps({"rows": values["examples"]}),
        "candidates": "\n".join(values["candidates"]),
        "questions": write_questions(test),
    }
    return Preset(
        key=values["key"],
        group=values["group"],
        name={lang: values["name"][lang] for lang in LANGUAGES},
        page=Page.restore({**values, **texts}),
        test=test,
    )
