"""All around a game: opening the page, reading games in, setting up a position, puzzles,
watching the model play itself, and what is given out.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import gradio as gr
from anyio import to_thread

from app.pages.xiangqi import puzzles, say, view
from app.pages.xiangqi.handlers.turns import Screen, Turns, action, refused, screen
from app.pages.xiangqi.inputs import NotAllowed, Page, Switches, read_game, read_position
from app.pages.xiangqi.saved import SAVED, Link
from app.pages.xiangqi.state import Visit
from app.web.limits import MAX_FEN_CHARS, MAX_GAME_BYTES, checked_bytes, checked_text
from app.web.texts import Language, language
from app.web.widget import event_value
from engine.models.errors import ModelError
from engine.xiangqi.board import STARTING_FEN, Board
from engine.xiangqi.board.moves import Move

if TYPE_CHECKING:
    from engine.xiangqi.play.player import Choice

#: Watching is no fun faster than this.
_SECONDS_A_MOVE: Final = 0.8
#: A cleared board: neither king is in check.
_KINGS: Final = "3k5/9/9/9/9/9/9/9/9/4K4 w - - 0 1"
#: The same two levels would play the same game each time, so these plies are drawn by chance.
_OPENING_PLIES: Final = 4


class Export(NamedTuple):
    """A game to take along, by the components' names."""

    fen: gr.Textbox
    pgn: gr.Textbox
    download: gr.Button


class Setup(Turns):
    """The handlers."""

    # Opening

    def opened(self, visit: Visit, kept: object, request: gr.Request) -> list[Any]:
        """The values of Screen and Page when the page is opened: from its link, its browser, or
        new. A game that somebody began before this answer came goes on where there is no other."""
        lang, found = language(request), self._found(kept, request)
        if visit.begun and not found.ply and found.board.fen() == STARTING_FEN:
            visit.look, visit.level = found.look, visit.level or found.level
        else:
            visit = found
        level = self.opponent.level(visit.level)
        visit.level = visit.level if level is None else level.key
        if visit.clock is not None and visit.ply and not visit.over:
            visit.clock.start(visit.board.turn, time.monotonic())
        choices = view.level_choices(self.opponent.levels, lang)
        fields = Page.updates(
            level=gr.Dropdown(choices, value=visit.level or None),
            red=gr.Dropdown(choices),
            black=gr.Dropdown(choices),
            side=visit.side,
            **{name: getattr(visit.look, name) for name in Switches.names()},
        )
        return [*screen(visit, lang), *fields]

    def _found(self, kept: object, request: gr.Request) -> Visit:
        link, restored = SAVED.opened(kept, request)
        found = link or restored
        visit = Visit() if found is None else found.visit()
        if kept is None and language(request) == "en":
            english = {"letters": "western", "notation": "wxf"}
            visit.look = visit.look.model_copy(update=english)
        return visit

    async def resume(self, visit: Visit, request: gr.Request) -> AsyncIterator[Screen]:
        """After the page was opened: the model answers if it was its turn, and judges the game."""
        lang = language(request)
        async for shown in self.turn(visit, lang):
            yield shown
        if await self._judge(visit):
            yield screen(visit, lang)

    async def _judge(self, visit: Visit) -> bool:
        """Fill in the chances of a game that was not played here; whether there are any."""
        run = visit.run
        if visit.ply == 0 or visit.puzzle is not None:
            return False
        try:
            scores = await self.opponent.red_scores(visit.board.copy())
        except ModelError:
            return False
        if run.stopped():
            return False
        visit.scores = dict(enumerate(scores)) | visit.scores
        return True

    # Games in and out

    async def paste(self, visit: Visit, text: object, request: gr.Request) -> AsyncIterator[Screen]:
        """Read a FEN or a game from a text."""
        content = checked_text(text, MAX_GAME_BYTES, language(request))
        async for shown in self._read(visit, content, request):
            yield shown

    async def upload(
        self, visit: Visit, content: bytes | None, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """Read a game from a file."""
        content = content or b""
        checked_bytes(len(content), MAX_GAME_BYTES, language(request))
        async for shown in self._read(visit, content, request):
            yield shown

    async def _read(
        self, visit: Visit, content: str | bytes, request: gr.Request
    ) -> AsyncIterator[Screen]:
        lang, run = language(request), visit.run
        self.limiter.check(request, lang)
        try:
            board, headers = await to_thread.run_sync(read_game, content)
        except NotAllowed as error:
            yield refused(error, visit, lang)
            return
        if run.stopped():
            return
        visit.start(board, headers=headers)
        if not visit.ply:
            async for shown in self.turn(visit, lang):
                yield shown
            return
        visit.look_at(0)
        yield screen(visit, lang, note=say("status.imported", lang, plies=visit.ply))
        if await self._judge(visit):
            yield screen(visit, lang, note=say("status.imported", lang, plies=visit.ply))

    # Setting up a position

    async def open_editor(self, visit: Visit, request: gr.Request) -> AsyncIterator[Screen]:
        """Edit the position that is looked at."""
        visit.stop_watching()
        visit.draft = visit.shown().fen()
        yield screen(visit, language(request))

    async def edit(
        self, visit: Visit, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """A piece was put somewhere in the editor."""
        lang = language(request)
        if visit.draft is not None:
            fen = checked_text(event_value(event, "fen"), MAX_FEN_CHARS, lang)
            try:
                visit.draft = Board(fen).fen()
            except ValueError:
                gr.Warning(say("error.bad_fen", lang, text=fen[:40]))
        yield screen(visit, lang)

    async def clear_draft(self, visit: Visit, request: gr.Request) -> AsyncIterator[Screen]:
        """Take everything but the kings off the board in the editor."""
        if visit.draft is not None:
            visit.draft = _KINGS
        yield screen(visit, language(request))

    @action
    def start_draft(self, visit: Visit, now: float, turn: object) -> None:
        """Play from the position in the editor."""
        if visit.draft is None:
            raise NotAllowed("error.no_draft")
        placement = visit.draft.split()[0]
        visit.start(read_position(f"{placement} {'b' if turn == 'black' else 'w'}"))

    async def close_editor(self, visit: Visit, request: gr.Request) -> AsyncIterator[Screen]:
        """Leave the editor and keep the game."""
        visit.draft = None
        async for shown in self.turn(visit, language(request)):
            yield shown

    # Puzzles

    @action
    def next_puzzle(self, visit: Visit, now: float, group: object) -> None:
        """The next puzzle of a group; a random one to begin with."""
        if group not in puzzles.GROUPS:
            raise NotAllowed("error.no_puzzle")
        current = puzzles.catalogue().get(visit.puzzle or "")
        if current is not None and current.group == group:
            _begin(visit, puzzles.next_after(current))
        else:
            _begin(visit, random.choice(puzzles.group(str(group))))

    @action
    def same_puzzle(self, visit: Visit, now: float) -> None:
        """The same puzzle from its start."""
        if visit.puzzle is None:
            raise NotAllowed("error.no_puzzle")
        _begin(visit, puzzles.catalogue()[visit.puzzle])

    # Watching

    async def watch(
        self, visit: Visit, red: object, black: object, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """Two levels of the model play until the game ends or somebody stops them."""
        lang, game, level = language(request), visit.board, self.opponent.known_level
        self.limiter.check(request, lang)
        try:
            visit.watch({"red": level(red), "black": level(black)})
            game = visit.board
            yield screen(visit, lang)
            while visit.watched and visit.board is game and not visit.over:
                async for shown in self._watched_ply(visit, lang):
                    yield shown
        except NotAllowed as error:
            gr.Warning(view.explain(error, lang))
        except ModelError:
            gr.Warning(say("error.no_model", lang))
        finally:
            # Also where the visitor has closed the page in the middle of the game.
            if visit.board is game:
                visit.stop_watching()
        if visit.board is game:
            yield screen(visit, lang)

    async def _watched_ply(self, visit: Visit, lang: Language) -> AsyncIterator[Screen]:
        began, run = time.monotonic(), visit.run
        level = visit.watched["red" if visit.board.turn else "black"]
        choice = await self.opponent.choose(visit.board.copy(), level, run.stopped)
        if visit.ply < _OPENING_PLIES:
            choice = _by_chance(choice)
        if not run.stopped():
            visit.answer(choice, time.monotonic())
            yield screen(visit, lang)
            await asyncio.sleep(max(0.0, _SECONDS_A_MOVE - (time.monotonic() - began)))

    async def stop(self, visit: Visit, request: gr.Request) -> AsyncIterator[Screen]:
        """Stop watching; the visitor may play on from here."""
        visit.stop_watching()
        yield screen(visit, language(request))


def export(visit: Visit) -> Export:
    """The position that is looked at, and the game."""
    return Export(
        gr.Textbox(visit.shown().fen(), visible=True),
        gr.Textbox(view.pgn(visit), visible=True),
        gr.Button(visible=True),
    )


def share(visit: Visit, request: gr.Request) -> gr.Textbox:
    """A link to the game and the ply that is looked at."""
    return SAVED.link_box(Link.of(visit), language(request))


def _begin(visit: Visit, puzzle: puzzles.Puzzle) -> None:
    visit.start(Board(puzzle.fen))
    visit.puzzle = puzzle.id


def _by_chance(choice: Choice) -> Choice:
    weights = [move.probability for move in choice.policy]
    if not weights:
        return choice
    (drawn,) = random.choices(choice.policy, weights)
    return replace(choice, move=Move.from_uci(drawn.uci))
