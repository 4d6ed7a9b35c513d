"""Train an ON-LSTM (or plain LSTM) language model on a pack of training.onlstm.data.

    python -m training.onlstm.train runs/onlstm/zh --run runs/onlstm/zh-onlstm --steps 10000

Runs on any Keras backend (KERAS_BACKEND=tensorflow is the fastest on a CPU, jax on a GPU).
Stops and resumes at will: everything is in the run folder.
"""

import argparse
import os
import sys
from pathlib import Path

from training.language_model.train import ENVIRONMENT, prefetched


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pack", type=Path, help="folder that training.onlstm.data wrote")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--init", type=Path, help="another run, whose weights to begin with")
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--schedule", choices=("wsd", "cosine"), default="wsd")
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--decay", type=int, default=1000, help="last steps; only of wsd")
    parser.add_argument("--optimizer", choices=("muon", "adamw"), default="adamw")
    parser.add_argument("--rate", type=float, default=5e-3)
    parser.add_argument("--adam-ratio", type=float, default=1.0, help="Adam's rate beside Muon's")
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--streams", type=int, default=32, help="texts read side by side")
    parser.add_argument("--length", type=int, default=32, help="words of each in a step")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", choices=("auto", "bfloat16", "float32"), default="auto")
    parser.add_argument("--seed", type=int, default=0)
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
    if "MALLOC_TRIM_THRESHOLD_" not in os.environ:
        names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
        os.environ.update(ENVIRONMENT | dict.fromkeys(names, str(args.threads)))
        os.environ["TF_NUM_INTEROP_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, "-m", "training.onlstm.train", *sys.argv[1:]])
    from training.onlstm.run import OnLstmRun

    run = OnLstmRun(args)
    print(run.description(), flush=True)
    run.fit(prefetched(run.batches()))


if __name__ == "__main__":
    main()
