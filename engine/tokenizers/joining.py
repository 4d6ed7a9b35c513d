"""WordPiece's pieces put together as people write: where a blank belongs, and where none.

A vocabulary of BERT's kind does not tell "a ( b" from "a(b": blanks are lost when a text is taken
apart. Between Chinese characters there are none; between Latin words there is one; around
punctuation it depends on the mark and on what stands before it.
"""

from typing import Final

from engine.tokenizers.characters import is_ideograph, is_punctuation

# Marks that cling to what comes before, and are followed by a blank before a word.
_CLOSING: Final = frozenset(",.;:!?)]}%'\"")
# Marks that cling to what comes after.
_OPENING: Final = frozenset("([{$#@'\"")
# Marks that cling to both sides.
_TIES: Final = frozenset("-/_\\=+*^~<>|&`")


class PieceJoiner:
    """Puts pieces together one at a time; every piece at once gives its text."""

    def __init__(self) -> None:
        self._last = ""
        self._before = ""
        self._open: set[str] = set()

    def add(self, piece: str) -> str:
        """The text of the next piece, with a blank before it where one belongs."""
        if piece.startswith("##") and len(piece) > 2:
            text = piece[2:]
            blank = False
        else:
            text = piece
            blank = bool(self._last) and self._wants_blank(text)
        if text in ("'", '"'):
            self._open ^= {text}
        if text:
            self._before, self._last = (self._last + text)[-2:-1], text[-1]
        return f" {text}" if blank else text

    def _wants_blank(self, text: str) -> bool:
        left, right = self._last, text[0]
        if not _is_western(left) or not _is_western(right):
            return False
        if is_punctuation(right):
            return self._blank_before_mark(right)
        return self._blank_after_mark(left, text) if is_punctuation(left) else True

    def _blank_before_mark(self, mark: str) -> bool:
        if is_punctuation(self._last):
            return False
        if mark in ("'", '"'):
            return mark == '"' and mark not in self._open
        return mark in _OPENING

    def _blank_after_mark(self, mark: str, text: str) -> bool:
        if mark in ("'", '"'):
            return mark == '"' and mark not in self._open
        if self._before.isdigit() and text[0].isdigit() and mark in ",.:":
            return False
        return mark in _CLOSING


def _is_western(character: str) -> bool:
    """Whether its script has blanks between words: not Chinese, kana or fullwidth."""
    code = ord(character)
    if 0x2E80 <= code <= 0x31FF or 0xFE30 <= code <= 0xFFEF or 0x2010 <= code <= 0x2027:
        return False
    return not is_ideograph(character)
