"""What is shown of a visit: screens, the values of the chat and of its context, files, and what the
page says itself."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import gradio as gr

from app.pages.dialogue import say
from app.pages.dialogue.inputs import Choices
from app.pages.dialogue.saved import SAVED, Kept
from app.pages.dialogue.state import Bubble, Cards, Chat, Visit, conversation, in_script, script
from app.text.checks import explain
from app.text.drafts import ExportKind, summary
from app.text.models import TextModels
from app.text.tokens import rounded, token_line
from app.web.markdown import escaped
from app.web.texts import Language
from app.web.widget import dumps
from engine.dialogue import Candidate, Context, context
from engine.models.errors import EngineError
from engine.tokenizers.scripts import Script, converted, converted_pieces, script_of

if TYPE_CHECKING:
    from engine.generation import Token


class Screen(NamedTuple):
    """What every handler returns, by the components' names; gr.skip() for what stays."""

    visit: Visit
    chat: Any = gr.skip()
    context: Any = gr.skip()
    saved: Any = gr.skip()
    seed: Any = gr.skip()


@dataclass(frozen=True)
class Display:
    """A visit as an answer to one request shows it.

    Attributes:
        ack: the number under which the browser sent the request; 0 where it was refused.
    """

    visit: Visit
    models: TextModels
    lang: Language
    choices: Choices = field(default_factory=Choices)
    ack: int = 0

    def running(self, *, seen: Context | None = None, seed: int | None = None) -> Screen:
        """While something is being written: what has changed."""
        return Screen(
            self.visit,
            self._chat(),
            context=gr.skip() if seen is None else context_value(seen, self.lang),
            seed=gr.skip() if seed is None else str(seed),
        )

    def settled(self, *, seed: int | None = None) -> Screen:
        """When nothing is being written any more: everything."""
        return Screen(
            self.visit,
            self._chat(),
            context=self._context(),
            saved=SAVED.kept.dump(Kept.of(self.visit.settled().chat)),
            seed=gr.skip() if seed is None else str(seed),
        )

    def _chat(self) -> str:
        return chat_value(self.visit, self.lang, self.choices, ack=self.ack)

    def _context(self) -> str:
        """What the model would see now; it is not loaded for that."""
        choices, lang = self.choices, self.lang
        talked = conversation(self.visit.dialogue.chat)
        if not len(talked):
            return context_value(None, lang, say("context.empty", lang))
        if not self.models.ready(choices.model):
            return context_value(None, lang, say("context.no_model", lang))
        model, last = self.models.get(choices.model, lang), choices.last or None
        try:
            seen = context(model, talked, choices.max_tokens, last=last)
        except EngineError as error:
            return context_value(None, lang, explain(error, lang))
        return context_value(seen, lang)


def chat_value(visit: Visit, lang: Language, choices: Choices, *, ack: int = 0) -> str:
    """The whole conversation for the chat: JSON Lines, see widgets/conversation.js."""
    dialogue = visit.dialogue
    found = [dumps({"seq": visit.seq, "lang": lang, "ack": ack})]
    writing = script(dialogue.chat)
    for bubble in dialogue.chat:
        found += _bubble(bubble, writing, lang)
    if dialogue.cards is not None:
        found.append(dumps(_cards(dialogue.cards, writing, choices)))
    if not dialogue.is_running:
        past = dialogue.history
        can = {"fresh": bool(dialogue.chat), "undo": past.can_undo, "redo": past.can_redo}
        found.append(dumps({"end": can}))
    return "".join(f"{line}\n" for line in found)


def _bubble(bubble: Bubble, writing: Script, lang: Language) -> list[str]:
    head = {"author": bubble.author, "side": bubble.side, "name": bubble.name}
    if bubble.draft is None:
        return [dumps(head | {"text": bubble.text})]
    found = [dumps(head), *map(token_line, _in_script(bubble.draft.tokens, writing))]
    if bubble.draft.finish is not None:
        facts = [summary(bubble.draft, lang)]
        if bubble.seen:
            facts.append(say("seen", lang, count=bubble.seen))
        found.append(dumps({"done": " · ".join(facts)}))
    return found


def _in_script(tokens: Sequence[Token], writing: Script) -> Sequence[Token]:
    """Tokens in the script that the person writes."""
    if writing == "simplified":
        return tokens
    texts = converted_pieces([token.text for token in tokens], writing)
    found = []
    for token, words in zip(tokens, texts, strict=True):
        others = [replace(one, text=converted(one.text, writing)) for one in token.alternatives]
        found.append(replace(token, text=words, alternatives=tuple(others)))
    return found


def _cards(cards: Cards, writing: Script, choices: Choices) -> dict[str, Any]:
    shown = cards.found if cards.running else ranked(cards, choices)
    best = _worth(shown[0], choices) if shown else 0.0
    return {
        "cards": [
            {"text": in_script(one.text, writing)}
            if cards.running
            else {"text": in_script(one.text, writing), **_scores(one, choices, best)}
            for one in shown
        ],
        "running": cards.running,
        "by": choices.by,
        "weight": f"{choices.weight:.2f}",
        "count": len(shown),
    }


def _scores(one: Candidate, choices: Choices, best: float) -> dict[str, Any]:
    return {
        "count": one.count,
        "logprob": rounded(one.mean_logprob),
        "mmi": None if one.prior is None else rounded(one.mmi(choices.weight)),
        "share": round(math.exp(_worth(one, choices) - best), 3),
    }


def ranked(cards: Cards, choices: Choices) -> list[Candidate]:
    """The candidates as they are shown, best first."""
    return sorted(cards.found, key=lambda one: -_worth(one, choices))


def _worth(one: Candidate, choices: Choices) -> float:
    if choices.by == "mmi" and one.prior is not None:
        return one.mmi(choices.weight)
    return one.mean_logprob


def context_value(seen: Context | None, lang: Language, note: str = "") -> str:
    """What the model sees, for the view of the context; only the note where it sees nothing."""
    if seen is None:
        return dumps({"lang": lang, "note": note, "used": 0, "room": 1, "turns": []})
    used = len(seen.prompt)
    parts = [say("context.used", lang, used=used, room=seen.room)]
    if seen.dropped:
        parts.append(say("context.dropped", lang, count=seen.dropped))
    if seen.cut:
        parts.append(say("context.cut", lang, count=seen.cut))
    names = ("speaker", "segment", "pieces", "text")
    turns = [{name: getattr(turn, name) for name in names} for turn in seen.turns]
    value = {"lang": lang, "note": " · ".join(parts), "used": used, "room": seen.room}
    return dumps({**value, "turns": turns, "before": seen.before, "after": seen.after})


def help_text(said: str, lang: Language) -> str:
    """Where people are to talk to, in the language of who calls for help."""
    chinese = any("\u3400" <= character <= "\u9fff" for character in said)
    answer = say("help", "zh" if chinese else "en")
    return converted(answer, script_of(said)) if chinese else answer


def export(chat: Chat, kind: ExportKind, lang: Language) -> str:
    """The conversation as a file: plain text, Markdown, or JSON with every token."""
    if kind == "json":
        turns = [_plain(bubble) for bubble in chat]
        return json.dumps({"turns": turns}, ensure_ascii=False, indent=1) + "\n"
    colon = say("colon", lang)
    if kind == "txt":
        return "".join(f"{_speaker(bubble, lang)}{colon}{bubble.text}\n" for bubble in chat)
    return "\n".join(_as_markdown(bubble, colon, lang) for bubble in chat)


def _plain(bubble: Bubble) -> dict[str, Any]:
    plain: dict[str, Any] = {"side": bubble.side, "author": bubble.author, "text": bubble.text}
    if bubble.draft is not None:
        plain["draft"] = bubble.draft.to_dict()
    return plain


def _as_markdown(bubble: Bubble, colon: str, lang: Language) -> str:
    told = f"**{_speaker(bubble, lang)}**{colon}{escaped(bubble.text)}\n"
    draft = bubble.draft
    if draft is None:
        return told
    settings = json.dumps(draft.strategy.to_dict(), ensure_ascii=False)
    return f"{told}\n> `{draft.model}` · seed {draft.seed} · `{settings}`\n"


def _speaker(bubble: Bubble, lang: Language) -> str:
    """What to call who said it."""
    return bubble.name or say(f"chat.by.{bubble.author}.{bubble.side}", lang)
