"""What a handler gives back: the session and everything on the page that shows it."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import gradio as gr

from app.pages.xiangqi import store, words
from app.pages.xiangqi.session import Session
from app.pages.xiangqi.view import board_json, record_json, thoughts_html
from app.web.texts import Language
from engine.xiangqi.board.moves import Move


class Screen(NamedTuple):
    """The outputs of every handler that changes what is seen, in this order."""

    session: Session
    saved: dict[str, Any]
    board: str
    record: str
    status: str
    thoughts: str
    go_on: gr.Button


def screen(
    session: Session, lang: Language, *, note: str | None = None, hint: Move | None = None
) -> Screen:
    """The session as it is now.

    Args:
        note: said in place of where the game stands.
        hint: a move to draw on the board.
    """
    now = time.monotonic()
    may_go_on = session.draft is None and not session.watching and session.puzzle is None
    waits = session.model_to_move and not session.thinking
    return Screen(
        session=session,
        saved=store.save(session, now),
        board=board_json(session, lang, now, hint=hint),
        record=record_json(session, lang),
        status=note or words.status(session, lang),
        thoughts=thoughts_html(session, lang),
        go_on=gr.Button(visible=may_go_on and (waits or not session.live)),
    )
