"""Few-shot questions: whole relations that training never saw, and new items of those it did."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.report import asked, share, table
from engine.fewshot import Example, Template, choose, fit, matches, rank
from engine.generation.settings import Settings
from engine.generation.stream import stream
from engine.transformer.language_model import LanguageModel
from training.corpus.fewshot.prompts import Task

SHOTS: Final = (0, 1, 2, 4, 8)
CANDIDATES: Final = 10
MAX_TOKENS: Final = 40
_GREEDY: Final = Settings(temperature=0)


@dataclass(frozen=True)
class Question:
    """One item of a relation.

    Attributes:
        shots: how many examples are wanted before it.
        candidates: the right answer and others of the relation.
        seed: chooses the examples.
    """

    task: Task
    example: Example
    shots: int
    candidates: tuple[str, ...]
    seed: int


@dataclass(frozen=True)
class Answered:
    """What a model made of a question.

    Attributes:
        exact: whether the greedy answer is the right one.
        chose: whether the right candidate has the highest log-probability, or the highest a token.
    """

    question: Question
    answer: str
    exact: bool
    chose: dict[str, bool]


def questions(tasks: Iterable[Task], known: int, held_out: int) -> list[Question]:
    """All that is asked: so many items of each known and of each held-out relation, by all SHOTS.

    The same item has the same candidates with any number of shots, and more shots begin with
    the examples of fewer.
    """
    found = []
    for task in tasks:
        chance = random.Random(task.relation.name)
        items = list(task.items)
        chance.shuffle(items)
        answers = sorted({answer for _, answer in task.relation.pairs})
        for seed, (asked_for, right) in enumerate(
            items[: held_out if task.relation.held_out else known]
        ):
            others = [answer for answer in answers if answer != right]
            chosen = [right, *chance.sample(others, min(CANDIDATES - 1, len(others)))]
            chance.shuffle(chosen)
            example = Example(asked_for, right)
            found += [Question(task, example, n, tuple(chosen), seed) for n in SHOTS]
    return found


def template(task: Task) -> Template:
    """The relation's first template as the engine has it."""
    pattern = task.relation.templates[0]
    separator = task.relation.end(pattern)
    return Template(
        pattern.replace("{q}", "{question}").replace("{a}", "{answer}"), separator=separator
    )


def answer(model: LanguageModel, question: Question) -> Answered:
    """Ask one question."""
    form = template(question.task)
    examples = [Example(*pair) for pair in question.task.examples]
    shown = choose(examples, question.shots, question.seed)
    fitted = fit(model, shown, question.example.question, form, room=MAX_TOKENS)
    tokens = stream(
        *(model, fitted.prompt),
        sampler=_GREEDY,
        max_tokens=MAX_TOKENS,
        stop=form.stop,
        alternatives=0,
    )
    written = "".join(token.text for token in tokens).strip()
    ranking = rank(model, fitted.prompt, question.candidates, end=form.end)
    right = question.example.answer
    return Answered(
        question,
        written,
        matches(written, right),
        {"sum": ranking.best("sum").text == right, "mean": ranking.best("mean").text == right},
    )


def curve(found: Sequence[Answered]) -> str:
    """Accuracy by the number of examples."""
    groups = {
        "held-out relations": [one for one in found if one.question.task.relation.held_out],
        "new items of known relations": [
            one for one in found if not one.question.task.relation.held_out
        ],
    }
    rows = []
    for name, group in groups.items():
        for shots in SHOTS:
            part = [one for one in group if one.question.shots == shots]
            chance = sum(1 / len(one.question.candidates) for one in part) / max(len(part), 1)
            rows.append(
                (
                    name,
                    shots,
                    len(part),
                    share([one.exact for one in part]),
                    share([one.chose["sum"] for one in part]),
                    share([one.chose["mean"] for one in part]),
                    f"{chance:.1%}",
                )
            )
    headings = ("questions", "examples", "number", "written exactly", "chosen by log-probability")
    return table((*headings, "by log-probability a token", "chance"), rows)


def by_relation(found: Sequence[Answered]) -> str:
    """Each relation by itself: exact answers and chosen candidates with 0, 1 and 8 examples."""
    names = dict.fromkeys(one.question.task.relation for one in found)
    rows = []
    for relation in sorted(names, key=lambda relation: (not relation.held_out, relation.name)):
        cells: list[object] = [f"{relation.name}{' (held out)' * relation.held_out}"]
        for shots in (0, 1, 8):
            part = [
                one
                for one in found
                if one.question.task.relation is relation and one.question.shots == shots
            ]
            cells += [_percent([one.exact for one in part])]
            cells += [_percent([one.chose["sum"] for one in part])]
        rows.append([cells[0], len(part), *cells[1:]])
    headings = [f"{n}: {kind}" for n in (0, 1, 8) for kind in ("exact", "chosen")]
    return table(("relation", "items", *headings), rows)


def ask(model: LanguageModel, tasks: Iterable[Task], known: int, held_out: int) -> list[Answered]:
    """Ask everything; the questions of one item follow each other, as they begin alike."""
    return asked(lambda question: answer(model, question), questions(tasks, known, held_out))


def _percent(right: Sequence[bool]) -> str:
    return f"{sum(right) / len(right):.0%}" if right else "-"
