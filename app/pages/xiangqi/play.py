"""Handlers of a game against the model: every one is a coroutine of the server's event loop.

They change the session only between two awaits, so no two of them meet in the middle of a
change; after an await they look whether the game is still the one they were asked about.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

import gradio as gr
from anyio import to_thread

from app.pages.xiangqi import puzzles
from app.pages.xiangqi.clock import Clock
from app.pages.xiangqi.opponent import Opponent, accepts_draw
from app.pages.xiangqi.screen import Screen, screen
from app.pages.xiangqi.session import COLORS, SIDES, NotAllowed, Session
from app.pages.xiangqi.words import move_name, refusal, say
from app.web.limits import RateLimiter
from app.web.texts import Language, language
from engine.models.errors import ModelError
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import RED, Move

#: A person clicks less often than this; a program that does more is asked to wait.
_CLICKS, _SECONDS = 60, 10.0
#: Minutes a side, and seconds added with each move.
TIME_CONTROLS: Final = ("1+0", "3+2", "5+0", "10+5", "20+10")
#: The reply of a puzzle waits so long, so that one sees the own move arrive.
_PAUSE = 0.35
#: Gradio sends what was yielded within so many seconds if the processor is not taken by then.
_HEAD_START = 0.06

Action = Callable[[Session, float], str | None]


class Play:
    """The handlers, for one model."""

    def __init__(self, opponent: Opponent) -> None:
        self.opponent = opponent
        self.limiter = RateLimiter(_CLICKS, _SECONDS)

    async def act(
        self, session: Session, request: gr.Request | None, action: Action
    ) -> AsyncIterator[Screen]:
        """Do something to the session, show it, and let the model answer if it is its turn.

        What the action returns is said in place of where the game stands; NotAllowed is shown
        to the visitor, and the game goes on.
        """
        lang = language(request)
        self.limiter.check(request, lang)
        now = time.monotonic()
        session.check_clock(now)
        try:
            note = action(session, now)
        except NotAllowed as error:
            gr.Warning(refusal(error, lang))
            yield screen(session, lang)
            return
        async for shown in self.turn(session, lang, note):
            yield shown

    async def turn(
        self, session: Session, lang: Language, note: str | None = None
    ) -> AsyncIterator[Screen]:
        """Show the session; if it is the model's turn, show its move as well."""
        version = session.version
        if not (session.model_to_move and session.live and session.draft is None):
            yield screen(session, lang, note=note)
            return
        session.thinking_at = version
        try:
            yield screen(session, lang, note=self._waiting(lang))
            if self.opponent.is_slow(session.level):
                await asyncio.sleep(_HEAD_START)
            clock, turn = session.clock, session.board.turn
            seconds = clock.remaining(turn, time.monotonic()) if clock else None
            choice = await self.opponent.choose(
                session.board.copy(), session.level, lambda: session.version != version, seconds
            )
        except ModelError:
            session.thinking_at = -1
            yield screen(session, lang, note=say("status.failed", lang))
            return
        finally:
            if session.thinking_at == version:
                session.thinking_at = -1
        if session.version != version:
            return
        now = time.monotonic()
        if not session.check_clock(now):
            session.answer(choice, now)
        yield screen(session, lang)
        if await self.look(session):
            yield screen(session, lang)

    async def look(self, session: Session) -> bool:
        """Ask the model about the end of the game; whether that told something new."""
        ply, version = session.ply, session.version
        if ply in session.choices or session.outcome is not None or session.puzzle is not None:
            return False
        choice = await self.opponent.analyse(session.board.copy())
        if session.version != version:
            return False
        session.learn(ply, choice)
        return True

    def _waiting(self, lang: Language) -> str:
        if not self.opponent.ready:
            return say("status.loading", lang)
        queue = self.opponent.queue
        return say("status.queued", lang, count=queue) if queue else say("status.thinking", lang)

    # What the visitor does

    async def move(
        self, session: Session, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """A piece was moved on the board."""
        uci, seq = event_value(event, "uci"), event_value(event, "seq")
        if session.puzzle is not None and session.is_current(seq):
            async for shown in self._solve(session, uci, request):
                yield shown
            return

        def action(session: Session, now: float) -> None:
            # A click on an older position (a double click, say) is not an error of the visitor's.
            if session.is_current(seq):
                session.play(session.read_move(uci), now)

        async for shown in self.act(session, request, action):
            yield shown

    async def _solve(
        self, session: Session, uci: object, request: gr.Request
    ) -> AsyncIterator[Screen]:
        lang = language(request)
        self.limiter.check(request, lang)
        puzzle, version = puzzles.catalogue()[session.puzzle or ""], session.version
        try:
            move = session.read_move(uci)
        except NotAllowed as error:
            gr.Warning(refusal(error, lang))
            yield screen(session, lang)
            return
        answer = await to_thread.run_sync(puzzles.answer, puzzle, session.board.copy(), move)
        if session.version != version:
            return
        if not answer.right:
            yield screen(session, lang, note=_wrong(session, puzzle, move, lang))
            return
        session.play(move, time.monotonic())
        if answer.solved:
            session.solve()
        yield screen(session, lang)
        if answer.reply is not None:
            version = session.version
            await asyncio.sleep(_PAUSE)
            if session.version == version:
                session.play(answer.reply, time.monotonic())
                yield screen(session, lang)

    async def flag(
        self, session: Session, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """A clock shows zero in the browser; the server's clock decides."""
        async for shown in self.act(session, request, lambda session, now: None):
            yield shown

    async def new(
        self, session: Session, time_control: str, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """A new game."""

        def action(session: Session, now: float) -> None:
            session.start(Board())
            session.clock = clock_of(time_control)

        async for shown in self.act(session, request, action):
            yield shown

    async def seat(self, session: Session, side: str, request: gr.Request) -> AsyncIterator[Screen]:
        """The visitor plays the other side, or both."""

        def action(session: Session, now: float) -> None:
            session.take_seat(next((known for known in SIDES if known == side), session.side))

        async for shown in self.act(session, request, action):
            yield shown

    async def level(
        self, session: Session, level: str, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """Another opponent, from the next move on."""

        def action(session: Session, now: float) -> None:
            session.level = self.known_level(level)

        async for shown in self.act(session, request, action):
            yield shown

    def known_level(self, key: object) -> str:
        """The level, if there is one of that key. Raises NotAllowed."""
        for level in self.opponent.levels:
            if level.key == key:
                return level.key
        raise NotAllowed("error.no_level")

    async def undo(self, session: Session, request: gr.Request) -> AsyncIterator[Screen]:
        """Take back."""
        async for shown in self.act(session, request, lambda session, now: session.undo(now)):
            yield shown

    async def resign(self, session: Session, request: gr.Request) -> AsyncIterator[Screen]:
        """Give up."""
        async for shown in self.act(session, request, lambda session, now: session.resign(now)):
            yield shown

    async def go_on(self, session: Session, request: gr.Request) -> AsyncIterator[Screen]:
        """Play on from the position that is looked at."""

        def action(session: Session, now: float) -> None:
            session.continue_here()

        async for shown in self.act(session, request, action):
            yield shown

    async def draw(self, session: Session, request: gr.Request) -> AsyncIterator[Screen]:
        """Offer a draw; the model looks at the position first."""
        lang = language(request)
        version = session.version
        if session.side != "both" and session.person_to_move and session.puzzle is None:
            try:
                await self.look(session)
            except ModelError:
                gr.Warning(say("error.no_model", lang))

        def action(session: Session, now: float) -> str | None:
            if session.version != version or not session.person_to_move:
                raise NotAllowed("error.not_your_turn")
            score = session.scores.get(session.ply)
            if session.side != "both" and not (
                score is not None and accepts_draw(score, not COLORS[session.side], session.ply)
            ):
                return say("status.draw_refused", lang)
            session.agree_draw(now)
            return None

        async for shown in self.act(session, request, action):
            yield shown

    async def hint(self, session: Session, request: gr.Request) -> AsyncIterator[Screen]:
        """What the model would play for the visitor, or the solution of a puzzle."""
        lang = language(request)
        try:
            self.limiter.check(request, lang)
            move, note = await self._hint(session, lang)
        except NotAllowed as error:
            gr.Warning(refusal(error, lang))
            yield screen(session, lang)
        except ModelError:
            gr.Warning(say("error.no_model", lang))
            yield screen(session, lang)
        else:
            yield screen(session, lang, note=note, hint=move)

    async def _hint(self, session: Session, lang: Language) -> tuple[Move, str]:
        if session.outcome is not None or session.solved:
            raise NotAllowed("error.over")
        if not session.live or session.draft is not None:
            raise NotAllowed("error.not_live")
        if not session.person_to_move:
            raise NotAllowed("error.not_your_turn")
        board, notation = session.board.copy(), session.look.notation
        if session.puzzle is not None:
            puzzle = puzzles.catalogue()[session.puzzle]
            move = await to_thread.run_sync(puzzles.solution, puzzle, board)
            if move is None:
                raise NotAllowed("error.no_solution")
            return move, say("status.hint_solution", lang, move=move_name(board, move, notation))
        choice = await self.opponent.advise(board, stop=lambda: False)
        if choice.move is None:
            raise NotAllowed("error.over")
        session.learn(len(board.move_stack), choice)
        score = choice.red_score if board.turn is RED else 1 - choice.red_score
        name = move_name(board, choice.move, notation)
        return choice.move, say("status.hint", lang, move=name, percent=round(100 * score))


def event_value(event: gr.EventData, name: str) -> object:
    """A field of what a widget sent; None where it is missing, or nothing was sent at all."""
    try:
        return getattr(event, name, None)
    except TypeError:
        return None


def clock_of(time_control: str) -> Clock | None:
    """The clock for "10+5" (minutes and seconds a move); None for anything else."""
    if time_control not in TIME_CONTROLS:
        return None
    minutes, increment = map(int, time_control.split("+"))
    return Clock(minutes, increment)


def _wrong(session: Session, puzzle: puzzles.Puzzle, move: Move, lang: Language) -> str:
    name = move_name(session.board, move, session.look.notation)
    left = puzzles.moves_left(puzzle, session.board)
    key = "status.puzzle_wrong_mate" if puzzle.mate else "status.puzzle_wrong"
    return say(key, lang, move=name, moves=left)
