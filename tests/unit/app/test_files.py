"""Uploaded texts in the encodings that people have, and Markdown that says what was written."""

import pytest

from app.web.files import decoded, save_script
from app.web.limits import Refusal
from app.web.markdown import escaped, quoted, table

TEXT = "問題，答案：我們在公園裡看花。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "big5"])
def test_a_text_is_read_whatever_wrote_it(encoding: str) -> None:
    assert decoded(TEXT.encode(encoding), "no text") == TEXT


def test_a_replacement_that_was_written_is_no_fault() -> None:
    assert decoded("a\ufffd".encode(), "no text") == "a\ufffd"


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(Refusal, match="no text"):
        decoded(bytes(range(128, 256)) * 3, "no text")


def test_a_name_cannot_leave_its_string() -> None:
    assert '"a\\"b.txt"' in save_script('a"b.txt', "text/plain")


def test_marks_are_words() -> None:
    assert escaped("# a*b\n1. c") == "\\# a\\*b  \n1\\. c"
    assert quoted("a\nb") == "> a  \n> b"
    assert table(["a", "b"], [["1", "2"]]) == ["| a | b |", "| :--- | ---: |", "| 1 | 2 |"]
