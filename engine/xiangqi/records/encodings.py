"""Bytes of Chinese text files to str, when nobody says in which encoding they are."""

from __future__ import annotations

import codecs
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_CHARACTERS: Final = 20_000


def decode_text(data: bytes) -> str:
    """Decode UTF-8 and UTF-16 (by their byte order mark), plain UTF-8, GB18030 or Big5.

    Between GB18030 and Big5, which can both read most of each other's bytes, the one that gives
    the larger share of everyday characters wins. Bytes that fit nothing become U+FFFD.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        texts = [data.decode(encoding, errors="replace") for encoding in ("gb18030", "cp950")]
        return max(texts, key=_everyday_share)


def _everyday_share(text: str) -> float:
    """The share of everyday characters among those beyond ASCII in the start of a text."""
    foreign = [c for c in text[:_SAMPLE_CHARACTERS] if not c.isascii()]
    return sum(map(_is_everyday, foreign)) / max(len(foreign), 1)


def _is_everyday(character: str) -> bool:
    """Whether a character is in the first level, ordered by use, of GB 2312 or of Big5.

    The rows of bytes are those of the standards: B0 to D7 in GB 2312, A4 to C6 in Big5. Chinese
    punctuation, in rows A1 and A3 of both, counts too.
    """
    gb = character.encode("gb2312", errors="ignore")
    big5 = character.encode("big5", errors="ignore")
    in_gb = len(gb) == 2 and (0xB0 <= gb[0] <= 0xD7 or gb[0] in (0xA1, 0xA3))
    in_big5 = len(big5) == 2 and (0xA4 <= big5[0] <= 0xC6 or big5[0] in (0xA1, 0xA3))
    return in_gb or in_big5
