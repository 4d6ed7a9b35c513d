"""What torch.save writes, before version 1.6 (pickles, then raw storages) and since (a zip).

Both formats pickle a structure whose tensors name storages kept outside the pickle; see
`pickle_reader` for how it is read without executing it. Tensors are views of the mapped file.
The formats: torch/serialization.py of PyTorch 2.
"""

import io
import mmap
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import ml_dtypes
import numpy as np

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints.formats.pickle_objects import Global, Storage, Tensor
from engine.transformer.checkpoints.formats.pickle_reader import MAX_NAME, read_pickle
from engine.weights.mapped import DAMAGED, Extent, MappedSource, map_file

PICKLE_BYTES = 64_000_000
"""The longest pickle that is read: that of 100,000 tensors has half of it."""
MAX_DEPTH = 32
MAX_NODES = 500_000
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C

BIG_ENDIAN = "its numbers are big-endian; save it as safetensors on the machine it comes from"
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    ValueError,
    OSError,
    RuntimeError,
    EOFError,
    struct.error,
    zlib.error,
)

_DTYPES: dict[str, np.dtype[Any]] = {
    "FloatStorage": np.dtype("<f4"),
    "HalfStorage": np.dtype("<f2"),
    "BFloat16Storage": np.dtype(ml_dtypes.bfloat16),
    "DoubleStorage": np.dtype("<f8"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
    "ShortStorage": np.dtype("<i2"),
    "CharStorage": np.dtype("i1"),
    "ByteStorage": np.dtype("u1"),
    "BoolStorage": np.dtype("?"),
    "UntypedStorage": np.dtype("u1"),
    # The dtypes of tensors whose storage is untyped.
    "uint16": np.dtype("<u2"),
    "uint32": np.dtype("<u4"),
    "uint64": np.dtype("<u8"),
    "float8_e4m3fn": np.dtype(ml_dtypes.float8_e4m3fn),
    "float8_e5m2": np.dtype(ml_dtypes.float8_e5m2),
}


def open_pytorch(path: Path, root: str = "") -> MappedSource:
    """The tensors of one file of torch.save.

    Args:
        root: where in the saved structure to begin, e.g. "module" in DeepSpeed's files. Below
            it, keys of dictionaries and positions in lists are joined with dots to names.

    Raises:
        UnsafePickleError: the file names functions or classes that could run code.
        CheckpointError: it is truncated or otherwise damaged, or has nothing under ``root``.
    """
    mapped = map_file(path)
    try:
        if mapped[:2] == b"PK":
            structure, places = _read_zip(path, mapped)
        else:
            structure, places = _read_legacy(path)
        tensors = dict(_flatten(_below(structure, root)))
        if not tensors:
            raise CheckpointError("it holds no tensors by name; save model.state_dict()")
        extents = {name: _extent(path, name, tensor, places) for name, tensor in tensors.items()}
    except ValueError as error:  # as which Python also refuses to print numbers without end
        kind = type(error) if isinstance(error, CheckpointError) else CheckpointError
        raise kind(f"{path}: {error}") from error
    return MappedSource(path, extents)


Places = dict[str, tuple[int, int]]
"""Offset and bytes of each storage, by its key."""


def _read_zip(path: Path, mapped: mmap.mmap) -> tuple[Any, Places]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = {member.filename: member for member in archive.infolist()}
            folder = _folder(members)
            order = members.get(f"{folder}byteorder")
            if order is not None and _text(archive, order) != b"little":
                raise CheckpointError(BIG_ENDIAN)
            structure = read_pickle(io.BytesIO(_text(archive, members[f"{folder}data.pkl"])))
    except _ZIP_ERRORS as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"it is no complete zip file ({error}); {DAMAGED}") from error
    data = f"{folder}data/"
    return structure.value, {
        name.removeprefix(data): _stored(mapped, member)
        for name, member in members.items()
        if name.startswith(data)
    }


def _folder(members: Iterable[str]) -> str:
    """The folder in the zip that everything lies in, with a slash at its end."""
    found = [name for name in members if name.endswith("/data.pkl")]
    if len(found) != 1:
        raise CheckpointError(
            "it is a zip file, but none of torch.save's, which has one data.pkl; "
            "save it with torch.save(model.state_dict(), path)"
        )
    return found[0].removesuffix("data.pkl")


def _text(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The contents of a small member; its checksum is verified."""
    if member.file_size > PICKLE_BYTES:
        raise CheckpointError(f"its {member.filename} is longer than any checkpoint's")
    return archive.read(member)


def _stored(mapped: mmap.mmap, member: zipfile.ZipInfo) -> tuple[int, int]:
    """Where the bytes of a member lie: behind its local header of 30 bytes and two texts."""
    name = member.orig_filename.encode()
    begin = member.header_offset + 30
    header = mapped[member.header_offset : begin]
    if header[:4] != b"PK\x03\x04" or mapped[begin : begin + len(name)] != name:
        raise CheckpointError(f"its member {member.filename} is not where it should be; {DAMAGED}")
    if member.compress_type != zipfile.ZIP_STORED:
        raise CheckpointError(f"{member.filename} is compressed; zip the same files without (-0)")
    texts = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    return begin + texts, member.file_size


def _read_legacy(path: Path) -> tuple[Any, Places]:
    """Five pickles: a magic number, a version, the machine, the structure, its storages' keys.

    Then for each of these storages its length (8 bytes) and its elements.
    """
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        with mmap.mmap(file.fileno(), min(size, PICKLE_BYTES), access=mmap.ACCESS_READ) as head:
            # It has read and readline, which is all that pickletools asks for.
            stream = cast(BinaryIO, head)
            if read_pickle(stream).value != LEGACY_MAGIC:
                raise CheckpointError("it is a pickle, but none of torch.save's; save it with that")
            _version, machine, structure, keys = (read_pickle(stream) for _ in range(4))
            end = head.tell()
    if not isinstance(machine.value, dict) or machine.value.get("little_endian") is not True:
        raise CheckpointError(BIG_ENDIAN)
    places: Places = {}
    for key in keys.value if isinstance(keys.value, list) else []:
        storage = structure.storages.get(key) if isinstance(key, str) else None
        if storage is None:
            raise CheckpointError(f"its list of storages is damaged; {DAMAGED}")
        places[key] = (end + 8, storage.length * _dtype(storage.kind).itemsize)
        end += 8 + places[key][1]
    return structure.value, places


def _below(structure: Any, root: str) -> Any:
    for key in root.split(".") if root else []:
        if not isinstance(structure, dict) or key not in structure:
            has = ", ".join(map(str, structure)) if isinstance(structure, dict) else "no names"
            raise CheckpointError(f"there is no {root!r} in it; it has {has[:200]}")
        structure = structure[key]
    return structure


def _flatten(structure: Any) -> Iterator[tuple[str, Tensor]]:
    """The tensors in a structure, under the names that lead to them.

    A list may hold the same list many times over, and that one another, or even itself: what
    is reached by more ways than any checkpoint has is refused.
    """
    budget = MAX_NODES
    waiting: list[Iterator[tuple[str, Any]]] = [iter([("", structure)])]
    while waiting:
        for name, value in waiting[-1]:
            budget -= 1
            if budget < 0 or len(name) > MAX_NAME:
                raise CheckpointError("its pickle holds more than any checkpoint's")
            if isinstance(value, Tensor):
                yield name, value
            elif isinstance(value, dict | list | tuple):
                if len(waiting) > MAX_DEPTH:
                    raise CheckpointError("its pickle is nested deeper than any checkpoint's")
                waiting.append(_children(name, value))
                break
        else:
            waiting.pop()


def _children(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    prefix = f"{name}." if name else ""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return ((f"{prefix}{key}", item) for key, item in items)


def _extent(path: Path, name: str, tensor: Tensor, places: Places) -> Extent:
    storage, offset = tensor.storage, tensor.offset
    shape, strides = _naturals(name, tensor.shape), _naturals(name, tensor.strides)
    if not isinstance(storage, Storage) or storage.key not in places:
        raise CheckpointError(f"it lacks the numbers of {name}; {DAMAGED}")
    if len(shape) != len(strides) or len(shape) > MAX_DEPTH or type(offset) is not int:
        raise CheckpointError(f"the shape of {name} is damaged; {DAMAGED}")
    kind = tensor.dtype.name if isinstance(tensor.dtype, Global) else storage.kind
    dtype = _dtype(kind)
    start, size = places[storage.key]
    if size != storage.length * _dtype(storage.kind).itemsize:
        raise CheckpointError(f"the numbers of {name} are not all there; {DAMAGED}")
    steps = tuple(
        stride * dtype.itemsize if length > 1 else 0
        for length, stride in zip(shape, strides, strict=True)
    )
    extent = Extent(path, start + offset * dtype.itemsize, dtype, shape, steps)
    if offset < 0 or offset * dtype.itemsize + extent.span > size:
        raise CheckpointError(f"{name} {shape} reaches out of its storage; {DAMAGED}")
    return extent


def _naturals(name: str, values: Any) -> tuple[int, ...]:
    if not isinstance(values, tuple) or any(type(v) is not int or v < 0 for v in values):
        raise CheckpointError(f"the shape of {name} is damaged; {DAMAGED}")
    return values


def _dtype(kind: str) -> np.dtype[Any]:
    name = kind.rpartition(".")[2]
    if name not in _DTYPES:
        raise CheckpointError(
            f"numbers of the kind {kind} are not read here; convert them, e.g. with .float()"
        )
    return _DTYPES[name]
