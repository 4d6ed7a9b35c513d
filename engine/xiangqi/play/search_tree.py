"""The tree of the search: nodes, their statistics, repetitions on the path, and proofs of mate.

A node keeps one numpy entry for each legal move. Scores are expected scores (win 1, draw 0.5,
loss 0) of the side to move at that node. A visit is counted when it is selected and its score is
added when it is known, so that a visit under way counts as a loss: this is the virtual loss that
spreads the descents of one batch (Chaslot, Winands, van den Herik, "Parallel Monte-Carlo Tree
Search", 2008). Mates are proven as in Winands, Björnsson, Saito, "Monte-Carlo Tree Search
Solver", 2008.
"""

import math
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import Move

Floats: TypeAlias = NDArray[np.float32]
Path: TypeAlias = list[tuple["Node", int]]

LOST = -1e9
"""The value of a move that is proven to lose: below everything the exploration can add."""


class Node:
    """A position in the tree. ``proof`` is 0 while the position is open, else 1 + the plies to
    mate, positive when the side to move mates and negative when it is mated."""

    __slots__ = (
        "children",
        "count",
        "key",
        "moves",
        "prior",
        "proof",
        "score",
        "share",
        "terminal",
        "totals",
        "value",
        "visits",
    )

    def __init__(self, key: Hashable, moves: list[Move], terminal: float | None = None) -> None:
        self.key = key
        self.moves = moves
        self.terminal = terminal
        self.proof = 0
        self.count = 0
        self.score = 0.5 if terminal is None else terminal
        self.prior: Floats | None = None  # None until the network has seen the position

    def expand(self, prior: Floats, score: float, fpu_reduction: float) -> None:
        """Open the node: ``prior`` [moves] sums to 1, ``score`` is the network's. A move without
        visits is valued at the score less ``fpu_reduction`` (first play urgency)."""
        size = len(self.moves)
        self.score = score
        self.prior = prior
        self.share = prior.copy()  # prior / (1 + visits): what the exploration bonus scales with
        self.value = np.full(size, max(0.0, score - fpu_reduction), np.float32)
        self.visits = [0] * size
        self.totals = [0.0] * size
        self.children: list[Node | None] = [None] * size

    def select(self, c_puct: float) -> int:
        """The index of the move that PUCT visits next."""
        bonus = c_puct * math.sqrt(self.count + 1)
        return int((self.value + bonus * self.share).argmax())

    def count_visit(self, index: int, step: int, unvisited: float = 0.0) -> None:
        """Add (``step`` 1) or take back (-1) a visit whose score is not known."""
        assert self.prior is not None
        visits = self.visits[index] = self.visits[index] + step
        self.count += step
        self.share[index] = self.prior[index] / (1 + visits)
        if self.value[index] > LOST:
            self.value[index] = self.totals[index] / visits if visits else unvisited

    def add_score(self, index: int, score: float) -> None:
        """Add the score of a visit that ``count_visit`` has counted."""
        total = self.totals[index] = self.totals[index] + score
        if self.value[index] > LOST:
            self.value[index] = total / self.visits[index]

    def prove(self, index: int, proof: int) -> bool:
        """Note that the position after move ``index`` is proven; whether this node is, too."""
        if proof < 0:
            self.proof = min(self.proof, 1 - proof) if self.proof > 0 else 1 - proof
            return True
        self.value[index] = LOST
        proofs = [child.proof if child is not None else 0 for child in self.children]
        if min(proofs) <= 0:
            return False
        self.proof = -1 - max(proofs)
        return True


class EvaluationCache:
    """The last ``capacity`` evaluations by position: legal moves, priors [moves] and score.
    Shared by the searches of one model, whoever asks; safe between threads."""

    def __init__(self, capacity: int = 20_000) -> None:
        self.capacity = capacity
        self._lock = Lock()
        self._entries: OrderedDict[Hashable, tuple[list[Move], Floats, float]] = OrderedDict()

    def get(self, key: Hashable) -> tuple[list[Move], Floats, float] | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
            return entry

    def put(self, key: Hashable, moves: list[Move], prior: Floats, score: float) -> None:
        with self._lock:
            self._entries[key] = (moves, prior, score)
            if len(self._entries) > self.capacity:
                self._entries.popitem(last=False)


def repetition_score(board: Board, plies: int) -> float:
    """The score of the side to move where the position repeats one ``plies`` earlier on the path.

    The search need not wait for the third occurrence: the side that gave check with every move
    of the cycle, alone, loses; anything else counts as a draw. Chases are left to
    ``Board.outcome`` when the game itself has repeated.
    """
    always_checked = {board.turn: True, not board.turn: True}
    undone = []
    for _ in range(plies):
        always_checked[board.turn] &= board.is_check()
        undone.append(board.pop())
    for move in reversed(undone):
        board.push(move)
    return 0.5 + 0.5 * (always_checked[board.turn] - always_checked[not board.turn])


def earlier_positions(board: Board) -> dict[Hashable, int]:
    """How often each position since the last capture stood on the board, the present one too."""
    past = board.copy()
    counts: dict[Hashable, int] = {past.key(): 1}
    while past.move_stack and past.halfmove_clock > 0:
        past.pop()
        counts[past.key()] = counts.get(past.key(), 0) + 1
    return counts
