"""TensorFlow's checkpoints: bundles (V2: NAME.index, NAME.data-00000-of-00001) and V1 files.

A bundle's index is a table of protobuf messages that say where in the data files each variable
lies (tensorflow/core/protobuf/tensor_bundle.proto), so that variables are views of the mapped
files and an optimizer's, two thirds of GPT2_ML's 15 GB, are never read. V1 files and partitioned
variables, both rare, are left to TensorFlow itself.

tf.train.load_checkpoint does not serve as well. Measured on two cores with a bundle of CPM-LM's
size (10.4 GB in 8 data files in the page cache, TensorFlow 2.21), a process each, twice:

=====================================  =============  =========================
what                                   here           tf.train.load_checkpoint
=====================================  =============  =========================
until the names are known              0.1 to 0.2 s   3.2 to 4.5 s (its import)
memory for that                        6 MiB          273 MiB
each tensor read once                  1.4 to 1.8 s   8.5 to 10 s
most memory of its own in that time    6 MiB          721 MiB
all matrices made int8                 17 s           27 to 39 s
most memory of its own in that time    2.5 GiB        3.1 GiB
=====================================  =============  =========================

What it has for that: it checks each tensor's checksum. Here only the index's are checked.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints.formats import sstable
from engine.weights.mapped import (
    DAMAGED,
    Extent,
    MappedSource,
    Shape,
    map_file,
    no_such_tensor,
)

# Numbers of tensorflow/core/framework/types.proto.
_DTYPES: dict[int, np.dtype[Any]] = {
    1: np.dtype("<f4"),
    2: np.dtype("<f8"),
    3: np.dtype("<i4"),
    4: np.dtype("u1"),
    5: np.dtype("<i2"),
    6: np.dtype("i1"),
    9: np.dtype("<i8"),
    10: np.dtype("?"),
    14: np.dtype(ml_dtypes.bfloat16),
    17: np.dtype("<u2"),
    19: np.dtype("<f2"),
    22: np.dtype("<u4"),
    23: np.dtype("<u8"),
}
_FILE = re.compile(r"(.+)\.(index|meta|data-\d{5}-of-\d{5})")


class _PartitionedError(Exception):
    """A variable lies in slices, which TensorFlow can put together."""


def checkpoint_prefix(path: Path) -> Path | None:
    """The prefix of the bundle that a path is, or is a file of; None if it is neither."""
    match = _FILE.fullmatch(path.name)
    prefix = path.with_name(match[1]) if match else path
    return prefix if _index(prefix).is_file() else None


def is_v1(path: Path) -> bool:
    """Whether a file is a V1 checkpoint: a table with the values in it."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 8))
        return file.read() == sstable.MAGIC


def open_tensorflow(path: Path) -> "MappedSource | TensorFlowSource":
    """The variables of a checkpoint, given by its prefix or by one of its files.

    Variables that hold no numbers, such as TF 2's object graph, are left out.

    Raises:
        CheckpointError: a file is missing, truncated or damaged.
    """
    prefix = checkpoint_prefix(path)
    if prefix is None:
        return TensorFlowSource(path)
    index = _index(prefix)
    try:
        return MappedSource(prefix, dict(_bundle(prefix, map_file(index)[:])))
    except _PartitionedError:
        return TensorFlowSource(prefix)
    except ValueError as error:  # also what UTF-8 cannot decode
        if isinstance(error, CheckpointError) and str(prefix) in str(error):
            raise
        raise CheckpointError(f"{index}: {error}") from error


def _index(prefix: Path) -> Path:
    return prefix.with_name(prefix.name + ".index")


def _bundle(prefix: Path, table: bytes) -> Iterator[tuple[str, Extent]]:
    entries = dict(sstable.pairs(table))
    header = dict(sstable.fields(entries.pop(b"", b"")))
    shards = _number(header.get(1, 1))
    if header.get(2, 0) != 0:
        raise CheckpointError("its numbers are big-endian; save it on another machine")
    for key, message in entries.items():
        if key.startswith(b"\0"):  # a slice of a partitioned variable
            raise _PartitionedError
        extent = _extent(prefix, shards, message)
        if extent is not None:
            yield key.decode(), extent


def _extent(prefix: Path, shards: int, message: bytes) -> Extent | None:
    """A BundleEntryProto: dtype = 1, shape = 2, shard = 3, offset = 4, size = 5, slices = 7."""
    entry: dict[int, sstable.Field] = {}
    for number, value in sstable.fields(message):
        if number == 7:
            raise _PartitionedError
        entry[number] = value
    dtype = _DTYPES.get(_number(entry.get(1, 0)))
    if dtype is None:
        return None
    shape = _shape(entry.get(2, b""))
    shard = _number(entry.get(3, 0))
    file = prefix.with_name(f"{prefix.name}.data-{shard:05}-of-{shards:05}")
    extent = Extent(file, _number(entry.get(4, 0)), dtype, shape)
    if extent.span != _number(entry.get(5, 0)) or shard >= shards or len(shape) > 32:
        raise CheckpointError(f"an entry's size is not that of its shape {shape}; {DAMAGED}")
    return extent


def _shape(message: sstable.Field) -> Shape:
    """A TensorShapeProto: repeated dim = 2, of which size = 1."""
    dims = [_bytes(value) for number, value in sstable.fields(_bytes(message)) if number == 2]
    return tuple(_number(dict(sstable.fields(dim)).get(1, 0)) for dim in dims)


def _number(value: sstable.Field) -> int:
    if not isinstance(value, int):
        raise CheckpointError(f"an entry is damaged; {DAMAGED}")
    return value


def _bytes(value: sstable.Field) -> bytes:
    if not isinstance(value, bytes):
        raise CheckpointError(f"an entry is damaged; {DAMAGED}")
    return value


class TensorFlowSource:
    """A TensorSource that TensorFlow reads for us, each tensor into memory of its own."""

    def __init__(self, path: Path) -> None:
        # Importing a library that computes takes seconds, and only this needs it.
        from engine.backend import tensorflow_checkpoint_reader

        self.path = path
        try:
            self._reader: Any = tensorflow_checkpoint_reader(str(path))
            self._shapes: Mapping[str, list[int]] = self._reader.get_variable_to_shape_map()
            dtypes: Mapping[str, Any] = self._reader.get_variable_to_dtype_map()
            self._dtypes: dict[str, np.dtype[Any]] = {
                name: np.dtype(dtype.as_numpy_dtype)
                for name, dtype in dtypes.items()
                if dtype.as_datatype_enum in _DTYPES
            }
        except Exception as error:  # TensorFlow's errors have no class of their own to name here
            raise CheckpointError(
                f"TensorFlow cannot read {path} ({str(error)[:200]}); {DAMAGED}"
            ) from error

    def names(self) -> tuple[str, ...]:
        """Names of all variables that hold numbers, sorted."""
        return tuple(sorted(self._dtypes))

    def shape(self, name: str) -> Shape:
        """The variable's shape; nothing is read."""
        self._check(name)
        return tuple(self._shapes[name])

    def dtype(self, name: str) -> np.dtype[Any]:
        """The variable's dtype as it is stored."""
        self._check(name)
        return self._dtypes[name]

    def read(self, name: str) -> NDArray[Any]:
        """The variable's values; CheckpointError if there is none of that name, or damaged."""
        self._check(name)
        if self._reader is None:
            raise CheckpointError(f"{self.path} has been closed: open it again to read {name}")
        try:
            # TensorFlow gives one number as a NumPy scalar.
            return np.asarray(self._reader.get_tensor(name))
        except Exception as error:
            raise CheckpointError(
                f"TensorFlow cannot read {name} in {self.path} ({str(error)[:200]}); {DAMAGED}"
            ) from error

    def close(self) -> None:
        """Let TensorFlow close the file."""
        self._reader = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check(self, name: str) -> None:
        if name not in self._dtypes:
            raise no_such_tensor(self.path, name, self.names())
