"""word2vec's text: "words size", then a word and its numbers a line; GloVe's is without the first.

https://code.google.com/archive/p/word2vec (distance.c reads it, word2vec.c writes it).
"""

from pathlib import Path
from typing import Final

import numpy as np

from engine.word2vec.errors import FormatError
from engine.word2vec.formats.limits import (
    Data,
    Limits,
    built,
    check_counts,
    check_writable,
    decoded,
    lines,
)
from engine.word2vec.matrices import Floats
from engine.word2vec.vectors import Vectors

_HEADER_BYTES: Final = 64
_SAMPLE: Final = 4096
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\r\n"))
"""Bytes that are in no text, and in nearly every few float32."""
BLANKS: Final = " \t\r\n"


def header(data: Data) -> tuple[int, int, int] | None:
    """Words, size and the offset behind the first line; None where that is no "words size"."""
    end = data.find(b"\n", 0, _HEADER_BYTES)
    fields = bytes(data[: max(end, 0)]).split()
    if len(fields) != 2 or not all(field.isdigit() for field in fields):
        return None
    return int(fields[0]), int(fields[1]), end + 1


def is_text(data: Data, found: tuple[int, int, int]) -> bool | None:
    """Whether text follows the header and not float32; None where that cannot be told."""
    _, size, begin = found
    end = data.find(b"\n", begin)
    if _fields(bytes(data[begin : len(data) if end < 0 else end]), size) is not None:
        return True
    sample = bytes(data[begin : begin + _SAMPLE])
    return None if sample.translate(None, _CONTROLS) == sample else False


def read(data: Data, found: tuple[int, int, int] | None, limits: Limits) -> Vectors:
    """Vectors of a text with this header, or with none. Raises FormatError."""
    if found is None:
        count, size, begin = _without_header(data)
    else:
        count, size, begin = found
    check_counts(count, size, limits, len(data), 2)
    matrix: Floats = np.empty((count, size), np.float32)
    words: list[str] = []
    first = 1 if found is None else 2
    for number, (_, line) in enumerate(lines(data, begin), first):
        if not line.strip():
            continue
        if len(words) == count:
            raise FormatError(
                f"line {number}: the first line says that there are {count:,} words",
                "long",
                f"{count:,}",
            )
        fields = _fields(line, size)
        if fields is None:
            shown = _shown(line)
            raise FormatError(
                f"line {number} is not a word and {size} numbers: {shown!r}",
                "line",
                f"{number}: {shown}",
            )
        word, numbers = fields
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused
            matrix[len(words)] = numbers
        words.append(decoded(word, f"line {number}", limits))
    if len(words) < count:
        raise FormatError(
            f"the file ends after {len(words):,} of {count:,} words",
            "short",
            f"{len(words):,} < {count:,}",
        )
    return built(words, matrix)


def write(vectors: Vectors, path: Path) -> None:
    """Write a text that ``read`` gives back as it was. Raises FormatError: a word has a blank."""
    check_writable(vectors.words, BLANKS)
    row = " ".join(["%.9g"] * vectors.size)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"{len(vectors)} {vectors.size}\n")
        for word, numbers in zip(vectors.words, vectors.matrix, strict=True):
            file.write(f"{word} {row % tuple(numbers.tolist())}\n")


def _without_header(data: Data) -> tuple[int, int, int]:
    """Words, size and the offset 0 of a file whose first line is a word and its numbers."""
    count, size = 0, 0
    for _, line in lines(data):
        if not line.strip():
            continue
        if not count:
            size = len(line.split()) - 1
            if size < 1 or _fields(line, size) is None:
                shown = _shown(line)
                raise FormatError(
                    f"these are no word vectors; the first line is neither a word and its numbers "
                    f'nor "words size": {shown!r}',
                    "strange",
                    shown,
                )
        count += 1
    return count, size, 0


def _fields(line: bytes, size: int) -> tuple[bytes, list[float]] | None:
    """The word and the numbers; None where they are not so many."""
    line = line.rstrip()
    fields = line.rsplit(b"\t" if b"\t" in line else b" ", size)
    if len(fields) != size + 1:
        return None
    word = fields[0]
    if len(pieces := word.split()) > 1 and _is_number(pieces[-1]):
        return None  # a number too many, where a word may have blanks
    try:
        return word, [float(field) for field in fields[1:]]
    except ValueError:
        return None


def _is_number(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _shown(line: bytes) -> str:
    text = line[:40].decode("utf-8", "replace")
    return "".join(one if one.isprintable() else "�" for one in text)
