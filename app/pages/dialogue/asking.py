"""Handlers that let the model speak: say, again, more, answer, edit, branch.

Each is a generator that a Stop or a closed tab ends at a yield; the drafts that it reads close the
model's place then. What a visitor writes is read for calls for help before any model sees it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, Final

import gradio as gr

from app.pages.dialogue.request import Request, Screen, check_remembered, plain_wishes, read_wishes
from app.pages.dialogue.session import (
    MAX_TURN_CHARS,
    Bubble,
    Cards,
    Chat,
    Session,
    conversation,
    model_text,
    next_side,
    script,
)
from app.pages.dialogue.view import say
from app.text.checks import checked_int, checked_prompt, explain
from app.text.drafts import Draft, Plan, branch, next_seed, running, side_by_side
from app.text.models import TextModels
from app.web.limits import RateLimiter, Refusal, checked_choice
from app.web.texts import Language, language, text
from app.web.widget import event_value
from engine.dialogue import Candidate, Context, context, is_call_for_help, rank, spoken
from engine.tokenizers.scripts import converted, script_of

if TYPE_CHECKING:
    from engine.generation import Strategy, Token
    from engine.transformer.language_model import LanguageModel

ACTS: Final = ("say", "again", "more", "answer", "edit", "branch")
#: Requests of one visitor within so many seconds.
_CALLS, _SECONDS = 40, 60.0
#: Replies without a word are drawn again so many times.
_TRIES: Final = 3
#: Seconds for judging the candidates.
_JUDGING: Final = 30.0


class Asking:
    """The handlers, for the models of the page."""

    def __init__(self, models: TextModels) -> None:
        self.models = models
        self.limiter = RateLimiter(_CALLS, _SECONDS)

    def ask(
        self, event: gr.EventData, request: gr.Request, session: Session, *values: object
    ) -> Iterator[Screen]:
        """What the chat asks for, see ACTS; ``values`` are those of the controls."""
        check_remembered(event, session, language(request))
        with session.ongoing.run():
            yield from self._asked(event, request, session.settled().next(), values)

    def _asked(
        self,
        event: gr.EventData,
        request: gr.Request,
        session: Session,
        values: Sequence[object],
    ) -> Iterator[Screen]:
        lang = language(request)
        asked = Request(self.models, session, plain_wishes(self.models), lang)
        try:
            self.limiter.check(request, lang)
            asked.wishes = read_wishes(values, self.models, lang)
            act = checked_choice(event_value(event, "act"), ACTS, lang)
            if act != "say":
                _check_seq(event, session, lang)
            nonce = event_value(event, "nonce")
            asked.ack = nonce if isinstance(nonce, int) else 0
            handlers: dict[str, Callable[[Request, gr.EventData], Iterator[Screen]]] = {
                "say": self._say,
                "again": self._again,
                "more": self._more,
                "answer": self._answer,
                "edit": self._edit,
                "branch": self._branch,
            }
            yield from handlers[act](asked, event)
        except Exception as error:
            gr.Warning(explain(error, lang))
            if isinstance(error, Refusal) and asked.session is session:
                asked.ack = 0  # nothing was done: what was written stays in the field
            yield asked.done()

    def _say(self, asked: Request, event: gr.EventData) -> Iterator[Screen]:
        said = checked_prompt(event_value(event, "text"), asked.lang, MAX_TURN_CHARS).strip()
        chat = asked.session.chat
        side = 0 if not chat else next_side(chat)
        if chat and chat[-1].author in ("person", "call"):
            side = chat[-1].side
        yield from self.reply(asked, (*chat, Bubble(side, "person", said)))

    def _again(self, asked: Request, event: gr.EventData) -> Iterator[Screen]:
        chat = asked.session.chat
        index = _index(event, chat, asked.lang)
        old = chat[index].draft
        seed = asked.wishes.seed
        if old is not None and asked.wishes.keeps_seed:
            seed = next_seed(old.seed)
        yield from self.reply(asked, chat[:index], seed=seed)

    def _answer(self, asked: Request, event: gr.EventData) -> Iterator[Screen]:
        yield from self.reply(asked, asked.session.chat)

    def _edit(self, asked: Request, event: gr.EventData) -> Iterator[Screen]:
        chat = asked.session.chat
        index = _index(event, chat, asked.lang)
        said = checked_prompt(event_value(event, "text"), asked.lang, MAX_TURN_CHARS).strip()
        old = chat[index]
        changed = (*chat[:index], replace(old, text=said, draft=None, seen=0))
        if old.author == "person":
            yield from self.reply(asked, changed)
            return
        if old.author == "given":  # the others that were written in advance stay
            changed += tuple(takewhile(lambda bubble: bubble.author == "given", chat[index + 1 :]))
        asked.session = asked.session.push(changed)
        yield asked.done()

    def _branch(self, asked: Request, event: gr.EventData) -> Iterator[Screen]:
        chat, lang = asked.session.chat, asked.lang
        index = _index(event, chat, lang)
        draft = chat[index].draft
        if draft is None:
            raise Refusal(text("text.error.branch", lang))
        begin = branch(draft, event_value(event, "token"), event_value(event, "id"), lang)
        yield from self.reply(asked, chat[:index], begin=begin, like=draft)

    def reply(
        self,
        asked: Request,
        chat: Chat,
        *,
        seed: int | None = None,
        begin: Sequence[Token] = (),
        like: Draft | None = None,
    ) -> Iterator[Screen]:
        """The conversation, and the model's reply to it as it is written.

        Args:
            seed: None for that of the controls.
            begin: what the reply begins with.
            like: a draft whose model, strategy and seed to take.
        """
        if not conversation(chat).turns:
            raise Refusal(say("error.nothing", asked.lang))
        helped = _helped(chat, asked.lang)
        if helped is not None:
            asked.session = asked.session.push(helped)
            yield asked.done()
            return
        wishes = asked.wishes
        name, strategy = wishes.model, wishes.strategy
        chosen = wishes.seed if seed is None else seed
        if like is not None:
            name, strategy, chosen = like.model, like.strategy, like.seed
        waiting = Bubble(next_side(chat), "model", "", Draft(name, "", (), strategy, chosen))
        asked.session = asked.session.push((*chat, waiting))
        yield asked.screen(seed=chosen)
        try:
            model = self.models.get(name, asked.lang)
        except Refusal:
            asked.session = asked.session.amend(chat)
            raise
        seen = context(model, conversation(chat), strategy.max_tokens, last=wishes.last)
        yield asked.screen(seen=seen)
        prompt_text = model_text(chat[-1])
        for number in range(_TRIES):
            plan = Plan(
                *(name, model, prompt_text, seen.prompt, spoken(model, strategy)),
                *(chosen, begin),
            )
            last = yield from self._written(asked, chat, plan, seen)
            if last.text.strip() or begin or number == _TRIES - 1:
                break
            chosen = next_seed(chosen)
        yield asked.done()._replace(seed=str(last.seed))

    def _written(
        self, asked: Request, chat: Chat, plan: Plan, seen: Context
    ) -> Generator[Screen, None, Draft]:
        """Show a draft while it is written; returns the whole one."""
        side, writing = next_side(chat), script(chat)
        kept = len(seen.turns) - seen.dropped
        with closing(running(plan)) as drafts:
            for draft in drafts:
                told = converted(draft.text, writing) if writing == "traditional" else draft.text
                bubble = Bubble(side, "model", told.strip(), draft, seen=kept)
                asked.session = asked.session.amend((*chat, bubble))
                if draft.finish is None:
                    yield asked.screen()
        return draft

    def _more(self, asked: Request, event: gr.EventData) -> Iterator[Screen]:
        """Several replies at once, in place of the last one."""
        chat, wishes, lang = asked.session.chat, asked.wishes, asked.lang
        base = chat[:-1] if chat and chat[-1].author == "model" else chat
        if not conversation(base).turns or _helped(base, lang) is not None:
            raise Refusal(say("error.nothing", lang))
        if wishes.strategy.kind != "sample":
            raise Refusal(say("error.search", lang))
        model = self.models.get(wishes.model, lang)
        strategy = spoken(model, wishes.strategy)
        seen = context(model, conversation(base), strategy.max_tokens, last=wishes.last)
        seeds = [wishes.seed]
        while len(seeds) < wishes.count:
            seeds.append(next_seed(seeds[-1]))
        plans = [
            Plan(wishes.model, model, model_text(base[-1]), seen.prompt, strategy, seed)
            for seed in seeds
        ]
        kept = len(seen.turns) - seen.dropped
        cards = Cards(len(base), (), True, wishes.model, seen.prompt, kept)
        asked.session = replace(asked.session, cards=cards)
        yield asked.screen(seen=seen, seed=wishes.seed)
        started = time.monotonic()
        with closing(side_by_side(plans)) as views:
            for drafts in views:
                found = tuple(Candidate(one.tokens, one.seed, one.finish) for one in drafts)
                cards = replace(cards, found=found, seconds=time.monotonic() - started)
                asked.session = replace(asked.session, cards=cards)
                yield asked.screen()
        yield from self._judged(asked, model, seen, cards)

    def _judged(
        self, asked: Request, model: LanguageModel, seen: Context, cards: Cards
    ) -> Iterator[Screen]:
        found = rank(model, seen, cards.found, by="mmi", deadline=_JUDGING)
        if not found:
            asked.session = replace(asked.session, cards=None)
            raise Refusal(say("error.silent", asked.lang))
        cards = replace(cards, found=tuple(found), running=False)
        asked.session = replace(asked.session, cards=cards)
        yield asked.done()


def chosen_bubble(cards: Cards, one: Candidate, strategy: Strategy, chat: Chat) -> Bubble:
    """The bubble of a candidate that was chosen."""
    seed = one.seed if one.seed is not None else 0
    draft = Draft(cards.model, "", one.tokens, strategy, seed, one.finish, cards.seconds)
    writing = script(chat)
    told = converted(one.text, writing) if writing == "traditional" else one.text
    return Bubble(next_side(chat), "model", told, draft, seen=cards.seen)


def _helped(chat: Chat, lang: Language) -> Chat | None:
    """The conversation with an answer from people for people, where the last turn calls for it."""
    last = chat[-1] if chat else None
    if last is None or last.author not in ("person", "given", "model") or last.draft is not None:
        return None
    if not is_call_for_help(last.text):
        return None
    answer = help_text(last.text, lang)
    return (*chat[:-1], replace(last, author="call"), Bubble(1 - last.side, "help", answer))


def help_text(said: str, lang: Language) -> str:
    """Where people are to talk to, in the language of who calls."""
    chinese = any("\u3400" <= character <= "\u9fff" for character in said)
    spoken_in: Language = "zh" if chinese else "en"
    answer = say("help", spoken_in)
    return converted(answer, script_of(said)) if chinese else answer


def _check_seq(event: gr.EventData, session: Session, lang: Language) -> None:
    """An event names what was on the screen when somebody clicked."""
    if event_value(event, "seq") != session.seq - 1:
        raise Refusal(text("text.error.branch", lang))


def _index(event: gr.EventData, chat: Chat, lang: Language) -> int:
    if not chat:
        raise Refusal(text("text.error.branch", lang))
    return checked_int(event_value(event, "index"), 0, len(chat) - 1, lang)
