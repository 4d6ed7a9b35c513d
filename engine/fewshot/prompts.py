"""Prompts as a model reads them: with its own condition, and no longer than its context."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.fewshot.template import Example, Template, build_prompt
from engine.generation.prompts import tokenizer_of
from engine.models.errors import PromptError
from engine.tokenizers import conditions
from engine.tokenizers.prompt import Prompt

if TYPE_CHECKING:
    from engine.transformer.language_model import LanguageModel


@dataclass(frozen=True)
class Fitted:
    """A prompt that leaves room for its answer.

    Attributes:
        text: what the model is given, as text.
        prompt: the same as tokens.
        shots: how many examples are in it.
        left_out: how many of the first examples did not fit.
        cut: how many tokens of a question too long by itself were cut off at its beginning.
    """

    text: str
    prompt: Prompt
    shots: int
    left_out: int = 0
    cut: int = 0


def segment(model: "LanguageModel") -> int:
    """The segment of a prompt's tokens: the condition "facts" of a bundled model, else 0."""
    return (
        conditions.segment(genre="facts") if conditions.known_by(model.config.num_segments) else 0
    )


def as_prompt(model: "LanguageModel", text: str) -> Prompt:
    """A text as tokens for this model. Raises PromptError for a model without a tokenizer."""
    return _prompt(model, tokenizer_of(model).encode(text))


def fit(
    model: "LanguageModel",
    examples: Sequence[Example],
    question: str,
    template: Template,
    *,
    room: int,
) -> Fitted:
    """The prompt with the last examples that fit into the context with so many tokens to spare.

    Args:
        examples: those to show, in their order.
        room: tokens that the answer may take.

    Raises PromptError where the room is as long as the context.
    """
    most = model.config.max_positions - room
    if most < 1:
        raise PromptError(
            f"{room:,} tokens for the answer leave none for the question in a context of "
            f"{model.config.max_positions:,}: ask for a shorter answer"
        )
    tokenizer = tokenizer_of(model)

    def encoded(left_out: int) -> tuple[str, list[int]]:
        text = build_prompt(examples[left_out:], question, template)
        return text, tokenizer.encode(text)

    counts = range(len(examples) + 1)
    left_out = bisect_left(counts, True, key=lambda count: len(encoded(count)[1]) <= most)
    left_out = min(left_out, len(examples))
    text, tokens = encoded(left_out)
    cut = max(0, len(tokens) - most)
    if cut:
        text = tokenizer.decode(tokens[cut:])
    return Fitted(
        text, _prompt(model, tokens[cut:]), len(examples) - left_out, left_out=left_out, cut=cut
    )


def _prompt(model: "LanguageModel", tokens: list[int]) -> Prompt:
    own = segment(model)
    return Prompt(tuple(tokens), (own,) * len(tokens), own)
