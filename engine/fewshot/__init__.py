"""Tasks that a language model is shown by examples, and never trained for."""

from engine.fewshot.accuracy import (
    CurvePoint,
    CurveStep,
    Judged,
    Proportion,
    accuracy,
    curve,
    matches,
    possible_shots,
    prior,
    shots_curve,
)
from engine.fewshot.answering import answer, answering
from engine.fewshot.cloze import Cloze, fill, is_masked_model, make_cloze, rank_masked
from engine.fewshot.prompts import Fitted, as_prompt, fit, segment
from engine.fewshot.ranking import Candidate, Method, Ranking, content_free_shares, rank
from engine.fewshot.template import Example, Template, build_prompt, choose

__all__ = [
    "Candidate",
    "Cloze",
    "CurvePoint",
    "CurveStep",
    "Example",
    "Fitted",
    "Judged",
    "Method",
    "Proportion",
    "Ranking",
    "Template",
    "accuracy",
    "answer",
    "answering",
    "as_prompt",
    "build_prompt",
    "choose",
    "content_free_shares",
    "curve",
    "fill",
    "fit",
    "is_masked_model",
    "make_cloze",
    "matches",
    "possible_shots",
    "prior",
    "rank",
    "rank_masked",
    "segment",
    "shots_curve",
]
