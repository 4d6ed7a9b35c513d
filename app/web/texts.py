"""Interface texts in Chinese and English, kept as data in the texts.json of each folder of app/.

A file holds {"group.key": {"zh": "...", "en": "..."}}; a group is a page or a widget.
Two ways lead from a key to words, because gradio translates in two places:

- label(key) for what is built once for everybody (labels, buttons, Markdown): the browser
  picks the language.
- text(key, language(request), **values) for what the server writes in answer to somebody; a page
  has its own ``say`` for it, which puts the page's name before the key.
"""

import json
import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal, Protocol, get_args

import gradio as gr
from gradio.i18n import I18nData

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
FOLDER: Final = Path(__file__).resolve().parent.parent

# The two Chinese locales of gradio's frontend. It turns every other name (zh, zh-HK, ...) into
# English, which app/web/security.py prevents.
_CHINESE_LOCALES: Final = ("zh-CN", "zh-TW")


class TextError(ValueError):
    """A text file is not what this module reads; the message names the file and the key."""


def load(folder: Path = FOLDER) -> dict[str, dict[Language, str]]:
    """Read every text below a folder: {"group.key": {"zh": ..., "en": ...}}.

    Raises TextError where a language is missing, empty or unknown, where the {fields} of
    the two languages differ (one of them would fail, or leave a value out), or where a key is in
    two files.
    """
    texts: dict[str, dict[Language, str]] = {}
    for path in sorted(folder.rglob("texts.json")):
        try:
            page = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise TextError(f"{path.name}: {error}") from error
        for key, words in page.items():
            place = f"{path.parent.name}/{path.name}: {key}"
            if key in texts:
                raise TextError(f"{place}: is in another file too")
            texts[key] = _checked(place, words)
    return texts


def _checked(place: str, words: object) -> dict[Language, str]:
    if not isinstance(words, Mapping) or set(words) != set(LANGUAGES):
        raise TextError(f"{place}: needs exactly {', '.join(LANGUAGES)}, has {words!r}")
    checked: dict[Language, str] = {}
    for lang in LANGUAGES:
        word = words[lang]
        if not isinstance(word, str) or not word.strip():
            raise TextError(f"{place}: {lang} is empty or not a text")
        checked[lang] = word
    fields = {lang: _fields(place, word) for lang, word in checked.items()}
    if fields["zh"] != fields["en"]:
        raise TextError(f"{place}: zh has the fields {fields['zh']}, en {fields['en']}")
    return checked


def _fields(place: str, word: str) -> set[str]:
    try:
        return {field for _, field, _, _ in string.Formatter().parse(word) if field is not None}
    except ValueError as error:
        raise TextError(f"{place}: {error}") from error


@cache
def catalogue() -> dict[str, dict[Language, str]]:
    """Every text of the application, read and checked once."""
    return load()


def text(key: str, lang: Language, **values: object) -> str:
    """The text in one language, its {fields} filled with values. Raises KeyError."""
    return catalogue()[key][lang].format(**values)


class Say(Protocol):
    """A text of one page, by the key without the page's name, its {fields} filled."""

    def __call__(self, key: str, lang: Language, **values: object) -> str: ...


def say_of(page: str) -> Say:
    """The texts of a page: say = say_of("story"); say("titles_none", lang). Raises KeyError."""

    def say(key: str, lang: Language, **values: object) -> str:
        return text(f"{page}.{key}", lang, **values)

    return say


def label(key: str) -> I18nData:
    """The text as a value that the browser translates. Raises KeyError for an unknown key."""
    if key not in catalogue():
        raise KeyError(key)
    return I18nData(key)


def i18n() -> gr.I18n:
    """All texts in the form that gradio's launch() takes."""
    words = {lang: {key: both[lang] for key, both in catalogue().items()} for lang in LANGUAGES}
    return gr.I18n(en=words["en"], **{locale: words["zh"] for locale in _CHINESE_LOCALES})


def language(request: gr.Request | None) -> Language:
    """The language of whoever sent the request: that which their browser asks for first.

    Only the first counts, as in gradio's frontend: half a page in each of two languages
    would be worse than the second choice everywhere. Without a request (a plain call of a
    handler) it is English.
    """
    if request is None:
        return "en"
    return negotiate(str(request.headers.get("accept-language", "")))


def negotiate(accept_language: str) -> Language:
    """The interface language for the value of an Accept-Language header."""
    return "zh" if preferred(accept_language).startswith("zh") else "en"


def preferred(accept_language: str) -> str:
    """The tag of highest quality in an Accept-Language header, in lower case (RFC 9110, 12.5.4)."""
    best, best_quality = "", 0.0
    for item in accept_language.lower().split(","):
        tag, _, quality_text = item.partition(";q=")
        try:
            quality = float(quality_text) if quality_text else 1.0
        except ValueError:
            continue
        if quality > best_quality:
            best, best_quality = tag.strip(), quality
    return best
