"""A free answer, which ends where the pattern or the line does."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.fewshot.template import Template
from engine.generation.settings import Settings
from engine.generation.strategy import Strategy
from engine.generation.writer import Writer, write
from engine.tokenizers.prompt import Prompt

if TYPE_CHECKING:
    from engine.transformer.language_model import LanguageModel

GREEDY: Final = Strategy(settings=Settings(temperature=0), max_tokens=32)


def answering(strategy: Strategy, template: Template) -> Strategy:
    """The strategy, ended by what ends an answer of this template and by nothing else, however
    short the answer is."""
    return replace(strategy, stop=template.stop, keep=(), ends_from=0, min_tokens=0)


def answer(
    model: "LanguageModel",
    prompt: str | Prompt,
    template: Template,
    *,
    strategy: Strategy = GREEDY,
    seed: int | None = None,
    alternatives: int = 5,
    deadline: float | None = None,
) -> Writer:
    """The answer as the model writes it, token by token.

    Args:
        prompt: as ``build_prompt`` or ``fit`` made it with this template.
        strategy, seed, alternatives, deadline: see ``write``; the strategy's own ends do not count.

    Raises what ``write`` raises.
    """
    return write(
        *(model, prompt, answering(strategy, template)),
        seed=seed,
        alternatives=alternatives,
        deadline=deadline,
    )
