"""The pair of files of https://projector.tensorflow.org: vectors.tsv and metadata.tsv.

The first has a line of numbers a word, the second a line a word: with one column it has no
heading, with more it has one.
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
    lines,
)
from engine.word2vec.matrices import Floats
from engine.word2vec.vectors import Vectors


def read(numbers: Data, metadata: Data, limits: Limits) -> Vectors:
    """Vectors of the pair; of several columns the first has the words. Raises FormatError."""
    rows = [(number, line) for number, (_, line) in enumerate(lines(numbers), 1) if line.strip()]
    names = [(number, line) for number, (_, line) in enumerate(lines(metadata), 1) if line]
    if names and len(names) == len(rows) + 1:
        names = names[1:]
    if len(names) != len(rows) or not rows:
        raise FormatError(
            f"{len(rows):,} vectors do not fit {len(names):,} words",
            "pair",
            f"{len(rows):,} ≠ {len(names):,}",
        )
    size = len(rows[0][1].split(b"\t"))
    check_counts(len(rows), size, limits, len(numbers), 2)
    matrix: Floats = np.empty((len(rows), size), np.float32)
    for row, (number, line) in enumerate(rows):
        matrix[row] = _numbers(line, size, number)
    words = [
        decoded(line.split(b"\t")[0], f"line {number} of the words", limits)
        for number, line in names
    ]
    return built(words, matrix)


def write(vectors: Vectors, numbers: Path, metadata: Path) -> None:
    """Write the pair, with six digits a number; counts become a second column.

    Raises FormatError: a word has a tab or a line break.
    """
    check_writable(vectors.words, "\t\r\n")
    row = "\t".join(["%.6g"] * vectors.size) + "\n"
    with numbers.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(row % tuple(vector.tolist()) for vector in vectors.matrix)
    with metadata.open("w", encoding="utf-8", newline="\n") as file:
        if vectors.counts is None:
            file.writelines(f"{word}\n" for word in vectors.words)
        else:
            file.write("word\tcount\n")
            pairs = zip(vectors.words, vectors.counts, strict=True)
            file.writelines(f"{word}\t{count}\n" for word, count in pairs)


def _numbers(line: bytes, size: int, number: int) -> Floats:
    try:
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused
            found = np.array([float(field) for field in line.split(b"\t")], np.float32)
    except ValueError as error:
        raise FormatError(f"line {number} of the vectors: {error}", "line", number) from error
    if len(found) != size:
        raise FormatError(
            f"line {number} has {len(found)} numbers, the first one has {size}", "line", number
        )
    return found
