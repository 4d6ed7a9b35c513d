"""Train the xiangqi language model on game records and teacher labels.

    python -m training.xiangqi.train PATH/TO/CORPUS --run runs/xiangqi --steps 20000

Runs on any Keras backend (KERAS_BACKEND=torch is fastest on a CPU with bfloat16, jax on a GPU).
Stops and resumes at will: everything is in the run folder. The learning rate is constant after a
warm-up and falls to zero over the last ``--decay`` steps, so a long run can be ended at any time
by resuming it with ``--steps`` a little ahead.
"""

import argparse
import os
from pathlib import Path

from engine.xiangqi.play.model import XiangqiConfig
from training.common.command import add_run_arguments, prefetched
from training.xiangqi.run import XiangqiRun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "corpus", type=Path, help="folder of human_games.tsv and labels.tsv, or .xz"
    )
    add_run_arguments(
        parser,
        steps=20_000,
        decay=2_000,
        rate=2e-3,
        weight_decay=0.02,
        threads=os.cpu_count(),
        precision="bfloat16",
    )
    parser.add_argument("--windows", type=int, default=32, help="windows of 48 plies a batch")
    for name, default in XiangqiConfig().to_dict().items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=default)
    run = XiangqiRun(parser.parse_args())
    print(run.description(), flush=True)
    run.fit(prefetched(run.batches(), targets="played"))


if __name__ == "__main__":
    main()
