"""Two models, or one with two strategies, talking to each other."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from engine.dialogue.conversation import Conversation, context
from engine.dialogue.replies import reply
from engine.generation.strategy import Strategy

if TYPE_CHECKING:
    from engine.generation.jobs import FinishReason
    from engine.generation.text import Token
    from engine.transformer.language_model import LanguageModel

Ending = Literal["turns", "silence", "repeats"]


@dataclass(frozen=True)
class Speaker:
    """Who talks, and how.

    Attributes:
        last: how many turns it looks at; None for all that fit.
    """

    model: LanguageModel
    strategy: Strategy
    last: int | None = None


@dataclass(frozen=True)
class TalkStep:
    """How far a talk has come.

    Attributes:
        conversation: the turns that are finished.
        tokens: of the turn that is being said, by conversation.speaker; of the last one when the
            turn is finished.
        finish: why this turn ended; None while it is said.
        end: why the talk ended: all turns were taken, somebody said nothing, or the two go in
            circles; None while it goes on.
    """

    conversation: Conversation
    tokens: tuple[Token, ...] = ()
    finish: FinishReason | None = None
    end: Ending | None = None


def talk(
    speakers: tuple[Speaker, Speaker],
    conversation: Conversation,
    *,
    turns: int,
    seed: int,
    alternatives: int = 5,
) -> Generator[TalkStep, None, None]:
    """Let two speakers take turns; hands out how far they are with every token.

    Args:
        speakers: the first has the turns 0, 2, 4, ... of the conversation.
        conversation: what was said before: at least one turn, to answer.
        turns: how many to say.
        seed: of the first turn; the others have the following ones.

    Raises what ``context`` and ``reply`` raise.
    """
    from engine.generation.sampling import SEEDS

    for number in range(turns):
        speaker = speakers[conversation.speaker]
        seen = context(speaker.model, conversation, speaker.strategy.max_tokens, last=speaker.last)
        writer = reply(
            *(speaker.model, seen, speaker.strategy),
            seed=(seed + number) % SEEDS,
            alternatives=alternatives,
        )
        tokens: tuple[Token, ...] = ()
        try:
            for token in writer:
                tokens = (*tokens, token)
                yield TalkStep(conversation, tokens)
        finally:
            writer.close()
        text = "".join(token.text for token in tokens).strip()
        end: Ending | None = "turns" if number == turns - 1 else None
        if not text:
            yield TalkStep(conversation, tokens, writer.finish_reason, "silence")
            return
        if _in_circles(conversation, text):
            end = "repeats"
        conversation = conversation.said(text)
        yield TalkStep(conversation, tokens, writer.finish_reason, end)
        if end is not None:
            return


def _in_circles(conversation: Conversation, text: str) -> bool:
    """Whether what is said now answers what it answered before: it would go on so for ever."""
    heard = [turn.text for turn in conversation.heard]
    before = list(pairwise(heard))
    return bool(heard) and (heard[-1], text) in before
