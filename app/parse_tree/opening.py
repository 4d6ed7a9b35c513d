"""The page when it is opened: from a share link, from what the browser kept, or new; and links."""

from __future__ import annotations

from typing import Any

import gradio as gr

from app import sharing
from app.limits import Refusal, checked_text
from app.parse_tree import scripts, store
from app.parse_tree.choices import Choices
from app.parse_tree.desk import Desk, Screen
from app.parse_tree.options import unread
from app.parse_tree.reading import MAX_TEXT, Session
from app.parse_tree.words import PAGE, say
from app.texts import Language, language


def opened(saved: object, request: gr.Request) -> list[Any]:
    """The values of the page's fields: text, gold, source, and the switches.

    Where nothing was shared or kept the fields stay: the page was served with the beginning, and
    what a visitor has typed before this answer comes is not lost.
    """
    lang = language(request)
    page = _linked(request, lang) or _restored(saved, lang)
    if page == store.beginning():
        return [gr.skip()] * len(scripts.NAMES)
    kind, layer, beside = unread(page.choices, lang).components()
    choices = page.choices
    return [
        page.text,
        page.gold,
        page.source,
        choices.language,
        kind,
        layer,
        choices.parser,
        beside,
    ]


def resume(desk: Desk) -> Any:
    """The handler that draws what the page was opened with."""

    def resumed(
        session: Session,
        text: object,
        gold: object,
        source: object,
        request: gr.Request,
        *values: object,
    ) -> Screen:
        if source == store.GOLD:
            return desk.score(session, gold, request, *values)
        return desk.draw(session, text, request, *values)

    return resumed


def _linked(request: gr.Request, lang: Language) -> store.Page | None:
    try:
        shared = sharing.from_request(PAGE, request)
        return None if shared is None else store.restore(shared)
    except (sharing.ShareError, store.StoreError):
        gr.Warning(say("error.bad_link", lang))
        return None


def _restored(saved: object, lang: Language) -> store.Page:
    if saved is None:
        return store.beginning()
    try:
        page = store.restore(saved)
    except store.StoreError:
        gr.Warning(say("error.bad_saved", lang))
        return store.beginning()
    drawn = page.gold if page.source == store.GOLD else page.text
    return page if drawn.strip() else store.beginning()


def share(
    text: object, gold: object, source: object, request: gr.Request, *values: object
) -> gr.Textbox:
    """A link to the page as it is."""
    lang = language(request)
    page = store.Page(
        checked_text(text, MAX_TEXT, lang),
        checked_text(gold, MAX_TEXT, lang),
        store.GOLD if source == store.GOLD else store.TEXT,
        Choices.of(values, lang),
    )
    try:
        query = sharing.query(PAGE, store.save(page))
    except sharing.ShareError:
        raise Refusal(say("error.too_long_to_share", lang)) from None
    return gr.Textbox(query, visible=True)
