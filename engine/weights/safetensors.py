"""Safetensors: a JSON header of names, dtypes, shapes and places, then the bytes of the tensors.

The format: https://huggingface.co/docs/safetensors (8 bytes of header length, little-endian).
The package of that name (0.8.0) copies what it reads, keeps all that was read mapped, and has no
float8 for NumPy; here tensors are views of the mapped file, whose pages go when a view does.
Measured twice on two cores with a file of 10.4 GB: each tensor read once took 9.1 s (the first
time, from the disk) and 1.2 s here, 6.4 s and 8.4 s there, with 2 MiB and 318 MiB of the process's
own memory, and 0.3 GiB and 10 GiB in all; made int8 as well, 15 to 16 s and 25 s.
"""

import json
import math
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np

from engine.models.errors import CheckpointError
from engine.weights.mapped import (
    DAMAGED,
    Extent,
    MappedSource,
    Shape,
    map_file,
)

HEADER_BYTES = 100_000_000
"""The longest header that the format allows."""

_DTYPES: dict[str, np.dtype[Any]] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype(ml_dtypes.bfloat16),
    "F8_E4M3": np.dtype(ml_dtypes.float8_e4m3fn),
    "F8_E5M2": np.dtype(ml_dtypes.float8_e5m2),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "I16": np.dtype("<i2"),
    "I8": np.dtype("i1"),
    "U64": np.dtype("<u8"),
    "U32": np.dtype("<u4"),
    "U16": np.dtype("<u2"),
    "U8": np.dtype("u1"),
    "BOOL": np.dtype("?"),
}


def open_safetensors(path: Path) -> MappedSource:
    """The tensors of one .safetensors file.

    Raises:
        CheckpointError: the file is truncated or its header is not what the format asks for.
    """
    mapped = map_file(path)
    size = int.from_bytes(mapped[:8], "little")
    start = 8 + size
    if size > HEADER_BYTES or start > len(mapped):
        raise CheckpointError(f"{path} ends before its header does; {DAMAGED}")
    entries = _header(path, mapped[8:start])
    entries.pop("__metadata__", None)
    extents = {name: _extent(path, name, entry, start) for name, entry in entries.items()}
    extents = dict(sorted(extents.items(), key=lambda item: (item[1].offset, item[1].span)))
    source = MappedSource(path, extents)
    _check_coverage(path, list(extents.values()), start, len(mapped))
    return source


def _header(path: Path, text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text, object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} has no legible header ({error}); {DAMAGED}") from error
    if not isinstance(header, dict):
        raise CheckpointError(f"{path} has a header that is no JSON object; {DAMAGED}")
    return header


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _extent(path: Path, name: str, entry: Any, start: int) -> Extent:
    """The place of one tensor: the header counts from the end of the header, ``start``."""
    try:
        code, shape = entry["dtype"], _naturals(entry["shape"])
        begin, end = _naturals(entry["data_offsets"])
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: the header's entry for {name} is damaged; {DAMAGED}") from (
            error
        )
    if not isinstance(code, str) or code not in _DTYPES:
        raise CheckpointError(
            f"{path}: {name} has the dtype {code!r}, which is not read here; "
            f"convert it to one of {', '.join(_DTYPES)}"
        )
    if len(shape) > 32 or end - begin != math.prod(shape) * _DTYPES[code].itemsize:
        raise CheckpointError(
            f"{path}: {name} is {code} {shape} in {end - begin:,} bytes; they do not fit; {DAMAGED}"
        )
    return Extent(path, start + begin, _DTYPES[code], shape)


def _naturals(values: Any) -> Shape:
    if not isinstance(values, list) or any(type(v) is not int or v < 0 for v in values):
        raise ValueError(f"{values!r} is no list of natural numbers")
    return tuple(values)


def _check_coverage(path: Path, extents: list[Extent], start: int, size: int) -> None:
    """Tensors follow each other without a gap from the header to the end of the file."""
    ends = [start, *(extent.offset + extent.span for extent in extents)]
    begins = [*(extent.offset for extent in extents), size]
    if ends != begins:
        raise CheckpointError(
            f"{path}: its tensors overlap, or leave bytes between or after them; {DAMAGED}"
        )
