"""The session as the values that the chat and the view of its context draw."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from app.pages.dialogue.session import Bubble, Cards, Session, script
from app.pages.dialogue.widget import lines
from app.text.drafts import summary
from app.web.texts import Language, text
from engine.dialogue import MMI_WEIGHT, Candidate, Context, Ranking
from engine.tokenizers.scripts import Script, converted, converted_pieces

if TYPE_CHECKING:
    from engine.generation import Token

#: The least logprob that is sent: JSON has no infinity.
_SURPRISE: Final = -99.0


def say(key: str, lang: Language, **values: object) -> str:
    """A text of the page."""
    return text(f"dialogue.{key}", lang, **values)


def chat_value(
    session: Session,
    lang: Language,
    *,
    ack: int = 0,
    by: Ranking = "logprob",
    weight: float = MMI_WEIGHT,
) -> str:
    """The whole conversation for the chat.

    Args:
        ack: the number of the request that this answers.
        by, weight: what the cards are ranked by.
    """
    found: list[Any] = [{"seq": session.seq, "lang": lang, "ack": ack}]
    writing = script(session.chat)
    for bubble in session.chat:
        found += _bubble(bubble, writing, lang)
    cards = session.cards
    if cards is not None:
        found.append(_cards(cards, writing, by, weight))
    is_running = any(bubble.is_running for bubble in session.chat)
    if not (is_running or session.watching or (cards is not None and cards.running)):
        history = session.history
        can = {"fresh": bool(session.chat), "undo": history.can_undo, "redo": history.can_redo}
        found.append({"end": can})
    return lines(found)


def _bubble(bubble: Bubble, writing: Script, lang: Language) -> list[Any]:
    head = {"author": bubble.author, "side": bubble.side, "name": bubble.name}
    if bubble.draft is None:
        return [head | {"text": bubble.text}]
    found = [head, *_tokens(bubble.draft.tokens, writing)]
    if bubble.draft.finish is not None:
        facts = [summary(bubble.draft, lang)]
        if bubble.seen:
            facts.append(say("seen", lang, count=bubble.seen))
        found.append({"done": " · ".join(facts)})
    return found


def _tokens(tokens: tuple[Token, ...], writing: Script) -> list[Any]:
    """As the token view has them, in the script that the person writes."""
    texts = [token.text for token in tokens]
    if writing == "traditional":
        texts = converted_pieces(texts, "traditional")
    return [
        [told, token.id, _rounded(token.logprob), _others(token, writing)]
        for told, token in zip(texts, tokens, strict=True)
    ]


def _others(token: Token, writing: Script) -> list[Any]:
    traditional = writing == "traditional"
    return [
        [
            converted(other.text, "traditional") if traditional else other.text,
            other.id,
            _rounded(other.logprob),
        ]
        for other in token.alternatives
    ]


def _cards(cards: Cards, writing: Script, by: Ranking, weight: float) -> dict[str, Any]:
    shown = cards.found if cards.running else ranked(cards, by, weight)
    best = _worth(shown[0], by, weight) if shown else 0.0
    return {
        "cards": [_card(one, writing, by, weight, best, cards.running) for one in shown],
        "running": cards.running,
        "by": by,
        "weight": f"{weight:.2f}",
        "count": len(shown),
    }


def _card(
    one: Candidate, writing: Script, by: Ranking, weight: float, best: float, running: bool
) -> dict[str, Any]:
    told = converted(one.text, "traditional") if writing == "traditional" else one.text
    if running:
        return {"text": told}
    return {
        "text": told,
        "count": one.count,
        "logprob": _rounded(one.mean_logprob),
        "mmi": None if one.prior is None else _rounded(one.mmi(weight)),
        "share": round(math.exp(_worth(one, by, weight) - best), 3),
    }


def ranked(cards: Cards, by: Ranking, weight: float) -> tuple[Candidate, ...]:
    """The candidates as they are shown, best first."""
    return tuple(sorted(cards.found, key=lambda one: -_worth(one, by, weight)))


def _worth(one: Candidate, by: Ranking, weight: float) -> float:
    return one.mmi(weight) if by == "mmi" and one.prior is not None else one.mean_logprob


def context_value(seen: Context | None, lang: Language, note: str = "") -> str:
    """What the model sees, for the view of the context; only the note where it sees nothing."""
    if seen is None:
        return lines([{"lang": lang, "note": note, "used": 0, "room": 1, "turns": []}])
    used = len(seen.prompt)
    parts = [say("context.used", lang, used=used, room=seen.room)]
    if seen.dropped:
        parts.append(say("context.dropped", lang, count=seen.dropped))
    if seen.cut:
        parts.append(say("context.cut", lang, count=seen.cut))
    turns = [
        {
            "speaker": turn.speaker,
            "segment": turn.segment,
            "pieces": turn.pieces,
            "text": turn.text,
        }
        for turn in seen.turns
    ]
    value = {"lang": lang, "note": " · ".join(parts), "used": used, "room": seen.room}
    value |= {"turns": turns, "before": seen.before, "after": seen.after}
    return lines([value])


def _rounded(logprob: float) -> float:
    return round(max(logprob, _SURPRISE), 3)


def speaker(bubble: Bubble, lang: Language) -> str:
    """What to call who said it."""
    return bubble.name or say(f"chat.by.{bubble.author}.{bubble.side}", lang)
