"""The trained network as the players use it: boards in, policies and scores out, in numpy.

Two ways to ask: ``evaluate`` looks at many positions at once, each by itself (search, the curve
of a game); ``read`` goes through one game as a language model does and keeps what it has read, so
that the next ply of the same game costs one step.
"""

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine import backend
from engine.weights import bundle
from engine.xiangqi.board import Board
from engine.xiangqi.play.model import POLICIES, VALUES, XiangqiConfig, XiangqiModel
from engine.xiangqi.play.vocabulary import (
    FLIP_MOVES,
    MOVE_COUNT,
    MOVE_IDS,
    START_TOKEN,
    seen_by_mover,
)

Floats = NDArray[np.float32]
_BATCHES = (1, 8, 32, 128)
_STEPS = (1, 2, 8, 32, 96)
_PAST = 96
"""Plies of the past that a step can look at: the longest game prefix in training."""
_KEPT_GAMES = 64


@dataclass(frozen=True)
class Evaluation:
    """What the model makes of a game's last position, one row a head: policy logits [2, 2086] over
    ``vocabulary.MOVES`` in board coordinates, and value logits [2] of the side to move."""

    policy: Floats
    value: Floats

    def logits(self, policy: str) -> Floats:
        """Policy logits [2086] of a head of ``POLICIES``, or of "both" on average."""
        return _head(self.policy, POLICIES, policy)

    def score(self, value: str = "both") -> float:
        """Expected score, 0 to 1, by a head of ``VALUES``, or by "both" on average."""
        return float(_sigmoid(_head(self.value, VALUES, value)))


@dataclass(frozen=True)
class _Past:
    """Keys and values [layers, S, width] of the plies read so far, at most ``_PAST`` of them."""

    plies: int
    keys: Floats
    values: Floats


class Network:
    """A loaded model and its compiled steps. Safe to use from several threads."""

    def __init__(self, model: XiangqiModel) -> None:
        self.model = model
        self._lock = Lock()
        self._pasts: OrderedDict[tuple[Any, ...], _Past] = OrderedDict()
        self._evaluate = backend.compile_step(self._forward_positions)
        self._step = backend.compile_step(self._forward_step)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read config.json and the weights of ``folder``; CheckpointError where they do not fit."""
        backend.device()  # settles threads and GPU memory, before anything is computed
        config = json.loads((folder / "config.json").read_text(encoding="utf8"))
        model = XiangqiModel(XiangqiConfig(**config["model"]))
        model.build()
        bundle.assign(named_variables(model), bundle.load(folder), source=folder)
        return cls(model)

    def warm_up(self) -> None:
        """Compile what the first moves of a game need, so that nobody waits for it."""
        board = Board()
        for size in (1, 32):
            self.evaluate([board] * size)
        for sees_board in (True, False):
            self.read(board, sees_board=sees_board)
        for _ in range(2):
            board.push(board.generate_legal_moves()[0])
        self.read(board)

    def evaluate(
        self, boards: Sequence[Board], policy: str = "both", value: str = "both"
    ) -> tuple[Floats, Floats]:
        """Policy logits [B, 2086] in board coordinates, not masked, and the expected score of the
        side to move [B], 0 to 1, by one head or "both" on average. Only the position and the last
        move are looked at."""
        moves = np.array([[_last_token(board)] for board in boards], dtype=np.int32)
        codes = np.stack([seen_by_mover(b.codes(), b.turn) for b in boards]).astype(np.int32)
        logits, scores = [], []
        for begin in range(0, len(boards), _BATCHES[-1]):
            part = slice(begin, begin + _BATCHES[-1])
            count = len(moves[part])
            size = next(s for s in _BATCHES if s >= count)
            with self._lock:
                out = self._evaluate(
                    _pad(moves[part], size),
                    _pad(codes[part, None], size),
                    np.zeros((size, 1), np.int32),
                    np.ones((size, 1, 1), bool),
                )
            logits.append(_head(backend.to_numpy(out[0])[:count].swapaxes(0, 1), POLICIES, policy))
            scores.append(_head(backend.to_numpy(out[1])[:count].T, VALUES, value))
        turned = _board_coordinates(np.concatenate(logits), [b.turn for b in boards])
        return turned, _sigmoid(np.concatenate(scores))

    def read(self, board: Board, *, sees_board: bool = True) -> Evaluation:
        """Read a game to its last position, from the first ply that is not remembered.

        With ``sees_board`` False the model only hears the moves, as in Su's article.
        """
        root = board.root().fen()
        line = tuple(board.move_stack)
        with self._lock:
            known, past = self._remembered(root, line, sees_board)
            plies = _plies(board, known)
            while True:
                count = min(len(plies), _STEPS[-1])
                out, past = self._advance(plies[:count], past, sees_board)
                plies = plies[count:]
                if not plies:
                    break
            self._remember((root, line, sees_board), past)
        policy = _board_coordinates(out[0], [board.turn] * len(POLICIES))
        return Evaluation(policy, out[1])

    def _remembered(self, root: str, line: tuple[Any, ...], sees_board: bool) -> tuple[int, _Past]:
        """How many plies of the game were read before its last position, and what was kept."""
        for length in range(len(line) - 1, -1, -1):
            past = self._pasts.get((root, line[:length], sees_board))
            if past is not None:
                return length + 1, past
        shape = (self.model.config.layers, 0, self.model.config.width)
        empty = np.zeros(shape, dtype=np.float32)
        return 0, _Past(0, empty, empty)

    def _remember(self, key: tuple[Any, ...], past: _Past) -> None:
        self._pasts[key] = past
        self._pasts.move_to_end(key)
        while len(self._pasts) > _KEPT_GAMES:
            self._pasts.popitem(last=False)

    def _advance(
        self, plies: Sequence[tuple[int, NDArray[np.int8]]], past: _Past, sees_board: bool
    ) -> tuple[tuple[Floats, Floats], _Past]:
        count, kept = len(plies), past.keys.shape[1]
        size = next(s for s in _STEPS if s >= count)
        moves = _pad(np.array([[token for token, _ in plies]], dtype=np.int32), size, axis=1)
        codes = _pad(np.array([[codes for _, codes in plies]], dtype=np.int32), size, axis=1)
        horizon = self.model.config.context if sees_board else _PAST
        position = past.plies + np.arange(size)
        seen = np.concatenate([np.arange(_PAST) - kept + past.plies, position])
        distance = position[:, None] - seen[None]
        mask = (distance >= 0) & (distance < horizon)
        mask[:, kept:_PAST] = False
        before = [_pad(a[None], _PAST, axis=2) for a in (past.keys, past.values)]
        out = self._step(
            moves,
            codes if sees_board else None,
            position[None].astype(np.int32),
            mask[None],
            before[0],
            before[1],
        )
        policy, value, keys, values = (backend.to_numpy(x) for x in out)
        grown = [
            np.concatenate([old, new[0, :, :count]], axis=1)[:, -_PAST:]
            for old, new in ((past.keys, keys), (past.values, values))
        ]
        last = count - 1
        return (policy[0, last], value[0, last]), _Past(past.plies + count, grown[0], grown[1])

    def _forward_positions(self, *inputs: Any) -> tuple[Any, Any]:
        out = self.model(*inputs)
        return out.policy[:, 0], out.value[:, 0]

    def _forward_step(
        self, moves: Any, codes: Any, positions: Any, mask: Any, keys: Any, values: Any
    ) -> Any:
        return tuple(self.model(moves, codes, positions, mask, (keys, values)))


def named_variables(model: XiangqiModel) -> dict[str, Any]:
    """The model's variables by their path inside the model."""
    return {v.path.rpartition(f"{model.name}/")[2]: v for v in model.variables}


def _head(outputs: Floats, names: tuple[str, ...], name: str) -> Floats:
    """One of the outputs [heads, ...], or the mean of them."""
    chosen: Floats = outputs.mean(axis=0) if name == "both" else outputs[names.index(name)]
    return chosen


def _last_token(board: Board) -> int:
    if not board.move_stack:
        return START_TOKEN
    token = int(MOVE_IDS[tuple(board.move_stack[-1])])
    return token if board.turn else int(FLIP_MOVES[token])


def _plies(board: Board, known: int) -> list[tuple[int, NDArray[np.int8]]]:
    """Last-move token and board codes of every position of the game from ply ``known`` on."""
    past = board.copy()
    plies = []
    for ply in range(len(board.move_stack), known - 1, -1):
        plies.append((_last_token(past), seen_by_mover(past.codes(), past.turn)))
        if ply:
            past.pop()
    return plies[::-1]


def _pad(array: NDArray[Any], size: int, axis: int = 0) -> NDArray[Any]:
    widths = [(0, 0)] * array.ndim
    widths[axis] = (0, size - array.shape[axis])
    return np.pad(array, widths)


def _board_coordinates(logits: Floats, turns: Sequence[bool]) -> Floats:
    """Logits [B, 2086] that the mover saw, as red sees the board."""
    flipped = logits[:, FLIP_MOVES[:MOVE_COUNT]]
    return np.where(np.array(turns)[:, None], logits, flipped)


def _sigmoid(logits: Floats) -> Floats:
    scores: Floats = np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float32)
    return scores
