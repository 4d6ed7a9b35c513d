"""A conversation as JSON and back: what the browser keeps for a reload, and what a link holds.

Both come back from the visitor's side, where anybody can have changed them, so every value is
checked. A call for help and its answer are in no link.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from app.pages.dialogue.session import AUTHORS, MAX_TURN_CHARS, Author, Bubble, Chat
from app.text.drafts import MAX_SEED, Draft
from app.web.inputs import cleaned
from app.web.sharing import ShareError, encode
from app.web.sharing import State as Shared
from engine.generation import Strategy, Token
from engine.generation.jobs import FinishReason
from engine.models.errors import GenerationError

#: Bubbles that the browser keeps; its storage is small.
_KEPT: Final = 60
_MAX_TOKENS: Final = 2_000
_MAX_NAME: Final = 80
_LINKED: Final[tuple[Author, ...]] = ("person", "model", "given")
_FINISHES: Final[tuple[str, ...]] = get_args(FinishReason)


class StoreError(ValueError):
    """What was to be read is no conversation of ours."""


@dataclass(frozen=True)
class Link:
    """What a share link holds.

    Attributes:
        last: how many turns the model looks at; 0 for all.
    """

    chat: Chat
    model: str
    strategy: Strategy
    seed: int
    last: int


def save(chat: Chat) -> dict[str, Any]:
    """The conversation for the browser's storage."""
    kept = chat[-_KEPT:]
    if kept and kept[0].side:
        kept = kept[1:]
    return {"chat": [_plain(bubble) for bubble in kept]}


def restore(value: object) -> Chat:
    """The conversation that save() wrote. Raises StoreError."""
    if not isinstance(value, dict) or not isinstance(value.get("chat"), list):
        raise StoreError("not a conversation")
    return tuple(_bubble(one) for one in value["chat"][-_KEPT:])


def share(link: Link) -> tuple[Shared, int]:
    """The conversation for a link, and how many of its oldest turns it has no room for."""
    turns = [
        [bubble.side, bubble.author, bubble.text, bubble.name]
        for bubble in link.chat
        if bubble.author in _LINKED
    ]
    settings: Shared = {
        "model": link.model,
        "strategy": json.dumps(link.strategy.to_dict(), separators=(",", ":")),
        "seed": link.seed,
        "last": link.last,
    }
    for begin in range(0, len(turns) + 1, 2):
        state = settings | {"turns": json.dumps(turns[begin:], ensure_ascii=False)}
        try:
            encode(state)
        except ShareError:
            continue
        return state, begin
    raise ShareError("the strategy is too long for a link")


def reopen(shared: Mapping[str, object]) -> Link:
    """What a link holds. Raises StoreError."""
    try:
        turns = json.loads(_text(shared.get("turns"), MAX_TURN_CHARS))
        strategy = Strategy.from_dict(json.loads(_text(shared.get("strategy"), MAX_TURN_CHARS)))
    except (ValueError, TypeError, RecursionError, GenerationError) as error:
        raise StoreError(str(error)) from error
    if not isinstance(turns, list):
        raise StoreError("no turns")
    chat = tuple(_linked(turn) for turn in turns)
    last = _whole(shared.get("last"), 0, 100)
    seed = _whole(shared.get("seed"), 0, MAX_SEED)
    return Link(chat, _text(shared.get("model"), _MAX_NAME), strategy, seed, last)


def _linked(turn: object) -> Bubble:
    if not isinstance(turn, list) or len(turn) != 4 or turn[1] not in _LINKED:
        raise StoreError("not a turn")
    side, author, said, name = turn
    return Bubble(
        _whole(side, 0, 1),
        author,
        cleaned(_text(said, MAX_TURN_CHARS)),
        name=cleaned(_text(name, _MAX_NAME)),
    )


def _plain(bubble: Bubble) -> dict[str, Any]:
    plain: dict[str, Any] = {"side": bubble.side, "author": bubble.author, "text": bubble.text}
    if bubble.name:
        plain["name"] = bubble.name
    draft = bubble.draft
    if draft is not None:
        plain["seen"] = bubble.seen
        plain["draft"] = {
            "model": draft.model,
            "tokens": [[token.text, token.id, round(token.logprob, 4)] for token in draft.tokens],
            "strategy": draft.strategy.to_dict(),
            "seed": draft.seed,
            "finish": draft.finish,
            "seconds": round(draft.seconds, 3),
        }
    return plain


def _bubble(value: object) -> Bubble:
    if not isinstance(value, dict) or value.get("author") not in AUTHORS:
        raise StoreError("not a turn")
    draft = value.get("draft")
    return Bubble(
        _whole(value.get("side"), 0, 1),
        value["author"],
        cleaned(_text(value.get("text"), MAX_TURN_CHARS)),
        None if draft is None else _draft(draft),
        cleaned(_text(value.get("name", ""), _MAX_NAME)),
        _whole(value.get("seen", 0), 0, 10_000),
    )


def _draft(value: object) -> Draft:
    """Without alternatives, which are too many to keep: these tokens cannot be branched at."""
    if not isinstance(value, dict) or not isinstance(value.get("tokens"), list):
        raise StoreError("not a reply")
    if len(value["tokens"]) > _MAX_TOKENS or value.get("finish") not in _FINISHES:
        raise StoreError("not a reply")
    try:
        strategy = Strategy.from_dict(value.get("strategy", {}))
    except (GenerationError, TypeError) as error:
        raise StoreError(str(error)) from error
    return Draft(
        _text(value.get("model"), _MAX_NAME),
        "",
        tuple(_token(one) for one in value["tokens"]),
        strategy,
        _whole(value.get("seed"), 0, MAX_SEED),
        value["finish"],
        _number(value.get("seconds"), 0, 1e6),
    )


def _token(value: object) -> Token:
    if not isinstance(value, list) or len(value) != 3:
        raise StoreError("not a token")
    told, id, logprob = value
    return Token(cleaned(_text(told, 200)), _whole(id, 0, 10**6), _number(logprob, -1e4, 0))


def _text(value: object, maximum: int) -> str:
    if not isinstance(value, str) or len(value) > maximum:
        raise StoreError(f"not a text of at most {maximum} characters")
    return value


def _whole(value: object, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise StoreError(f"not a whole number from {low} to {high}")
    return value


def _number(value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise StoreError(f"not a number from {low} to {high}")
    return float(value)
