"""Examples and a question as one text, which a language model is to continue with the answer.

A task that is only shown, never trained: GPT-3's in-context learning (Brown et al. 2020), as Su
Jianlin tried it with CPM (kexue.fm/archives/7912).
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from engine.models.errors import PromptError

QUESTION: Final = "{question}"
ANSWER: Final = "{answer}"


@dataclass(frozen=True)
class Example:
    """A question and its answer, both as plain text."""

    question: str
    answer: str


@dataclass(frozen=True)
class Template:
    """How examples are written down.

    Attributes:
        pattern: one example; it has {question} once and after it {answer} once. All else in it,
            other braces too, is text.
        separator: between two examples, and before the question.
        instruction: before everything, with a separator after it; "" for none.

    Raises PromptError for a pattern without its two fields in this order.
    """

    pattern: str = f"{QUESTION}{ANSWER}"
    separator: str = "\n"
    instruction: str = ""

    def __post_init__(self) -> None:
        fields = re.findall(r"\{question\}|\{answer\}", self.pattern)
        if fields != [QUESTION, ANSWER]:
            raise PromptError(
                f"the pattern {self.pattern!r} needs {QUESTION} once, and after it {ANSWER} once"
            )

    @cached_property
    def _parts(self) -> tuple[str, str, str]:
        before, _, rest = self.pattern.partition(QUESTION)
        between, _, after = rest.partition(ANSWER)
        return before, between, after

    def example(self, example: Example) -> str:
        """A solved example."""
        before, between, after = self._parts
        return before + example.question + between + example.answer + after

    def question(self, question: str) -> str:
        """A question, up to where its answer begins."""
        before, between, _ = self._parts
        return before + question + between

    @property
    def after(self) -> str:
        """What follows an answer within the pattern."""
        return self._parts[2]

    @property
    def end(self) -> str:
        """The character that follows a whole answer; "" where nothing does."""
        return (self.after + self.separator)[:1]

    @property
    def stop(self) -> tuple[str, ...]:
        """The texts that end a generated answer: what the pattern or the separator has there, and
        a line break in any case."""
        return tuple(dict.fromkeys(text for text in (self.after, self.separator, "\n") if text))


def choose(
    examples: Sequence[Example], shots: int | None = None, seed: int | None = None
) -> tuple[Example, ...]:
    """The examples that a prompt shows.

    Args:
        shots: how many; None, or more than there are, for all.
        seed: shuffles them first; None keeps their order. With the same seed, more shots begin
            with the examples of fewer.

    Raises PromptError for a negative number.
    """
    if shots is not None and shots < 0:
        raise PromptError(f"a prompt shows 0 examples or more, not {shots}")
    chosen = list(examples)
    if seed is not None:
        random.Random(seed).shuffle(chosen)
    return tuple(chosen[:shots])


def build_prompt(
    examples: Sequence[Example],
    question: str,
    template: Template,
    *,
    shots: int | None = None,
    seed: int | None = None,
) -> str:
    """The exact text that is given to the model; it ends where the answer begins.

    Args:
        shots, seed: which of the examples to show, see ``choose``.
    """
    written = [template.example(example) for example in choose(examples, shots, seed)]
    beginning = [template.instruction] if template.instruction else []
    return template.separator.join([*beginning, *written, template.question(question)])
