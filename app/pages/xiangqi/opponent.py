"""The model as the page's handlers see it: awaited, in turn, and never in the event loop.

Quick levels and searches wait in two separate lines, so that somebody who plays against the
raw policy never stands behind a search that takes seconds.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final, TypeVar

from anyio import CapacityLimiter, to_thread

from app.pages.xiangqi.inputs import NotAllowed
from engine.models.registry import Models, State
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import RED, Color

if TYPE_CHECKING:
    from engine.xiangqi.play.player import Choice, Player

NAME: Final = "xiangqi"

#: A search uses every core it gets, so two at a time would each be half as deep.
_SEARCHES: Final = 1
_QUICK: Final = 4

#: A clock gives a search this part of what is left.
_SHARE_OF_CLOCK: Final = 20

# When the model takes a draw: it is worse, or the game is long and even.
_WORSE: Final = 0.42
_EVEN: Final = 0.55
_LONG_GAME: Final = 80

Result = TypeVar("Result")


@dataclass(frozen=True)
class Level:
    """What the page shows of a level of engine.xiangqi.play.player, which it cannot import before
    the model is loaded: that would take seconds."""

    key: str
    mode: str
    seconds: float | None
    elo: int | None
    elo_error: int | None


class Opponent:
    """The xiangqi model of a catalogue."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._quick = CapacityLimiter(_QUICK)
        self._searches = CapacityLimiter(_SEARCHES)
        self._loading = CapacityLimiter(1)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The levels, weakest first; none where the model is not on this machine."""
        folder = self._models.folder(NAME)
        file = folder / "levels.json" if folder is not None else None
        if file is None or not file.is_file():
            return ()
        fields = ("key", "mode", "seconds", "elo", "elo_error")
        rows = json.loads(file.read_text(encoding="utf-8"))
        return tuple(Level(*(row.get(field) for field in fields)) for row in rows)

    def level(self, key: str) -> Level | None:
        """The level of that key, otherwise the middle one."""
        known = {level.key: level for level in self.levels}
        middle = self.levels[len(self.levels) // 2] if self.levels else None
        return known.get(key, middle)

    def known_level(self, key: object) -> str:
        """The key, if there is a level of it. Raises NotAllowed."""
        for level in self.levels:
            if level.key == key:
                return level.key
        raise NotAllowed("error.no_level")

    def is_slow(self, key: str) -> bool:
        """Whether a move of this level keeps the processor busy for longer than a blink."""
        level = self.level(key)
        return level is not None and level.mode in ("rerank", "search")

    @property
    def ready(self) -> bool:
        """Whether the model can answer now."""
        return self._models.status(NAME)[0].state is State.READY

    @property
    def queue(self) -> int:
        """How many wait for a search."""
        return self._searches.statistics().tasks_waiting

    async def player(self) -> Player:
        """The model, as soon as it is loaded. Raises engine.models.errors.ModelError."""
        if self.ready:
            player: Player = self._models.get(NAME)
            return player
        return await to_thread.run_sync(
            self._models.get, NAME, limiter=self._loading, abandon_on_cancel=True
        )

    async def choose(
        self, board: Board, level_key: str, stop: Callable[[], bool], seconds: float | None = None
    ) -> Choice:
        """The model's move; stop() is asked often, and ends a search when it says so.

        Args:
            seconds: left on the model's clock.
        """
        player = await self.player()
        level = self.level(level_key)
        key = level_key if level is None else level.key
        if level is None or level.mode != "search":
            return await self._run(self._quick, player.choose, board, key)
        limit = None
        if seconds is not None:
            limit = min(level.seconds or seconds, seconds / _SHARE_OF_CLOCK)
        choose = partial(player.choose, seconds=limit)
        return await self._stoppable(self._searches, choose, board, key, stop)

    async def advise(self, board: Board, stop: Callable[[], bool]) -> Choice:
        """What a visitor should play: the move of the quickest level that searches."""
        searching = [level for level in self.levels if level.mode == "search"]
        if not searching:
            return await self.analyse(board)
        return await self.choose(board, searching[0].key, stop)

    async def analyse(self, board: Board) -> Choice:
        """What the model thinks of a position, without a search."""
        player = await self.player()
        return await self._run(self._quick, player.analyse, board)

    async def red_scores(self, board: Board) -> list[float]:
        """Red's expected score in every position of a game."""
        player = await self.player()
        return await self._run(self._quick, player.red_scores, board)

    async def _run(
        self, limiter: CapacityLimiter, call: Callable[..., Result], *arguments: object
    ) -> Result:
        return await to_thread.run_sync(
            partial(call, *arguments), limiter=limiter, abandon_on_cancel=True
        )

    async def _stoppable(
        self,
        limiter: CapacityLimiter,
        choose: Callable[..., Choice],
        board: Board,
        level_key: str,
        stop: Callable[[], bool],
    ) -> Choice:
        left = threading.Event()
        try:
            call = partial(choose, stop=lambda: left.is_set() or stop())
            return await self._run(limiter, call, board, level_key)
        finally:
            # The visitor has closed the page, and nobody waits for the answer any more.
            left.set()


def accepts_draw(red_score: float, model: Color, plies: int) -> bool:
    """Whether the model takes a draw, from the score it expects and the length of the game."""
    own = red_score if model is RED else 1.0 - red_score
    return own <= _WORSE or (plies >= _LONG_GAME and own <= _EVEN)
