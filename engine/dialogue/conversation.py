"""What was said, by whom, in what order; and how much of it a model gets to see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from engine.models.errors import PromptError
from engine.tokenizers.dialogue import DialogueFormat, dialogue_format
from engine.tokenizers.prompt import Prompt

if TYPE_CHECKING:
    from engine.transformer.language_model import LanguageModel


@dataclass(frozen=True)
class Turn:
    """One turn of a conversation.

    Attributes:
        text: what was said.
        speaker: 0 or 1; whoever spoke first is 0.
        heard: whether a model gets to see it. A call for help and its answer are not for one.
    """

    text: str
    speaker: int
    heard: bool = True


@dataclass(frozen=True)
class Conversation:
    """Turns, oldest first; two speakers take turns in what is heard. It never changes."""

    turns: tuple[Turn, ...] = ()

    @classmethod
    def of(cls, texts: Sequence[str]) -> Conversation:
        """The conversation in which these were said in turn."""
        return cls(tuple(Turn(text, i % 2) for i, text in enumerate(texts)))

    def __len__(self) -> int:
        return len(self.turns)

    @property
    def heard(self) -> tuple[Turn, ...]:
        """The turns that a model gets to see."""
        return tuple(turn for turn in self.turns if turn.heard)

    @property
    def speaker(self) -> int:
        """Who is to speak next."""
        return len(self.heard) % 2

    def said(self, text: str) -> Conversation:
        """With another turn, by whoever is to speak."""
        return Conversation((*self.turns, Turn(text, self.speaker)))


@dataclass(frozen=True)
class ContextTurn:
    """A turn as the model sees it.

    Attributes:
        index: its place among the turns that can be heard.
        speaker: who said it; 0 spoke first in the whole conversation.
        segment: of its tokens; None for a turn that was left out.
        pieces: what its tokens say, special ones by their names; empty for one that was left out.
        text: what was said.
    """

    index: int
    speaker: int
    segment: int | None
    pieces: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Context:
    """What a model is given to answer.

    Attributes:
        prompt: its tokens and segments.
        turns: every turn that can be heard, oldest first.
        before: pieces that stand before the first turn ([CLS]).
        after: pieces after the last turn that begin the reply ([speaker2]).
        room: how many tokens the prompt may have.
        dropped: how many of the oldest turns were left out.
        cut: characters left out at the beginning of the last turn, where it alone is too long.
    """

    prompt: Prompt
    turns: tuple[ContextTurn, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    room: int
    dropped: int
    cut: int


def context(
    model: LanguageModel, conversation: Conversation, max_tokens: int, *, last: int | None = None
) -> Context:
    """The part of a conversation that a model sees before its reply, and how.

    The oldest turns are left out until the rest and the reply fit. Where the last turn alone does
    not, its beginning is left out.

    Args:
        max_tokens: of the reply.
        last: how many turns to show at most; None for all.

    Raises PromptError where nothing was said yet, where a reply of max_tokens leaves no room, or
    for a model that does not talk.
    """
    written = dialogue_format(model.config.family, model.tokenizer)
    room = model.config.max_positions - max_tokens
    if room < _LEAST:
        raise PromptError(
            f"replies of {max_tokens} tokens leave no room for a question in a context of "
            f"{model.config.max_positions}: choose shorter ones"
        )
    heard = conversation.heard
    texts = [turn.text for turn in heard]
    shown = texts if last is None else texts[-last:]
    try:
        prompt, cut = written.prompt(shown, room), 0
    except PromptError:
        if not texts:
            raise
        ending = _ending(written, texts[-1], room)
        prompt, cut = written.prompt([ending], room), len(texts[-1]) - len(ending)
        shown = [ending]
    kept = len(shown) - prompt.dropped_turns
    before, runs, after = _pieces(model, prompt, kept)
    dropped = len(texts) - kept
    none: tuple[None, tuple[str, ...]] = (None, ())
    places = [*[none] * dropped, *runs]
    turns = [
        ContextTurn(index, turn.speaker, segment, pieces, turn.text)
        for index, (turn, (segment, pieces)) in enumerate(zip(heard, places, strict=True))
    ]
    return Context(prompt, tuple(turns), before, after, room, dropped, cut)


#: Tokens that a question has at least: one, and the marks of the formats around it.
_LEAST = 8


def _ending(written: DialogueFormat, text: str, room: int) -> str:
    """The longest end of a text that fits as the only turn."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        try:
            written.prompt([text[-middle:]], room)
            low = middle
        except PromptError:
            high = middle - 1
    return text[len(text) - low :]


def _pieces(
    model: LanguageModel, prompt: Prompt, kept: int
) -> tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]], tuple[str, ...]]:
    """The prompt by turns, each with its segment; what stands before them, and after.

    In every format the segment alternates from turn to turn, and one token begins the text.
    """
    tokenizer = model.tokenizer
    assert tokenizer is not None  # dialogue_format has checked it
    pieces = [tokenizer.decode([id]) or tokenizer.piece(id) for id in prompt.tokens]
    runs = [
        (segment, tuple(pieces[at] for at in places))
        for segment, places in groupby(range(1, len(pieces)), key=prompt.segments.__getitem__)
    ]
    after = tuple(piece for _, run in runs[kept:] for piece in run)
    return tuple(pieces[:1]), runs[:kept], after
