"""The page when it is opened: from a share link, from what the browser kept, or new; and links."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import gradio as gr

from app.pages.parse_tree import scripts, store
from app.pages.parse_tree.choices import Choices
from app.pages.parse_tree.desk import Desk, Screen
from app.pages.parse_tree.options import unread
from app.pages.parse_tree.reading import MAX_TEXT, Session
from app.pages.parse_tree.words import PAGE, say
from app.web import sharing
from app.web.limits import Refusal, checked_text
from app.web.texts import language


def opened(saved: object, request: gr.Request) -> list[Any]:
    """The values of the page's fields: text, gold, source, and the switches.

    Where nothing was shared or kept the fields stay: the page was served with the beginning, and
    what a visitor has typed before this answer comes is not lost.
    """
    lang = language(request)
    page = None
    with suppress(sharing.ShareError, store.StoreError):
        page = _linked(request)
    if page is None and saved is not None:
        with suppress(store.StoreError):
            page = _drawn(store.restore(saved))
    if page in (None, store.beginning()):
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
        choices.commas,
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
        if session.passage is not None:
            # Somebody has asked before this answer came.
            return Screen(session, *[gr.skip()] * (len(Screen._fields) - 1))
        if source == store.GOLD:
            return desk.score(session, gold, request, *values)
        return desk.draw(session, text, request, *values)

    return resumed


def warn(saved: object, request: gr.Request) -> None:
    """Tell a visitor of a link or a kept page that could not be opened: an event of its own, since
    gradio shows no notice of one that comes past the queue, as ``opened`` does."""
    lang = language(request)
    try:
        if _linked(request) is not None:
            return
    except (sharing.ShareError, store.StoreError):
        gr.Warning(say("error.bad_link", lang))
    if saved is None:
        return
    try:
        store.restore(saved)
    except store.StoreError:
        gr.Warning(say("error.bad_saved", lang))


def _linked(request: gr.Request) -> store.Page | None:
    """Raises ShareError or StoreError for a link that cannot be opened."""
    shared = sharing.from_request(PAGE, request)
    return None if shared is None else store.restore(shared)


def _drawn(page: store.Page) -> store.Page:
    """The page, or the beginning in place of one that has nothing to draw."""
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
