"""What a visit has: the answers, with what each was an answer to, and what was measured last."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from app.pages.fewshot.inputs import Task
from app.text.drafts import Draft
from app.text.history import History
from app.web.run import Runs
from engine.fewshot import Fitted, Judged, Ranking

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


@dataclass(frozen=True)
class Measured:
    """What was asked so far, and of how many; for the file and for the page."""

    judged: tuple[Judged, ...] = ()
    total: int = 0
    run: int = 0


@dataclass
class Visit:
    """What the server remembers; it changes in place.

    Attributes:
        answers: None is the first, before there is any.
        runs, accuracy_runs, curve_runs: those that answer one question, ask many, and draw the
            curve; they run beside each other.
    """

    answers: Answers = field(default_factory=lambda: History.of(None, limit=_STEPS))
    measured: Measured = Measured()
    runs: Runs = field(default_factory=Runs)
    accuracy_runs: Runs = field(default_factory=Runs)
    curve_runs: Runs = field(default_factory=Runs)

    @property
    def drafts(self) -> list[Draft]:
        """Every answer that is still there."""
        return [one.draft for one in self.answers.states if one is not None]
