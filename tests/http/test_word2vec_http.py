"""The word2vec page over HTTP: what a browser would never send, and the endpoint for programs."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from gradio_client import Client

from app.pages.word2vec import page as word2vec
from app.pages.word2vec.handlers import Screen
from app.web.limits import MAX_REQUEST_BYTES
from tests.visitor import Visitor, served
from tests.word2vec_model import word2vec_models


def visitor(client: httpx.Client, session: str) -> Visitor:
    return Visitor(client, session, "w2v")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    models = word2vec_models(tmp_path_factory.mktemp("models"))
    models.get("word2vec")
    with served(models, word2vec) as connection:
        yield connection


def test_a_word_is_looked_up(client: httpx.Client) -> None:
    done, output, _ = visitor(client, "one").call("w2v-look", "click", search="猫")
    near = output[Screen._fields.index("near")]
    assert done and {row["word"] for row in json.loads(near)["rows"][:2]} == {"狗", "兔子"}


@pytest.mark.parametrize(
    ("elem_id", "fields", "said"),
    [
        ("w2v-look", {"search": "长" * 100_000}, "太长"),
        ("w2v-look", {"search": None}, "文字"),
        ("w2v-look", {"search": ""}, "先写"),
        ("w2v-look", {"space": "../../etc/passwd"}, ""),
        ("w2v-look", {"alpha": "high"}, ""),
        ("w2v-calculate", {"a": "词表外"}, "没有“词表外”"),
        ("w2v-calculate", {"method": "divide"}, ""),
        ("w2v-compare", {"one": ["猫"]}, ""),
        ("w2v-odd", {"words": "猫 狗"}, "3 到"),
        ("w2v-draw", {"left": "她"}, "不同"),
        ("w2v-draw", {"placed": ""}, "还空着"),
        ("w2v-find", {"text": "长" * 100_000}, "太长"),
        ("w2v-find", {"count": 9_999}, ""),
        ("w2v-alike", {"sentences": "一句"}, "2 到"),
        ("w2v-train", {"train_text": "长" * 1_000_001}, "最多 1000000"),
        ("w2v-train", {"train_text": "猫", "output": "magic"}, ""),
        ("w2v-train", {"train_text": "猫", "epochs": 10_000_000}, ""),
        ("w2v-train", {"train_file": {"path": "/etc/passwd"}}, ""),
        ("w2v-measure", {"test": "no test"}, "两个词加一个分数"),
        ("w2v-measure", {"test_file": {"path": "/etc/passwd"}}, ""),
        ("w2v-vectors-tsv", {"space": "x"}, ""),
    ],
)
def test_bad_values_are_answered_with_a_sentence(
    client: httpx.Client, elem_id: str, fields: dict[str, Any], said: str
) -> None:
    # What no component of its kind would send, gradio refuses by itself, without words.
    somebody = visitor(client, f"bad {elem_id} {sorted(fields)} {said}")
    done, _, words = somebody.call(elem_id, "click", **fields)
    assert not done and said in words and "Traceback" not in words


@pytest.mark.parametrize(
    ("elem_id", "event", "event_data"),
    [
        ("w2v-near", "pick", None),
        ("w2v-near", "pick", {"word": {"a": 1}}),
        ("w2v-near", "pick", {"word": "长" * 9999}),
        ("w2v-examples", "pick", {"index": -1}),
        ("w2v-axes", "pick", {"index": "__proto__"}),
        ("w2v-map", "pick", {"word": "词表外"}),
        ("w2v-map", "pair", {"words": "猫"}),
        ("w2v-map", "pair", {"words": ["猫"] * 50}),
        ("w2v-completion", "refuse", {"length": "x", "maximum": None}),
    ],
)
def test_events_that_no_page_would_send(
    client: httpx.Client, elem_id: str, event: str, event_data: object
) -> None:
    somebody = visitor(client, f"event {elem_id} {event_data}"[:60])
    done, _, words = somebody.call(elem_id, event, event_data)
    assert not done and words and "Traceback" not in words


def test_fifty_megabytes_are_refused_at_the_door(client: httpx.Client) -> None:
    text = "长" * (50 * 2**20 // 3)
    assert len(text.encode()) > MAX_REQUEST_BYTES
    done, _, words = visitor(client, "large").call("w2v-train", "click", train_text=text)
    assert not done and "KiB" in words


def test_the_map_comes_whole(client: httpx.Client) -> None:
    somebody = visitor(client, "map")
    answer = somebody.server("w2v-map", "points", "word2vec:map")
    assert json.loads(answer.json())["count"] == 200
    for bad in ("", "word2vec:../..", "nobody:map", None, 7, ["word2vec:map"], {"a": 1}):
        answer = somebody.server("w2v-map", "points", bad)
        assert "error" in json.loads(answer.json())
    assert somebody.server("w2v-map", "__init__", "x").status_code == 404
    asked = json.dumps({"key": "word2vec", "prefix": "白云"})
    found = somebody.server("w2v-completion", "complete", asked)
    assert json.loads(found.json()) == ["白云机场"]
    assert json.loads(somebody.server("w2v-completion", "complete", {"key": 1}).json()) == []


def test_programs_ask_by_name(client: httpx.Client) -> None:
    program = Client(str(client.base_url), verbose=False)
    found = program.predict("广州", api_name="/neighbours")
    assert [word for word, _ in found["neighbours"][:3]] == ["东莞", "深圳", "北京"]
    assert len(found["neighbours"]) == len(found["related"]) == 10
    described = program.view_api(return_format="dict")["named_endpoints"]
    assert list(described) == ["/neighbours"]
    parameters = described["/neighbours"]["parameters"]
    assert [one["parameter_name"] for one in parameters] == ["word", "topn", "alpha"]
    assert described["/neighbours"]["description"].startswith("Words that could stand")
    for bad in (("",), ("词表外",), ("广州", 0), ("广州", 3, 9.0), (None,)):
        with pytest.raises(Exception) as error:
            program.predict(*bad, api_name="/neighbours")
        assert "Traceback" not in str(error.value) and str(error.value)
