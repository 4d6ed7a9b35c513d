"""What is measured of one peer, in its own process; results go to stdout as lines of JSON.

A peer only has to continue prompts greedily. Seconds of the first token are those of generating
one token; the decoding rate comes from the difference between N tokens and one, so that neither
prefill nor the peer's own preparations count.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

Prompts = list[list[int]]


@dataclass(frozen=True)
class Plan:
    """One peer's job, as benchmarks/decode sends it."""

    weights: Path
    converted: Path
    precision: str
    threads: int
    vocabulary: int
    prompt_tokens: int
    new_tokens: int
    batches: tuple[int, ...]
    prompts: tuple[int, ...]
    seconds: float
    prepare_only: bool = False
    users: bool = False

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        fields = json.loads(text)
        for name in ("weights", "converted"):
            fields[name] = Path(fields[name])
        for name in ("batches", "prompts"):
            fields[name] = tuple(fields[name])
        return cls(**fields)


class Peer(Protocol):
    """A runtime with its weights loaded."""

    compiles_shapes: bool
    """Whether the first run of a new shape compiles, and so is no measurement."""

    def generate(self, prompts: Prompts, new_tokens: int, room: int) -> Sequence[Sequence[int]]:
        """The greedy continuations of prompts of one length.

        ``room`` is the longest that prompt and continuation get, for peers of static shapes.
        """


def draw_prompts(plan: Plan, rows: int, length: int) -> Prompts:
    """Random prompts; id 0 is left out because bert4keras takes it for padding."""
    rng = np.random.default_rng([rows, length])
    prompts: Prompts = rng.integers(1, plan.vocabulary, (rows, length)).tolist()
    return prompts


def emit(**result: Any) -> None:
    """One result; lines that libraries print are told from it by its being JSON."""
    print(json.dumps(result), flush=True)


def peak_rss() -> float:
    """The most memory this process ever had resident, mapped files included, in GB (Linux)."""
    status = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e9


def fastest(run: Callable[[], object], seconds: float) -> float:
    """Seconds of the fastest of as many runs as fit into ``seconds``, at least one."""
    times: list[float] = []
    while not times or (sum(times) + times[-1] < seconds and len(times) < 9):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times)


def measure(peer: Peer, plan: Plan) -> None:
    for rows in plan.batches:
        prompts = draw_prompts(plan, rows, plan.prompt_tokens)
        seconds = _decode_seconds(peer, plan, prompts)
        if seconds > 0:  # or else something else kept the machine busy
            emit(kind="decode", batch=rows, rate=rows * (plan.new_tokens - 1) / seconds)
    for length in plan.prompts:
        prompts = draw_prompts(plan, 1, length)
        room = length + 1

        def first(prompts: Prompts = prompts, room: int = room) -> object:
            return peer.generate(prompts, 1, room)

        if peer.compiles_shapes:
            first()
        emit(kind="first", prompt=length, seconds=fastest(first, plan.seconds))


def _decode_seconds(peer: Peer, plan: Plan, prompts: Prompts) -> float:
    """Seconds of all new tokens but the first."""
    room = plan.prompt_tokens + plan.new_tokens
    if peer.compiles_shapes:
        peer.generate(prompts, 2, room)
    prefill = fastest(lambda: peer.generate(prompts, 1, room), plan.seconds / 2)
    whole = fastest(lambda: peer.generate(prompts, plan.new_tokens, room), plan.seconds)
    return whole - prefill


PeerT = TypeVar("PeerT", bound=Peer)


def main(
    load: Callable[[Plan], PeerT],
    prepare: Callable[[Plan], None] | None = None,
    users: Callable[[PeerT, Plan], dict[str, Any]] | None = None,
) -> None:
    """The process of a peer: convert, load, check, measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("plan", type=Plan.from_json)
    plan: Plan = parser.parse_args().plan
    if prepare is not None:
        prepare(plan)
    if plan.prepare_only:
        return
    began = time.perf_counter()
    peer = load(plan)
    emit(kind="load", seconds=time.perf_counter() - began)
    prompt = draw_prompts(plan, 1, plan.prompt_tokens)
    room = plan.prompt_tokens + plan.new_tokens
    tokens = peer.generate(prompt, plan.new_tokens, room)[0]
    emit(kind="greedy", tokens=[int(token) for token in tokens])
    measure(peer, plan)
    emit(kind="memory", peak=peak_rss())
    if users is not None and plan.users:
        emit(kind="users", **users(peer, plan))
