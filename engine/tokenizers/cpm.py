"""CPM's tokenization: words first, then SentencePiece, with marks for blanks and line breaks.

SentencePiece drops line breaks and takes blanks for word boundaries, so CPM (Zhang et al. 2020)
writes U+2582 for a blank and U+2583 for a line break, cuts the text into words with jieba and
puts blanks between those. Whatever blank is left in the output is no part of the text.
Source: TsinghuaAI/CPM-1-Generate, data_utils/tokenization_gpt2.py.
"""

import logging
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from engine.models.errors import TokenizerError
from engine.tokenizers.base import TextStream, checked, decode_all
from engine.tokenizers.sentencepieces import WORD_START, SentencePieceModel
from engine.tokenizers.streaming import PieceStream

BLANK: Final = "\u2582"
NEWLINE: Final = "\u2583"
_MARKS: Final = str.maketrans({" ": BLANK, "\n": NEWLINE})
_TEXTS: Final = str.maketrans({WORD_START: "", " ": "", BLANK: " ", NEWLINE: "\n"})

# Pieces that some models have among those for text.
_SPECIALS: Final = frozenset(
    ("<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>", "<eod>", "<unk>", "<bod>")
)


class CPMTokenizer:
    """Tokenizer of CPM, and of SentencePiece models of our own with its marks.

    Two models were published for the same weights. In the older one piece 3 is <cls>, and it has
    no U+2583; the original program looks pieces up in a vocab.json where 3 is U+2583. So 3 is the
    line break with both of them.

    Args:
        path: the .model file.
        words: whether to cut the text into words first, as CPM was trained.
    """

    def __init__(self, path: Path | str, *, words: bool = True) -> None:
        self._model = SentencePieceModel(path)
        ids = self._model.ids
        newline_id = ids.get(NEWLINE, ids.get("<cls>"))
        if newline_id is None or BLANK not in ids:
            raise TokenizerError(
                f"{path} has no pieces for blanks (U+2582) and line breaks (U+2583), so it is "
                "not CPM's model; that is chinese_vocab.model (30,000 pieces)"
            )
        self._words = words
        self._lacks_newline = NEWLINE not in ids
        self.vocab_size = self._model.size
        self.newline_id: int = newline_id
        self.bos_id: int | None = None
        self.eos_id = ids.get("<eod>", self._model.special("eos"))
        self.pad_id = ids.get("<pad>")
        self.unk_id = self._model.special("unk")

    def encode(self, text: str) -> list[int]:
        """See `Tokenizer.encode`."""
        if self._words:
            text = " ".join(word.translate(_MARKS) for word in self._cutter.cut(text))
        else:
            text = text.translate(_MARKS)
        if not self._lacks_newline or NEWLINE not in text:
            return self._model.encode(text)
        surfaces = self._model.surfaces(text.replace(NEWLINE, f" {NEWLINE} "))
        ids = self._model.ids
        unknown = self.unk_id or 0
        return [self.newline_id if s == NEWLINE else ids.get(s, unknown) for s in surfaces]

    def decode(self, ids: Iterable[int]) -> str:
        """See `Tokenizer.decode`."""
        return decode_all(self.text_stream(), ids)

    def piece(self, id: int) -> str:
        """See `Tokenizer.piece`."""
        return self._model.pieces[id] if checked(id) < self.vocab_size else ""

    def id(self, piece: str) -> int:
        """See `Tokenizer.id`."""
        return self.newline_id if piece == NEWLINE else self._model.id(piece)

    def text_stream(self) -> TextStream:
        """See `Tokenizer.text_stream`."""
        return PieceStream(self._content)

    def _content(self, id: int) -> str | bytes:
        if checked(id) >= self.vocab_size:
            return ""
        if id == self.newline_id:
            return "\n"
        content = self._model.content(id)
        if isinstance(content, bytes):
            return content
        return "" if content in _SPECIALS else content.translate(_TEXTS)

    @cached_property
    def _cutter(self) -> Any:
        """A jieba tokenizer of our own, with its dictionary read from the package (a second)."""
        import jieba

        jieba.setLogLevel(logging.WARNING)
        cutter = jieba.Tokenizer()
        # Not cutter.initialize(), which trusts a cache file that anybody may write to /tmp.
        cutter.FREQ, cutter.total = cutter.gen_pfdict(cutter.get_dict_file())
        cutter.initialized = True
        return cutter
