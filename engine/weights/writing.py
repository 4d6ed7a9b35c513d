"""Writing safetensors in shards, tensor by tensor: no more than one is in memory.

The format: https://huggingface.co/docs/safetensors. The package of that name takes all tensors of a
file at once, which for a large model is most of the memory. A tensor larger than a shard is cut
along its first axis into ``NAME:0``, ``NAME:1``, ...
"""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, ...]

_NAMES: Final = {
    np.dtype(np.float32): "F32",
    np.dtype(np.float16): "F16",
    np.dtype(ml_dtypes.bfloat16): "BF16",
    np.dtype(np.int8): "I8",
}


@dataclass(frozen=True)
class Planned:
    """A tensor that will be written."""

    name: str
    dtype: np.dtype[Any]
    shape: Shape

    @property
    def nbytes(self) -> int:
        """Bytes of its numbers."""
        return math.prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True)
class _Piece:
    """Rows of a planned tensor, or all of it: what one entry of a file holds."""

    tensor: str
    stored: Planned
    first_row: int


def part_name(name: str, number: int) -> str:
    """The name of a part of a tensor that is larger than a shard."""
    return f"{name}:{number}"


def write_shards(
    folder: Path,
    plan: Sequence[Planned],
    tensors: Iterable[tuple[str, NDArray[Any]]],
    shard_bytes: int,
) -> Iterator[int]:
    """Write tensors as model-00001-of-0000N.safetensors, in place of such files that are there.

    Args:
        plan: what there will be.
        tensors: the same names with their arrays, in any order; each is asked for once.
        shard_bytes: most bytes of tensors in a file, but for rows that are larger than that.

    Yields the bytes of each tensor when it has been written. The files get their names when all
    is done, so that what was there before stays whole until then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shards = list(_shards(_pieces(plan, shard_bytes), shard_bytes))
    names = [f"model-{i:05}-of-{len(shards):05}.safetensors" for i in range(1, len(shards) + 1)]
    partial = [folder / f"{name}.partial" for name in names]
    try:
        places: dict[str, list[tuple[_Piece, Path, int]]] = defaultdict(list)
        for path, shard in zip(partial, shards, strict=True):
            for piece, offset in _begin(path, shard):
                places[piece.tensor].append((piece, path, offset))
        for name, array in tensors:
            for piece, path, offset in places[name]:
                _write(array, piece, path, offset)
            yield array.nbytes
    except BaseException:
        for path in partial:
            path.unlink(missing_ok=True)
        raise
    for old in set(folder.glob("model-*.safetensors")) - {folder / name for name in names}:
        old.unlink()
    for path, name in zip(partial, names, strict=True):
        path.replace(folder / name)


def _pieces(plan: Iterable[Planned], shard_bytes: int) -> Iterator[_Piece]:
    for tensor in plan:
        if tensor.nbytes <= shard_bytes:
            yield _Piece(tensor.name, tensor, 0)
            continue
        rows, *rest = tensor.shape
        at_once = max(1, shard_bytes * rows // tensor.nbytes)
        for number, begin in enumerate(range(0, rows, at_once)):
            shape = (min(at_once, rows - begin), *rest)
            stored = Planned(part_name(tensor.name, number), tensor.dtype, shape)
            yield _Piece(tensor.name, stored, begin)


def _shards(pieces: Iterable[_Piece], shard_bytes: int) -> Iterator[list[_Piece]]:
    shard: list[_Piece] = []
    size = 0
    for piece in pieces:
        if shard and size + piece.stored.nbytes > shard_bytes:
            yield shard
            shard, size = [], 0
        shard.append(piece)
        size += piece.stored.nbytes
    yield shard


def _begin(path: Path, shard: Sequence[_Piece]) -> list[tuple[_Piece, int]]:
    """Write the header and make room; where in the file each piece goes. Wide numbers come first,
    so that all of them are aligned."""
    ordered = sorted(shard, key=lambda piece: -piece.stored.dtype.itemsize)
    header: dict[str, Any] = {}
    end = 0
    for piece in ordered:
        begin, end = end, end + piece.stored.nbytes
        header[piece.stored.name] = {
            "dtype": _NAMES[piece.stored.dtype],
            "shape": list(piece.stored.shape),
            "data_offsets": [begin, end],
        }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + end)
    return [
        (piece, 8 + len(text) + header[piece.stored.name]["data_offsets"][0]) for piece in ordered
    ]


def _write(array: NDArray[Any], piece: _Piece, path: Path, offset: int) -> None:
    if piece.stored.name != piece.tensor:
        array = array[piece.first_row : piece.first_row + piece.stored.shape[0]]
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
