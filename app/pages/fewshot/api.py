"""The endpoint for programs: one question in, its answer and the ranked candidates out.

Annotations are evaluated here: gradio describes the endpoint by them.
"""

import json
from collections.abc import Callable
from typing import Any, Final

import gradio as gr

from app.pages.fewshot import say
from app.pages.fewshot.inputs import MAX_CANDIDATES, MAX_TOKENS, Task, beginning
from app.pages.fewshot.table import MAX_CELL, one_line
from app.text.api import named_strategy
from app.text.checks import checked_int, explained
from app.text.drafts import MAX_SEED
from app.text.models import TextModels
from app.web.limits import RateLimiter, Refusal, checked_text
from app.web.texts import Language, language, text
from engine.fewshot import answer

_DEADLINE: Final = 60.0


def endpoint(models: TextModels) -> Callable[..., dict[str, Any]]:
    """The function behind /fewshot."""
    limiter = RateLimiter(60, 60)

    def fewshot(
        question: str,
        examples: list[list[str]] | None = None,
        pattern: str = "",
        candidates: list[str] | None = None,
        strategy: str = "greedy",
        seed: int = 0,
        model: str = "story",
        request: gr.Request | None = None,
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
        limiter.check(request, lang)
        task = _task(question, examples, pattern, candidates, lang)
        how = named_strategy(strategy, MAX_TOKENS, lang)
        number = checked_int(seed, 0, MAX_SEED, lang, text("text.seed", lang))
        loaded = models.get(model, lang)
        with explained(lang):
            fitted = task.fitted(loaded, MAX_TOKENS)
            written = answer(
                *(loaded, fitted.prompt, task.template),
                strategy=how,
                seed=number,
                alternatives=0,
                deadline=_DEADLINE,
            )
            tokens = list(written)
            ranking = task.ranked(loaded, fitted).by("sum") if task.candidates else []
        return {
            "prompt": fitted.text,
            "answer": "".join(token.text for token in tokens),
            "tokens": [[token.text, round(token.logprob, 4)] for token in tokens],
            "candidates": [
                {"text": one.text, "logprob": round(one.logprob, 4), **_shares(one.probabilities)}
                for one in ranking
            ],
        }

    return fewshot


def _shares(probabilities: Any) -> dict[str, float]:
    return {method: round(share, 6) for method, share in probabilities.items()}


def _task(
    question: object, examples: object, pattern: object, candidates: object, lang: Language
) -> Task:
    """The same as the page's, with the first preset where nothing is given. Raises Refusal."""
    first = beginning().model_dump()
    table = json.dumps({"rows": examples}) if examples else first["examples"]
    lines = candidates or []
    if not isinstance(lines, list) or len(lines) > MAX_CANDIDATES:
        raise Refusal(say("error.candidates", lang, count="?", maximum=MAX_CANDIDATES))
    answers = (one_line(checked_text(line, MAX_CELL, lang)) for line in lines)
    texts = {
        "examples": table,
        "pattern": pattern or ("{question} {answer}" if examples else first["pattern"]),
        "separator": "newline",
        "question": question,
        "candidates": "\n".join(answers),
    }
    return Task.read_named(texts, lang)
