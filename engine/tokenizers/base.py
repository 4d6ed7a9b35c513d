"""What every tokenizer of the engine can do, whatever its vocabulary."""

from collections.abc import Iterable
from typing import Protocol

from engine.models.errors import TokenizerError


class TextStream(Protocol):
    """Turns ids into text one by one, as a model produces them.

    The texts of all pushes and of one flush at the end, put together, are `Tokenizer.decode` of
    the same ids. No text is ever taken back: half a character waits for its other half.
    """

    def push(self, id: int) -> str:
        """The text that this id completes; "" while a character is still half."""

    def flush(self) -> str:
        """What was still waiting; half a character that nothing completes is dropped."""


class Tokenizer(Protocol):
    """Text to ids of a vocabulary and back.

    Attributes:
        vocab_size: number of pieces. A model's table may have more rows (padding); ids beyond the
            vocabulary decode to nothing.
        bos_id: the piece a text starts with, such as [CLS]; None where the vocabulary has none.
        eos_id: the piece a text ends with, such as [SEP] or </s>.
        pad_id: the piece that fills up a batch.
        unk_id: the piece that stands for whatever the vocabulary lacks.
        newline_id: the piece of a line break, where line breaks survive (CPM, byte BPE).
    """

    @property
    def vocab_size(self) -> int: ...
    @property
    def bos_id(self) -> int | None: ...
    @property
    def eos_id(self) -> int | None: ...
    @property
    def pad_id(self) -> int | None: ...
    @property
    def unk_id(self) -> int | None: ...
    @property
    def newline_id(self) -> int | None: ...

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without special pieces before or after.

        Text is only text: "[SEP]" or "<eod>" typed by somebody is punctuation and letters.
        """

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids as people write it: no half characters, stray spaces, special pieces."""

    def piece(self, id: int) -> str:
        """A piece as the vocabulary has it; "" for a padding row beyond the vocabulary.

        Raises TokenizerError for a negative id.
        """

    def id(self, piece: str) -> int:
        """The id of a piece. Raises TokenizerError if the vocabulary has no such piece."""

    def text_stream(self) -> TextStream:
        """A new stream of text, for the ids of one answer."""


def decode_all(stream: TextStream, ids: Iterable[int]) -> str:
    """The whole text of ids: what the stream gives for them one by one."""
    texts = [stream.push(id) for id in ids]
    return "".join(texts) + stream.flush()


def checked(id: int) -> int:
    """The id, which must not be negative: Python would count it from the end."""
    if id < 0:
        raise TokenizerError(f"ids start at 0, so there is no piece {id}")
    return id
