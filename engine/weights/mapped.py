"""Tensors that lie in a file as they lie in memory: read one at a time, without a copy."""

import math
import mmap
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from engine.models.errors import CheckpointError

Shape = tuple[int, ...]
DAMAGED = "copy or download the file again"
_ANY = 1 << 48
_DROP = getattr(mmap, "MADV_DONTNEED", None)


@dataclass(frozen=True)
class Extent:
    """A tensor's place: ``offset`` bytes into ``file``; ``strides`` in bytes, None for C order."""

    file: Path
    offset: int
    dtype: np.dtype[Any]
    shape: Shape
    strides: Shape | None = None

    @property
    def span(self) -> int:
        """Bytes from the first to behind the last element, in the file."""
        if 0 in self.shape:
            return 0
        if self.strides is None:
            return math.prod(self.shape) * self.dtype.itemsize
        steps = zip(self.shape, self.strides, strict=True)
        return sum((size - 1) * stride for size, stride in steps) + self.dtype.itemsize


class TensorSource(Protocol):
    """Named tensors of a checkpoint, read one at a time; also a context manager that closes it.

    Reading changes nothing, so that threads may share a source.
    """

    path: Path

    def names(self) -> tuple[str, ...]:
        """The names of all tensors."""

    def shape(self, name: str) -> Shape:
        """A tensor's shape, without reading it."""

    def dtype(self, name: str) -> np.dtype[Any]:
        """A tensor's dtype as stored, without reading it; ml_dtypes.bfloat16 for bfloat16."""

    def read(self, name: str) -> NDArray[Any]:
        """The tensor, aligned, read-only where it lies in the file; CheckpointError if it lacks."""

    def close(self) -> None:
        """Let go of the files; arrays that were read stay valid."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class MappedSource:
    """A TensorSource over extents of one or several files.

    Arrays are read-only views of a memory map, which stay valid when the source is closed. When
    one is no longer used its pages leave this process's memory at once, so that a checkpoint
    streamed tensor by tensor never takes more than its largest. Only a tensor whose place in
    the file does not suit its dtype's alignment is copied. Nobody may shorten a file while it is
    mapped: the operating system ends a process that then reads what is gone.

    Raises:
        CheckpointError: an extent lies behind the end of its file, or is larger than all of it.
    """

    def __init__(self, path: Path, extents: Mapping[str, Extent]) -> None:
        self.path = path
        self._extents = dict(extents)
        self._maps = {file: map_file(file) for file in {e.file for e in self._extents.values()}}
        for name, extent in self._extents.items():
            self._check(name, extent)

    def _check(self, name: str, extent: Extent) -> None:
        size = len(self._maps[extent.file])
        if extent.offset + extent.span > size:
            raise CheckpointError(
                f"{extent.file} is truncated: {name} ends at byte {extent.offset + extent.span:,} "
                f"of {size:,}; {DAMAGED}"
            )
        # Strides of 0 would let a small file ask for any amount of memory, and NumPy counts the
        # other axes of a tensor that has none of its own bytes.
        volume = math.prod(max(length, 1) for length in extent.shape) * extent.dtype.itemsize
        if volume > (_ANY if 0 in extent.shape else size):
            raise CheckpointError(f"{extent.file}: {name} {extent.shape} is larger than the file")

    def names(self) -> tuple[str, ...]:
        """Names of all tensors, in the file's order."""
        return tuple(self._extents)

    def shape(self, name: str) -> Shape:
        """The tensor's shape; nothing is read."""
        return self._extent(name).shape

    def dtype(self, name: str) -> np.dtype[Any]:
        """The tensor's dtype as it is stored; ml_dtypes.bfloat16 for bfloat16."""
        return self._extent(name).dtype

    def read(self, name: str) -> NDArray[Any]:
        """The tensor, read-only; CheckpointError if there is none of that name."""
        extent = self._extent(name)
        if extent.file not in self._maps:
            raise CheckpointError(f"{self.path} has been closed: open it again to read {name}")
        mapped = self._maps[extent.file]
        array: NDArray[Any] = np.ndarray(
            extent.shape, extent.dtype, mapped, extent.offset, extent.strides
        )
        weakref.finalize(array, _release, mapped, extent).atexit = False
        return array if array.flags.aligned else array.copy()

    def close(self) -> None:
        """Let go of the files; arrays that are still used keep theirs mapped."""
        self._maps.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _extent(self, name: str) -> Extent:
        try:
            return self._extents[name]
        except KeyError:
            raise no_such_tensor(self.path, name, self.names()) from None


def no_such_tensor(path: Path, name: str, names: tuple[str, ...]) -> CheckpointError:
    """The error for a name that a checkpoint does not have, with a few that it has."""
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return CheckpointError(
        f"{path} has no tensor {name!r}; it has {', '.join(names[:5]) or 'none'}{more}"
    )


def map_file(path: Path) -> mmap.mmap:
    """The file's bytes, read-only; CheckpointError where there are none."""
    try:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        raise CheckpointError(f"there is no {path}; put it there or name another place") from None
    except (OSError, ValueError) as error:  # ValueError: an empty file
        raise CheckpointError(f"{path} cannot be read ({error}); {DAMAGED}") from error


def _release(mapped: mmap.mmap, extent: Extent) -> None:
    """Let the pages of an extent go; a view that still looks at them finds them in the file."""
    if _DROP is not None and extent.span:
        start = extent.offset - extent.offset % mmap.PAGESIZE
        mapped.madvise(_DROP, start, extent.offset + extent.span - start)
