"""The texts of the interface: both languages, always, and the visitor's own."""

import json
import re
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from app.web import texts

APP = Path(texts.__file__).resolve().parent.parent


class Request:
    def __init__(self, accept_language: str | None) -> None:
        self.headers = Headers(
            {} if accept_language is None else {"accept-language": accept_language}
        )


def write(folder: Path, page: object) -> Path:
    (folder / "texts.json").write_text(json.dumps(page), encoding="utf-8")
    return folder


def test_every_text_of_the_application_has_both_languages() -> None:
    assert texts.catalogue()
    for key, words in texts.catalogue().items():
        assert set(words) == {"zh", "en"}, key
        assert not re.search(r"[\u4e00-\u9fff]", words["en"]) or key.startswith("xiangqi"), key


def test_every_text_that_the_shell_names_exists() -> None:
    sources = [path.read_text(encoding="utf-8") for path in APP.rglob("*.py")]
    named = set(re.findall(r"""["'](?:shell|limits)\.([a-z_.]+)["']""", "\n".join(sources)))
    known = {key.partition(".")[2] for key in texts.catalogue()}
    assert named
    assert named <= known


@pytest.mark.parametrize(
    "words",
    [
        {"zh": "红"},
        {"zh": "红", "en": ""},
        {"zh": "红", "en": "red", "fr": "rouge"},
        {"zh": "红", "en": 1},
        {"zh": "{n} 步", "en": "moves"},
        {"zh": "{", "en": "{"},
        "red",
    ],
)
def test_a_text_that_lacks_something_is_refused(tmp_path: Path, words: object) -> None:
    with pytest.raises(texts.TextError, match=r"texts\.json: key"):
        texts.load(write(tmp_path, {"key": words}))


def test_a_file_that_is_not_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "texts.json").write_text("{", encoding="utf-8")
    with pytest.raises(texts.TextError, match=r"texts\.json"):
        texts.load(tmp_path)


def test_fields_are_filled() -> None:
    assert texts.text("shell.state.loading", "en", seconds=7) == "loading for 7 s"
    assert "7" in texts.text("shell.state.loading", "zh", seconds=7)


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        texts.label("shell.nothing")
    with pytest.raises(KeyError):
        texts.text("shell.nothing", "en")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hant-HK", "zh"),
        ("ZH-cn", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.5,zh;q=0.7", "zh"),
        ("fr,zh;q=0.9", "en"),
        ("", "en"),
        (None, "en"),
        (";q=,,q=x;q=2;;", "en"),
    ],
)
def test_the_language_is_the_one_that_the_browser_prefers(
    header: str | None, language: str
) -> None:
    assert texts.language(Request(header)) == language


def test_a_plain_call_of_a_handler_has_a_language() -> None:
    assert texts.language(None) == "en"


def test_the_frontend_gets_every_text_for_each_locale_it_knows() -> None:
    translations = texts.i18n().translations_dict
    assert set(translations) == {"en", "zh-CN", "zh-TW"}
    for words in translations.values():
        assert set(words) == set(texts.catalogue())
