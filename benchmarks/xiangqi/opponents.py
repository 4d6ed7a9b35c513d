"""Who sits on the ladder: random and greedy movers, fairy-stockfish at fixed depths, our levels."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from engine.xiangqi.board import STARTING_FEN, Board
from engine.xiangqi.board.moves import ADVISOR, CANNON, ELEPHANT, HORSE, KING, PAWN, ROOK, Move
from engine.xiangqi.play.uci_client import UciEngine, UciError

if TYPE_CHECKING:  # the network's library takes seconds to import, the anchors do not need it
    from engine.xiangqi.play.player import Player

PIECE_VALUES = {PAWN: 1, ADVISOR: 2, ELEPHANT: 2, HORSE: 4, CANNON: 4.5, ROOK: 9, KING: 1000}

ANCHORS = {
    "random": 0.0,
    "fairy skill -10 depth 4": 434.0,
    "greedy": 625.0,
    "fairy skill -5 depth 4": 656.0,
    "fairy skill -3 depth 4": 1008.0,
    "fairy skill 0 depth 5": 1260.0,
    "fairy depth 1": 1557.0,
    "fairy depth 4": 1657.0,
    "fairy depth 6": 1893.0,
}
"""Elo measured in a round robin of 40 games a pair, random = 0 (95% error bars of 70 to 180)."""

_FAIRY_LIMITS = {
    "fairy skill -10 depth 4": (-10, "depth 4"),
    "fairy skill -5 depth 4": (-5, "depth 4"),
    "fairy skill -3 depth 4": (-3, "depth 4"),
    "fairy skill 0 depth 5": (0, "depth 5"),
    "fairy depth 1": (20, "depth 1"),
    "fairy depth 4": (20, "depth 4"),
    "fairy depth 6": (20, "depth 6"),
}


class Opponent(Protocol):
    """A player of the ladder. ``play`` sees the game in the board's move stack and leaves the
    board as it is; None resigns."""

    def new_game(self) -> None: ...

    def play(self, board: Board) -> Move | None: ...

    def close(self) -> None: ...


class RandomMover:
    """Any legal move, all equally likely."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def new_game(self) -> None:
        pass

    def play(self, board: Board) -> Move | None:
        return self.random.choice(list(board.legal_moves))

    def close(self) -> None:
        pass


class GreedyMover(RandomMover):
    """The capture of the most valuable piece, a random move where there is nothing to take."""

    def play(self, board: Board) -> Move | None:
        def gain(move: Move) -> float:
            piece = board.piece_at(move.to_square)
            return PIECE_VALUES[piece.piece_type] if piece else 0

        moves = list(board.legal_moves)
        self.random.shuffle(moves)
        return max(moves, key=gain)


class EngineMover:
    """A UCI engine at a fixed limit, so that the machine's speed does not change its strength."""

    def __init__(self, engine: UciEngine, limit: str) -> None:
        self.engine = engine
        self.limit = limit

    def new_game(self) -> None:
        self.engine.new_game()

    def play(self, board: Board) -> Move | None:
        return self.engine.go(STARTING_FEN, board.move_stack, self.limit).move

    def close(self) -> None:
        self.engine.close()


class LevelMover:
    """One of our levels; each game draws other seeds."""

    def __init__(
        self,
        player: "Player",
        level: str,
        seed: int,
        seconds: float | None = None,
        simulations: int | None = None,
    ) -> None:
        self.player = player
        self.level = level
        self.seconds = seconds
        self.simulations = simulations
        self.random = random.Random(seed)

    def new_game(self) -> None:
        pass

    def play(self, board: Board) -> Move | None:
        return self.player.choose(
            board,
            self.level,
            seconds=self.seconds,
            simulations=self.simulations,
            seed=self.random.getrandbits(31),
        ).move

    def close(self) -> None:
        pass


def find_fairy() -> str:
    """The path of Debian's fairy-stockfish; UciError where it is not installed."""
    games = Path("/usr/games/fairy-stockfish")  # Debian's folder, often not on PATH
    path = shutil.which("fairy-stockfish") or (str(games) if games.exists() else None)
    if path is None:
        raise UciError("fairy-stockfish is not installed (Debian: apt install fairy-stockfish)")
    return path


def _fairy(name: str) -> EngineMover:
    skill, limit = _FAIRY_LIMITS[name]
    options: dict[str, str | int] = {
        "UCI_Variant": "xiangqi",
        "Skill Level": skill,
        "Threads": 1,
        "Hash": 16,
    }
    return EngineMover(UciEngine([find_fairy()], options, one_based=True), limit)


def make_opponent(name: str, seed: int) -> Opponent:
    """The anchor called ``name``; KeyError for a name that is not in ``ANCHORS``."""
    simple: dict[str, Callable[[int], Opponent]] = {"random": RandomMover, "greedy": GreedyMover}
    return simple[name](seed) if name in simple else _fairy(name)
