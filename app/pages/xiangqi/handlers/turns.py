"""What all handlers share: the screen, and a turn, in which the model answers.

Every handler is a coroutine of the server's event loop. It changes the visit only between two
awaits, so no two of them meet in the middle of a change; after an await they look whether the run
is stopped that they began with: then the game is not the one that they were asked about.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import gradio as gr

from app.pages.xiangqi import say, view
from app.pages.xiangqi.inputs import NotAllowed
from app.pages.xiangqi.opponent import Opponent
from app.pages.xiangqi.saved import SAVED, Kept
from app.pages.xiangqi.state import Visit
from app.web.limits import RateLimiter
from app.web.texts import Language, language
from engine.models.errors import ModelError
from engine.xiangqi.board.moves import Move

if TYPE_CHECKING:
    from engine.xiangqi.play.player import Choice

#: A person clicks less often than this; a program that does more is asked to wait.
_CLICKS, _SECONDS = 60, 10.0
#: Gradio sends what was yielded within so many seconds if the processor is not taken by then.
_HEAD_START: Final = 0.06

Handler = Callable[..., AsyncIterator["Screen"]]


class Screen(NamedTuple):
    """What every handler that changes what is seen returns, by the components' names."""

    visit: Visit
    saved: dict[str, Any]
    board: str
    record: str
    status: str
    thoughts: str
    go_on: gr.Button


def screen(
    visit: Visit, lang: Language, *, note: str | None = None, hint: Move | None = None
) -> Screen:
    """The visit as it is now.

    Args:
        note: said in place of where the game stands.
        hint: a move to draw on the board.
    """
    now = time.monotonic()
    may_go_on = visit.draft is None and not visit.watched and visit.puzzle is None
    waits = visit.model_to_move and not visit.thinking
    return Screen(
        visit=visit,
        saved=SAVED.kept.dump(Kept.of(visit, now)),
        board=view.board_value(visit, lang, now, hint=hint),
        record=view.record_value(visit, lang),
        status=note or view.status(visit, lang),
        thoughts=view.thoughts(visit, lang),
        go_on=gr.Button(visible=may_go_on and (waits or not visit.live)),
    )


def refused(error: NotAllowed, visit: Visit, lang: Language) -> Screen:
    """Tell the visitor why; the game goes on."""
    gr.Warning(view.explain(error, lang))
    return screen(visit, lang)


def action(change: Callable[..., str | None]) -> Handler:
    """A handler that changes the game, shows it, and lets the model answer if it is its turn.

    Args:
        change: called with the visit, the time now and the values of the event. It returns the key
            of what is said in place of where the game stands, if anything, or raises NotAllowed.
    """

    async def handler(
        self: Turns, visit: Visit, request: gr.Request, *values: object
    ) -> AsyncIterator[Screen]:
        lang = language(request)
        self.limiter.check(request, lang)
        now = time.monotonic()
        visit.check_clock(now)
        try:
            key = change(self, visit, now, *values)
        except NotAllowed as error:
            yield refused(error, visit, lang)
            return
        async for shown in self.turn(visit, lang, key and say(key, lang)):
            yield shown

    handler.__name__, handler.__doc__ = change.__name__, change.__doc__
    return handler


class Turns:
    """What the handlers stand on.

    Attributes:
        limiter: of clicks.
    """

    def __init__(self, opponent: Opponent) -> None:
        self.opponent = opponent
        self.limiter = RateLimiter(_CLICKS, _SECONDS)

    async def turn(
        self, visit: Visit, lang: Language, note: str | None = None
    ) -> AsyncIterator[Screen]:
        """Show the visit; if it is the model's turn, show its move as well."""
        run = visit.run
        if not (visit.model_to_move and visit.live and visit.draft is None):
            yield screen(visit, lang, note=note)
            return
        choice: Choice | None = None
        visit.thinking = True
        try:
            yield screen(visit, lang, note=self._waiting(lang))
            if self.opponent.is_slow(visit.level):
                await asyncio.sleep(_HEAD_START)
            clock, turn = visit.clock, visit.board.turn
            seconds = clock.remaining(turn, time.monotonic()) if clock else None
            board = visit.board.copy()
            choice = await self.opponent.choose(board, visit.level, run.stopped, seconds)
        except ModelError:
            pass  # said below
        finally:
            if not run.stopped():
                visit.thinking = False
        if run.stopped():
            return
        if choice is None:
            yield screen(visit, lang, note=say("status.failed", lang))
            return
        now = time.monotonic()
        if not visit.check_clock(now):
            visit.answer(choice, now)
        yield screen(visit, lang)
        if await self.look(visit):
            yield screen(visit, lang)

    async def look(self, visit: Visit) -> bool:
        """Ask the model about the end of the game; whether that told something new."""
        ply, run = visit.ply, visit.run
        if ply in visit.choices or visit.over or visit.puzzle is not None:
            return False
        choice = await self.opponent.analyse(visit.board.copy())
        if run.stopped():
            return False
        visit.learn(ply, choice)
        return True

    def _waiting(self, lang: Language) -> str:
        if not self.opponent.ready:
            return say("status.loading", lang)
        queue = self.opponent.queue
        return say("status.queued", lang, count=queue) if queue else say("status.thinking", lang)
