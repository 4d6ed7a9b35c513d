"""Another program as an opponent or a teacher: the client side of the UCI protocol.

The protocol is the chess one (Kahlen and Meyer-Kahlen, "Universal Chess Interface", 2000) with the
variant named by an option, as multi-variant engines do; some of them count ranks from 1.
"""

import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

from engine.models.errors import EngineError
from engine.xiangqi.board.moves import Move

__all__ = ["UciAnswer", "UciEngine", "UciError"]

MATE_SCORE = 30_000


class UciError(EngineError):
    """The engine is missing, silent, or does not speak the protocol."""


@dataclass(frozen=True)
class UciAnswer:
    """A move (None where the engine has none) and the last score it gave, in the engine's
    centipawns for the side to move; a mate in n moves is ``MATE_SCORE`` - n."""

    move: Move | None
    score: int | None


class UciEngine:
    """A running engine; a context manager, so that the process ends with the block.

    ``timeout`` is the longest the engine may stay silent, in seconds; past it the process is
    killed and UciError raised.
    """

    def __init__(
        self,
        command: Sequence[str],
        options: Mapping[str, str | int] | None = None,
        *,
        one_based: bool = False,
        timeout: float = 60.0,
    ) -> None:
        self.one_based = one_based
        self.timeout = timeout
        self.command = list(command)
        try:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                bufsize=1,
            )
        except OSError as error:
            raise UciError(f"cannot start {self.command[0]!r}: {error}") from error
        self._send("uci")
        self._read_until("uciok")
        for name, value in (options or {}).items():
            self._send(f"setoption name {name} value {value}")
        self.wait_until_ready()

    def __enter__(self) -> "UciEngine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def wait_until_ready(self) -> None:
        self._send("isready")
        self._read_until("readyok")

    def new_game(self) -> None:
        """Let the engine forget the last game (hash tables, history)."""
        self._send("ucinewgame")
        self.wait_until_ready()

    def go(self, fen: str, moves: Sequence[Move], limit: str) -> UciAnswer:
        """Search the position after ``moves`` from ``fen``; ``limit`` is what follows "go", as
        "depth 4" or "nodes 5000"."""
        line = f"position fen {fen}"
        if moves:
            line += " moves " + " ".join(move.uci(one_based=self.one_based) for move in moves)
        self._send(line)
        self._send(f"go {limit}")
        lines = self._read_until("bestmove")
        scores = [score for score in map(_read_score, lines) if score is not None]
        words = lines[-1].split()
        best = words[1] if len(words) > 1 else "(none)"
        move = None
        if best not in {"(none)", "0000"}:
            move = Move.from_uci(best, one_based=self.one_based)
        return UciAnswer(move, scores[-1] if scores else None)

    def close(self) -> None:
        if self._process.poll() is None:
            try:
                self._send("quit")
                self._process.wait(timeout=2)
            except (UciError, subprocess.TimeoutExpired):
                self._process.kill()
                self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError) as error:
            raise UciError(f"{self.command[0]!r} has ended") from error

    def _read_until(self, keyword: str) -> list[str]:
        """The lines up to the one that starts with ``keyword``, that one included."""
        assert self._process.stdout is not None
        lines: list[str] = []
        watchdog = threading.Timer(self.timeout, self._process.kill)
        watchdog.start()
        try:
            for line in self._process.stdout:
                lines.append(line.strip())
                if lines[-1].split(" ", 1)[0] == keyword:
                    return lines
        finally:
            watchdog.cancel()
        raise UciError(f"{self.command[0]!r} ended, or was silent, before {keyword!r}")


def _read_score(line: str) -> int | None:
    """The exact score of an "info" line, None where it has none."""
    words = line.split()
    if not words or words[0] != "info" or "score" not in words:
        return None
    if "lowerbound" in words or "upperbound" in words:
        return None
    unit, value = words[words.index("score") + 1 : words.index("score") + 3]
    if unit == "cp":
        return int(value)
    moves = int(value)
    return MATE_SCORE - moves if moves > 0 else -MATE_SCORE - moves
