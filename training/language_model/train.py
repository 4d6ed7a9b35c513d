"""Train a language model on packed corpora.

    python -m training.language_model.train PACK --run runs/base --mix base --steps 8000
    python -m training.language_model.train PACK --run runs/story --mix story --init runs/base

Runs on any Keras backend (KERAS_BACKEND=torch is fastest on a CPU with bfloat16, jax on a GPU).
Stops and resumes at will: everything is in the run folder.
"""

import argparse
import os
import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Many small threads that wait for each other lose to anything else that runs: one thread for each
# part of a batch instead. Without the rest, malloc gives large arrays back to the system and gets
# them again page by page, which takes longer than computing them.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(8 << 30),
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pack", type=Path, help="folder that training.corpus.pack wrote")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--mix", default="base")
    parser.add_argument("--init", type=Path, help="another run, whose weights to begin with")
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--schedule", choices=("wsd", "cosine"), default="wsd")
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--decay", type=int, default=1000, help="last steps; only of wsd")
    parser.add_argument("--optimizer", choices=("muon", "adamw"), default="muon")
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--adam-ratio", type=float, default=1.0, help="Adam's rate beside Muon's")
    parser.add_argument("--weight-decay", type=float, default=0.1)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--window", type=int, default=256, help="tokens")
    parser.add_argument("--windows", type=int, default=32, help="a step, or a part of it")
    parser.add_argument("--accumulate", type=int, default=1, help="parts of a step")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=("auto", "bfloat16", "float32"), default="auto")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--vocabulary", type=int, default=12_000)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--intermediate", type=int, default=1024)
    parser.add_argument("--positions", type=int, default=512)
    parser.add_argument("--condition", type=int, default=32)
    return parser.parse_args()


def prefetched(batches: Iterator[Any], depth: int = 3) -> Iterator[Any]:
    """Batches made in a thread, a few ahead, as (x, y) pairs for ``fit``."""
    ready: queue.Queue[Any] = queue.Queue(depth)

    def fill() -> None:
        for batch in batches:
            ready.put(batch)

    threading.Thread(target=fill, daemon=True).start()
    while True:
        batch = ready.get()
        yield batch, batch["targets"]


def main() -> None:
    args = arguments()
    if os.environ.keys().isdisjoint({"MALLOC_TRIM_THRESHOLD_"}):
        os.environ.update(ENVIRONMENT)
        command = [sys.executable, "-m", "training.language_model.train", *sys.argv[1:]]
        os.execv(sys.executable, command)
    from training.language_model.run import TransformerRun

    run = TransformerRun(args)
    print(run.description(), flush=True)
    batches = run.pack.batches(
        args.mix,
        size=args.window,
        windows=args.windows,
        start=run.step * args.accumulate,
        seed=args.seed,
    )
    run.fit(prefetched(batches))


if __name__ == "__main__":
    main()
