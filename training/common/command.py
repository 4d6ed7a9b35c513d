"""What the training commands have in common: options, environment, and batches made ahead."""

import argparse
import os
import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

# Many small threads that wait for each other lose to anything else that runs: one thread for each
# part of a batch instead. Without the rest, malloc gives large arrays back to the system and gets
# them again page by page, which takes longer than computing them.
ENVIRONMENT: Final = {
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(8 << 30),
}


def add_run_arguments(parser: argparse.ArgumentParser, **defaults: Any) -> None:
    """The options that training.common.run.Run reads, with a command's own defaults."""
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--init", type=Path, help="another run, or a bundled model, to begin with")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--schedule", choices=("wsd", "cosine"), default="wsd")
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--decay", type=int, default=1000, help="last steps; only of wsd")
    parser.add_argument("--optimizer", choices=("muon", "adamw"), default="muon")
    parser.add_argument("--rate", type=float)
    parser.add_argument("--adam-ratio", type=float, default=1.0, help="Adam's rate beside Muon's")
    parser.add_argument("--weight-decay", type=float)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--precision", choices=("auto", "bfloat16", "float32"), default="auto")
    parser.add_argument("--seed", type=int, default=0)
    parser.set_defaults(**defaults)


def restart_in_environment(module: str, **settings: str) -> None:
    """Start the command again in ENVIRONMENT, unless that was done: libraries read it when they
    are loaded.

    Args:
        module: of the command.
        settings: more variables, or others.
    """
    if "MALLOC_TRIM_THRESHOLD_" not in os.environ:
        os.environ.update(ENVIRONMENT | settings)
        os.execv(sys.executable, [sys.executable, "-m", module, *sys.argv[1:]])


def prefetched(batches: Iterator[Any], targets: str = "targets", depth: int = 3) -> Iterator[Any]:
    """Batches made in a thread, a few ahead, as (x, y) pairs for ``fit``.

    Args:
        targets: the name of an array of a batch, to be y.
    """
    ready: queue.Queue[Any] = queue.Queue(depth)

    def fill() -> None:
        for batch in batches:
            ready.put(batch)

    threading.Thread(target=fill, daemon=True).start()
    while True:
        batch = ready.get()
        yield batch, batch[targets]
