"""word2vec's binary: "words size", then each word, a blank and its float32 numbers.

https://code.google.com/archive/p/word2vec; word2vec.c ends each vector with a line break, gensim
does not.
"""

from pathlib import Path

import numpy as np

from engine.word2vec.errors import FormatError
from engine.word2vec.formats.limits import (
    Data,
    Limits,
    built,
    check_counts,
    check_writable,
    decoded,
)
from engine.word2vec.formats.text import BLANKS
from engine.word2vec.matrices import Floats
from engine.word2vec.vectors import Vectors


def read(data: Data, header: tuple[int, int, int], limits: Limits) -> Vectors:
    """Vectors of a binary file with this header: words, size, offset. Raises FormatError."""
    count, size, place = header
    check_counts(count, size, limits, len(data), 4)
    matrix: Floats = np.empty((count, size), np.float32)
    words: list[str] = []
    for row in range(count):
        where = f"word {row + 1:,}, at byte {place:,},"
        while data[place : place + 1] == b"\n":
            place += 1
        end = data.find(b" ", place, place + limits.word_bytes + 1)
        if end < 0:
            raise FormatError(
                f"{where} has no end: the file was cut off or is no word2vec binary",
                "short",
                f"{row:,} < {count:,}",
            )
        words.append(decoded(bytes(data[place:end]), where, limits))
        place = end + 1 + 4 * size
        if place > len(data):
            raise FormatError(
                f"{where} is cut off: the file ends after {row:,} of {count:,} words",
                "short",
                f"{row:,} < {count:,}",
            )
        matrix[row] = np.frombuffer(data, "<f4", size, end + 1)
    if bytes(data[place:]).strip():
        raise FormatError(
            f"the file goes on at byte {place:,}, after the {count:,} words it has",
            "long",
            f"{count:,}",
        )
    return built(words, matrix)


def write(vectors: Vectors, path: Path) -> None:
    """Write what word2vec.c would. Raises FormatError: a word has a blank or line break."""
    check_writable(vectors.words, BLANKS)
    with path.open("wb") as file:
        file.write(f"{len(vectors)} {vectors.size}\n".encode())
        for word, numbers in zip(vectors.words, vectors.matrix, strict=True):
            file.write(word.encode() + b" " + numbers.astype("<f4").tobytes() + b"\n")
