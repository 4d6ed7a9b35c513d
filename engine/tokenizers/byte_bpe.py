"""GPT-2's byte pair encoding (Radford et al. 2019): pieces are bytes, so nothing is unknown."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from engine.models.errors import TokenizerError
from engine.tokenizers.base import TextStream, checked, decode_all
from engine.tokenizers.streaming import PieceStream


class ByteBPETokenizer:
    """Tokenizer of GPT-2, from vocab.json and merges.txt or from a tokenizer.json.

    Args:
        path: the folder of these files, or one of them.

    Raises TokenizerError for files that are missing, damaged or not byte-level BPE.
    """

    def __init__(self, path: Path | str) -> None:
        path = Path(path)
        folder = path if path.is_dir() else path.parent
        single = path if path.name.endswith("tokenizer.json") else folder / "tokenizer.json"
        self.path = folder
        # A file that was named is the one that is meant; a folder's tokenizer.json is the newer.
        use_single = single.is_file() and (path == single or path.is_dir())
        self._tokenizer = _from_json(single) if use_single else _from_pair(folder)
        self._tokenizer.encode_special_tokens = True
        self._ids: dict[str, int] = self._tokenizer.get_vocab(with_added_tokens=True)
        self._pieces: dict[int, str] = {id: piece for piece, id in self._ids.items()}
        if len(self._pieces) != len(self._ids):
            raise TokenizerError(_damaged(path, ValueError("two pieces have the same id")))
        self._added = set(self._tokenizer.get_added_tokens_decoder())
        self.vocab_size = max(self._pieces) + 1
        # GPT-2 has one special piece, between texts.
        self.bos_id = self.eos_id = self._ids.get("<|endoftext|>")
        self.pad_id: int | None = None
        self.unk_id: int | None = None
        self.newline_id = self._ids.get(_byte_letters()[ord("\n")])

    def encode(self, text: str) -> list[int]:
        """See `Tokenizer.encode`; a lone surrogate, which UTF-8 cannot write, becomes "?"."""
        valid = text.encode("utf-8", "replace").decode("utf-8")
        ids: list[int] = self._tokenizer.encode(valid, add_special_tokens=False).ids
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """See `Tokenizer.decode`."""
        return decode_all(self.text_stream(), ids)

    def piece(self, id: int) -> str:
        """See `Tokenizer.piece`."""
        return self._pieces.get(checked(id), "")

    def id(self, piece: str) -> int:
        """See `Tokenizer.id`."""
        try:
            return self._ids[piece]
        except KeyError:
            raise TokenizerError(f"the vocabulary in {self.path} has no piece {piece!r}") from None

    def text_stream(self) -> TextStream:
        """See `Tokenizer.text_stream`."""
        return PieceStream(self._content)

    def _content(self, id: int) -> bytes:
        if id in self._added or id == self.eos_id:
            return b""
        return bytes(_letter_bytes()[letter] for letter in self.piece(id))


def _from_pair(folder: Path) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocab, merges = folder / "vocab.json", folder / "merges.txt"
    missing = [file.name for file in (vocab, merges) if not file.is_file()]
    if missing:
        raise TokenizerError(
            f"{folder} has no {' and no '.join(missing)}; GPT-2 needs vocab.json and merges.txt, "
            "or tokenizer.json"
        )
    try:
        model = models.BPE.from_file(str(vocab), str(merges))
    except Exception as error:  # the package raises nothing more precise
        raise TokenizerError(_damaged(folder, error)) from None
    _require_bytes(folder, json.loads(vocab.read_text(encoding="utf-8")))
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


def _from_json(path: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
    except Exception as error:  # the package raises nothing more precise
        raise TokenizerError(_damaged(path, error)) from None
    _require_bytes(path, tokenizer.get_vocab(with_added_tokens=False))
    return tokenizer


def _damaged(path: Path, error: Exception) -> str:
    return (
        f"the vocabulary in {path} cannot be read ({error}); "
        "download it again from where the weights are"
    )


def _require_bytes(path: Path, vocabulary: dict[str, int]) -> None:
    if any(letter not in vocabulary for letter in _byte_letters()):
        raise TokenizerError(
            f"{path} is not byte-level BPE, for it lacks pieces of single bytes; "
            "take the files that GPT-2's weights came with"
        )


@cache
def _byte_letters() -> tuple[str, ...]:
    """The letter that stands for each byte: itself if it prints, else one from U+0100 on."""
    prints = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = [byte for byte in range(256) if byte not in prints]
    return tuple(
        chr(byte) if byte in prints else chr(0x100 + others.index(byte)) for byte in range(256)
    )


@cache
def _letter_bytes() -> dict[str, int]:
    return {letter: byte for byte, letter in enumerate(_byte_letters())}
