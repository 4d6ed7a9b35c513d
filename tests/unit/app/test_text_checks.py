"""What the writing pages accept, and how they say what went wrong."""

import gradio as gr
import pytest

from app.text.checks import checked_float, checked_int, checked_json, checked_prompt, explain
from app.web.inputs import cleaned
from app.web.limits import Refusal
from app.web.texts import LANGUAGES
from app.web.widget import event_value
from engine.models.errors import (
    CheckpointError,
    ContextFullError,
    DeadlineError,
    EngineError,
    GenerationError,
    ModelError,
    PromptError,
    QueueFullError,
    SlotsFullError,
    TokenizerError,
    UnknownModelError,
)

ERRORS = (
    CheckpointError,
    ContextFullError,
    DeadlineError,
    EngineError,
    GenerationError,
    PromptError,
    QueueFullError,
    SlotsFullError,
    TokenizerError,
    ModelError,
    UnknownModelError,
    RuntimeError,
)


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_is_a_sentence_in_both_languages(kind: type[Exception]) -> None:
    error = kind("/secret/path of slot 3")
    zh, en = (explain(error, lang) for lang in LANGUAGES)
    assert zh != en
    assert "secret" not in zh + en and "slot" not in zh + en


def test_a_full_queue_and_a_deadline_are_told_apart() -> None:
    assert "排" in explain(QueueFullError(), "zh") or "队" in explain(QueueFullError(), "zh")
    assert "时间" in explain(DeadlineError(), "zh")
    assert explain(Refusal("再想想"), "en") == "再想想"


@pytest.mark.parametrize("value", [None, 5, ["a"], {"a": 1}, "", "  \n\t", "\x00\x07\ud800"])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(Refusal):
        checked_prompt(value, "zh")


def test_a_hundred_thousand_characters_are_counted_for_the_visitor() -> None:
    with pytest.raises(Refusal, match="100000"):
        checked_prompt("好" * 100_000, "zh")
    assert checked_prompt("好" * 20_000, "zh") == "好" * 20_000


def test_what_cannot_be_seen_is_left_out_and_lines_stay_lines() -> None:
    assert cleaned("a\r\nb\rc\u2028d\te") == "a\nb\nc\nd\te"
    assert cleaned("你\x00好\x1b[31m\ufeff\u202e反\ud83d") == "你好[31m反"
    assert cleaned("👩\u200d🚀") == "👩\u200d🚀"


@pytest.mark.parametrize("value", [None, True, "3", 2.5, float("nan"), float("inf"), 11, -1, [3]])
def test_numbers_from_a_browser_are_checked(value: object) -> None:
    with pytest.raises(Refusal, match=r"Beams .*0.*10"):
        checked_int(value, 0, 10, "en", "Beams")
    if value != 2.5:
        with pytest.raises(Refusal, match="数值"):
            checked_float(value, 0, 10, "zh")


def test_numbers_that_json_writes_otherwise() -> None:
    assert checked_int(3.0, 0, 10, "zh") == 3
    assert checked_float(3, 0, 10, "zh") == 3.0


@pytest.mark.parametrize("value", ["", "{", "[" * 5000, '{"a": NaN}'])
def test_json_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(Refusal, match="JSON"):
        checked_json(value, 10_000, "zh")


@pytest.mark.parametrize(("value", "said"), [("1" * 101, "101"), (7, "文字")])
def test_json_that_is_too_long_or_no_text_is_told_so(value: object, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        checked_json(value, 100, "zh")


def test_json_that_is_some() -> None:
    assert checked_json('{"a": [1, "二"]}', 100, "zh") == {"a": [1, "二"]}


@pytest.mark.parametrize("data", [None, "x", {}, {"other": 1}])
def test_an_event_may_hold_anything(data: object) -> None:
    assert event_value(gr.EventData(None, data), "index") is None
    assert event_value(gr.EventData(None, {"index": 3}), "index") == 3
