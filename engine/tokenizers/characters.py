"""Classes of characters as BERT's tokenization sees them.

Source: the basic tokenizer of Google's BERT (Devlin et al. 2018), which bert4keras and Hugging
Face transformers follow.
"""

import unicodedata
from typing import Final

#: CJK Unified Ideographs, extensions A to E, and compatibility ideographs: BERT makes a word of
#: each. Kana and Hangul are not among them, nor are the extensions from F on.
IDEOGRAPHS: Final = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


def is_ideograph(character: str) -> bool:
    """Whether BERT takes the character for a word of its own."""
    code = ord(character)
    return code >= 0x3400 and any(first <= code <= last for first, last in IDEOGRAPHS)


def is_punctuation(character: str) -> bool:
    """Whether Unicode calls it punctuation, or it is an ASCII symbol such as + or $."""
    if character.isascii():
        return character.isprintable() and not character.isalnum() and character != " "
    return unicodedata.category(character).startswith("P")


def is_space(character: str) -> bool:
    """Whether it separates words: blanks of any width, tabs and line breaks."""
    return character in " \t\n\r" or unicodedata.category(character) == "Zs"


def strip_accents(text: str) -> str:
    """The text taken apart canonically (NFD), without its combining marks."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    return "".join(char for char in apart if unicodedata.category(char) != "Mn")
