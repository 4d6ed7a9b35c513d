"""A stand-in for the xiangqi model in the tests of its page: quick, and always the same.

It has the shape of engine.xiangqi.play.player without importing it, which would load TensorFlow.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.models.catalogue import ModelSpec
from engine.models.registry import Models
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import Move

LEVELS = (
    {"key": "recite", "mode": "recite", "elo": 150, "elo_error": 60},
    {"key": "masked", "mode": "masked", "elo": 900, "elo_error": 70},
    {"key": "master", "mode": "search", "seconds": 3.0, "elo": 1700, "elo_error": 90},
)


@dataclass(frozen=True)
class Prediction:
    uci: str
    probability: float
    legal: bool


@dataclass(frozen=True)
class Choice:
    move: Move | None
    red_score: float
    predictions: tuple[Prediction, ...] = ()
    policy: tuple[Prediction, ...] = ()


class FakePlayer:
    """Plays the first legal move by name; a search lasts until it is stopped, or a second."""

    score = 0.5
    gate = threading.Event()  # closed: the model is "still loading"

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    @classmethod
    def load(cls, folder: Path) -> "FakePlayer":
        cls.gate.wait(timeout=30)
        return cls()

    def choose(
        self,
        board: Board,
        level_key: str,
        *,
        seconds: float | None = None,
        seed: int | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> Choice:
        self.asked.append((board.fen(), level_key))
        if level_key == "master":
            end = time.monotonic() + min(1.0, seconds or 1.0)
            while time.monotonic() < end and not (stop and stop()):
                time.sleep(0.01)
        return self.analyse(board)

    def analyse(self, board: Board) -> Choice:
        legal = sorted(board.legal_moves, key=lambda move: move.uci())
        if not legal:
            return Choice(None, self.score)
        predictions = (
            Prediction(legal[0].uci(), 0.5, True),
            Prediction("a0i9", 0.3, False),
            Prediction(legal[-1].uci(), 0.2, True),
        )
        policy = (Prediction(legal[0].uci(), 1.0, True),)
        return Choice(legal[0], self.score, predictions, policy)

    def red_scores(self, board: Board) -> list[float]:
        return [self.score] * (len(board.move_stack) + 1)


def fake_models(folder: Path, *, loaded: bool = True) -> Models:
    """A catalogue whose xiangqi model is the stand-in."""
    (folder / "levels.json").write_text(json.dumps(LEVELS), encoding="utf-8")
    spec = ModelSpec(
        name="xiangqi",
        family="stand-in",
        source="local",
        location=str(folder),
        loader=f"{__name__}:FakePlayer.load",
        licence="Apache-2.0",
    )
    models = Models([spec])
    if loaded:
        FakePlayer.gate.set()
        models.get("xiangqi")
    return models
