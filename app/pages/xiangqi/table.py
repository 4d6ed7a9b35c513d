"""Handlers beside the game itself: opening the page, looking, reading games in, setting up a
position, puzzles, and watching the model play itself. The rules of play.py hold here too.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING

import gradio as gr
from anyio import to_thread

from app.pages.xiangqi import exchange, puzzles, store
from app.pages.xiangqi.play import Play, event_value
from app.pages.xiangqi.screen import Screen, screen
from app.pages.xiangqi.session import LETTERS, NOTATIONS, Look, NotAllowed, Session
from app.pages.xiangqi.words import PAGE, refusal, say
from app.web import sharing
from app.web.limits import MAX_FEN_CHARS, MAX_GAME_BYTES, checked_bytes, checked_text
from app.web.texts import Language, language
from engine.models.errors import ModelError
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import Move

if TYPE_CHECKING:
    from engine.xiangqi.play.player import Choice

#: Watching is no fun faster than this.
_SECONDS_A_MOVE = 0.8
#: A cleared board: neither king is in check.
_KINGS = "3k5/9/9/9/9/9/9/9/9/4K4 w - - 0 1"
#: The same two levels would play the same game each time, so these plies are drawn by chance.
_OPENING_PLIES = 4


class Table:
    """The handlers, around those of a game."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.opponent = play.opponent

    def opened(self, session: Session, saved: object, request: gr.Request | None) -> Session:
        """The session of a page that was just opened: from its link, its browser, or new.

        A game that somebody began before this answer came goes on where there is no other.
        """
        found = self._found(saved, request)
        if session.version and found.untouched:
            session.look, session.level = found.look, session.level or found.level
        else:
            session = found
        level = self.opponent.level(session.level)
        session.level = session.level if level is None else level.key
        clock = session.clock
        if clock is not None and session.ply and session.outcome is None:
            clock.start(session.board.turn, time.monotonic())
        return session

    def _found(self, saved: object, request: gr.Request | None) -> Session:
        lang = language(request)
        try:
            shared = sharing.from_request(PAGE, request)
        except sharing.ShareError:
            gr.Warning(say("error.bad_link", lang))
            shared = None
        session = None
        try:
            if shared is not None:
                session = store.reopen(shared)
            elif saved is not None:
                session = store.restore(saved)
        except store.StoreError:
            gr.Warning(say("error.bad_link" if shared is not None else "error.bad_saved", lang))
        if session is None:
            session = Session()
        if saved is None and lang == "en":
            session.look = replace(session.look, letters="western", notation="wxf")
        return session

    async def resume(self, session: Session, request: gr.Request) -> AsyncIterator[Screen]:
        """After the page was opened: the model answers if it was its turn, and judges the game."""
        lang = language(request)
        async for shown in self.play.turn(session, lang):
            yield shown
        if await self._judge(session):
            yield screen(session, lang)

    async def _judge(self, session: Session) -> bool:
        """Fill in the chances of a game that was not played here; whether there are any."""
        version = session.version
        if session.ply == 0 or session.puzzle is not None:
            return False
        try:
            scores = await self.opponent.red_scores(session.board.copy())
        except ModelError:
            return False
        if session.version != version:
            return False
        session.scores = dict(enumerate(scores)) | session.scores
        return True

    # Looking

    async def goto(
        self, session: Session, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """Another position of the game."""
        lang, ply = language(request), event_value(event, "ply")
        if isinstance(ply, int):
            session.look_at(ply)
        yield screen(session, lang)
        async for shown in self._wanted_thoughts(session, lang):
            yield shown

    async def look(
        self,
        session: Session,
        letters: str,
        notation: str,
        arrows: bool,
        bar: bool,
        request: gr.Request,
    ) -> AsyncIterator[Screen]:
        """Other pieces, another notation, arrows or not."""
        session.look = Look(
            letters=next((name for name in LETTERS if name == letters), "chinese"),
            notation=next((name for name in NOTATIONS if name == notation), "simplified"),
            flipped=session.look.flipped,
            arrows=arrows is True,
            bar=bar is True,
        )
        lang = language(request)
        yield screen(session, lang)
        async for shown in self._wanted_thoughts(session, lang):
            yield shown

    async def _wanted_thoughts(self, session: Session, lang: Language) -> AsyncIterator[Screen]:
        """The arrows of a position that the model has not looked at yet."""
        ply, version = session.cursor, session.version
        wanted = session.look.arrows and session.puzzle is None and session.draft is None
        if not wanted or ply in session.choices or session.thinking or not self.opponent.ready:
            return
        choice = await self.opponent.analyse(session.shown())
        if session.version == version and choice.move is not None:
            session.learn(ply, choice)
            yield screen(session, lang)

    async def flip(self, session: Session, request: gr.Request) -> AsyncIterator[Screen]:
        """Turn the board round."""
        session.look = replace(session.look, flipped=not session.look.flipped)
        yield screen(session, language(request))

    # Games in and out

    async def paste(
        self, session: Session, text: str, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """Read a FEN or a game from a text."""
        content = checked_text(text, MAX_GAME_BYTES, language(request))
        async for shown in self._read(session, content, request):
            yield shown

    async def upload(
        self, session: Session, content: bytes | None, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """Read a game from a file."""
        content = content or b""
        checked_bytes(len(content), MAX_GAME_BYTES, language(request))
        async for shown in self._read(session, content, request):
            yield shown

    async def _read(
        self, session: Session, content: str | bytes, request: gr.Request
    ) -> AsyncIterator[Screen]:
        lang, version = language(request), session.version
        self.play.limiter.check(request, lang)
        try:
            board, headers = await to_thread.run_sync(exchange.read, content)
        except NotAllowed as error:
            gr.Warning(refusal(error, lang))
            yield screen(session, lang)
            return
        if session.version != version:
            return
        session.start(board, headers=headers)
        if not session.ply:
            async for shown in self.play.turn(session, lang):
                yield shown
            return
        session.look_at(0)
        yield screen(session, lang, note=say("status.imported", lang, plies=session.ply))
        if await self._judge(session):
            yield screen(session, lang, note=say("status.imported", lang, plies=session.ply))

    # Setting up a position

    async def open_editor(self, session: Session, request: gr.Request) -> AsyncIterator[Screen]:
        """Edit the position that is looked at."""
        session.stop_watching()
        session.draft = session.shown().fen()
        yield screen(session, language(request))

    async def edit(
        self, session: Session, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """A piece was put somewhere in the editor."""
        lang = language(request)
        if session.draft is not None:
            fen = checked_text(event_value(event, "fen"), MAX_FEN_CHARS, lang)
            try:
                session.draft = Board(fen).fen()
            except ValueError:
                gr.Warning(say("error.bad_fen", lang, text=fen[:40]))
        yield screen(session, lang)

    async def clear_draft(self, session: Session, request: gr.Request) -> AsyncIterator[Screen]:
        """Take everything but the kings off the board in the editor."""
        if session.draft is not None:
            session.draft = _KINGS
        yield screen(session, language(request))

    async def start_draft(
        self, session: Session, turn: str, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """Play from the position in the editor."""

        def action(session: Session, now: float) -> None:
            if session.draft is None:
                raise NotAllowed("error.no_draft")
            placement = session.draft.split()[0]
            session.start(exchange.position(f"{placement} {'b' if turn == 'black' else 'w'}"))

        async for shown in self.play.act(session, request, action):
            yield shown

    async def close_editor(self, session: Session, request: gr.Request) -> AsyncIterator[Screen]:
        """Leave the editor and keep the game."""
        session.draft = None
        async for shown in self.play.turn(session, language(request)):
            yield shown

    # Puzzles

    async def next_puzzle(
        self, session: Session, group: str, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """The next puzzle of a group; a random one to begin with."""

        def action(session: Session, now: float) -> None:
            current = puzzles.catalogue().get(session.puzzle or "")
            if group not in puzzles.GROUPS:
                raise NotAllowed("error.no_puzzle")
            if current is not None and current.group == group:
                _begin(session, puzzles.next_after(current))
            else:
                _begin(session, random.choice(puzzles.group(group)))

        async for shown in self.play.act(session, request, action):
            yield shown

    async def same_puzzle(self, session: Session, request: gr.Request) -> AsyncIterator[Screen]:
        """The same puzzle from its start."""

        def action(session: Session, now: float) -> None:
            current = puzzles.catalogue().get(session.puzzle or "")
            if current is None:
                raise NotAllowed("error.no_puzzle")
            _begin(session, current)

        async for shown in self.play.act(session, request, action):
            yield shown

    # Watching

    async def watch(
        self, session: Session, red: str, black: str, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """Two levels of the model play until the game ends or somebody stops them."""
        lang, game = language(request), session.board
        self.play.limiter.check(request, lang)
        try:
            session.watch(
                {"red": self.play.known_level(red), "black": self.play.known_level(black)}
            )
            game = session.board
            yield screen(session, lang)
            while session.watching and session.board is game and session.outcome is None:
                async for shown in self._watched_ply(session, lang):
                    yield shown
        except NotAllowed as error:
            gr.Warning(refusal(error, lang))
        except ModelError:
            gr.Warning(say("error.no_model", lang))
        finally:
            # Also where the visitor has closed the page in the middle of the game.
            if session.board is game:
                session.stop_watching()
        if session.board is game:
            yield screen(session, lang)

    async def _watched_ply(self, session: Session, lang: Language) -> AsyncIterator[Screen]:
        began, version = time.monotonic(), session.version
        board = session.board.copy()
        level = session.watched["red" if board.turn else "black"]
        choice = await self.opponent.choose(board, level, lambda: session.version != version)
        if session.ply < _OPENING_PLIES:
            choice = _by_chance(choice)
        if session.version == version:
            session.answer(choice, time.monotonic())
            yield screen(session, lang)
            await asyncio.sleep(max(0.0, _SECONDS_A_MOVE - (time.monotonic() - began)))

    async def stop(self, session: Session, request: gr.Request) -> AsyncIterator[Screen]:
        """Stop watching; the visitor may play on from here."""
        session.stop_watching()
        yield screen(session, language(request))


def _begin(session: Session, puzzle: puzzles.Puzzle) -> None:
    session.start(Board(puzzle.fen))
    session.puzzle = puzzle.id


def _by_chance(choice: Choice) -> Choice:
    weights = [wish.probability for wish in choice.policy]
    if not weights:
        return choice
    (wish,) = random.choices(choice.policy, weights)
    return replace(choice, move=Move.from_uci(wish.uci))
