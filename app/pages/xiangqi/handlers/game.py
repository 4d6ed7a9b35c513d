"""What a visitor does in a game: moves, takes back, looks at it, asks for help, gives up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Final

import gradio as gr
from anyio import to_thread

from app.pages.xiangqi import puzzles, say
from app.pages.xiangqi.handlers.turns import Screen, Turns, action, refused, screen
from app.pages.xiangqi.inputs import SIDES, NotAllowed, Switches
from app.pages.xiangqi.opponent import accepts_draw
from app.pages.xiangqi.state import COLORS, Clock, Visit
from app.pages.xiangqi.view import move_name
from app.web.run import Run
from app.web.texts import Language, language
from app.web.widget import event_value
from engine.models.errors import ModelError
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import RED, InvalidMoveError, Move

#: The reply of a puzzle waits so long, so that one sees the own move arrive.
_PAUSE: Final = 0.35


class Game(Turns):
    """The handlers."""

    async def move(
        self, visit: Visit, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """A piece was moved on the board."""
        uci, seq = event_value(event, "uci"), event_value(event, "seq")
        solves = visit.puzzle is not None and visit.is_current(seq)
        async for shown in (
            self._solve(visit, uci, request) if solves else self._play(visit, request, uci, seq)
        ):
            yield shown

    @action
    def _play(self, visit: Visit, now: float, uci: object, seq: object) -> None:
        # A click on an older position (a double click, say) is not an error of the visitor's.
        if visit.is_current(seq):
            visit.play(_read_move(visit, uci), now)

    async def _solve(self, visit: Visit, uci: object, request: gr.Request) -> AsyncIterator[Screen]:
        lang = language(request)
        self.limiter.check(request, lang)
        puzzle, run = puzzles.catalogue()[visit.puzzle or ""], visit.run
        try:
            move = _read_move(visit, uci)
        except NotAllowed as error:
            yield refused(error, visit, lang)
            return
        answer = await to_thread.run_sync(puzzles.answer, puzzle, visit.board.copy(), move)
        if run.stopped():
            return
        if not answer.right:
            yield screen(visit, lang, note=_wrong(visit, puzzle, move, lang))
            return
        visit.play(move, time.monotonic(), solves=answer.solved)
        yield screen(visit, lang)
        if answer.reply is not None:
            run = visit.run
            await asyncio.sleep(_PAUSE)
            if not run.stopped():
                visit.play(answer.reply, time.monotonic())
                yield screen(visit, lang)

    @action
    def flag(self, visit: Visit, now: float) -> None:
        """A clock shows zero in the browser; the server's clock has decided already."""

    @action
    def new(self, visit: Visit, now: float, time_control: object) -> None:
        """A new game."""
        visit.start(Board())
        visit.clock = Clock.of(time_control)

    @action
    def seat(self, visit: Visit, now: float, side: object) -> None:
        """The visitor plays the other side, or both."""
        visit.take_seat(next((known for known in SIDES if known == side), visit.side))

    @action
    def level(self, visit: Visit, now: float, level: object) -> None:
        """Another opponent, from the next move on."""
        visit.level = self.opponent.known_level(level)

    @action
    def undo(self, visit: Visit, now: float) -> None:
        """Take back."""
        visit.undo(now)

    @action
    def resign(self, visit: Visit, now: float) -> None:
        """Give up."""
        visit.resign(now)

    @action
    def go_on(self, visit: Visit, now: float) -> None:
        """Play on from the position that is looked at."""
        visit.continue_here()

    async def draw(self, visit: Visit, request: gr.Request) -> AsyncIterator[Screen]:
        """Offer a draw; the model looks at the position first."""
        run = visit.run
        if visit.side != "both" and visit.person_to_move and visit.puzzle is None:
            try:
                await self.look(visit)
            except ModelError:
                gr.Warning(say("error.no_model", language(request)))
        async for shown in self._offer(visit, request, run):
            yield shown

    @action
    def _offer(self, visit: Visit, now: float, run: Run) -> str | None:
        if run.stopped() or not visit.person_to_move:
            raise NotAllowed("error.not_your_turn")
        score = visit.scores.get(visit.ply)
        if visit.side != "both" and not (
            score is not None and accepts_draw(score, not COLORS[visit.side], visit.ply)
        ):
            return "status.draw_refused"
        visit.agree_draw(now)
        return None

    async def goto(
        self, visit: Visit, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[Screen]:
        """Another position of the game."""
        ply = event_value(event, "ply")
        if isinstance(ply, int):
            visit.look_at(ply)
        async for shown in self._looked(visit, language(request)):
            yield shown

    async def switch(
        self, visit: Visit, request: gr.Request, *values: object
    ) -> AsyncIterator[Screen]:
        """Other pieces, another notation, arrows or not; values are those of Switches."""
        lang = language(request)
        visit.look = visit.look.model_copy(update=dict(Switches.read(values, lang)))
        async for shown in self._looked(visit, lang):
            yield shown

    async def _looked(self, visit: Visit, lang: Language) -> AsyncIterator[Screen]:
        """What is looked at now, and the arrows of a position that the model has not looked at."""
        yield screen(visit, lang)
        ply, run = visit.cursor, visit.run
        wanted = visit.look.arrows and visit.puzzle is None and visit.draft is None
        if not wanted or ply in visit.choices or visit.thinking or not self.opponent.ready:
            return
        choice = await self.opponent.analyse(visit.shown())
        if choice.move is not None and not run.stopped():
            visit.learn(ply, choice)
            yield screen(visit, lang)

    async def flip(self, visit: Visit, request: gr.Request) -> AsyncIterator[Screen]:
        """Turn the board round."""
        visit.look = visit.look.model_copy(update={"flipped": not visit.look.flipped})
        yield screen(visit, language(request))

    async def hint(self, visit: Visit, request: gr.Request) -> AsyncIterator[Screen]:
        """What the model would play for the visitor, or the solution of a puzzle."""
        lang = language(request)
        try:
            self.limiter.check(request, lang)
            move, note = await self._hint(visit, lang)
        except NotAllowed as error:
            yield refused(error, visit, lang)
        except ModelError:
            gr.Warning(say("error.no_model", lang))
            yield screen(visit, lang)
        else:
            yield screen(visit, lang, note=note, hint=move)

    async def _hint(self, visit: Visit, lang: Language) -> tuple[Move, str]:
        _check_turn(visit)
        board, notation = visit.board.copy(), visit.look.notation
        if visit.puzzle is not None:
            puzzle = puzzles.catalogue()[visit.puzzle]
            move = await to_thread.run_sync(puzzles.solution, puzzle, board)
            if move is None:
                raise NotAllowed("error.no_solution")
            return move, say("status.hint_solution", lang, move=move_name(board, move, notation))
        choice = await self.opponent.advise(board, stop=lambda: False)
        if choice.move is None:
            raise NotAllowed("error.over")
        visit.learn(len(board.move_stack), choice)
        score = choice.red_score if board.turn is RED else 1 - choice.red_score
        name = move_name(board, choice.move, notation)
        return choice.move, say("status.hint", lang, move=name, percent=round(100 * score))


def _check_turn(visit: Visit) -> None:
    """Raises NotAllowed where the person cannot move now."""
    if visit.over or visit.solved:
        raise NotAllowed("error.over")
    if not visit.live or visit.draft is not None:
        raise NotAllowed("error.not_live")
    if not visit.person_to_move:
        raise NotAllowed("error.not_your_turn")


def _read_move(visit: Visit, uci: object) -> Move:
    """The move a browser asks for, if it may be played now. Raises NotAllowed."""
    _check_turn(visit)
    try:
        move = Move.from_uci(uci if isinstance(uci, str) else "")
    except InvalidMoveError as error:
        raise NotAllowed("error.not_a_move", move=str(uci)[:10]) from error
    if not visit.board.is_legal(move):
        raise NotAllowed("error.illegal", move=move.uci())
    return move


def _wrong(visit: Visit, puzzle: puzzles.Puzzle, move: Move, lang: Language) -> str:
    name = move_name(visit.board, move, visit.look.notation)
    left = puzzles.moves_left(puzzle, visit.board)
    key = "status.puzzle_wrong_mate" if puzzle.mate else "status.puzzle_wrong"
    return say(key, lang, move=name, moves=left)
