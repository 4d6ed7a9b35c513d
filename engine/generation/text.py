"""Tokens, and the text that they make."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.generation.ending import Endings, StopStrings
from engine.generation.jobs import FinishReason
from engine.tokenizers.base import Tokenizer


@dataclass(frozen=True)
class Alternative:
    """A token that stood to choose at one step.

    Attributes:
        text: the piece as people write it.
        id: its row of the vocabulary.
        logprob: natural logarithm of the model's own probability for it, see Token.
    """

    text: str
    id: int
    logprob: float


@dataclass(frozen=True)
class Token:
    """One step of a generated text.

    Attributes:
        text: the complete characters that this token made available: maybe "", where a character
            takes several tokens, and the texts of all tokens together are the whole text.
        id: its row of the vocabulary.
        logprob: natural logarithm of its probability in the model's own distribution, that is at
            temperature 1 and before penalties and filters, but among the tokens that the hard
            constraints allow.
        alternatives: the most probable tokens of that distribution, best first; the chosen one
            may be among them.
    """

    text: str
    id: int
    logprob: float
    alternatives: tuple[Alternative, ...] = ()


class WrittenText:
    """Tokens as text: complete characters, up to a stop string.

    Attributes:
        stopped: whether a stop string was met.
    """

    def __init__(self, tokenizer: Tokenizer | None, endings: Endings) -> None:
        self._tokenizer = tokenizer
        self._endings = endings
        self._characters = None if tokenizer is None else tokenizer.text_stream()
        self._stops = StopStrings(endings.strings)
        self._count = 0
        self._alone: dict[int, str] = {}

    @property
    def stopped(self) -> bool:
        return self._stops.met

    def push(self, id: int) -> str:
        """The text that this id makes certain."""
        self._count += 1
        return "" if self._characters is None else self._passed(self._characters.push(id))

    def flush(self) -> str:
        """All that was waiting, when no more ids come."""
        rest = "" if self._characters is None else self._passed(self._characters.flush())
        return rest + self._stops.flush()

    def alone(self, id: int) -> str:
        """One id by itself: its text, or its piece where it has none (special ones, bytes)."""
        if self._tokenizer is None:
            return ""
        if id not in self._alone:
            self._alone[id] = self._tokenizer.decode([id]) or self._tokenizer.piece(id)
        return self._alone[id]

    def _passed(self, text: str) -> str:
        return self._stops.push(text) if self._endings.strings_count(self._count) else text


def resumed(
    tokenizer: Tokenizer | None, ends: Endings, begin: Sequence[int]
) -> tuple[list[str], WrittenText, FinishReason | None]:
    """A text that has these tokens: what each of them adds to it; what goes on with it; and why
    it is over, if it is. Text that may begin a stop string comes with a later token."""
    text = WrittenText(tokenizer, ends)
    texts = [text.push(id) for id in begin]
    reason: FinishReason | None = None
    if begin and (text.stopped or ends.is_end(begin)):
        reason = "stop"
    elif len(begin) >= ends.max_tokens:
        reason = "length"
    if begin and reason is not None:
        texts[-1] += text.flush()
    return texts, text, reason
