"""What the browser keeps of the page for a reload: the conversation with its tokens; and what a
share link holds: its words, and what decides how it goes on. A call for help is in no link."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, Strict
from pydantic_core import from_json, to_json

from app.pages.dialogue import PAGE
from app.pages.dialogue.state import MAX_TURN_CHARS, Author, Bubble, Chat
from app.text.controls import StrategyText
from app.text.drafts import MAX_SEED, Draft
from app.web.inputs import Model, clean_text, number, plain_text, whole
from app.web.saved import Format, Saved, TooLongError, encode
from engine.generation import Strategy, Token
from engine.generation.jobs import FinishReason
from engine.models.errors import GenerationError

#: Bubbles that the browser keeps; its storage is small.
_KEPT: Final = 60
_MAX_TOKENS: Final = 2_000
_MAX_NAME: Final = 80
#: The least logprob: JSON has no infinity.
_LEAST: Final = -1e4

_Side = Annotated[int, whole(0, 1)]
_Text = Annotated[str, clean_text(MAX_TURN_CHARS)]
_Name = Annotated[str, clean_text(_MAX_NAME)]
_ModelName = Annotated[str, plain_text(_MAX_NAME)]
_Seed = Annotated[int, whole(0, MAX_SEED)]
_LinkedAuthor = Literal["person", "model", "given"]
#: JSON has lists where Python has tuples.
_LinkedTurn = Annotated[tuple[_Side, _LinkedAuthor, _Text, _Name], Strict(False)]


def _kept_token(token: object) -> object:
    """Without alternatives, which are too many to keep: these tokens cannot be branched at."""
    if not isinstance(token, Token):
        return token
    return (token.text, token.id, round(min(0.0, max(token.logprob, _LEAST)), 4))


def _strategy_of(value: object) -> Strategy:
    try:
        return value if isinstance(value, Strategy) else Strategy.from_dict(value)  # type: ignore[arg-type]
    except (GenerationError, TypeError) as error:
        raise ValueError("not a strategy") from error


def _from_json(value: object) -> object:
    return from_json(value) if isinstance(value, str) else value


def _to_json(value: object) -> str:
    return to_json(value).decode()


_KeptToken = Annotated[
    tuple[
        Annotated[str, clean_text(200)],
        Annotated[int, whole(0, 10**6)],
        Annotated[float, number(_LEAST, 0)],
    ],
    Strict(False),
    BeforeValidator(_kept_token),
]


class KeptDraft(Model):
    """A reply's tokens, each with its id and logprob, and how they were chosen."""

    model: _ModelName
    tokens: Annotated[tuple[_KeptToken, ...], Strict(False), Field(max_length=_MAX_TOKENS)]
    strategy: Annotated[
        Strategy, PlainValidator(_strategy_of), PlainSerializer(Strategy.to_dict)
    ] = Strategy()
    seed: _Seed
    finish: FinishReason
    seconds: Annotated[float, number(0, 1e6)]

    def draft(self) -> Draft:
        """The draft, without what it went on from."""
        tokens = tuple(Token(*one) for one in self.tokens)
        told = (self.strategy, self.seed, self.finish, self.seconds)
        return Draft(self.model, "", tokens, *told)


class KeptBubble(Model):
    """See state.Bubble."""

    side: _Side
    author: Author
    text: _Text
    draft: KeptDraft | None = None
    name: _Name = ""
    seen: Annotated[int, whole(0, 10_000)] = 0


class Kept(Model):
    """The last of a conversation."""

    chat: Annotated[tuple[KeptBubble, ...], Strict(False)]

    @classmethod
    def of(cls, chat: Chat) -> Self:
        """What is kept of a conversation in which nothing is being written; it begins with the same
        side as ever."""
        last = chat[-_KEPT:]
        last = last[1:] if last and last[0].side else last
        return cls.model_validate({"chat": last}, from_attributes=True)

    def bubbles(self) -> Chat:
        """The conversation."""
        return tuple(
            Bubble(
                *(one.side, one.author, one.text),
                draft=None if one.draft is None else one.draft.draft(),
                name=one.name,
                seen=one.seen,
            )
            for one in self.chat[-_KEPT:]
        )


class Link(Model):
    """A conversation, and what decides how it goes on.

    Attributes:
        last: how many turns the model sees; 0 for all.
        turns: side, author, text and name of each; JSON text, because links are flat.
    """

    model: _ModelName
    strategy: StrategyText
    seed: _Seed
    last: Annotated[int, whole(0, 100)]
    turns: Annotated[
        tuple[_LinkedTurn, ...],
        Strict(False),
        BeforeValidator(_from_json),
        PlainSerializer(_to_json, return_type=str),
    ]

    def bubbles(self) -> Chat:
        """The conversation."""
        return tuple(Bubble(*turn[:3], name=turn[3]) for turn in self.turns)


SAVED: Final = Saved(
    PAGE,
    kept=Format(Kept),
    link=Format(Link),
    too_long=f"{PAGE}.error.too_long_to_share",
    bad_kept=f"{PAGE}.error.saved",
)


def shared(chat: Chat, *, model: str, strategy: Strategy, seed: int, last: int) -> tuple[Link, int]:
    """A link to a conversation, and how many of its oldest turns it has no room for; one turn that
    is too long by itself stays."""
    turns = [
        (bubble.side, bubble.author, bubble.text, bubble.name)
        for bubble in chat
        if bubble.author != "call" and bubble.author != "help"
    ]
    for dropped in range(0, max(len(turns), 1), 2):
        left = tuple(turns[dropped:])
        link = Link(model=model, strategy=strategy, seed=seed, last=last, turns=left)
        with suppress(TooLongError):
            encode(SAVED.link.dump(link))
            break
    return link, dropped
