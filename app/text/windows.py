"""A text of any length as a model reads it: in overlapping windows where it is longer than the
model's context."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from engine.generation import TokenRank, read_text
from engine.generation.prompts import tokenizer_of
from engine.generation.token_ranks import character_perplexity, perplexity
from engine.tokenizers.prompt import Prompt

if TYPE_CHECKING:
    from engine.tokenizers.base import Tokenizer
    from engine.transformer.language_model import LanguageModel

#: Tokens by which a piece of a text may grow when it is made into tokens by itself.
_SLACK: Final = 16


@dataclass(frozen=True)
class Reading:
    """How a model reads a text, or as much of it as has been read.

    Attributes:
        model: its name in the catalogue.
        text: as it was given.
        first: what stands before the tokens and is not judged: the text of the first token,
            where the model's texts have no piece to begin with.
        tokens: of the text, with their ranks.
        windows: how many times the model reads, 1 for a text that fits into its context.
        overlap: tokens at least that it sees before those it judges, from the second window on.
        done: whether all windows have been read.
    """

    model: str
    text: str
    first: str = ""
    tokens: tuple[TokenRank, ...] = ()
    windows: int = 1
    overlap: int = 0
    done: bool = False

    @property
    def perplexity(self) -> float | None:
        """exp of the mean surprise of a token; None for no tokens."""
        return perplexity(self.tokens) if self.tokens else None

    @property
    def character_perplexity(self) -> float | None:
        """exp of the surprise a character; None without characters."""
        return character_perplexity(self.tokens) if any(t.text for t in self.tokens) else None

    @property
    def bits_per_character(self) -> float | None:
        """The surprise a character in bits; None without characters."""
        value = self.character_perplexity
        return None if value is None else math.log2(value)

    def surprises(self, count: int, below: float) -> list[TokenRank]:
        """The tokens that can be seen and have a probability below that, the least first."""
        seen = [t for t in self.tokens if t.text.strip() and math.exp(t.logprob) < below]
        return sorted(seen, key=lambda token: token.logprob)[:count]

    def to_dict(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        return asdict(self) | {
            "perplexity": self.perplexity,
            "character_perplexity": self.character_perplexity,
            "bits_per_character": self.bits_per_character,
        }


def read_windows(
    model_name: str,
    model: LanguageModel,
    text: str,
    *,
    alternatives: int = 5,
    deadline: float,
) -> Iterator[Reading]:
    """Read a text; a Reading after each window.

    A token that is not in the first window is judged after at least half the model's context.

    Args:
        deadline: seconds for all of it.

    Raises PromptError for a text without tokens to judge, QueueFullError, DeadlineError.
    """
    ends = time.monotonic() + deadline
    tokenizer = tokenizer_of(model)
    tokens = tokenizer.encode(text)
    said = _texts(tokenizer, tokens)
    positions = model.config.max_positions
    overlap = positions // 2
    spans = _spans(said, positions - _SLACK, positions - overlap - _SLACK)
    # What is in one piece stays as it was given: tokens need not hold every character of a text.
    pieces = [text] if len(spans) == 1 else ["".join(said[begin:end]) for begin, end in spans]
    begins = tokenizer.bos_id is not None or bool(model.config.encoder_layers)
    reading = Reading(
        model_name,
        text,
        "" if begins else "".join(said[:1]),
        windows=len(spans),
        overlap=overlap if len(spans) > 1 else 0,
    )
    for number, ((begin, _), piece) in enumerate(zip(spans, pieces, strict=True), 1):
        found = read_text(
            model,
            piece,
            context=_before(tokenizer, tokens[max(0, begin - overlap) : begin], begins=begins),
            alternatives=alternatives,
            deadline=max(0.0, ends - time.monotonic()),
        )
        tokens_so_far = (*reading.tokens, *found)
        reading = replace(reading, tokens=tokens_so_far, done=number == len(spans))
        yield reading


def _before(tokenizer: Tokenizer, ids: Sequence[int], *, begins: bool) -> str | Prompt | None:
    """The context of a window. Without any, the empty text becomes what texts begin with."""
    if not ids:
        return "" if begins else None
    first = [] if tokenizer.bos_id is None else [tokenizer.bos_id]
    context = [*first, *ids[len(first) :]]
    return Prompt(tuple(context), (0,) * len(context))


def _texts(tokenizer: Tokenizer, ids: Sequence[int]) -> list[str]:
    """The characters that each token completes."""
    characters = tokenizer.text_stream()
    texts = [characters.push(id) for id in ids]
    if texts:
        texts[-1] += characters.flush()
    return texts


def _spans(said: Sequence[str], first: int, later: int) -> list[tuple[int, int]]:
    """Begin and end of the windows: at most so many tokens in the first and in those after it.
    None ends within a character."""
    spans: list[tuple[int, int]] = []
    begin = 0
    while begin < len(said) or not spans:
        end = min(len(said), begin + max(1, first if begin == 0 else later))
        while end > begin + 1 and not said[end - 1]:
            end -= 1
        spans.append((begin, end))
        begin = end
    return spans
