"""What punctuation says: where sentences end, and where a comma divides one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from engine.onlstm import english

_HAN: Final = re.compile(f"[{english.HAN}]")
_LATIN_OR_DIGIT: Final = re.compile("[A-Za-z0-9]")
_END: Final = re.compile(r"[。｡！？；…‼⁇⁈⁉!?.]+")
_CHINESE_ENDS: Final = frozenset("。｡！？；…‼⁇⁈⁉")
_CLOSING: Final = frozenset("”’」』）】》〉〕］｝)]}»")
_DIVIDING: Final = frozenset("，,；;：:—–")
_STRONG: Final = re.compile("[，；：—]|--")


def split(text: str) -> list[str]:
    """The sentences of a cleaned text, each with its closing punctuation; a line break ends one.

    Chinese sentences end with 。！？；… and English ones with . ! ? before white space, unless a
    small letter follows or the dot belongs to an abbreviation.
    """
    found = []
    for line in text.split("\n"):
        begin = 0
        for stop in _ends(line):
            found.append(line[begin:stop])
            begin = stop
        found.append(line[begin:])
    return [part.strip() for part in found if part.strip()]


def divides(punctuation: str) -> bool:
    """Whether punctuation between two words divides a sentence into parts: a comma, semicolon,
    colon or dash. The comma of Chinese enumerations (、) stands inside of a part."""
    return any(mark in punctuation for mark in ("--", " - ", *_DIVIDING))


def divides_at(text: str, start: int, stop: int) -> bool:
    """Whether text[start:stop], the punctuation between two words, divides their sentence.

    Not where it belongs to a number, an address or a name: 3:45, 1,000, http://a.org, 1990–2000.
    """
    between = text[start:stop]
    if not divides(between):
        return False
    before, behind = text[start - 1 : start], text[stop : stop + 1]
    if not (_LATIN_OR_DIGIT.match(before) and _LATIN_OR_DIGIT.match(behind)):
        return True
    if len(between) == 1 and before.isdigit() and behind.isdigit():
        return False
    return " " in between or bool(_STRONG.search(between))


def _ends(line: str) -> Iterator[int]:
    """Where the sentences of a line end, behind closing quotes and brackets."""
    begin = 0
    for found in _END.finditer(line):
        if found.start() < begin or not _is_end(line, found[0], found.start(), found.end()):
            continue
        if found[0] == "." and line[begin : found.start()].strip().isdecimal():
            continue  # the number of an item: 1. Apples
        stop = found.end()
        while _is_closing(line, begin, stop):
            stop += 1
        yield stop
        begin = stop


def _is_closing(line: str, begin: int, at: int) -> bool:
    """Whether a quote or bracket that was opened before closes there."""
    if line[at : at + 1] == '"':
        return line.count('"', begin, at) % 2 == 1
    return line[at : at + 2] in ("'", "' ") or line[at : at + 1] in _CLOSING


def _is_end(line: str, marks: str, start: int, stop: int) -> bool:
    """Whether these full stops, question marks or the like end a sentence."""
    if _CHINESE_ENDS.intersection(marks):
        return True
    if _HAN.match(line[start - 1 : start]):
        return marks != "." or not _LATIN_OR_DIGIT.match(line, stop)
    behind = line[stop:].lstrip("\"'”’)]}")
    if behind and not behind[0].isspace() and not _HAN.match(behind):
        return False
    if set(marks) != {"."} or len(marks) > 1:
        return not behind.strip()[:1].islower()
    return english.is_full_stop(line, start)
