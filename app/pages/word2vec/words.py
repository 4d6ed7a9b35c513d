"""The page's words, and how it says what vectors cannot answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from app.web.inputs import cleaned
from app.web.limits import Refusal, checked_text
from app.web.texts import Language, text
from engine.word2vec.errors import FormatError, UnknownWordError, Word2VecError

PAGE: Final = "word2vec"
MAX_WORD: Final = 40
"""Characters of a word."""
_BETWEEN: Final = re.compile(r"[\s,，、;；]+")


def say(key: str, lang: Language, **values: object) -> str:
    """A text of this page."""
    return text(f"{PAGE}.{key}", lang, **values)


def read_word(value: object, lang: Language) -> str:
    """One word. Raises Refusal where it is none, or too long."""
    word = " ".join(cleaned(checked_text(value, MAX_WORD, lang)).split())
    if not word:
        raise Refusal(say("error.no_word", lang))
    return word


def read_words(value: object, least: int, most: int, lang: Language, field: str) -> list[str]:
    """Different words between blanks or commas.

    Raises Refusal for too few or too many, with the name of the field.
    """
    plain = cleaned(checked_text(value, most * (MAX_WORD + 1), lang))
    words = list(dict.fromkeys(word for word in _BETWEEN.split(plain) if word))
    name = say(field, lang)
    if not words:
        raise Refusal(say("error.empty_field", lang, name=name))
    if not least <= len(words) <= most:
        facts = {"count": len(words), "least": least, "most": most}
        raise Refusal(say("error.words", lang, name=name, **facts))
    return [read_word(word, lang) for word in words]


def decoded(content: bytes, lang: Language) -> str:
    """A file as text: UTF-8, or GB18030 as older Chinese files are. Raises Refusal."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal(say("error.encoding", lang))


def damage(error: FormatError, lang: Language) -> str:
    """What is wrong with a file of vectors or a test."""
    return say(f"format.{error.kind}", lang, value=error.value)


def unknown(error: UnknownWordError, lang: Language) -> str:
    """That a word has no vector, and what may have been meant."""
    if not error.near:
        return say("unknown", lang, word=error.word)
    return say("unknown_near", lang, word=error.word, near=listed(error.near, lang))


def listed(words: Iterable[str], lang: Language) -> str:
    """Words in a row."""
    return ("、" if lang == "zh" else ", ").join(words)


@contextmanager
def explained(lang: Language) -> Iterator[None]:
    """What the vectors cannot answer becomes a Refusal."""
    try:
        yield
    except UnknownWordError as error:
        raise Refusal(unknown(error, lang)) from error
    except Word2VecError as error:
        raise Refusal(say("error.question", lang)) from error
