"""The few-shot page over HTTP: what a browser would never send, and the endpoint for programs."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from gradio_client import Client

from app.pages.fewshot import page as fewshot
from tests.fewshot_model import fewshot_models
from tests.visitor import Visitor, served


def visitor(client: httpx.Client, session: str) -> Visitor:
    return Visitor(client, session, "fs")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with served(fewshot_models(tmp_path_factory.mktemp("models")), fewshot) as connection:
        yield connection


def values(output: list[Any], marker: str) -> list[dict[str, Any]]:
    """Outputs that are JSON with a key; gradio may send a difference instead of the whole."""
    texts = [one for one in output if isinstance(one, str) and one.startswith("{")]
    return [found for text in texts if marker in (found := json.loads(text.splitlines()[0]))]


def test_a_question_is_answered(client: httpx.Client) -> None:
    somebody = visitor(client, "one")
    done, output, _ = somebody.call("fs-ask", "click", seed=3, lucky=False)
    assert done
    (prompt,) = values(output, "at")
    assert prompt["text"].endswith("中国的首都是")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"question": "长" * 100_000}, "太长"),
        ({"pattern": "首都"}, "写法"),
        ({"separator": ["newline"]}, "选项"),
        ({"examples": "not json"}, "JSON"),
        ({"examples": json.dumps({"rows": [["a", "b"]] * 1000})}, "1000"),
        ({"candidates": "\n".join(map(str, range(99)))}, "99"),
        ({"model": "cpm"}, "--preload cpm"),
        ({"model": "../../etc/passwd"}, ""),
        ({"filling": "sideways"}, ""),
        ({"max_tokens": 100_000}, "96"),
        ({"temperature": "hot"}, ""),
        ({"seed": -1, "lucky": False}, "种子"),
    ],
)
def test_bad_values_are_answered_with_a_sentence(
    client: httpx.Client, fields: dict[str, Any], said: str
) -> None:
    # What no component of its kind would send, gradio refuses by itself, without words.
    done, _, words = visitor(client, f"bad {sorted(fields)} {said}").call(
        "fs-ask", "click", **fields
    )
    assert not done and said in words and "Traceback" not in words


@pytest.mark.parametrize(
    ("elem_id", "event", "event_data"),
    [
        ("fs-answer", "branch", {"seq": 1, "index": 0, "id": 0}),
        ("fs-answer", "branch", None),
        ("fs-presets", "pick", {"key": "__proto__"}),
        ("fs-presets", "pick", None),
        ("fs-share", "click", None),
        ("fs-save", "click", None),
    ],
)
def test_events_that_no_page_would_send(
    client: httpx.Client, elem_id: str, event: str, event_data: object
) -> None:
    done, _, words = visitor(client, f"event {elem_id} {event_data}").call(
        elem_id, event, event_data
    )
    assert not done and words and "Traceback" not in words


def test_a_table_with_a_bad_line_names_it(client: httpx.Client) -> None:
    somebody = visitor(client, "table")
    done, _, words = somebody.call("fs-run", "click", questions="a,b\nc,d,e")
    assert not done and "第 2 行有 3 列" in words
    done, _, words = somebody.call("fs-draw", "click", questions="a,b", seeds=99)
    assert not done and "5" in words
    done, output, _ = somebody.call("fs-run", "click", questions="英国,伦敦\n德国,柏林")
    assert done and any("2/2" in str(one) for one in output)


def test_ten_people_at_once(client: httpx.Client) -> None:
    visitors = [visitor(client, f"person {number}") for number in range(10)]
    with ThreadPoolExecutor(10) as threads:
        found = list(threads.map(lambda one: one.call("fs-ask", "click", seed=1), visitors))
    assert all(done for done, _, _ in found)


def test_programs_ask_by_name(client: httpx.Client) -> None:
    program = Client(str(client.base_url), verbose=False)
    found = program.predict("英国", api_name="/fewshot")
    assert found["answer"] == "伦敦" and found["prompt"].endswith("\n英国的首都是")
    found = program.predict(
        "鸟",
        examples=[["狗", "dog"], ["猫", "cat"]],
        candidates=["fish", "bird"],
        api_name="/fewshot",
    )
    assert found["prompt"] == "狗 dog\n猫 cat\n鸟 " and found["answer"] == "bird"
    assert [one["text"] for one in found["candidates"]] == ["bird", "fish"]
    assert sum(one["calibrated"] for one in found["candidates"]) == pytest.approx(1, abs=1e-5)
    described = program.view_api(return_format="dict")["named_endpoints"]
    assert list(described) == ["/fewshot"]
    names = [one["parameter_name"] for one in described["/fewshot"]["parameters"]]
    assert names[0] == "question" and "request" not in names


@pytest.mark.parametrize(
    "arguments",
    [
        {"question": None},
        {"question": "长" * 3000},
        {"question": "a", "examples": [["a"]]},
        {"question": "a", "examples": "x"},
        {"question": "a", "examples": [["a", "b"]] * 100},
        {"question": "a", "pattern": "{answer}"},
        {"question": "a", "candidates": ["x"] * 100},
        {"question": "a", "candidates": [1]},
        {"question": "a", "strategy": "magic"},
        {"question": "a", "seed": "x"},
        {"question": "a", "model": "bert"},
    ],
)
def test_programs_get_sentences_too(client: httpx.Client, arguments: dict[str, Any]) -> None:
    program = Client(str(client.base_url), verbose=False)
    with pytest.raises(Exception) as error:
        program.predict(**arguments, api_name="/fewshot")
    assert "Traceback" not in str(error.value) and str(error.value)
