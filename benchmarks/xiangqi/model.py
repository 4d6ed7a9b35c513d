"""What the xiangqi model knows, measured on games and puzzles that it was not trained on.

    python -m benchmarks.xiangqi.model --games held_out.tsv --puzzles puzzles.jsonl

Reports unmasked legality (most likely and sampled move, by ply, on human, random and engine
games), how often its first and first three moves hold the human's, the teacher's, mates solved, and
the calibration of its scores. ``held_out.tsv`` is in the run folder of training.xiangqi.train.
"""

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.xiangqi.opponents import RandomMover, find_fairy
from engine import backend
from engine.xiangqi.board import STARTING_FEN, Board
from engine.xiangqi.board.moves import Move
from engine.xiangqi.play.mates import MateSearch
from engine.xiangqi.play.model import POLICIES
from engine.xiangqi.play.network import Network
from engine.xiangqi.play.player import Player
from engine.xiangqi.play.uci_client import UciEngine
from engine.xiangqi.play.vocabulary import (
    FLIP_MOVES,
    MOVE_COUNT,
    MOVE_IDS,
    START_TOKEN,
    seen_by_mover,
)

Array = NDArray[np.generic]
LENGTH = 160
"""Plies of a game that are looked at; 95% of human games are no longer."""
MATE_LEVELS = ("masked", "rerank", "search")
BUCKETS = ((0, 20), (20, 40), (40, 80), (80, LENGTH))


@dataclass
class Plies:
    """Every position of some games, with what the model made of it."""

    ply: NDArray[np.int64]
    played: NDArray[np.int64]
    legal: NDArray[np.bool_]
    result: NDArray[np.float64]
    policy: NDArray[np.float32]
    """[N, 2, 2086] probabilities, unmasked."""
    score: NDArray[np.float32]
    """[N, 2] expected scores of the mover."""


def read_held_out(path: Path, limit: int) -> list[tuple[float, list[Move]]]:
    """Red's result (nan where unknown) and the moves of each game."""
    scores = {"1-0": 1.0, "0-1": 0.0, "1/2-1/2": 0.5}
    rows = [line.split("\t") for line in path.read_text(encoding="utf8").splitlines()]
    return [
        (scores.get(row[1], float("nan")), [Move.from_uci(m) for m in row[-1].split()])
        for row in rows[:limit]
    ]


def moved(move: Move | None) -> Move:
    """A move, where there must be one."""
    if move is None:
        raise ValueError("no move in a position that has one")
    return move


def random_games(count: int) -> Iterator[list[Move]]:
    """Games of random moves from the start."""
    mover = RandomMover(seed=0)
    for _ in range(count):
        board = Board()
        while len(board.move_stack) < LENGTH and board.legal_moves:
            board.push(moved(mover.play(board)))
        yield board.move_stack


def engine_games(count: int) -> Iterator[list[Move]]:
    """Games of fairy-stockfish at depth 2 with itself after six random plies."""
    choose = random.Random(0)
    options = {"UCI_Variant": "xiangqi"}
    with UciEngine([find_fairy()], options, one_based=True) as engine:
        for _ in range(count):
            board = Board()
            engine.new_game()
            while len(board.move_stack) < LENGTH and board.outcome() is None:
                legal = board.generate_legal_moves()
                answer = engine.go(STARTING_FEN, board.move_stack, "depth 2").move
                board.push(choose.choice(legal) if len(board.move_stack) < 6 else moved(answer))
            yield board.move_stack


def look(network: Network, games: Sequence[tuple[float, list[Move]]]) -> Plies:
    """Run whole games through the model, each ply seeing those before it."""
    horizon = network.model.config.context
    distance = np.arange(LENGTH)[:, None] - np.arange(LENGTH)[None]
    mask = ((distance >= 0) & (distance < horizon))[None]
    position = np.arange(LENGTH, dtype=np.int32)[None]

    def logits_of(*inputs: Any) -> tuple[Any, ...]:
        return tuple(network.model(*inputs))[:2]

    forward = backend.compile_step(logits_of)
    parts: list[dict[str, Array]] = []
    for red_result, moves in games:
        rows = _rows(red_result, moves)
        count = len(rows["played"])
        last = np.full((1, LENGTH), START_TOKEN, dtype=np.int32)
        codes = np.zeros((1, LENGTH, 90), dtype=np.int32)
        last[0, :count], codes[0, :count] = rows.pop("last"), rows.pop("codes")
        logits, value = (
            backend.to_numpy(x)[0, :count] for x in forward(last, codes, position, mask)
        )
        powers = np.exp(logits - logits.max(-1, keepdims=True))
        rows["policy"] = powers / powers.sum(-1, keepdims=True)
        rows["score"] = 1 / (1 + np.exp(-value))
        parts.append(rows)
    return Plies(**{name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def _rows(red_result: float, moves: Sequence[Move]) -> dict[str, Array]:
    """What the model reads of a game and what it should answer, as the mover sees it."""
    board = Board()
    last, codes, played, legal = [], [], [], []
    before = START_TOKEN
    for move in moves[:LENGTH]:
        turn = board.turn
        last.append(before if turn else FLIP_MOVES[before])
        codes.append(seen_by_mover(board.codes(), turn))
        allowed = np.zeros(MOVE_COUNT, dtype=bool)
        ids = np.array([MOVE_IDS[tuple(m)] for m in board.legal_moves], dtype=int)
        allowed[ids if turn else FLIP_MOVES[ids]] = True
        legal.append(allowed)
        before = int(MOVE_IDS[tuple(move)])
        played.append(before if turn else FLIP_MOVES[before])
        board.push(move)
    ply = np.arange(len(played))
    result = np.where(ply % 2 == 0, red_result, 1 - red_result)
    return {
        "ply": ply,
        "played": np.array(played),
        "legal": np.array(legal),
        "result": result,
        "last": np.array(last),
        "codes": np.array(codes),
    }


def legality_rows(name: str, plies: Plies) -> Iterator[str]:
    """Share of legal moves: most likely, and sampled (the legal probability mass), by ply."""
    for head, policy in zip(POLICIES, np.moveaxis(plies.policy, 1, 0), strict=True):
        best = plies.legal[np.arange(len(policy)), policy.argmax(-1)]
        mass = (policy * plies.legal).sum(-1)
        cells = [f"{best.mean():.2%} / {mass.mean():.2%}"]
        for low, high in BUCKETS:
            inside = (plies.ply >= low) & (plies.ply < high)
            cells.append(f"{best[inside].mean():.2%} / {mass[inside].mean():.2%}")
        yield f"| {name} | {head} | {len(policy):,} | " + " | ".join(cells) + " |"


def match_rows(plies: Plies) -> Iterator[str]:
    """How often the human's move is among the first and the first three, masked and not."""
    index = np.arange(len(plies.played))
    for head, policy in zip(POLICIES, np.moveaxis(plies.policy, 1, 0), strict=True):
        masked = policy * plies.legal
        rank = (masked > masked[index, plies.played][:, None]).sum(-1)
        raw = policy.argmax(-1) == plies.played
        yield f"| {head} | {raw.mean():.1%} | {(rank < 1).mean():.1%} | {(rank < 3).mean():.1%} |"


def calibration_rows(plies: Plies) -> Iterator[str]:
    """Predicted expected score against the mover's mean result, in tenths."""
    known = ~np.isnan(plies.result)
    for low in np.arange(0, 1, 0.1):
        cells = []
        for head in range(2):
            score = plies.score[:, head]
            inside = known & (score >= low) & (score < low + 0.1)
            result = f"{plies.result[inside].mean():.2f}" if inside.any() else "-"
            cells.append(f"{inside.sum():,} | {result}")
        yield f"| {low:.1f} to {low + 0.1:.1f} | " + " | ".join(cells) + " |"


def mate_rows(player: Player, path: Path, limit: int) -> Iterator[str]:
    """Puzzles with a forced mate by checks in 1 to 4: does the move of a level keep the mate?"""
    puzzles = [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]
    for depth in range(1, 5):
        tasks: list[tuple[Board, list[Move]]] = []
        for board in (Board(p["fen"]) for p in puzzles if p.get("mate") == depth):
            solutions = MateSearch().solutions(board, depth) if len(tasks) < limit else []
            if solutions:
                tasks.append((board, solutions))
        cells = []
        for key in MATE_LEVELS:
            solved = sum(player.choose(board, key).move in right for board, right in tasks)
            cells.append(f"{solved / len(tasks):.0%}")
        yield f"| {depth} | {len(tasks)} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, default=Path("assets/models/xiangqi"))
    parser.add_argument("--games", type=Path, required=True, help="games as TSV, moves last")
    parser.add_argument("--puzzles", type=Path, help="puzzles as JSON lines")
    parser.add_argument("--limit", type=int, default=1000, help="games and puzzles a kind")
    args = parser.parse_args()
    player = Player.load(args.model)
    network = player.network

    human = look(network, read_held_out(args.games, args.limit))
    few = min(args.limit, 60)
    unknown = float("nan")
    print(
        "| games | policy | plies | all plies | "
        + " | ".join(f"{low} to {high - 1}" for low, high in BUCKETS)
        + " |"
    )
    print("| --- | --- | ---: |" + " ---: |" * (1 + len(BUCKETS)))
    for name, plies in (
        ("human", human),
        ("random", look(network, [(unknown, moves) for moves in random_games(few)])),
        ("engine", look(network, [(unknown, moves) for moves in engine_games(few)])),
    ):
        print(*legality_rows(name, plies), sep="\n")
    print("\n| policy | first move, unmasked | first, legal only | among three, legal only |")
    print("| --- | ---: | ---: | ---: |")
    print(*match_rows(human), sep="\n")
    print("\n| predicted | result head: plies | mean result | teacher head: plies | mean result |")
    print("| --- | ---: | ---: | ---: | ---: |")
    print(*calibration_rows(human), sep="\n")
    if args.puzzles:
        print("\n| mate in | puzzles | " + " | ".join(MATE_LEVELS) + " |")
        print("| ---: | ---: |" + " ---: |" * len(MATE_LEVELS))
        for row in mate_rows(player, args.puzzles, min(args.limit, 100)):
            print(row, flush=True)


if __name__ == "__main__":
    main()
