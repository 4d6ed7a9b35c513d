"""The format of the bundled models: safetensors in shards under 10 MB, matrices in int8.

A matrix W [..., out] is kept as int8 with one float32 scale for each output channel under the
name ``NAME.scale``, so that W = int8 * scale; a table with a scale for each row [V, H] has them as
[V, 1]. Vectors are kept in float16. The same format holds models in float32, bfloat16 or float16,
without scales. Shards are named as on the Hugging Face hub, ``model-00001-of-00002.safetensors``; a
tensor larger than a shard is cut into ``NAME:0``, ``NAME:1``, ...
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Self

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from engine.models.errors import CheckpointError
from engine.weights.mapped import Shape, no_such_tensor
from engine.weights.quantization import Array, Quantized, quantize_columns
from engine.weights.safetensors import open_safetensors
from engine.weights.shards import open_numbered
from engine.weights.writing import Planned, part_name, write_shards

Arrays = dict[str, NDArray[Any]]

SHARD_BYTES: Final = 9_500_000
"""A Space refuses a plain git push of files over 10 MB."""
SCALE: Final = ".scale"

_EXPONENTS: Final[Mapping[Any, tuple[Any, int]]] = {
    np.dtype(np.float32): (np.uint32, 0x7F800000),
    np.dtype(np.float16): (np.uint16, 0x7C00),
    np.dtype(ml_dtypes.bfloat16): (np.uint16, 0x7F80),
}
"""The bits of the exponent, all set where a number is infinite or none."""
_ROWS_AT_ONCE: Final = 4 << 20
_LISTED: Final = 8


def save(weights: Mapping[str, NDArray[Any]], folder: Path) -> None:
    """Write the weights as int8 shards into ``folder``, in place of those that are there."""
    packed: Arrays = {}
    for name, array in weights.items():
        if array.ndim >= 2:
            packed[name], packed[name + SCALE] = quantize_columns(array)
        else:
            packed[name] = array.astype(np.float16)
    write(packed, folder)


def write(tensors: Arrays, folder: Path) -> None:
    """Write tensors as they are into shards in ``folder``, in place of those that are there."""
    plan = [Planned(name, array.dtype, array.shape) for name, array in tensors.items()]
    for _ in write_shards(folder, plan, tensors.items(), SHARD_BYTES):
        pass


def load(folder: Path) -> Arrays:
    """All weights of ``folder`` as float32; CheckpointError where a shard is missing or broken."""
    with Bundle(folder) as bundle:
        return {name: as_float(bundle.read(name)) for name in bundle.names()}


def assign(variables: Mapping[str, Any], weights: Arrays, *, source: Path) -> None:
    """Put the weights into Keras variables of the same names and shapes.

    CheckpointError names the tensor that is missing, not wanted, of another shape or not finite.
    """
    shapes = {name: tuple(variable.shape) for name, variable in variables.items()}
    check_shapes({name: array.shape for name, array in weights.items()}, shapes, source)
    for name, variable in variables.items():
        check_finite(weights[name], f"{source}: {name}")
        variable.assign(weights[name])


class Bundle:
    """The tensors of a folder's shards, with their parts and scales put together. Also a context
    manager that closes the files.

    Raises CheckpointError where there are no shards, or one is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        first = next(iter(sorted(folder.glob("model-*-of-*.safetensors"))), None)
        if first is None:
            raise CheckpointError(f"no model-*.safetensors in {folder}")
        self.folder = folder
        self._source = open_numbered(first, open_safetensors)
        self._parts: dict[str, list[str]] = {}
        for stored in self._source.names():
            name, colon, number = stored.rpartition(":")
            parts = self._parts.setdefault(name if colon and number.isdigit() else stored, [])
            parts.append(stored)
        for name, parts in self._parts.items():
            if len(parts) > 1:
                self._parts[name] = [part_name(name, i) for i in range(len(parts))]

    def names(self) -> list[str]:
        """The tensors' names; their scales belong to them."""
        return [name for name in self._parts if not name.endswith(SCALE)]

    def shape(self, name: str) -> Shape:
        """A tensor's shape; nothing is read."""
        found = [self._source.shape(part) for part in self._parts[name]]
        if len(found) == 1:
            return found[0]
        return (sum(shape[0] for shape in found), *found[0][1:])

    def scale_shape(self, name: str) -> Shape | None:
        """The shape of a tensor's scales; None where it has none."""
        return self.shape(name + SCALE) if name + SCALE in self._parts else None

    def read(self, name: str) -> Array:
        """A tensor as it is stored. CheckpointError for one in int8 without scales."""
        array = self.plain(name)
        if array.dtype != np.int8:
            return array
        if name + SCALE not in self._parts:
            raise CheckpointError(f"{self.folder}: {name} is int8 and lacks {name + SCALE}")
        return Quantized(array, self.plain(name + SCALE))

    def plain(self, name: str) -> NDArray[Any]:
        """The numbers of a tensor without its scales. CheckpointError where there is no such."""
        if name not in self._parts:
            raise no_such_tensor(self.folder, name, tuple(self._parts))
        parts = [self._source.read(part) for part in self._parts[name]]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def close(self) -> None:
        """Close the files; arrays that were read stay valid."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def as_float(array: Array) -> NDArray[Any]:
    """The numbers, whatever they are stored as."""
    if isinstance(array, Quantized):
        return array.dequantize()
    return array.astype(np.float32, copy=False)


def check_shapes(found: Mapping[str, Shape], expected: Mapping[str, Shape], source: Path) -> None:
    """CheckpointError where a tensor is missing, not wanted, or of another shape than expected."""
    missing = [name for name in expected if name not in found]
    extra = [name for name in found if name not in expected]
    if missing or extra:
        raise CheckpointError(
            f"{source}: missing tensors {listed(missing) or 'none'}, "
            f"unexpected tensors {listed(extra) or 'none'}"
        )
    for name, shape in expected.items():
        if found[name] != shape:
            raise CheckpointError(f"{source}: {name} is {found[name]}, expected {shape}")


def check_finite(array: NDArray[Any], label: str) -> None:
    """CheckpointError naming ``label`` where a float16, bfloat16 or float32 array has a NaN or an
    infinity; in pieces, so that no other array of its size is made."""
    if array.dtype not in _EXPONENTS:
        raise CheckpointError(f"{label} holds {array.dtype}, not floating-point numbers")
    integers, exponent = _EXPONENTS[array.dtype]
    bits = array.view(integers)
    rows = max(1, _ROWS_AT_ONCE // max(1, array[0].size)) if array.ndim else 1
    for begin in range(0, len(bits) if array.ndim else 0, rows):
        if ((bits[begin : begin + rows] & exponent) == exponent).any():
            raise CheckpointError(
                f"{label} holds values that are not finite; the file is damaged or the training "
                "diverged: get the checkpoint again"
            )


def listed(names: Iterable[str]) -> str:
    """The names, or the first of them and how many more there are."""
    names = list(names)
    few = ", ".join(names[:_LISTED])
    return few if len(names) <= _LISTED else f"{few} and {len(names) - _LISTED:,} more"
