"""The opponent as a UCI engine on stdin and stdout, for tournament managers.

    python -m engine play

The protocol is chess's (Kahlen and Meyer-Kahlen, "Universal Chess Interface") with moves in ICCS
(h2e2); the option UCI_OneBased switches to ranks from 1 (h3e3), which multi-variant programs use.
The network search has no depth, so "go depth N" is read as "go nodes 100 N".
"""

import argparse
import math
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.models.catalogue import ROOT
from engine.models.errors import EngineError
from engine.xiangqi.board import STARTING_FEN, Board
from engine.xiangqi.board.moves import Move

if TYPE_CHECKING:  # the network's library takes seconds to import, the protocol does not need it
    from engine.xiangqi.play.player import Choice, Player

NODES_PER_DEPTH = 100
MOVES_TO_GO = 25
"""How many more moves a clock without "movestogo" is planned for."""
LATENCY = 0.1
"""Seconds kept back on the clock for the pipe and the last batch of the search."""


@dataclass(frozen=True)
class Limits:
    """What "go" asked for. ``seconds`` None leaves the time to the level; ``waits`` holds the
    answer back until "stop" or "ponderhit"."""

    seconds: float | None = None
    nodes: int | None = None
    waits: bool = False


def parse_go(words: Sequence[str], red_to_move: bool) -> Limits:
    """The limits of a "go" line, without its first word; ValueError for a missing number."""
    numbers: dict[str, int] = {}
    flags = set()
    rest = iter(words)
    for word in rest:
        if word in {"infinite", "ponder"}:
            flags.add(word)
        elif word in {"movetime", "nodes", "depth", "wtime", "btime", "winc", "binc", "movestogo"}:
            try:
                numbers[word] = int(next(rest, ""))
            except ValueError:
                raise ValueError(f"no number after {word!r}") from None
    side = "w" if red_to_move else "b"
    seconds = None
    if "movetime" in numbers:
        seconds = numbers["movetime"] / 1000
    elif f"{side}time" in numbers:
        clock = numbers[f"{side}time"] / 1000
        increment = numbers.get(f"{side}inc", 0) / 1000
        share = clock / max(1, numbers.get("movestogo", MOVES_TO_GO)) + 0.8 * increment
        seconds = max(0.01, min(share, clock / 2, clock - LATENCY))
    nodes = numbers.get("nodes")
    if "depth" in numbers:
        nodes = NODES_PER_DEPTH * max(1, numbers["depth"])
    return Limits(seconds, nodes, bool(flags))


def centipawns(score: float) -> int:
    """An expected score on the scale of engines: 0 is even, 400 stands for odds of 10 to 1."""
    score = min(max(score, 0.0005), 0.9995)
    return round(400 * math.log10(score / (1 - score)))


class UciSession:
    """The state behind the protocol: a position, a level, and at most one search in a thread.

    ``handle`` takes one line and returns False after "quit"; answers go to ``send``, from the
    search's thread, too.
    """

    def __init__(self, player: "Player", send: Callable[[str], None], level: str) -> None:
        self.player = player
        self.send = send
        self.level = level
        self.one_based = False
        self.board = Board()
        self._search: threading.Thread | None = None
        self._stop = threading.Event()
        self._released = threading.Event()

    def handle(self, line: str) -> bool:
        command, *words = line.split() or [""]
        handlers: dict[str, Callable[[list[str]], None]] = {
            "uci": self._uci,
            "isready": lambda _: self.send("readyok"),
            "ucinewgame": lambda _: self._position(["startpos"]),
            "setoption": self._set_option,
            "position": self._position,
            "go": self._go,
            "stop": lambda _: self.stop(),
            "ponderhit": lambda _: self._released.set(),
        }
        if command == "quit":
            self.stop()
            return False
        handler = handlers.get(command)
        if handler is not None:  # the protocol: ignore what is not known
            try:
                handler(words)
            except ValueError as error:
                self.send(f"info string {error}")
        return True

    def stop(self) -> None:
        """End the search, if any, and wait for its answer."""
        self._stop.set()
        self._released.set()
        self.wait()

    def wait(self) -> None:
        """Wait for the answer of a search that ends by itself."""
        if self._search is not None:
            self._search.join()
            self._search = None

    def finish(self) -> None:
        """Before something new: let a bounded search end by itself, so that a script can pipe its
        questions in, and stop an endless one."""
        if self.waits_for_stop:
            self.stop()
        self.wait()

    @property
    def waits_for_stop(self) -> bool:
        """Whether a search runs that only "stop" or "ponderhit" ends."""
        return self._search is not None and not self._released.is_set()

    def _uci(self, _: list[str]) -> None:
        self.send("id name Xiangqi language model")
        self.send("id author the Chinese language model demos")
        levels = " ".join(f"var {level.key}" for level in self.player.levels)
        self.send(f"option name Level type combo default {self.level} {levels}")
        self.send("option name UCI_Variant type combo default xiangqi var xiangqi")
        self.send("option name UCI_OneBased type check default false")
        self.send("option name Ponder type check default false")
        self.send("uciok")

    def _set_option(self, words: list[str]) -> None:
        text = " ".join(words)
        name, _, value = text.removeprefix("name ").partition(" value ")
        match name.strip().lower():
            case "level":
                keys = [level.key for level in self.player.levels]
                if value not in keys:
                    raise ValueError(f"no level {value!r}; there are: {', '.join(keys)}")
                self.level = value
            case "uci_variant":
                if value != "xiangqi":
                    raise ValueError(f"no variant {value!r}; there is: xiangqi")
            case "uci_onebased":
                self.one_based = value.lower() == "true"
            case "ponder":  # the manager decides whether to ponder
                pass
            case _:
                raise ValueError(f"no option {name!r}")

    def _position(self, words: list[str]) -> None:
        self.finish()
        split = words.index("moves") if "moves" in words else len(words)
        match words[:split]:
            case ["startpos"]:
                board = Board(STARTING_FEN)
            case ["fen", *fields] if fields:
                board = Board(" ".join(fields))
            case _:
                raise ValueError("position wants startpos or fen FEN")
        for word in words[split + 1 :]:
            board.push_uci(Move.from_uci(word, one_based=self.one_based).uci())
        self.board = board

    def _go(self, words: list[str]) -> None:
        limits = parse_go(words, self.board.turn)
        self.finish()
        self._stop.clear()
        self._released.clear()
        if not limits.waits:
            self._released.set()
        self._search = threading.Thread(
            target=self._think, args=(self.board.copy(), limits), daemon=True
        )
        self._search.start()

    def _think(self, board: Board, limits: Limits) -> None:
        try:
            choice = self._choose(board, limits)
        except (EngineError, RuntimeError) as error:
            self.send(f"info string {error}")
            choice = None
        self._released.wait()
        if choice is None or choice.move is None:
            self.send("bestmove (none)")
            return
        self.send(self._info(choice, board.turn))
        line = [move.uci(one_based=self.one_based) for move in choice.pv]
        ponder = f" ponder {line[1]}" if len(line) > 1 else ""
        self.send(f"bestmove {choice.move.uci(one_based=self.one_based)}{ponder}")

    def _choose(self, board: Board, limits: Limits) -> "Choice | None":
        """The level's choice; while it ponders only "stop" ends it, after "ponderhit" the clock."""
        if not board.legal_moves:
            return None
        started = time.monotonic()
        hit: float | None = started if self._released.is_set() else None

        def stop() -> bool:
            nonlocal hit
            if self._stop.is_set():
                return True
            if hit is None and self._released.is_set():
                hit = time.monotonic()
            limit = limits.seconds
            return limit is not None and hit is not None and time.monotonic() - hit >= limit

        return self.player.choose(
            board,
            self.level,
            seconds=math.inf if limits.waits else limits.seconds,
            simulations=limits.nodes,
            stop=stop,
        )

    def _info(self, choice: "Choice", red_to_move: bool) -> str:
        score = choice.red_score if red_to_move else 1 - choice.red_score
        line = [move.uci(one_based=self.one_based) for move in choice.pv] or [
            choice.move.uci(one_based=self.one_based) if choice.move else ""
        ]
        milliseconds = round(choice.seconds * 1000)
        speed = round(choice.nodes / max(choice.seconds, 0.001))
        return (
            f"info depth {len(line)} score cp {centipawns(score)} nodes {choice.nodes}"
            f" nps {speed} time {milliseconds} pv {' '.join(line)}"
        )


def run(player: "Player", lines: Iterable[str], send: Callable[[str], None], level: str) -> None:
    """Serve ``lines`` to their end or "quit"; a bounded search may still finish at the end."""
    session = UciSession(player, send, level)
    for line in lines:
        if not session.handle(line):
            return
    session.finish()


def main(arguments: Sequence[str] | None = None) -> int:
    """Load a model and serve stdin to its end. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m engine play", description="A UCI engine: xiangqi by a language model."
    )
    default = ROOT / "assets" / "models" / "xiangqi"
    parser.add_argument("--model", type=Path, default=default, help="the model's folder")
    parser.add_argument("--level", help="the level to start with (default: the strongest)")
    options = parser.parse_args(arguments)
    from engine.xiangqi.play.player import Player

    player = Player.load(options.model)
    keys = [level.key for level in player.levels]
    level = options.level or keys[-1]
    if level not in keys:
        parser.error(f"no level {level!r}; there are: {', '.join(keys)}")
    run(player, sys.stdin, lambda line: print(line, flush=True), level)
    return 0
