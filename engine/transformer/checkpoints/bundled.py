"""The format of the bundled models: safetensors in shards under 10 MB, matrices in int8.

A matrix W [..., out] is kept as int8 with one float32 scale for each output channel under the
name ``NAME.scale``, so that W = int8 * scale; vectors are kept in float16. Shards are named as on
the Hugging Face hub, ``model-00001-of-00002.safetensors``.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from engine.errors import CheckpointError

Arrays = dict[str, NDArray[Any]]

SHARD_BYTES = 9_500_000
"""A Space refuses a plain git push of files over 10 MB."""
SCALE = ".scale"


def quantize(array: NDArray[Any]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Symmetric int8 for each output channel (the last axis), and the scales [out]."""
    peak = np.abs(array).max(axis=tuple(range(array.ndim - 1)))
    scale = (np.maximum(peak, 1e-12) / 127).astype(np.float32)
    return np.rint(array / scale).astype(np.int8), scale


def save(weights: Mapping[str, NDArray[Any]], folder: Path) -> None:
    """Write the weights as shards into ``folder``, in place of those that are there."""
    packed: Arrays = {}
    for name, array in weights.items():
        if array.ndim >= 2:
            packed[name], packed[name + SCALE] = quantize(array)
        else:
            packed[name] = array.astype(np.float16)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("model-*.safetensors"):
        old.unlink()
    shards = list(_shards(packed))
    for number, shard in enumerate(shards, 1):
        save_file(shard, folder / f"model-{number:05}-of-{len(shards):05}.safetensors")


def _shards(arrays: Arrays) -> Iterator[Arrays]:
    shard: Arrays = {}
    size = 0
    for name, array in arrays.items():
        if shard and size + array.nbytes > SHARD_BYTES:
            yield shard
            shard, size = {}, 0
        shard[name] = np.ascontiguousarray(array)
        size += array.nbytes
    yield shard


def load(folder: Path) -> Arrays:
    """All weights of ``folder`` as float32; CheckpointError where a shard is missing or broken."""
    paths = sorted(folder.glob("model-*.safetensors"))
    if not paths:
        raise CheckpointError(f"no model-*.safetensors in {folder}")
    expected = int(paths[0].stem.rpartition("-")[2])
    if len(paths) != expected:
        raise CheckpointError(f"{folder} has {len(paths)} shards of {expected}")
    packed: Arrays = {}
    for path in paths:
        try:
            packed |= load_file(path)
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"{path.name} cannot be read: {error}") from error
    weights = {}
    for name, array in packed.items():
        if not name.endswith(SCALE):
            scale = packed.get(name + SCALE, np.float32(1))
            weights[name] = array.astype(np.float32) * scale
    return weights


def assign(variables: Mapping[str, Any], weights: Arrays, *, source: Path) -> None:
    """Put the weights into Keras variables of the same names and shapes.

    CheckpointError names the tensor that is missing, not wanted, of another shape or not finite.
    """
    missing, extra = variables.keys() - weights.keys(), weights.keys() - variables.keys()
    if missing or extra:
        raise CheckpointError(
            f"{source}: missing tensors {_some(missing)}, unexpected tensors {_some(extra)}"
        )
    for name, variable in variables.items():
        if tuple(variable.shape) != weights[name].shape:
            raise CheckpointError(
                f"{source}: {name} is {weights[name].shape}, expected {tuple(variable.shape)}"
            )
        if not np.isfinite(weights[name]).all():
            raise CheckpointError(f"{source}: {name} holds values that are not finite")
        variable.assign(weights[name])


def _some(names: set[str]) -> str:
    few = ", ".join(sorted(names)[:5]) or "none"
    return few if len(names) <= 5 else f"{few} and {len(names) - 5} more"
