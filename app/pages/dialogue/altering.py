"""Handlers of what is done at once: undo, redo, begin anew, rewind, choose, rank, open."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import gradio as gr

from app.pages.dialogue import store
from app.pages.dialogue.asking import chosen_bubble
from app.pages.dialogue.presets import PERSONAS
from app.pages.dialogue.request import Request, Screen, check_remembered, plain_wishes, read_wishes
from app.pages.dialogue.session import Bubble, Session
from app.pages.dialogue.view import ranked, say
from app.text.checks import checked_int
from app.text.models import TextModels
from app.web.limits import RateLimiter, Refusal, checked_choice
from app.web.sharing import ShareError, from_request
from app.web.texts import language, text
from app.web.widget import event_value
from engine.dialogue import spoken

ACTS: Final = ("undo", "redo", "fresh", "rewind", "persona", "choose", "put_away")
#: A person clicks less often than this.
_CLICKS, _SECONDS = 60, 10.0
#: Seconds in which a run that was told to end does.
_PATIENCE: Final = 5.0


class Altering:
    """The handlers, for the models of the page."""

    def __init__(self, models: TextModels) -> None:
        self.models = models
        self.limiter = RateLimiter(_CLICKS, _SECONDS)

    def alter(
        self, event: gr.EventData, request: gr.Request, session: Session, *values: object
    ) -> Screen:
        """What the chat asks for, see ACTS."""
        lang = language(request)
        check_remembered(event, session, lang)
        shown = session.settled()
        asked = Request(self.models, shown.next(), plain_wishes(self.models), lang)
        try:
            self.limiter.check(request, lang)
            asked.wishes = read_wishes(values, self.models, lang)
            act = checked_choice(event_value(event, "act"), ACTS, lang)
            if event_value(event, "seq") != shown.seq:
                raise Refusal(text("text.error.branch", lang))
            asked.session = self._altered(act, asked, event)
        except Refusal as refusal:
            gr.Warning(str(refusal))
        return asked.done()

    def settle(self, request: gr.Request, session: Session, *values: object) -> Screen:
        """After a Stop: what was written is kept. Of a session that showed nothing, or has been
        forgotten, there is nothing to show."""
        if not session.seq:
            return Screen(session, *[gr.skip()] * 4)
        lang = language(request)
        session.ongoing.wait(_PATIENCE)
        session = session.ongoing.latest or session
        wishes = plain_wishes(self.models)
        with suppress(Refusal):
            wishes = read_wishes(values, self.models, lang)
        return Request(self.models, session.next(), wishes, lang).done()

    def look(self, request: gr.Request, session: Session, *values: object) -> tuple[Any, ...]:
        """Another model, length or ranking: the context and the order of the cards follow."""
        cards = session.cards
        is_busy = session.watching or (cards is not None and cards.running)
        if is_busy or any(bubble.is_running for bubble in session.chat):
            return (gr.skip(), gr.skip(), gr.skip())
        return self.settle(request, session, *values)[:3]

    def _altered(self, act: str, asked: Request, event: gr.EventData) -> Session:
        session = asked.session
        handlers: dict[str, Callable[[], Session]] = {
            "undo": lambda: replace(session, history=session.history.undo(), cards=None),
            "redo": lambda: replace(session, history=session.history.redo(), cards=None),
            "fresh": lambda: session.push(()),
            "put_away": lambda: replace(session, cards=None),
            "rewind": lambda: _rewound(asked, event),
            "persona": lambda: _with_persona(asked, event),
            "choose": lambda: self._chosen(asked, event),
        }
        return handlers[act]()

    def _chosen(self, asked: Request, event: gr.EventData) -> Session:
        session, lang = asked.session, asked.lang
        cards = session.cards
        if cards is None or cards.running or cards.base > len(session.chat):
            raise Refusal(text("text.error.branch", lang))
        order = ranked(cards, asked.wishes.by, asked.wishes.weight)
        at = checked_int(event_value(event, "card"), 0, len(order) - 1, lang)
        strategy = spoken(self.models.get(cards.model, lang), asked.wishes.strategy)
        base = session.chat[: cards.base]
        return session.push((*base, chosen_bubble(cards, order[at], strategy, base)))


def opened(
    models: TextModels, saved: object, request: gr.Request
) -> tuple[Screen, store.Link | None]:
    """The conversation of a share link, or the one that the browser kept."""
    session, link = Session(), None
    with suppress(ShareError, store.StoreError):
        link = _linked(request)
        if link is not None:
            session = session.push(link.chat)
        elif saved is not None:
            session = session.push(store.restore(saved))
    screen = Request(models, session.next(), plain_wishes(models), language(request)).done()
    return screen, link


def tell(saved: object, request: gr.Request) -> None:
    """Say that a link was opened, or that it or what the browser kept could not be: an event of
    its own, since gradio shows no notice of one that comes past the queue, as ``opened`` does."""
    lang, key = language(request), "limits.bad_link"
    try:
        if _linked(request) is not None:
            gr.Info(say("opened_link", lang))
        elif saved is not None:
            key = "dialogue.error.saved"
            store.restore(saved)
    except (ShareError, store.StoreError):
        gr.Warning(text(key, lang))


def _linked(request: gr.Request) -> store.Link | None:
    """Raises ShareError or StoreError for a link that cannot be opened."""
    shared = from_request("dialogue", request)
    return None if shared is None else store.reopen(shared)


def _rewound(asked: Request, event: gr.EventData) -> Session:
    chat = asked.session.chat
    if not chat:
        raise Refusal(text("text.error.branch", asked.lang))
    index = checked_int(event_value(event, "index"), 0, len(chat) - 1, asked.lang)
    end = index + 2 if chat[index].author == "call" else index + 1
    return asked.session.push(chat[:end])


def _with_persona(asked: Request, event: gr.EventData) -> Session:
    key = checked_choice(event_value(event, "key"), tuple(PERSONAS), asked.lang)
    turns = PERSONAS[key].turns
    chat = tuple(Bubble(i % 2, "given", turn) for i, turn in enumerate(turns))
    return asked.session.push(chat)
