"""WordPiece's pieces put together as people write: where a blank belongs, and where none.

A vocabulary of BERT's kind does not tell "a ( b" from "a(b": blanks are lost when a text is taken
apart. Between Chinese characters there are none; between Latin words there is one; around
punctuation it depends on the mark, on what stands before it, and on whether this is English prose
or a name, an address or a formula inside a Chinese sentence: `www.example.com` has no blanks.
"""

from typing import Final

from engine.tokenizers.characters import is_ideograph, is_punctuation

# After these there is a blank in prose.
_CLOSING: Final = frozenset(",.;:!?)]}%")
# Before these there is one.
_OPENING: Final = frozenset("([{$#@")
_QUOTES: Final = frozenset("\"'")


class PieceJoiner:
    """Puts pieces together one at a time; every piece at once gives its text."""

    def __init__(self) -> None:
        self._word = ""
        self._mark = ""
        self._open: set[str] = set()
        self._seen_chinese = False
        self._run_has_blank = False

    def add(self, piece: str) -> str:
        """The text of the next piece, with a blank before it where one belongs."""
        if not piece:
            return ""
        if piece.startswith("##") and len(piece) > 2:
            text, blank = piece[2:], False
        else:
            text, blank = piece, self._wants_blank(piece)
        self._remember(text, blank)
        return f" {text}" if blank else text

    def _remember(self, text: str, blank: bool) -> None:
        """Keep what later pieces depend on: the last word, and a mark that stands after it."""
        if not _is_western(text[-1]):
            self._seen_chinese = True
            self._run_has_blank = False
            self._word = self._mark = ""
        elif is_punctuation(text[-1]):
            if self._mark:
                self._word = ""
            self._mark = text
            if text in _QUOTES:
                self._open ^= {text}
        else:
            self._word = text if blank or self._mark else self._word + text
            self._mark = ""
        self._run_has_blank |= blank

    def _is_prose(self) -> bool:
        """Whether words with blanks between them go before, or nothing Chinese."""
        return self._run_has_blank or not self._seen_chinese

    def _wants_blank(self, text: str) -> bool:
        if not (self._word or self._mark) or not _is_western(text[0]):
            return False
        if is_punctuation(text[0]):
            return self._blank_before(text)
        if not self._mark:
            return True
        return self._blank_after_mark(text)

    def _blank_before(self, mark: str) -> bool:
        if self._mark not in ("", *_CLOSING) or (self._mark and mark not in _QUOTES):
            return False
        if mark == '"':
            return mark not in self._open
        if mark == "(" and len(self._word) == 1:
            return False
        return mark in _OPENING and self._is_prose()

    def _blank_after_mark(self, text: str) -> bool:
        if self._mark == '"':
            return '"' not in self._open
        if self._word.isdigit() and text[0].isdigit() and self._mark in ",.:":
            return False
        if self._mark == "." and len(self._word) == len(text) == 1:
            return False
        return self._mark in _CLOSING and self._is_prose()


def _is_western(character: str) -> bool:
    """Whether its script has blanks between words: not Chinese, kana or fullwidth."""
    code = ord(character)
    if 0x2E80 <= code <= 0x31FF or 0xFE30 <= code <= 0xFFEF or 0x2010 <= code <= 0x2027:
        return False
    return not is_ideograph(character)
