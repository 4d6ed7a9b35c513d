"""The same question put to BERT as a gap to fill, in the spirit of PET."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from app.pages.fewshot import say
from app.pages.fewshot.inputs import Task
from app.pages.fewshot.widgets import bars_value, percent
from app.text.checks import explain
from app.text.models import TextModels
from app.web.limits import Refusal
from app.web.texts import Language
from engine.fewshot import Ranking, fill, rank_masked
from engine.fewshot.cloze import Filling
from engine.models.errors import EngineError

if TYPE_CHECKING:
    from engine.generation import Token

MASKED: Final = "bert"
_LONGEST_GAP: Final = 4
"""Of those that BERT is let fill as it likes."""


def fill_gap(
    models: TextModels | None, task: Task, filling: Filling, lang: Language
) -> tuple[Ranking | None, str]:
    """What BERT makes of it, and that as the value of its view, or why there is nothing.

    Args:
        models: those with BERT; None where the host does not offer it.
    """
    title = say("masked", lang)
    if models is None:
        return None, bars_value(None, lang, title=title, note=say("masked.none", lang))
    try:
        model = models.get(MASKED, lang)
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


def _share(tokens: Sequence[Token]) -> float:
    return math.exp(sum(token.logprob for token in tokens))
