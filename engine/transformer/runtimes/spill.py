"""A place for large arrays that are read once and then, as a rule, never again."""

import mmap
import os
import tempfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ALIGNMENT = 64


class Spill:
    """Arrays in one temporary file without a name, mapped into memory.

    They look like any others, and their pages can be let go of at any time: the system reads them
    from the file again should somebody look. The file goes when the last array does.

    Args:
        size: bytes of all arrays together; room for their alignment is added.

    Raises OSError where the disk has no room.
    """

    def __init__(self, size: int, arrays: int) -> None:
        self._used = 0
        size += arrays * _ALIGNMENT
        with tempfile.TemporaryFile() as file:
            # A sparse file would fail later, by a signal, on a full disk.
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)
            self._map = mmap.mmap(file.fileno(), size)

    def place(self, array: NDArray[Any]) -> NDArray[Any]:
        """A copy of the array in the file."""
        begin = -(-self._used // _ALIGNMENT) * _ALIGNMENT
        self._used = begin + array.nbytes
        placed = np.frombuffer(self._map, array.dtype, array.size, begin).reshape(array.shape)
        placed[...] = array
        return placed

    def let_go(self) -> None:
        """Free the memory of all arrays; what they hold stays in the file."""
        if hasattr(self._map, "madvise"):
            self._map.madvise(mmap.MADV_DONTNEED)
