"""Batched PUCT: a best-first search that asks a network for policies and values.

The selection rule is AlphaZero's (Silver et al., "A general reinforcement learning algorithm
that masters chess, shogi, and Go through self-play", 2018) on scores between 0 and 1. Many leaves
are gathered, each descent leaving a virtual loss behind, before the network evaluates them at
once. Mates are proven back up the tree and repetitions scored on the path.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import Move
from engine.xiangqi.board.rules import NO_CAPTURE_LIMIT
from engine.xiangqi.play.search_tree import (
    LOST,
    EvaluationCache,
    Floats,
    Node,
    Path,
    earlier_positions,
    repetition_score,
)
from engine.xiangqi.play.vocabulary import MOVE_IDS

__all__ = ["EvaluationCache", "Evaluator", "SearchResult", "SearchSettings", "search"]


class Evaluator(Protocol):
    """What the search needs of a network."""

    def evaluate(self, boards: Sequence[Board]) -> tuple[Floats, Floats]:
        """Policy logits [boards, 2086] over ``vocabulary.MOVES`` in the board's own coordinates
        whoever moves, not masked, and the expected score of the side to move [boards], 0 to 1.
        The boards carry the moves that led to them."""
        ...


@dataclass(frozen=True)
class SearchSettings:
    """How the search explores. ``policy_temperature`` above 1 flattens the priors,
    ``dirichlet_weight`` mixes noise into those of the root (for self-play)."""

    batch_size: int = 32
    c_puct: float = 1.0
    fpu_reduction: float = 0.15
    policy_temperature: float = 1.2
    dirichlet_alpha: float = 0.3
    dirichlet_weight: float = 0.0


@dataclass(frozen=True)
class SearchResult:
    """What a search found. ``values`` and ``score`` are expected scores, 0 to 1, of the side to
    move at the root; ``values`` covers the visited moves. ``nodes`` counts the visits of this
    search; ``mate`` is the plies to a proven mate, negative when the mover is mated."""

    move: Move
    visits: dict[Move, int]
    values: dict[Move, float]
    pv: tuple[Move, ...]
    nodes: int
    seconds: float
    score: float
    mate: int | None


class Search:
    """One search of one position; ``search`` below is the way in."""

    def __init__(
        self, board: Board, evaluator: Evaluator, settings: SearchSettings, cache: EvaluationCache
    ) -> None:
        self.board = board.copy()
        self.evaluator = evaluator
        self.settings = settings
        self.cache = cache
        self.history = earlier_positions(board)
        self.root = Node(board.key(), board.generate_legal_moves())
        if not self.root.moves:
            raise ValueError(f"the side to move has no move in {board.fen()!r}")
        self._evaluate([(self.root, [], self.board)])

    def run_batch(self, limit: int) -> int:
        """Descend up to ``limit`` times, evaluate the new leaves together, back them up; how
        many descents found a score."""
        pending: list[tuple[Node, Path, Board]] = []
        finished = 0
        collisions = 0
        while len(pending) + finished < limit and collisions < limit and not self.root.proof:
            path, leaf, board = self._descend()
            if leaf.terminal is not None or leaf.prior is not None:
                self._back_up(path, leaf)
                finished += 1
            elif board is None:  # another descent of this batch waits for the same leaf
                for node, index in path:
                    unvisited = max(0.0, node.score - self.settings.fpu_reduction)
                    node.count_visit(index, -1, unvisited)
                collisions += 1
            else:
                pending.append((leaf, path, board))
        if pending:
            self._evaluate(pending)
        return finished + len(pending)

    def _descend(self) -> tuple[Path, Node, Board | None]:
        """Follow PUCT to a leaf; the board comes back where the network must see a new leaf."""
        board = self.board
        node = self.root
        path: Path = []
        leaf_board = None
        while node.prior is not None and node.terminal is None:
            index = node.select(self.settings.c_puct)
            node.count_visit(index, 1)
            path.append((node, index))
            board.push(node.moves[index])
            child = node.children[index]
            if child is None:
                child = node.children[index] = self._new_node(path)
                if child.prior is None and child.terminal is None:
                    leaf_board = board.copy()
                node = child
                break
            node = child
        for _ in path:
            board.pop()
        return path, node, leaf_board

    def _new_node(self, path: Path) -> Node:
        """The node of ``self.board`` at the end of ``path``, terminal where the game ends."""
        board = self.board
        key = board.key()
        distance = next((i for i, (node, _) in enumerate(reversed(path), 1) if node.key == key), 0)
        before = self.history.get(key, 0) + (distance > 0)
        if before >= 2 or board.halfmove_clock >= NO_CAPTURE_LIMIT:
            outcome = board.outcome()
            if outcome is not None:
                winner = outcome.winner
                return Node(key, [], 0.5 if winner is None else float(winner == board.turn))
        if distance:
            return Node(key, [], repetition_score(board, distance))
        cached = self.cache.get(key)
        if cached is not None:
            moves, prior, score = cached
            node = Node(key, moves)
            node.expand(prior, score, self.settings.fpu_reduction)
            return node
        moves = board.generate_legal_moves()
        if moves:
            return Node(key, moves)
        node = Node(key, moves, terminal=0.0)  # checkmate or stalemate: both lose
        node.proof = -1
        return node

    def _evaluate(self, leaves: Sequence[tuple[Node, Path, Board]]) -> None:
        """Ask the network for the new leaves' priors and scores, and back the scores up."""
        logits, scores = self.evaluator.evaluate([board for _, _, board in leaves])
        for (leaf, path, _), row, score in zip(leaves, logits, scores, strict=True):
            origins, targets = zip(*leaf.moves, strict=True)
            ids = MOVE_IDS[list(origins), list(targets)]
            prior = _softmax(row[ids] / self.settings.policy_temperature)
            leaf.expand(prior, float(score), self.settings.fpu_reduction)
            self.cache.put(leaf.key, leaf.moves, prior, leaf.score)
            self._back_up(path, leaf)

    def _back_up(self, path: Path, leaf: Node) -> None:
        score = leaf.score
        proof = leaf.proof
        for node, index in reversed(path):
            score = 1.0 - score
            node.add_score(index, score)
            if proof:
                proof = node.proof if node.prove(index, proof) else 0

    def lead(self) -> int:
        """By how many visits the most visited move leads (the only one: by all)."""
        *_, second, first = [0, *sorted(self.root.visits)]
        return first - second

    def add_noise(self, rng: np.random.Generator) -> None:
        """Mix Dirichlet noise into the root's priors, as self-play does for variety."""
        weight = self.settings.dirichlet_weight
        if weight and self.root.prior is not None:
            noise = rng.dirichlet([self.settings.dirichlet_alpha] * len(self.root.moves))
            mixed = (1 - weight) * self.root.prior + weight * noise
            self.root.expand(mixed.astype(np.float32), self.root.score, self.settings.fpu_reduction)

    def result(
        self, nodes: int, seconds: float, temperature: float, rng: np.random.Generator
    ) -> SearchResult:
        root = self.root
        best = _best_index(root)
        if temperature and not root.proof:
            best = _sample(root, temperature, rng)
        visited = [i for i, visits in enumerate(root.visits) if visits]
        values = {root.moves[i]: root.totals[i] / root.visits[i] for i in visited}
        return SearchResult(
            move=root.moves[best],
            visits={root.moves[i]: root.visits[i] for i in visited},
            values=values,
            pv=self._principal_variation(best),
            nodes=nodes,
            seconds=seconds,
            score=float(root.proof > 0) if root.proof else values.get(root.moves[best], root.score),
            mate=(abs(root.proof) - 1) * (1 if root.proof > 0 else -1) if root.proof else None,
        )

    def _principal_variation(self, index: int) -> tuple[Move, ...]:
        line = [self.root.moves[index]]
        node = self.root.children[index]
        while node is not None and node.prior is not None and node.count:
            index = _best_index(node)
            line.append(node.moves[index])
            node = node.children[index]
        return tuple(line)


def search(
    board: Board,
    evaluator: Evaluator,
    *,
    simulations: int | None = None,
    seconds: float | None = None,
    settings: SearchSettings | None = None,
    temperature: float = 0.0,
    seed: int | None = None,
    stop: Callable[[], bool] | None = None,
    cache: EvaluationCache | None = None,
) -> SearchResult:
    """Search ``board`` (left as it is) until ``simulations`` visits, ``seconds``, ``stop()`` or a
    proof, whichever comes first, or until no other move can overtake the most visited one; the
    repetitions of its move stack count.

    ``temperature`` 0 plays the most visited move, above 0 samples from visits ** (1 /
    temperature). A ``cache`` kept between searches saves the network the positions it has seen.
    ValueError where the side to move has no move, or nothing would end the search.
    """
    if simulations is None and seconds is None and stop is None:
        raise ValueError("a search needs simulations, seconds or stop to end it")
    start = time.perf_counter()
    rng = np.random.default_rng(seed)
    settings = settings or SearchSettings()
    run = Search(board, evaluator, settings, cache or EvaluationCache())
    run.add_noise(rng)
    nodes = 0
    while not run.root.proof and not (stop and stop()):
        spent = time.perf_counter() - start
        left = math.inf if simulations is None else simulations - nodes
        if seconds is not None:
            left = min(left, (nodes + 1) * (seconds / spent - 1))
        if left <= 0 or (not temperature and run.lead() > left):
            break
        # A young tree would fill a large batch with bad moves, so the batches grow with it.
        nodes += run.run_batch(math.ceil(min(settings.batch_size, 1 + nodes // 4, left)))
    return run.result(nodes, time.perf_counter() - start, temperature, rng)


def _softmax(logits: Floats) -> Floats:
    powers: Floats = np.exp(logits - logits.max())
    powers /= powers.sum()
    return powers


def _best_index(node: Node) -> int:
    """The move to play: the quickest proven win, else the most visited move that is not proven
    to lose (then the higher score, then the higher prior), else the longest resistance."""
    assert node.prior is not None
    proofs = [child.proof if child is not None else 0 for child in node.children]
    if min(proofs) < 0:
        return max(range(len(proofs)), key=lambda i: (proofs[i] < 0, proofs[i]))
    prior = node.prior
    return max(
        range(len(proofs)),
        key=lambda i: (
            proofs[i] == 0,
            proofs[i] or node.visits[i],
            node.value[i],
            prior[i],
        ),
    )


def _sample(node: Node, temperature: float, rng: np.random.Generator) -> int:
    visits = np.array(node.visits, np.float64)
    visits[node.value <= LOST] = 0
    if not visits.any():
        return _best_index(node)
    weights = (visits / visits.max()) ** (1 / temperature)
    return int(rng.choice(len(weights), p=weights / weights.sum()))
