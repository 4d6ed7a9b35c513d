"""Train an ON-LSTM (or plain LSTM) language model on a pack of training.onlstm.data.

    python -m training.onlstm.train runs/onlstm/zh --run runs/onlstm/zh-onlstm --steps 10000

Runs on any Keras backend (KERAS_BACKEND=tensorflow is the fastest on a CPU, jax on a GPU).
Stops and resumes at will: everything is in the run folder.
"""

import argparse
from pathlib import Path

from training.common.command import add_run_arguments, prefetched, restart_in_environment


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pack", type=Path, help="folder that training.onlstm.data wrote")
    add_run_arguments(
        parser, steps=10_000, rate=5e-3, weight_decay=0.01, threads=1, optimizer="adamw"
    )
    parser.add_argument("--streams", type=int, default=32, help="texts read side by side")
    parser.add_argument("--length", type=int, default=32, help="words of each in a step")
    model = parser.add_argument_group("model")
    model.add_argument("--cell", choices=("onlstm", "lstm"), default="onlstm")
    model.add_argument("--master-input", choices=("complement", "reverse"), default="complement")
    model.add_argument("--embedding", type=int, default=128)
    model.add_argument("--hidden", type=int, nargs="+", default=[256, 256, 128], help="by layer")
    model.add_argument("--chunk", type=int, default=8, help="neurons a level")
    drops = parser.add_argument_group("dropouts (training.onlstm.network.Dropouts)")
    for name in ("words", "embedding", "hidden-layers", "output", "recurrent"):
        drops.add_argument(f"--drop-{name}", type=float, default=0.0)
    drops.add_argument("--penalty-activation", type=float, default=0.0)
    drops.add_argument("--penalty-temporal", type=float, default=0.0)
    return parser.parse_args()


def main() -> None:
    args = arguments()
    threads = dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"), str(args.threads))
    restart_in_environment("training.onlstm.train", TF_NUM_INTEROP_THREADS="1", **threads)
    from training.onlstm.run import OnLstmRun

    run = OnLstmRun(args)
    print(run.description(), flush=True)
    run.fit(prefetched(run.batches()))


if __name__ == "__main__":
    main()
