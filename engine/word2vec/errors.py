"""What can be wrong with a question to word vectors, or with a file of them."""

from collections.abc import Sequence
from typing import Literal

from engine.models.errors import EngineError

FormatProblem = Literal[
    "empty",
    "packed",
    "pickle",
    "strange",
    "line",
    "short",
    "long",
    "many",
    "wide",
    "large",
    "word",
    "encoding",
    "number",
    "twice",
    "pair",
    "arrays",
    "damaged",
    "one",
    "no_pairs",
    "no_questions",
    "no_section",
]
"""What can be wrong with a file of vectors or, the last three, with a test."""


class Word2VecError(EngineError):
    """A question that the vectors cannot answer; the message says why."""


class UnknownWordError(Word2VecError):
    """A word without a vector.

    Attributes:
        word: as it was asked for.
        near: words of the vocabulary that are written alike, the nearest first.
    """

    def __init__(self, word: str, near: Sequence[str] = ()) -> None:
        hint = f"; written alike: {', '.join(near)}" if near else ""
        super().__init__(f"no vector for {word!r}{hint}")
        self.word = word
        self.near = tuple(near)


class FormatError(Word2VecError):
    """A file that holds no word vectors, or too many; the message says where and why.

    Attributes:
        kind: the same in a word, for whoever says it in another language.
        value: what is wrong as it stands in the file: a line, a word, numbers; may be empty.
    """

    def __init__(self, message: str, kind: FormatProblem = "damaged", value: object = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.value = value
