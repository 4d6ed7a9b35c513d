"""How often a model is right: over a list of questions, and by the number of examples shown."""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engine.fewshot.answering import GREEDY, answer
from engine.fewshot.prompts import as_prompt, fit
from engine.fewshot.ranking import CONTENT_FREE, Method, Ranking, content_free_shares, rank
from engine.fewshot.template import Example, Template, choose

if TYPE_CHECKING:
    from engine.transformer.language_model import LanguageModel

SHOTS: Final = (0, 1, 2, 4, 8)
_Z: Final = 1.959964
"""Of a normal distribution, 95% lie within so many standard deviations."""


@dataclass(frozen=True)
class Proportion:
    """So many out of so many; ``right`` may be a mean of several counts."""

    right: float
    count: int

    @property
    def share(self) -> float:
        """0 to 1; 0 of nothing."""
        return self.right / self.count if self.count else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95% score interval (Wilson 1927): where the share of all questions like these
        lies; 0 to 1 where nothing is known."""
        if not self.count:
            return 0.0, 1.0
        n, p = self.count, self.share
        spread = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        middle, scale = p + _Z**2 / (2 * n), 1 + _Z**2 / n
        return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


@dataclass(frozen=True)
class Judged:
    """One question and what the model made of it.

    Attributes:
        example: the question with the answer that is expected.
        answer: what the model wrote, greedily, up to the end of an answer.
        ranking: the candidates; None where there are none.
        shots: how many examples the prompt had.
    """

    example: Example
    answer: str
    ranking: Ranking | None
    shots: int

    @property
    def exact(self) -> bool:
        """Whether the written answer is the expected one."""
        return matches(self.answer, self.example.answer)

    def chose(self, method: Method) -> bool | None:
        """Whether the best candidate is the expected answer; None without candidates."""
        if self.ranking is None or method not in self.ranking.methods:
            return None
        return matches(self.ranking.best(method).text, self.example.answer)


def matches(answer: str, expected: str) -> bool:
    """Whether an answer is one of those expected, which "|" separates.

    Neither the width of letters nor their case counts, nor blanks or punctuation around them.
    """
    return normalized(answer) in {normalized(one) for one in expected.split("|")} - {""}


def normalized(text: str) -> str:
    """What two texts are compared by."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    edge = "".join(sorted({c for c in plain if c.isspace() or unicodedata.category(c)[0] == "P"}))
    return plain.strip(edge)


def accuracy(
    model: "LanguageModel",
    questions: Iterable[Example],
    examples: Sequence[Example],
    template: Template,
    *,
    candidates: Sequence[str] = (),
    shots: int | None = None,
    seed: int | None = None,
    max_tokens: int = GREEDY.max_tokens,
    deadline: float | None = None,
) -> Iterator[Judged]:
    """Ask one question after another; each is judged as soon as it is answered.

    Args:
        questions: with the answers that are expected.
        examples: to show. A question is never shown its own answer: an example that asks the
            same is left out.
        candidates: answers to choose from; none for free answers only.
        shots, seed: which examples to show, see ``choose``.
        max_tokens: most tokens of a free answer.
        deadline: seconds for each question, until DeadlineError.

    Raises what ``fit``, ``answer`` and ``rank`` raise.
    """
    priors: dict[tuple[Example, ...], list[float]] = {}
    room = max([max_tokens, *(len(as_prompt(model, text)) + 1 for text in candidates)])
    for asked in questions:
        others = [one for one in examples if normalized(one.question) != normalized(asked.question)]
        shown = choose(others, shots, seed)
        fitted = fit(model, shown, asked.question, template, room=room)
        ranking = None
        if candidates:
            if shown not in priors:
                priors[shown] = prior(model, shown, template, candidates, deadline=deadline)
            ranking = rank(
                *(model, fitted.prompt, candidates),
                end=template.end,
                content_free=priors[shown],
                deadline=deadline,
            )
        written = answer(
            *(model, fitted.prompt, template),
            strategy=replace(GREEDY, max_tokens=max_tokens),
            alternatives=0,
            deadline=deadline,
        )
        text = "".join(token.text for token in written).strip()
        yield Judged(asked, text, ranking, fitted.shots)


def prior(
    model: "LanguageModel",
    examples: Sequence[Example],
    template: Template,
    candidates: Sequence[str],
    *,
    deadline: float | None = None,
) -> list[float]:
    """How probable each candidate is after the examples and a question without content."""
    room = max(len(as_prompt(model, text)) + 1 for text in candidates)
    fitted = (fit(model, examples, nothing, template, room=room) for nothing in CONTENT_FREE)
    prompts = [one.prompt for one in fitted if len(one.prompt)]
    return content_free_shares(model, prompts, candidates, end=template.end, deadline=deadline)


@dataclass(frozen=True)
class CurveStep:
    """A question judged for the curve: with how many examples, chosen by which seed."""

    shots: int
    seed: int
    judged: Judged


@dataclass(frozen=True)
class CurvePoint:
    """How often the model is right with so many examples.

    Attributes:
        shots: examples in the prompt.
        exact: of the written answers.
        chosen: of the best candidates; None without candidates.
        seeds: the share right for each choice of examples, in the seeds' order: exact, or
            chosen where there are candidates.

    The intervals count each question once, however many seeds it was asked with: asked again, it
    is no new question.
    """

    shots: int
    exact: Proportion
    chosen: Proportion | None
    seeds: tuple[float, ...]


def shots_curve(
    model: "LanguageModel",
    questions: Sequence[Example],
    examples: Sequence[Example],
    template: Template,
    *,
    candidates: Sequence[str] = (),
    shots: Sequence[int] = SHOTS,
    seeds: Sequence[int] = (0, 1, 2),
    max_tokens: int = GREEDY.max_tokens,
    deadline: float | None = None,
) -> Iterator[CurveStep]:
    """Ask all questions with 0, 1, 2, ... examples, and again with others; see ``accuracy``.

    A first whole curve is there after the first seed. Numbers of examples beyond those that there
    are for every question are left out; ``possible_shots`` has the others.
    """
    for seed in seeds:
        for count in possible_shots(questions, examples, shots):
            for judged in accuracy(
                *(model, questions, examples, template),
                candidates=candidates,
                shots=count,
                seed=seed,
                max_tokens=max_tokens,
                deadline=deadline,
            ):
                yield CurveStep(count, seed, judged)


def possible_shots(
    questions: Sequence[Example], examples: Sequence[Example], shots: Sequence[int] = SHOTS
) -> list[int]:
    """Those of the numbers of examples for which each question has enough that are not itself."""
    asked = {normalized(one.question) for one in questions}
    shown = [normalized(one.question) for one in examples]
    most = len(shown) - max((shown.count(one) for one in asked), default=0)
    return sorted({count for count in shots if 0 <= count <= most})


def curve(steps: Iterable[CurveStep], method: Method = "calibrated") -> list[CurvePoint]:
    """The points of the curve, from the steps that there are so far."""
    by_shots: dict[int, dict[int, list[Judged]]] = {}
    for step in steps:
        by_shots.setdefault(step.shots, {}).setdefault(step.seed, []).append(step.judged)
    return [_point(shots, by_seed, method) for shots, by_seed in sorted(by_shots.items())]


def _point(shots: int, by_seed: dict[int, list[Judged]], method: Method) -> CurvePoint:
    judged = [one for each in by_seed.values() for one in each]
    asked = len({one.example for one in judged})
    chosen = [one.chose(method) for one in judged]
    has_choice = None not in chosen
    right = [
        [bool(one.chose(method)) if has_choice else one.exact for one in each]
        for each in by_seed.values()
    ]
    return CurvePoint(
        shots,
        _proportion([one.exact for one in judged], asked),
        _proportion([bool(one) for one in chosen], asked) if has_choice else None,
        tuple(sum(each) / len(each) for each in right),
    )


def _proportion(right: Sequence[bool], count: int) -> Proportion:
    return Proportion(count * sum(right) / len(right), count)
