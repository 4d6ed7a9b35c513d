"""Two texts side by side, called as gradio calls it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from app.text.compare import MAX_TOKENS, Compared, Comparison
from app.text.drafts import Stop
from app.text.models import TextModels
from app.web.limits import Refusal
from engine.generation.batcher import shared_batcher
from engine.models.errors import GenerationError
from tests.text_page import NAMES, prepared, toy_models


def request(language: str = "zh-CN", session: str = "a") -> Any:
    return SimpleNamespace(headers={"accept-language": language}, session_hash=session)


@pytest.fixture
def models(tmp_path: Path) -> TextModels:
    found = TextModels(toy_models(tmp_path), NAMES)
    found.get("story", "zh")
    return found


@pytest.fixture
def comparison(models: TextModels) -> Comparison:
    return Comparison(models, prepared, lambda name, model, strategy: strategy)


def run(comparison: Comparison, *values: Any, lang: str = "zh-CN") -> Iterator[tuple[Any, ...]]:
    state, wish = Compared(), Stop()
    return comparison.run(request(lang), state, wish, *values)


def texts_of(screen: tuple[Any, ...]) -> list[str]:
    """The two texts of a screen."""
    lines = [[json.loads(line) for line in value.splitlines()] for value in (screen[2], screen[4])]
    return ["".join(line[0] for line in value if isinstance(line, list)) for value in lines]


def test_the_same_on_both_sides_is_the_same(comparison: Comparison) -> None:
    *_, last = run(comparison, "7", 40, "story", "top_p", "story", "top_p", "从前")
    left, right = texts_of(last)
    assert left == right and len(left) == 40
    assert "**" not in last[1] + last[3]
    again = list(run(comparison, 7, 40, "story", "top_p", "story", "beam", "从前"))[-1]
    assert texts_of(again)[0] == left
    assert "**top-p" in again[1] and "**束搜索**（4 条束" in again[3]


def test_two_models_are_named_and_read_by_one(comparison: Comparison) -> None:
    *_, last = run(comparison, "", 20, "story", "top_p", "dialogue", "top_p", "从前", lang="en")
    assert "**Bundled small model (writing)**" in last[1]
    assert "**Bundled small model (dialogue)**" in last[3]
    assert "Read by one model (Bundled small model (writing))" in last[5]


def test_a_seed_that_is_not_given_is_drawn_and_told(comparison: Comparison) -> None:
    first = list(run(comparison, "", 8, "story", "top_p", "story", "greedy", "从前"))[-1]
    assert f"种子都是 {first[0].drafts[0].seed}" in first[5]
    assert first[0].drafts[0].seed == first[0].drafts[1].seed


@pytest.mark.parametrize(
    "values",
    [
        ("x", 40, "story", "top_p", "story", "top_p", "从前"),
        ("", MAX_TOKENS + 1, "story", "top_p", "story", "top_p", "从前"),
        ("", None, "story", "top_p", "story", "top_p", "从前"),
        ("", 40, "story", "own", "story", "top_p", "从前"),
        ("", 40, "story", ["top_p"], "story", "top_p", "从前"),
        ("", 40, "story", "top_p", "cpm", "top_p", "从前"),
        ("", 40, "mt5-small", "top_p", "story", "top_p", "从前"),
        ("", 40, "story", "top_p", None, "top_p", "从前"),
        ("", 40, "story", "top_p", "story", "top_p", " "),
    ],
)
def test_what_cannot_be_compared_is_refused(comparison: Comparison, values: Any) -> None:
    with pytest.raises(Refusal):
        next(run(comparison, *values))


def test_too_many_comparisons_are_slowed_down(comparison: Comparison) -> None:
    with pytest.raises(Refusal, match="秒后再试"):
        for _ in range(20):
            list(run(comparison, "", 1, "story", "greedy", "story", "greedy", "从前"))


def test_stop_ends_both_and_says_so(comparison: Comparison, models: TextModels) -> None:
    wish = Stop()
    values = ("", 200, "dialogue", "top_p", "story", "greedy", "从前")
    screens = []
    for screen in comparison.run(request(), Compared(), wish, *values):
        screens.append(screen)
        if len(texts_of(screen)[0]) > 3:
            wish.ask()
    assert "已停下" in screens[-1][2]
    batcher = shared_batcher(models.get("dialogue", "zh"))
    for _ in range(100):  # the loop lets go between two steps
        if not batcher.load:
            break
        time.sleep(0.1)
    assert not batcher.load


def test_an_error_is_a_sentence_and_the_texts_stay(
    comparison: Comparison, models: TextModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", said.append)

    def unfit(name: str, model: Any, strategy: Any) -> Any:
        raise GenerationError("no such id 99")

    broken = Comparison(models, prepared, unfit)
    assert list(run(broken, "", 9, "story", "top_p", "story", "greedy", "从前")) == []
    assert len(said) == 1 and "99" not in said[0]


def test_a_prompt_that_the_judge_cannot_read_leaves_its_verdict_out(models: TextModels) -> None:
    calls: list[str] = []

    def once(name: str, *values: Any) -> Any:
        calls.append(name)
        if len(calls) > 2:
            raise Refusal("no")
        return prepared(name, *values)

    judged = Comparison(models, once, lambda name, model, strategy: strategy)
    *_, last = run(judged, "3", 9, "story", "top_p", "story", "greedy", "从前")
    assert last[5] == "两边的种子都是 3。"
    assert [len(text) for text in texts_of(last)] == [9, 9]
