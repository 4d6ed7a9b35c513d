"""SentencePiece models (Kudo and Richardson 2018): T5, mT5, and models of our own."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from engine.models.errors import TokenizerError
from engine.tokenizers.base import TextStream, checked, decode_all
from engine.tokenizers.streaming import PieceStream

#: SentencePiece's mark of a blank before a word.
WORD_START: Final = "\u2581"


class SentencePieceModel:
    """A .model file: its pieces, which of them are text, and how text becomes pieces.

    Attributes:
        size: number of pieces.
        pieces: all of them, by id.

    Raises TokenizerError for a file that is missing or no SentencePiece model.
    """

    def __init__(self, path: Path | str) -> None:
        import sentencepiece

        self.path = Path(path)
        try:
            proto = self.path.read_bytes()
        except OSError as error:
            raise TokenizerError(f"cannot read {path}: {error.strerror}") from None
        self._processor: Any = sentencepiece.SentencePieceProcessor()
        try:
            # An empty proto would be taken for no model at all, and every later call would fail.
            if not proto or not self._processor.LoadFromSerializedProto(proto):
                raise RuntimeError("empty")
            self.size: int = self._processor.get_piece_size()
            self.pieces: tuple[str, ...] = tuple(map(self._processor.id_to_piece, range(self.size)))
        except (RuntimeError, UnicodeDecodeError):
            raise TokenizerError(
                f"{path} is no SentencePiece model or is damaged; download it again "
                "from where the weights are"
            ) from None

    @cached_property
    def ids(self) -> dict[str, int]:
        """The id of every piece."""
        return {piece: id for id, piece in enumerate(self.pieces)}

    def id(self, piece: str) -> int:
        """The id of a piece. Raises TokenizerError if the model has no such piece."""
        try:
            return self.ids[piece]
        except KeyError:
            raise TokenizerError(f"{self.path} has no piece {piece!r}") from None

    def special(self, name: str) -> int | None:
        """The id of the model's own "unk", "bos", "eos" or "pad" piece."""
        id: int = getattr(self._processor, f"{name}_id")()
        return id if id >= 0 else None

    def encode(self, text: str) -> list[int]:
        """Text to ids; a lone surrogate, which UTF-8 cannot write, counts as U+FFFD."""
        ids: list[int] = self._processor.encode(_valid(text), out_type=int)
        return ids

    def surfaces(self, text: str) -> list[str]:
        """Text to pieces, where an unknown piece is the text that it stands for."""
        found: list[str] = self._processor.encode(_valid(text), out_type=str)
        return found

    def content(self, id: int) -> str | bytes:
        """The piece as text, or as the byte that it stands for; "" if it is neither."""
        model = self._processor
        if model.is_byte(id):
            return bytes([int(self.pieces[id][3:5], 16)])
        if model.is_control(id) or model.is_unknown(id) or model.is_unused(id):
            return ""
        return self.pieces[id]


class SentencePieceTokenizer:
    """T5's and mT5's conventions: blanks are part of pieces, </s> ends a text.

    Args:
        path: the .model file.
        extra_ids: blanks to be filled in, <extra_id_0> the last of all ids: T5's 100, which its
            .model file does not have. mT5's file has them among its own pieces.
    """

    def __init__(self, path: Path | str, *, extra_ids: int = 0) -> None:
        self._model = SentencePieceModel(path)
        self._extra = tuple(f"<extra_id_{n}>" for n in reversed(range(extra_ids)))
        self.vocab_size = self._model.size + extra_ids
        self.bos_id = self._model.special("bos")
        self.eos_id = self._model.special("eos")
        self.pad_id = self._model.special("pad")
        self.unk_id = self._model.special("unk")
        self.newline_id = self._model.ids.get("\n")

    def encode(self, text: str) -> list[int]:
        """See `Tokenizer.encode`."""
        return self._model.encode(text)

    def decode(self, ids: Iterable[int]) -> str:
        """See `Tokenizer.decode`."""
        return decode_all(self.text_stream(), ids)

    def piece(self, id: int) -> str:
        """See `Tokenizer.piece`."""
        if id >= self._model.size:
            return self._extra[id - self._model.size] if id < self.vocab_size else ""
        return self._model.pieces[checked(id)]

    def id(self, piece: str) -> int:
        """See `Tokenizer.id`."""
        if piece in self._extra:
            return self._model.size + self._extra.index(piece)
        return self._model.id(piece)

    def has(self, piece: str) -> bool:
        """Whether the vocabulary has this piece."""
        return piece in self._model.ids or piece in self._extra

    def text_stream(self) -> TextStream:
        """See `Tokenizer.text_stream`."""
        return PieceStream(self._content, trim=True)

    def _content(self, id: int) -> str | bytes:
        if id >= self._model.size:
            return ""
        content = self._model.content(checked(id))
        if isinstance(content, bytes):
            return content
        return "" if _is_sentinel(content) else content.replace(WORD_START, " ")


def _is_sentinel(piece: str) -> bool:
    return piece.removeprefix(WORD_START).startswith("<extra_id_")


def _valid(text: str) -> str:
    """The text without lone surrogates, which have no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text
