"""Files of word vectors: word2vec's text and binary, npz, and the TensorFlow projector's TSV.

A file is recognised by what is in it, not by its name. Nothing is unpickled, nothing is allocated
that the file's own size does not vouch for, and whatever is wrong is a FormatError that says where.
"""

from contextlib import suppress
from mmap import mmap
from pathlib import Path
from typing import Final

from engine.word2vec.errors import FormatError
from engine.word2vec.formats import binary, npz, text, tsv
from engine.word2vec.formats.limits import LIMITS, Limits, opened
from engine.word2vec.vectors import Vectors

__all__ = ["LIMITS", "WRITERS", "FormatError", "Limits", "read", "read_tsv", "write", "write_tsv"]

#: Suffix: writer of (vectors, path).
WRITERS: Final = {
    ".bin": binary.write,
    ".npz": npz.write,
    ".txt": text.write,
    ".vec": text.write,
}

_COMPRESSED: Final = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc": "7-Zip"}


def read(source: Path | bytes, limits: Limits = LIMITS) -> Vectors:
    """Vectors of a file, or of its bytes.

    Text is a word and its numbers a line, between blanks or tabs, with or without word2vec's first
    line "words size"; binary is word2vec's; npz has ``words`` [n] and ``vectors`` [n, d], and may
    have ``counts`` [n]. An uncompressed npz of float32 is not read but memory-mapped.

    Raises:
        FormatError: it is none of these, damaged, or over the limits.
    """
    data = opened(source, limits)
    if data[:4] == npz.MAGIC:
        return npz.read(source, limits)
    _refuse_others(data)
    header = text.header(data)
    if header is not None:
        textual = text.is_text(data, header)
        if textual is False:
            return binary.read(data, header, limits)
        if textual is None:
            with suppress(FormatError):  # then what is wrong with it as a text is said
                return binary.read(data, header, limits)
    return text.read(data, header, limits)


def read_tsv(vectors: Path | bytes, metadata: Path | bytes, limits: Limits = LIMITS) -> Vectors:
    """Vectors of a pair of files for https://projector.tensorflow.org: numbers, and words.

    Raises FormatError.
    """
    return tsv.read(opened(vectors, limits), opened(metadata, limits), limits)


def write(vectors: Vectors, path: Path) -> None:
    """Write a file in the format that its suffix says: .txt or .vec, .bin, .npz.

    Raises:
        FormatError: there is no such format, or it cannot hold one of the words.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise FormatError(f"no format for {path.name!r}; there are {', '.join(WRITERS)}")
    writer(vectors, path)


def write_tsv(vectors: Vectors, numbers: Path, metadata: Path) -> None:
    """Write the pair of files that the TensorFlow projector loads.

    Raises FormatError where a word has a tab or a line break.
    """
    tsv.write(vectors, numbers, metadata)


def _refuse_others(data: bytes | mmap) -> None:
    for magic, name in _COMPRESSED.items():
        if data[: len(magic)] == magic:
            raise FormatError(f"the file is compressed ({name}); unpack it first", "packed", name)
    if data[:2] in (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"):
        raise FormatError(
            "the file is a Python pickle, as gensim's save() writes; nothing is unpickled here: "
            "export it with save_word2vec_format",
            "pickle",
        )
