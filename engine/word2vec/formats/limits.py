"""How much of a file is read, and the checks that all formats share."""

import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.word2vec.errors import FormatError, FormatProblem
from engine.word2vec.matrices import Floats
from engine.word2vec.vectors import Vectors

Data = bytes | mmap.mmap
_ROWS: Final = 4096


@dataclass(frozen=True)
class Limits:
    """What a file may hold.

    Attributes:
        bytes: size of the file, and of each array in it.
        words: number of words.
        size: numbers of a vector.
        word_bytes: length of a word in UTF-8.
    """

    bytes: int = 8_000_000_000
    words: int = 10_000_000
    size: int = 10_000
    word_bytes: int = 1000


LIMITS: Final = Limits()


def opened(source: Path | bytes, limits: Limits) -> Data:
    """The bytes of a file, mapped where it is on disk. Raises FormatError: empty or too large."""
    if isinstance(source, bytes):
        size = len(source)
    else:
        try:
            size = source.stat().st_size
        except OSError as error:
            raise FormatError(f"{source} cannot be read: {error.strerror}") from error
    if size > limits.bytes:
        raise over("large", f"the file has {size:,} bytes", size, limits.bytes)
    if not size:
        raise FormatError("the file is empty", "empty")
    if isinstance(source, bytes):
        return source
    try:
        with source.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise FormatError(f"{source} cannot be read: {error}") from error


def over(kind: FormatProblem, what: str, found: int, most: int) -> FormatError:
    """The error of a file with more of something than is read."""
    return FormatError(f"{what}; at most {most:,} are read", kind, f"{found:,} > {most:,}")


def lines(data: Data, begin: int = 0) -> Iterator[tuple[int, bytes]]:
    """Where each line begins, and the line without its end; none after a last line break."""
    while begin < len(data):
        end = data.find(b"\n", begin)
        end = len(data) if end < 0 else end
        yield begin, bytes(data[begin:end]).rstrip(b"\r")
        begin = end + 1


def check_counts(words: int, size: int, limits: Limits, available: int, number_bytes: int) -> None:
    """Refuse what is over the limits, or more than a file of this size can hold.

    Args:
        words, size: how many words and numbers a word there are said to be.
        available: bytes of the file.
        number_bytes: the fewest bytes that a number takes in it.

    Raises FormatError.
    """
    if words < 1 or size < 1:
        raise FormatError(
            f"the file says that it has {words} words of {size} numbers",
            "short",
            f"{words} × {size}",
        )
    if words > limits.words:
        raise over("many", f"the file has {words:,} words", words, limits.words)
    if size > limits.size:
        raise over("wide", f"its vectors have {size:,} numbers", size, limits.size)
    if words * size * number_bytes > available:
        raise FormatError(
            f"the file says that it has {words:,} words of {size:,} numbers and is too short for "
            "them: it was cut off, or the first line is wrong",
            "short",
            f"{words:,} × {size:,}",
        )


def decoded(word: bytes, where: str, limits: Limits) -> str:
    """A word as text. Raises FormatError: empty, too long, or not UTF-8."""
    if not word:
        raise FormatError(f"{where} has no word", "word", 0)
    if len(word) > limits.word_bytes:
        length = f"{len(word):,}"
        raise FormatError(f"{where} has a word of {length} bytes", "word", length)
    try:
        return word.decode("utf-8")
    except UnicodeDecodeError as error:
        shown = repr(word[:20])
        raise FormatError(
            f"{where} has a word that is not UTF-8: {shown}", "encoding", shown
        ) from error


def built(words: Sequence[str], matrix: Floats, counts: NDArray[np.int64] | None = None) -> Vectors:
    """Vectors of a file's words and numbers.

    Raises FormatError: a number is not finite, or a word occurs twice.
    """
    for begin in range(0, len(matrix), _ROWS):
        finite = np.isfinite(matrix[begin : begin + _ROWS]).all(axis=1)
        if not finite.all():
            word = words[begin + int(np.argmin(finite))]
            raise FormatError(
                f"the vector of {word!r} holds what is no finite number", "number", word
            )
    first: dict[str, int] = {}
    for place, word in enumerate(words):
        if first.setdefault(word, place) != place:
            raise FormatError(
                f"the word {word!r} occurs twice, as number {first[word] + 1} and {place + 1}",
                "twice",
                word,
            )
    return Vectors(words, matrix, counts)


def check_writable(words: Sequence[str], forbidden: str) -> None:
    """Raise FormatError for a word that is empty or has one of these characters."""
    for word in words:
        if not word or not set(word).isdisjoint(forbidden):
            raise FormatError(f"the format has no room for the word {word!r}; use npz")
