"""Train a language model on packed corpora.

    python -m training.language_model.train PACK --run runs/base --mix base --steps 8000
    python -m training.language_model.train PACK --run runs/story --mix story --init runs/base

Runs on any Keras backend (KERAS_BACKEND=torch is fastest on a CPU with bfloat16, jax on a GPU).
Stops and resumes at will: everything is in the run folder.
"""

import argparse
from pathlib import Path

from training.common.command import add_run_arguments, prefetched, restart_in_environment


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pack", type=Path, help="folder that training.corpus.pack wrote")
    add_run_arguments(parser, steps=8000, rate=4e-3, weight_decay=0.1, threads=2)
    parser.add_argument("--mix", default="base")
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--window", type=int, default=256, help="tokens")
    parser.add_argument("--windows", type=int, default=32, help="a step, or a part of it")
    parser.add_argument("--accumulate", type=int, default=1, help="parts of a step")
    parser.add_argument("--vocabulary", type=int, default=12_000)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--intermediate", type=int, default=1024)
    parser.add_argument("--positions", type=int, default=512)
    parser.add_argument("--condition", type=int, default=32)
    return parser.parse_args()


def main() -> None:
    args = arguments()
    restart_in_environment("training.language_model.train")
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
