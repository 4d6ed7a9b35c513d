"""Ten people at once: Poisson arrivals at one model's batcher, beside one person alone.

Everybody asks, reads the whole answer, and asks the next thing; prompts are all different, so no
prefix is reused. Tokens are drawn as a page draws them (top-p 0.95, five alternatives shown), and
become text.
"""

import threading
import time
from typing import Any

import numpy as np

from benchmarks.decode.peers.measure import Plan, draw_prompts
from engine.generation.batcher import Batcher
from engine.generation.settings import Settings
from engine.generation.stream import stream
from engine.tokenizers.prompt import Prompt
from engine.transformer.language_model import LanguageModel

PEOPLE = 10
QUESTIONS = 3
SETTINGS = Settings(top_p=0.95)


class Person:
    """Somebody who asks QUESTIONS things one after another, from ``arrival`` seconds on."""

    def __init__(self, prompts: list[list[int]], arrival: float) -> None:
        self.first_tokens: list[float] = []
        self.tokens = 0
        self._prompts = prompts
        self._arrival = arrival

    def visit(self, model: LanguageModel, batcher: Batcher, tokens: int) -> None:
        time.sleep(self._arrival)
        for seed, ids in enumerate(self._prompts):
            prompt = Prompt(tuple(ids), (0,) * len(ids))
            asked = time.perf_counter()
            answer = stream(
                model, prompt, sampler=SETTINGS, max_tokens=tokens, seed=seed, batcher=batcher
            )
            next(answer)
            self.first_tokens.append(time.perf_counter() - asked)
            self.tokens += 1 + sum(1 for _ in answer)


def together(model: LanguageModel, plan: Plan) -> dict[str, Any]:
    """Tokens a second of one person and of ten, and how long the ten wait for a first token.

    Nine of the ten arrive within the time that one person alone needs for one answer, on average.
    """
    batcher = Batcher(model)
    prompts = draw_prompts(plan, (PEOPLE + 2) * QUESTIONS, plan.prompt_tokens)
    visits = [prompts[at : at + QUESTIONS] for at in range(0, len(prompts), QUESTIONS)]
    _run(model, batcher, plan, [Person(visits[0], 0.0)])  # compiles
    alone = Person(visits[1], 0.0)
    seconds = _run(model, batcher, plan, [alone])
    gaps = np.random.default_rng(10).exponential(seconds / QUESTIONS / (PEOPLE - 1), PEOPLE)
    arrivals = np.cumsum(gaps) - gaps[0]
    people = [Person(v, a) for v, a in zip(visits[2:], arrivals.tolist(), strict=True)]
    seconds_together = _run(model, batcher, plan, people)
    batcher.close()
    waits = [wait for person in people for wait in person.first_tokens]
    return {
        "one": alone.tokens / seconds,
        "together": sum(person.tokens for person in people) / seconds_together,
        "first_alone": float(np.median(alone.first_tokens)),
        "first_median": float(np.median(waits)),
        "first_slowest": max(waits),
    }


def _run(model: LanguageModel, batcher: Batcher, plan: Plan, people: list[Person]) -> float:
    threads = [
        threading.Thread(target=person.visit, args=(model, batcher, plan.new_tokens))
        for person in people
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began
