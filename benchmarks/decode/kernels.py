"""How fast each library reads weights: the matrices of one decoding step and nothing else.

python -m benchmarks.decode.kernels [--layers 12 --hidden 768 --vocabulary 30000] [--libraries ...]

A decoding step of one text multiplies one vector by every matrix of the model, so its time is the
time to read them. The table says how many gigabytes a second each library gets through, beside
what the memory gives; engine/transformer/runtimes rests on it.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.decode.bandwidth import read_bandwidth
from engine.models.devices import available_cores
from engine.weights.quantization import quantize_rows

LIBRARIES = ("openvino", "tensorflow", "tensorflow-xla", "jax")
DTYPES = {"float32": 4, "bfloat16": 2, "int8": 1}
Matrices = list[NDArray[np.float32]]
Run = Callable[[NDArray[np.float32]], Any]


def _timed(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def matrices(layers: int, hidden: int, vocabulary: int) -> Matrices:
    """Kernels [in, out], each of whose outputs can be the next one's input."""
    random = np.random.default_rng(0)
    shapes = [(hidden, 3 * hidden), (hidden, hidden), (hidden, 4 * hidden), (4 * hidden, hidden)]
    every = [*(shapes * layers), (hidden, vocabulary)]
    return [random.standard_normal(shape, np.float32) * np.float32(0.02) for shape in every]


def openvino(kernels: Matrices, dtype: str) -> Run:
    import ml_dtypes
    import openvino as ov
    from openvino import opset13 as op

    from engine.transformer.runtimes.openvino_graph import matrix, multiplied

    held: dict[str, Callable[[Any], Any]] = {
        "float32": np.ascontiguousarray,
        "bfloat16": lambda matrix: np.ascontiguousarray(matrix, ml_dtypes.bfloat16),
        "int8": quantize_rows,
    }
    given = op.parameter([-1, kernels[0].shape[0]], np.float32, name="x")
    x = given
    for kernel in kernels:
        width = kernel.shape[0]
        first = op.slice(x, *(op.constant([n]) for n in (0, width, 1, 1)))
        x = multiplied(first, matrix(held[dtype](kernel.T)))
    settings = {"INFERENCE_NUM_THREADS": available_cores(), "INFERENCE_PRECISION_HINT": "f32"}
    request = (
        ov.Core().compile_model(ov.Model([x], [given]), "CPU", settings).create_infer_request()
    )
    return lambda value: request.infer({0: value}, share_inputs=True, share_outputs=True)


def tensorflow(kernels: Matrices, dtype: str, xla: bool = False) -> Run:
    import tensorflow as tf

    compute = "float32" if dtype == "int8" else dtype
    if dtype == "int8":
        parts = [quantize_rows(kernel.T) for kernel in kernels]
        held = [(tf.Variable(p.values.T), tf.constant(p.scale[:, 0])) for p in parts]
    else:
        held = [(tf.Variable(tf.cast(kernel, dtype)), None) for kernel in kernels]

    def step(x: Any) -> Any:
        x = tf.cast(x, compute)
        for kernel, scale in held:
            x = tf.matmul(x[:, : kernel.shape[0]], tf.cast(kernel, compute))
            x = x if scale is None else x * scale
        return x

    compiled = tf.function(step, jit_compile=xla)
    return lambda value: compiled(value).numpy()


def jax(kernels: Matrices, dtype: str) -> Run:
    import jax as library
    import jax.numpy as jnp

    compute = "float32" if dtype == "int8" else dtype
    if dtype == "int8":
        parts = [quantize_rows(kernel.T) for kernel in kernels]
        held = [(jnp.asarray(p.values.T), jnp.asarray(p.scale[:, 0])) for p in parts]
    else:
        held = [(jnp.asarray(kernel, dtype), jnp.ones(1, compute)) for kernel in kernels]

    def step(weights: Any, x: Any) -> Any:
        x = x.astype(compute)
        for kernel, scale in weights:
            x = (x[:, : kernel.shape[0]] @ kernel.astype(compute)) * scale
        return x

    compiled = library.jit(step)
    return lambda value: np.asarray(compiled(held, value))


def measure(library: str, dtype: str, kernels: Matrices, rows: int) -> float:
    """Median seconds of a step."""
    makers: dict[str, Callable[[Matrices, str], Run]] = {
        "openvino": openvino,
        "tensorflow": tensorflow,
        "tensorflow-xla": lambda kernels, dtype: tensorflow(kernels, dtype, xla=True),
        "jax": jax,
    }
    run = makers[library](kernels, dtype)
    x = np.ones((rows, kernels[0].shape[0]), np.float32)
    for _ in range(3):
        run(x)
    return statistics.median(_timed(lambda: run(x)) for _ in range(15))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--hidden", type=int, default=768)
    parser.add_argument("--vocabulary", type=int, default=30_000)
    parser.add_argument("--libraries", nargs="+", default=LIBRARIES, choices=LIBRARIES)
    parser.add_argument("--one", nargs=2, metavar=("LIBRARY", "DTYPE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    kernels = matrices(options.layers, options.hidden, options.vocabulary)
    numbers = sum(kernel.size for kernel in kernels)
    if options.one:
        library, dtype = options.one
        cells = []
        for rows in (1, 16):
            seconds = measure(library, dtype, kernels, rows)
            cells.append(f"{1000 * seconds:.1f} | {numbers * DTYPES[dtype] / seconds / 1e9:.1f}")
        print(f"| {library} | {dtype} | {' | '.join(cells)} |", flush=True)
        return
    bandwidth = f"{read_bandwidth(available_cores()) / 1e9:.1f} GB/s"
    print(f"{numbers / 1e6:.0f} million weights; memory gives {bandwidth}\n")
    print("| library | weights | 1 row, ms | GB/s | 16 rows, ms | GB/s |")
    print("| --- | --- | ---: | ---: | ---: | ---: |", flush=True)
    sizes = [f"--{name}={getattr(options, name)}" for name in ("layers", "hidden", "vocabulary")]
    for library in options.libraries:
        for dtype in DTYPES:
            # Each in a process of its own: their threads would wait for each other's.
            command = [
                sys.executable,
                "-m",
                "benchmarks.decode.kernels",
                *sizes,
                "--one",
                library,
                dtype,
            ]
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
