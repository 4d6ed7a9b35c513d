"""The GPT opponent: levels from a language model's first thought to a search guided by it.

The lowest levels say whatever the model would say next, as Su's GPT did
(https://kexue.fm/archives/7877); a move that the rules forbid is shown as predicted and another one
is played. Higher levels keep to legal moves, then weigh each reply by the value head, then search.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from engine import backend
from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import Move
from engine.xiangqi.play.mates import MateSearch, TooHardError
from engine.xiangqi.play.network import Network
from engine.xiangqi.play.search import EvaluationCache, SearchSettings, search
from engine.xiangqi.play.tactics import TacticalEvaluator, TacticalWeights
from engine.xiangqi.play.vocabulary import MOVE_IDS, MOVES

Mode = Literal["recite", "raw", "masked", "rerank", "search"]
Floats = NDArray[np.float32]

PREDICTIONS_SHOWN = 8
TACTICS = TacticalWeights(score=1.6, material=0.3, capture=0.3)
"""How much the pieces add to the value heads; benchmarks/README.md says what that wins."""
SEARCH = SearchSettings(batch_size=8, policy_temperature=1.5)
MATE_MOVES = 8
MATE_NODES = 2000
"""Positions of the attacker that the look for a mate may cost; nearly all ask for less than ten."""


@dataclass(frozen=True)
class Level:
    """How a level thinks, and its Elo on our ladder (random play is 0), None until measured.

    ``policy`` is the head it listens to: "human" plays what people play, "teacher" what wins,
    "both" the mean of their logits.
    """

    key: str
    mode: Mode
    policy: Literal["human", "teacher", "both"] = "both"
    temperature: float = 0.0
    simulations: int | None = None
    seconds: float | None = None
    elo: int | None = None
    elo_error: int | None = None


@dataclass(frozen=True)
class Prediction:
    """A move the model thought of, how likely, and whether the rules allow it."""

    uci: str
    probability: float
    legal: bool


@dataclass(frozen=True)
class Choice:
    """What a level decided.

    Attributes:
        move: the move to play, None where the game is over.
        red_score: expected score of red, 0 to 1.
        predictions: the most likely moves of the unmasked policy, illegal ones included.
        policy: the most likely legal moves, probabilities over legal moves only.
        nodes: positions looked at.
        pv: the line it expects, the move first.
    """

    move: Move | None
    red_score: float
    predictions: tuple[Prediction, ...] = ()
    policy: tuple[Prediction, ...] = ()
    nodes: int = 0
    seconds: float = 0.0
    pv: tuple[Move, ...] = ()


@dataclass(frozen=True)
class _Thought:
    """One look at a position: unmasked probabilities [2086], those of the legal moves, score."""

    legal: list[Move]
    everything: Floats
    allowed: Floats
    score: float


class Player:
    """The opponent of the xiangqi page; one for all visitors, it keeps nothing of their games but
    what the network remembers of the last ones."""

    def __init__(self, network: Network, levels: Sequence[Level]) -> None:
        self.network = network
        self.levels = tuple(levels)
        self._levels = {level.key: level for level in levels}
        self._cache = EvaluationCache()
        self._tactical = TacticalEvaluator(network, TACTICS)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The bundled model of ``folder`` with the levels that levels.json names."""
        levels = json.loads((folder / "levels.json").read_text(encoding="utf8"))
        network = Network.load(folder)
        network.warm_up()
        return cls(network, [Level(**level) for level in levels])

    @property
    def device(self) -> str:
        """What the network runs on, for people."""
        return str(backend.device())

    def level(self, key: str) -> Level:
        """The level of that key; KeyError with the keys there are."""
        if key not in self._levels:
            raise KeyError(f"no level {key!r}; there are {', '.join(self._levels)}")
        return self._levels[key]

    def choose(
        self,
        board: Board,
        level_key: str,
        *,
        seconds: float | None = None,
        simulations: int | None = None,
        seed: int | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> Choice:
        """The move of a level in this position; ``board`` and its move stack stay as they are.

        Args:
            seconds, simulations: for search levels, in place of the level's own.
            seed: for levels with a temperature.
            stop: asked between batches of a search; True ends it with what it has.
        """
        began = time.perf_counter()
        level = self.level(level_key)
        if not board.legal_moves:
            return Choice(None, 0.0 if board.turn else 1.0)
        thought = self._think(board, level)
        if level.mode in ("rerank", "search"):
            move, score, nodes, pv = self._look_ahead(
                board, level, thought, seconds=seconds, simulations=simulations, stop=stop
            )
        else:
            move = self._sample(board, thought, level, np.random.default_rng(seed))
            score, nodes, pv = thought.score, 1, (move,)
        spent = time.perf_counter() - began
        return self._choice(board, thought, move, score, nodes, spent, pv)

    def analyse(self, board: Board) -> Choice:
        """What the strongest policy thinks at a glance, for hints and arrows."""
        began = time.perf_counter()
        if not board.legal_moves:
            return Choice(None, 0.0 if board.turn else 1.0)
        thought = self._think(board, Level("analysis", "masked"))
        move = thought.legal[int(thought.allowed.argmax())]
        spent = time.perf_counter() - began
        return self._choice(board, thought, move, thought.score, 1, spent, (move,))

    def red_scores(self, board: Board) -> list[float]:
        """Expected score of red at every position of the game, the first one included."""
        positions = [board.copy()]
        while positions[-1].move_stack:
            earlier = positions[-1].copy()
            earlier.pop()
            positions.append(earlier)
        positions.reverse()
        _, scores = self.network.evaluate(positions)
        return [
            float(score) if position.turn else float(1 - score)
            for position, score in zip(positions, scores, strict=True)
        ]

    def _think(self, board: Board, level: Level) -> _Thought:
        reading = self.network.read(board, sees_board=level.mode != "recite")
        logits = reading.logits(level.policy)
        legal = board.generate_legal_moves()
        allowed = logits[MOVE_IDS[[m[0] for m in legal], [m[1] for m in legal]]]
        return _Thought(legal, _softmax(logits), _softmax(allowed), reading.score())

    def _sample(
        self, board: Board, thought: _Thought, level: Level, rng: np.random.Generator
    ) -> Move:
        """Raw levels sample from everything and only ask again if the rules forbid it; masked
        ones know that a repetition can lose."""
        if level.mode in ("raw", "recite") and level.temperature:
            move = MOVES[rng.choice(len(MOVES), p=_tempered(thought.everything, level.temperature))]
            if move in thought.legal:
                return move
        allowed = thought.allowed.copy()
        while True:
            if level.temperature:
                index = int(rng.choice(len(allowed), p=_tempered(allowed, level.temperature)))
            else:
                index = int(allowed.argmax())
            move = thought.legal[index]
            if level.mode != "masked" or not _loses_at_once(board, move):
                return move
            allowed[index] = 0
            if not allowed.any():
                return move

    def _rerank(self, board: Board, thought: _Thought) -> tuple[Move, float]:
        """The move whose position the value head likes best, the policy breaking near ties."""
        scores = np.zeros(len(thought.legal), dtype=np.float32)
        children, open_moves = [], []
        for index, move in enumerate(thought.legal):
            child = board.copy()
            child.push(move)
            outcome = child.outcome()
            if outcome is None:
                children.append(child)
                open_moves.append(index)
            elif outcome.winner is None:
                scores[index] = 0.5
            else:
                scores[index] = float(outcome.winner == board.turn)
        if children:
            scores[open_moves] = 1 - self.network.evaluate(children)[1]
        best = int((scores + 0.05 * np.log(thought.allowed + 1e-6)).argmax())
        return thought.legal[best], float(scores[best])

    def _look_ahead(
        self,
        board: Board,
        level: Level,
        thought: _Thought,
        *,
        seconds: float | None,
        simulations: int | None,
        stop: Callable[[], bool] | None,
    ) -> tuple[Move, float, int, tuple[Move, ...]]:
        """Move, expected score of the mover, positions looked at, expected line."""
        mate = _mate_by_checks(board)
        if mate is not None:
            return mate, 1.0, 1, (mate,)
        if level.mode == "rerank":
            move, score = self._rerank(board, thought)
            return move, score, 1 + len(thought.legal), (move,)
        if seconds is None and simulations is None:
            seconds, simulations = level.seconds, level.simulations
        result = search(
            board,
            self._tactical,
            seconds=seconds,
            simulations=simulations,
            settings=SEARCH,
            stop=stop,
            cache=self._cache,
        )
        return result.move, result.score, result.nodes, result.pv

    def _choice(
        self,
        board: Board,
        thought: _Thought,
        move: Move,
        score: float,
        nodes: int,
        seconds: float,
        pv: tuple[Move, ...],
    ) -> Choice:
        legal = set(thought.legal)
        top = np.argsort(-thought.everything)[:PREDICTIONS_SHOWN]
        predictions = tuple(
            Prediction(MOVES[i].uci(), float(thought.everything[i]), MOVES[i] in legal) for i in top
        )
        best = np.argsort(-thought.allowed)[:PREDICTIONS_SHOWN]
        policy = tuple(
            Prediction(thought.legal[i].uci(), float(thought.allowed[i]), True) for i in best
        )
        red_score = score if board.turn else 1 - score
        return Choice(move, red_score, predictions, policy, nodes, seconds, pv)


def _loses_at_once(board: Board, move: Move) -> bool:
    """Whether the game is over and lost with this move, as by a perpetual check."""
    board.push(move)
    outcome = board.outcome()
    board.pop()
    return outcome is not None and outcome.winner is (not board.turn)


def _mate_by_checks(board: Board) -> Move | None:
    """The first move of a forced mate by checks, if a short look finds one.

    Networks trained on games of people who resign in time see few mates.
    """
    solver = MateSearch(MATE_NODES)
    try:
        moves = solver.distance(board, MATE_MOVES)
        return None if moves is None else solver.solutions(board, moves)[0]
    except TooHardError:
        return None


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max())
    probabilities: Floats = powers / powers.sum()
    return probabilities


def _tempered(probabilities: Floats, temperature: float) -> NDArray[np.float64]:
    powers = np.maximum(probabilities.astype(np.float64), 1e-30) ** (1 / temperature)
    result: NDArray[np.float64] = powers / powers.sum()
    return result
