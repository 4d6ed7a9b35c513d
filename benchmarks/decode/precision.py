"""What weights of fewer bits cost: next-token distributions beside those of float32.

python -m benchmarks.decode.precision --folder /tmp/decode [--size 12x768] [--tokens 256]

The weights are random (benchmarks/decode/peers/weights.py), and their text is as uncertain as text
can be: a trained model is surer of most tokens, and loses less. Each dtype is loaded in a process
of its own.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.decode.peers.sizes import SIZES
from benchmarks.decode.peers.weights import write
from engine.transformer.runtimes import Dtype

KINDS: Final[tuple[tuple[str, Dtype], ...]] = (
    ("openvino", "float32"),
    ("openvino", "bfloat16"),
    ("openvino", "int8"),
    ("keras", "float32"),
    ("keras", "bfloat16"),
    ("keras", "float16"),
    ("keras", "int8"),
)


def logits(folder: Path, runtime: str, dtype: Dtype, tokens: list[int]) -> NDArray[np.float32]:
    """Logits [S, V] of the tokens."""
    from engine.transformer.checkpoints import load_checkpoint

    model = load_checkpoint(folder, dtype=dtype, runtime=runtime, tokenizer=False)
    return model.logits(tokens)


def log_softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    found: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return found


def compare(exact: NDArray[np.float32], other: NDArray[np.float32]) -> tuple[float, float, float]:
    """Mean divergence KL(exact || other) in nats, share of equal best tokens, and the largest
    difference of logits over their standard deviation."""
    p, q = log_softmax(exact), log_softmax(other)
    divergence = float((np.exp(p) * (p - q)).sum(axis=-1).mean())
    same = float((exact.argmax(axis=-1) == other.argmax(axis=-1)).mean())
    return divergence, same, float(np.abs(exact - other).max() / exact.std())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--size", default="12x768", choices=SIZES)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    size, folder = SIZES[options.size], options.folder / options.size / "weights"
    tokens = np.random.default_rng(0).integers(0, size.vocabulary, options.tokens).tolist()
    if options.one:
        runtime, dtype = options.one
        np.save(options.folder / f"{runtime}-{dtype}.npy", logits(folder, runtime, dtype, tokens))
        return
    write(size, folder)
    print("| runtime | weights | KL from float32, nats | same best token | largest difference, σ |")
    print("| --- | --- | ---: | ---: | ---: |")
    exact: NDArray[np.float32] | None = None
    for runtime, dtype in KINDS:
        command = [sys.executable, "-m", "benchmarks.decode.precision", "--one", runtime, dtype]
        command += [f"--{name}={getattr(options, name)}" for name in ("folder", "size", "tokens")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found = np.load(options.folder / f"{runtime}-{dtype}.npy")
        exact = found if exact is None else exact
        divergence, same, largest = compare(exact, found)
        print(
            f"| {runtime} | {dtype} | {divergence:.1e} | {same:.1%} | {largest:.1e} |", flush=True
        )


if __name__ == "__main__":
    main()
