"""NumPy's zip of arrays: ``words`` [n] of text, ``vectors`` [n, d], and ``counts`` [n] or none.

https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. The headers are read
before the arrays, so that nothing larger than the file says, or than the limits, is made room for;
arrays of Python objects, which would have to be unpickled, are refused.
"""

import io
import math
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from engine.word2vec.errors import FormatError
from engine.word2vec.formats.limits import Limits, built, check_counts, over
from engine.word2vec.vectors import Vectors

MAGIC: Final = b"PK\x03\x04"
_LOCAL_HEADER: Final = struct.Struct("<26xHH")
_DAMAGE: Final = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(ValueError, NotImplementedError, RuntimeError, MemoryError, SyntaxError),
)


class _Header(NamedTuple):
    """What is before the numbers of an array."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]
    length: int


def read(source: Path | bytes, limits: Limits) -> Vectors:
    """Vectors of an npz. Raises FormatError."""
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as pack:
            return _read(pack, source, limits)
    except FormatError:
        raise
    except _DAMAGE as error:
        raise FormatError(f"the npz is damaged: {error}") from error


def write(vectors: Vectors, path: Path) -> None:
    """Write an npz that ``read`` can map."""
    arrays: dict[str, NDArray[Any]] = {
        "words": np.array(vectors.words, np.str_),
        "vectors": vectors.matrix,
    }
    if vectors.counts is not None:
        arrays["counts"] = vectors.counts
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def _read(pack: zipfile.ZipFile, source: Path | bytes, limits: Limits) -> Vectors:
    headers = {name: _header(pack, name) for name in ("vectors", "words")}
    shape, dtype = headers["vectors"].shape, headers["vectors"].dtype
    if len(shape) != 2 or dtype.kind != "f":
        raise _unfit("vectors", headers["vectors"], "floats [words, size]")
    check_counts(shape[0], shape[1], limits, limits.bytes, dtype.itemsize)
    names = headers["words"]
    if names.shape != shape[:1] or names.dtype.kind not in "US":
        raise _unfit("words", names, f"text [{shape[0]}]")
    if names.dtype.itemsize > 4 * limits.word_bytes:
        room = f"{names.dtype.itemsize:,}"
        raise FormatError(f"words has room for words of {room} bytes", "word", room)
    words = _array(pack, "words", names, limits)
    texts = words.tolist() if words.dtype.kind == "U" else np.char.decode(words, "utf-8").tolist()
    if "" in texts:
        raise FormatError("words has a word that is empty", "word", 0)
    counts = None
    if "counts.npy" in pack.namelist():
        counts = _counts(pack, shape[0], limits)
    matrix = _mapped(pack, source, headers["vectors"])
    if matrix is None:
        matrix = _array(pack, "vectors", headers["vectors"], limits)
    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused
        return built(texts, matrix.astype(np.float32, copy=False), counts)


def _unfit(name: str, found: _Header, wanted: str) -> FormatError:
    message = f"{name} is {found.dtype} {found.shape}; what is read is {wanted}"
    return FormatError(message, "arrays", f"{name}: {found.dtype} {found.shape}")


def _counts(pack: zipfile.ZipFile, words: int, limits: Limits) -> NDArray[np.int64]:
    header = _header(pack, "counts")
    if header.shape != (words,) or header.dtype.kind not in "iu":
        raise _unfit("counts", header, f"integers [{words}]")
    counts = _array(pack, "counts", header, limits)
    if counts.min() < 0 or counts.max() > np.iinfo(np.int64).max:
        raise FormatError("counts holds a number that is negative or too large")
    return counts.astype(np.int64)


def _header(pack: zipfile.ZipFile, name: str) -> _Header:
    try:
        with pack.open(f"{name}.npy") as file:
            return _npy_header(file)
    except KeyError as error:
        have = ", ".join(pack.namelist()[:10])
        raise FormatError(f"the npz has no array {name}; it has {have}", "arrays", have) from error


def _npy_header(file: IO[bytes]) -> _Header:
    version = npy.read_magic(file)
    if version != (1, 0):  # what np.save writes; a later one's header may be of any length
        raise FormatError(f"an array of the npz is in npy's version {version}; (1, 0) is read")
    shape, fortran, dtype = npy.read_array_header_1_0(file)
    if dtype.hasobject:
        raise FormatError("the npz holds Python objects; nothing is unpickled here", "pickle")
    return _Header(shape, fortran, dtype, file.tell())


def _array(pack: zipfile.ZipFile, name: str, header: _Header, limits: Limits) -> NDArray[Any]:
    size = math.prod(header.shape) * header.dtype.itemsize
    if size > limits.bytes:
        raise over("large", f"{name} has {size:,} bytes", size, limits.bytes)
    if pack.getinfo(f"{name}.npy").file_size != header.length + size:
        raise FormatError(f"{name} is not as long as its header says")
    with pack.open(f"{name}.npy") as file:
        data = file.read()
    if len(data) != header.length + size:
        raise FormatError(f"{name} is cut off")
    order = "F" if header.fortran else "C"
    flat = np.frombuffer(data, header.dtype, offset=header.length)
    return flat.reshape(header.shape, order=order)  # type: ignore[call-overload, no-any-return]


def _mapped(
    pack: zipfile.ZipFile, source: Path | bytes, header: _Header
) -> NDArray[np.float32] | None:
    """The vectors as they lie in the file; None where they are compressed or of another kind."""
    info = pack.getinfo("vectors.npy")
    size = math.prod(header.shape) * header.dtype.itemsize
    plain = info.compress_type == zipfile.ZIP_STORED and header.dtype == np.dtype("<f4")
    if isinstance(source, bytes) or not plain or header.fortran:
        return None
    with source.open("rb") as file:
        file.seek(info.header_offset)
        name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        begin = info.header_offset + _LOCAL_HEADER.size + name + extra + header.length
        if begin + size > file.seek(0, io.SEEK_END):
            raise FormatError("vectors is cut off")
    return np.memmap(source, np.float32, "r", begin, header.shape)
