"""The one place that knows which library computes: TensorFlow, JAX or PyTorch.

Models are written in keras.ops and run on whichever of the three KERAS_BACKEND names
(TensorFlow if it names none). What Keras leaves to each of them is here: threads, the
device, a dtype that suits it, and how a step is compiled.

Importing this module imports the library, which takes seconds; engine.models.registry does so only
when a model is loaded.
"""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeVar, cast

# Read when TensorFlow starts: keep its start-up chatter out of the log.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from engine.models.devices import available_cores

Step = TypeVar("Step", bound=Callable[..., Any])


@dataclass(frozen=True)
class Device:
    """What the models run on; str() is short enough for a status line."""

    kind: Literal["cpu", "gpu"]
    name: str
    backend: str

    def __str__(self) -> str:
        return self.name


def backend() -> str:
    """Its name: "tensorflow", "jax" or "torch"."""
    return str(keras.backend.backend())


@cache
def device() -> Device:
    """The device that models run on: the first GPU if the library sees one, else the CPU.

    The first call also settles how the library uses it (threads; GPU memory as it is needed),
    so it must come before the first model is built; engine.models.registry sees to that.
    """
    gpu = {"tensorflow": _tensorflow_gpu, "jax": _jax_gpu, "torch": _torch_gpu}[backend()]()
    if gpu is not None:
        return Device("gpu", gpu, backend())
    cores = available_cores()
    return Device("cpu", f"CPU × {cores}", backend())


def _tensorflow_gpu() -> str | None:
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(available_cores())
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    except RuntimeError:
        # TensorFlow has run an operation already, so these are settled for good. Nothing is
        # wrong with that: a notebook may have chosen its own.
        pass
    for gpu in tf.config.list_physical_devices("GPU"):
        details = tf.config.experimental.get_device_details(gpu)
        return str(details.get("device_name", gpu.name))
    return None


def _jax_gpu() -> str | None:
    import jax

    first = jax.devices()[0]
    return str(first.device_kind) if first.platform in ("gpu", "cuda", "rocm") else None


def _torch_gpu() -> str | None:
    import torch

    torch.set_num_threads(available_cores())
    return torch.cuda.get_device_name(0) if torch.cuda.is_available() else None


@cache
def compute_dtype() -> str:
    """The dtype to compute in: "bfloat16" on a GPU that has it, else "float32".

    Two-byte floats on a CPU without instructions for them are slower than float32, and
    float16 would need its own care for overflow.
    """
    if device().kind == "cpu":
        return "float32"
    return "bfloat16" if _has_bfloat16() else "float32"


def _has_bfloat16() -> bool:
    if backend() == "torch":
        import torch

        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if backend() == "tensorflow":
        import tensorflow as tf

        gpu = tf.config.list_physical_devices("GPU")[0]
        capability = tf.config.experimental.get_device_details(gpu).get("compute_capability")
        return capability is not None and capability >= (8, 0)
    import jax

    return float(getattr(jax.devices()[0], "compute_capability", 0)) >= 8.0


def compile_step(step: Step, donate: tuple[int, ...] | None = None) -> Step:
    """The step, compiled for inference by whichever library computes.

    Args:
        step: a pure function of tensors (nested tuples of them are fine) that calls a built
            model. It may be traced anew for each new shape; under JAX the weights that it
            reads are those of the first call, so compile again after changing them.
        donate: arguments that are given up with the call, so that results may take their
            memory. Each shape is then compiled for itself: such steps have few of them.
    """
    device()
    if backend() == "tensorflow":
        import tensorflow as tf

        if donate is not None:
            tf.get_logger().addFilter(_is_no_advice_to_retrace_less)
        return cast(Step, tf.function(step, reduce_retracing=donate is None))
    if backend() == "jax":
        import jax

        return cast(Step, jax.jit(step, donate_argnums=donate))
    import torch

    return cast(Step, torch.inference_mode()(step))


def compile_row_updates(step: Callable[..., Any]) -> Callable[..., Any]:
    """A step that reads some rows of tables and adds to them, compiled; no others are touched.

    Args:
        step: a pure function of a tuple with the rows of each table [..., d] and of further
            tensors. Returns a tuple of what to add to each of those rows, and any result.

    Returns a function of the tables (which ``row_tables`` or a call before gave, and which are
    used up), a tuple of row numbers for each of them [...], where one may occur several times, and
    the further tensors. It returns the tables after it and the result.
    """
    device()
    if backend() == "tensorflow":
        import tensorflow as tf

        def update(tables: Any, places: Any, *inputs: Any) -> Any:
            read = tuple(tf.gather(*pair) for pair in zip(tables, places, strict=True))
            additions, result = step(read, *inputs)
            for table, rows, values in zip(tables, places, additions, strict=True):
                table.scatter_add(tf.IndexedSlices(values, rows))
            return result

        compiled = tf.function(update, reduce_retracing=True)
        return lambda tables, *inputs: (tables, compiled(tables, *inputs))
    if backend() == "jax":
        import jax

        def updated(tables: Any, places: Any, *inputs: Any) -> Any:
            read = tuple(table[rows] for table, rows in zip(tables, places, strict=True))
            additions, result = step(read, *inputs)
            parts = zip(tables, places, additions, strict=True)
            return tuple(table.at[rows].add(values) for table, rows, values in parts), result

        return cast(Callable[..., Any], jax.jit(updated, donate_argnums=0))
    import torch

    def add(tables: Any, places: Any, *inputs: Any) -> Any:
        where = [torch.as_tensor(rows, device=tables[0].device) for rows in places]
        read = tuple(table[rows] for table, rows in zip(tables, where, strict=True))
        additions, result = step(read, *inputs)
        for table, rows, values in zip(tables, where, additions, strict=True):
            table.index_add_(0, rows.flatten(), values.flatten(0, -2))
        return tables, result

    return cast(Callable[..., Any], torch.inference_mode()(add))


def row_tables(arrays: Sequence[np.ndarray]) -> tuple[Any, ...]:
    """Arrays [n, d] on the device for ``compile_row_updates``; ``to_numpy`` reads one of them."""
    device()
    if backend() == "tensorflow":
        import tensorflow as tf

        return tuple(tf.Variable(array) for array in arrays)
    return tuple(from_numpy(array.copy()) for array in arrays)


def _is_no_advice_to_retrace_less(record: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in record.getMessage()


def tensorflow_checkpoint_reader(prefix: str) -> Any:
    """TensorFlow's reader of its own checkpoints, whichever library computes.

    Its variables come as NumPy arrays; no device is touched. Raises what TensorFlow raises.
    """
    import tensorflow as tf

    return tf.train.load_checkpoint(prefix)


def from_numpy(array: np.ndarray) -> Any:
    """A tensor on the device, of the array's dtype; bfloat16 is NumPy's by ml_dtypes."""
    if array.dtype.name == "bfloat16" and backend() == "torch":
        import torch

        words = torch.from_numpy(array.view(np.int16).copy())
        return keras.ops.convert_to_tensor(words.view(torch.bfloat16))
    return keras.ops.convert_to_tensor(array, dtype=array.dtype.name)


def to_numpy(tensor: Any) -> np.ndarray:
    """The tensor's values in the computer's main memory, in NumPy's dtype of the same name."""
    return cast(np.ndarray, keras.ops.convert_to_numpy(tensor))
