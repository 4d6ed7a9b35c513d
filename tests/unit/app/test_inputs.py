"""What is sent is exactly what a page offers, or is refused in the visitor's language."""

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import gradio as gr
import pytest
from pydantic import ValidationError

from app.web.inputs import (
    Model,
    SavedError,
    clean_text,
    components,
    json_text,
    number,
    one_of,
    plain_text,
    whole,
)
from app.web.limits import Refusal


class Inputs(Model):
    text: Annotated[str, clean_text(10)] = ""
    raw: Annotated[str, plain_text(10)] = ""
    count: Annotated[int, whole(1, 3_000, "text.seed")] = 1
    share: Annotated[float, number(0, 1)] = 0.5
    side: Literal["red", "black"] = "red"
    layer: Annotated[str, one_of(("auto", "1"))] = "auto"
    lucky: bool = False
    rows: Annotated[Any, json_text(20)] = None


GOOD: list[Any] = ["花\r\n", "\u200b", 3.0, 1, "black", "1", True, "[1]"]


def test_values_are_read_in_the_order_of_the_fields() -> None:
    found = Inputs.read(GOOD, "en")
    assert found.values() == ["花\n", "\u200b", 3, 1.0, "black", "1", True, [1]]
    assert type(found.count) is int and type(found.share) is float
    with pytest.raises(ValidationError):
        found.text = "frozen"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("place", "bad", "zh", "en"),
    [
        (0, 3, "这里需要文字", "has to be text"),
        (0, None, "这里需要文字", "has to be text"),
        (1, "花" * 11, "太长了：11 个字符，最多 10 个", "11 characters, the most is 10"),
        (2, True, "应在 1 到 3,000 之间", "has to be from 1 to 3,000"),
        (2, "2", "种子", "Seed"),
        (2, 2.5, "应在", "has to be"),
        (2, math.inf, "应在", "has to be"),
        (3, math.nan, "数值应在 0 到 1 之间", "The value has to be from 0 to 1"),
        (3, False, "数值", "The value"),
        (4, "green", "没有这个选项", "no such choice"),
        (4, ["red"], "没有这个选项", "no such choice"),
        (5, "2", "没有这个选项", "no such choice"),
        (5, {"a": 1}, "没有这个选项", "no such choice"),
        (6, 1, "没有这个选项", "no such choice"),
        (7, "[NaN]", "JSON", "JSON"),
        (7, "[" * 20, "JSON", "JSON"),
    ],
)
def test_others_are_refused_with_a_sentence(place: int, bad: object, zh: str, en: str) -> None:
    values = [bad if at == place else value for at, value in enumerate(GOOD)]
    with pytest.raises(Refusal, match=zh):
        Inputs.read(values, "zh")
    with pytest.raises(Refusal, match=en):
        Inputs.read(values, "en")
    with pytest.raises(SavedError):
        Inputs.restore({Inputs.names()[place]: bad})


@pytest.mark.parametrize("values", [[], GOOD[:-1], [*GOOD, 1]])
def test_too_few_or_too_many_values_are_refused(values: list[Any]) -> None:
    with pytest.raises(Refusal):
        Inputs.read(values, "en")


def test_a_mapping_is_restored_by_name_and_may_lack_fields() -> None:
    assert Inputs.restore({"share": 0, "unknown": 3}) == Inputs(share=0)
    for bad in (None, [], "x", 3):
        with pytest.raises(SavedError):
            Inputs.restore(bad)


def test_updates_leave_what_is_not_named() -> None:
    shown = Inputs.updates(side="black")
    assert shown[4] == "black" and shown[:4] == [gr.skip()] * 4
    with pytest.raises(KeyError):
        Inputs.updates(colour="red")


class Two(Model):
    text: str = ""
    side: str = ""


class Screen(NamedTuple):
    side: Any
    text: Any


@dataclass(frozen=True)
class Inner:
    text: gr.Textbox


@dataclass(frozen=True)
class Controls:
    side: gr.Radio
    inner: Inner


def test_components_are_found_by_name_wherever_they_are() -> None:
    with gr.Blocks():
        controls = Controls(gr.Radio(), Inner(gr.Textbox()))
    text, side = controls.inner.text, controls.side
    assert components(controls, Two) == [text, side]
    assert components(controls, Screen._fields) == [side, text]
    with pytest.raises(KeyError):
        components(controls, ["gold"])
