"""English words as the Penn Treebank cuts them, and full stops that end no sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_TITLES: Final = frozenset(
    "mr mrs ms dr prof rev gen sen rep gov capt col lt sgt st hon pres mt ft".split()
)
"""A name follows, so no sentence ends here."""
_NUMBERED: Final = frozenset("no nos p pp fig vol ch sec art".split())
"""Abbreviations before a number, else words of their own or rare."""
_OTHERS: Final = frozenset(
    "jan feb mar apr jun jul aug sep sept oct nov dec inc corp co ltd bros jr sr vs etc al cf "
    "approx dept est univ assn ave blvd e.g i.e a.m p.m ph.d".split()
)
_STARTERS: Final = frozenset(
    "A After All An And As At But By For He Her His However I If In It Its My No Not Now On One "
    "Our She So Some That The Their Then There These They This Those To We What When While Who "
    "Why With You Your".split()
)
"""With one of these, a new sentence begins behind an abbreviation: in the U.S. He left."""

_LONGEST: Final = 20
"""Characters before a dot that are looked at: no abbreviation is longer."""
HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
"""The ranges of Chinese characters, for a class of a regular expression."""

_LETTERS: Final = rf"[^\W\d_{HAN}]+"
_BEFORE: Final = re.compile(rf"{_LETTERS}(?:\.{_LETTERS})*$")
_ACRONYM: Final = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]$")
_PART: Final = rf"[^\W_{HAN}]+"
_WORD: Final = re.compile(
    rf"(?:[A-Za-z]\.){{2,}}|\d+(?:[.,:/]\d+)+(?:-{_PART})*|{_PART}(?:[-'’]{_PART})*|[{HAN}]+|[%&]"
)
_NOT: Final = re.compile(r"(.+)(n['’]t)$", re.IGNORECASE)
_CLITIC: Final = re.compile(r"(.+)(['’](?:s|re|ve|ll|d|m))$", re.IGNORECASE)


def is_full_stop(text: str, at: int) -> bool:
    """Whether the dot at that index ends a sentence; behind it is white space, a Chinese character
    or nothing."""
    behind = text[at + 1 :].lstrip("\"'”’)] ")
    if not behind:
        return True
    if behind[0].islower():
        return False
    before = _BEFORE.search(text[max(0, at - _LONGEST) : at])
    word = before[0] if before else ""
    if word.lower() in _TITLES or (len(word) == 1 and word.isupper() and word != "I"):
        return False
    if word.lower() in _NUMBERED:
        return not behind[0].isdigit()
    if word.lower() in _OTHERS or _ACRONYM.match(word):
        following = re.match(r"\w+", behind)
        return following is not None and following[0] in _STARTERS
    return True


def words(text: str) -> Iterator[tuple[int, int]]:
    """Where each word begins and ends, punctuation left out.

    As in the treebank, abbreviations keep their dot (Mr., U.S.), what is contracted is two words
    (do n't, it 's), and % and & are words. Chinese characters in a row count as one word.
    """
    for found in _WORD.finditer(text):
        start, stop = found.span()
        if text[stop : stop + 1] == "." and _keeps_dot(found[0], text[stop + 1 :].lstrip()):
            stop += 1
        contracted = _NOT.match(found[0]) or _CLITIC.match(found[0])
        if contracted:
            yield start, start + contracted.end(1)
            start += contracted.end(1)
        yield start, stop


def _keeps_dot(word: str, behind: str) -> bool:
    if len(word) == 1 and word.isupper():
        return bool(behind) and word != "I"
    if word.lower() in _NUMBERED:
        return behind[:1].isdigit()
    return word.lower() in _TITLES or word.lower() in _OTHERS
