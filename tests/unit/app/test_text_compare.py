"""Two texts side by side, called as gradio calls it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from app.text.compare import MAX_TOKENS, Comparison, Screen, Visit
from app.text.drafts import Plan
from app.text.models import TextModels
from app.web.limits import Refusal
from engine.generation.batcher import shared_batcher
from engine.models.errors import GenerationError
from tests.text_page import NAMES, prepared, toy_models
from tests.waiting import eventually


def request(language: str = "zh-CN", session: str = "a") -> Any:
    return SimpleNamespace(headers={"accept-language": language}, session_hash=session)


@pytest.fixture
def models(tmp_path: Path) -> TextModels:
    found = TextModels(toy_models(tmp_path), NAMES)
    found.get("story", "zh")
    return found


@pytest.fixture
def comparison(models: TextModels) -> Comparison:
    return Comparison(models, prepared)


def run(comparison: Comparison, *values: Any, lang: str = "zh-CN") -> Iterator[Screen]:
    return comparison.run(Visit(), request(lang), *values)


def texts_of(screen: Screen) -> list[str]:
    """The two texts of a screen."""
    values = (screen.left_tokens, screen.right_tokens)
    lines = [[json.loads(line) for line in value.splitlines()] for value in values]
    return ["".join(line[0] for line in value if isinstance(line, list)) for value in lines]


def test_the_same_on_both_sides_is_the_same(comparison: Comparison) -> None:
    *_, last = run(comparison, "7", 40, "story", "top_p", "story", "top_p", "从前")
    left, right = texts_of(last)
    assert left == right and len(left) == 40
    assert "**" not in last.left_head + last.right_head
    again = list(run(comparison, 7, 40, "story", "top_p", "story", "beam", "从前"))[-1]
    assert texts_of(again)[0] == left
    assert "**top-p" in again.left_head and "**束搜索**（4 条束" in again.right_head


def test_two_models_are_named_and_read_by_one(comparison: Comparison) -> None:
    *_, last = run(comparison, "", 20, "story", "top_p", "dialogue", "top_p", "从前", lang="en")
    assert "**Bundled small model (writing)**" in last.left_head
    assert "**Bundled small model (dialogue)**" in last.right_head
    assert "Read by one model (Bundled small model (writing))" in last.verdict


def test_a_seed_that_is_not_given_is_drawn_and_told(comparison: Comparison) -> None:
    first = list(run(comparison, "", 8, "story", "top_p", "story", "greedy", "从前"))[-1]
    (seed,) = re.findall(r"种子都是 (\d+)", first.verdict)
    again = list(run(comparison, seed, 8, "story", "top_p", "story", "greedy", "从前"))[-1]
    assert texts_of(again) == texts_of(first)


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
    visit = Visit()
    values = ("", 200, "dialogue", "top_p", "story", "greedy", "从前")
    screens = []
    for screen in comparison.run(visit, request(), *values):
        screens.append(screen)
        if len(texts_of(screen)[0]) > 3:
            comparison.stop(visit)
    assert "已停下" in screens[-1].left_tokens
    batcher = shared_batcher(models.get("dialogue", "zh"))
    assert eventually(lambda: not batcher.load)  # the loop lets go between two steps


def test_an_error_is_a_sentence_and_the_texts_stay(
    comparison: Comparison, models: TextModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", said.append)

    def unfit(*values: Any) -> Plan:
        raise GenerationError("no such id 99")

    broken = Comparison(models, unfit)
    assert list(run(broken, "", 9, "story", "top_p", "story", "greedy", "从前")) == []
    assert len(said) == 1 and "99" not in said[0]


def test_a_prompt_that_the_judge_cannot_read_leaves_its_verdict_out(models: TextModels) -> None:
    calls: list[str] = []

    def once(name: str, *values: Any) -> Plan:
        calls.append(name)
        if len(calls) > 2:
            raise Refusal("no")
        return prepared(name, *values)

    judged = Comparison(models, once)
    *_, last = run(judged, "3", 9, "story", "top_p", "story", "greedy", "从前")
    assert last.verdict == "两边的种子都是 3。"
    assert [len(text) for text in texts_of(last)] == [9, 9]


def test_a_newer_comparison_takes_the_place_of_the_older(comparison: Comparison) -> None:
    visit = Visit()
    values = ("", 200, "dialogue", "top_p", "story", "greedy", "从前")
    older = comparison.run(visit, request(), *values)
    next(older)
    newer = comparison.run(visit, request(), *values)
    next(newer)
    assert list(older) == []
    newer.close()
