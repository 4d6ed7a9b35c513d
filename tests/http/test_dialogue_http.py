"""The dialogue page without its chat: the endpoint for programs, and requests of any shape."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from app.pages.dialogue import page as dialogue
from app.settings import Settings
from app.shell import build, launch_options
from tests.conftest import free_port
from tests.dialogue_models import chat_models


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    models = chat_models(tmp_path_factory.mktemp("models"))
    demo = build(models, (dialogue,))
    options = launch_options(Settings(port=free_port()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
    models.get("dialogue")
    yield url.rstrip("/")
    demo.close()


@pytest.fixture(scope="module")
def client(url: str) -> Client:
    return Client(url, verbose=False)


def test_a_program_gets_the_same_reply_for_the_same_seed(client: Client) -> None:
    first = client.predict("你好吗？", seed=5, api_name="/dialogue")
    again = client.predict("你好吗？", seed=5, api_name="/dialogue")
    assert first == again and first.strip()
    turns = ["你好吗？", "我很好。", "去哪里？"]
    assert client.predict(turns, seed=5, strategy="greedy", api_name="/dialogue")


def test_a_program_that_calls_for_help_is_told_of_people(client: Client) -> None:
    told = client.predict(["你好吗？", "我很好。", "我不想活了"], api_name="/dialogue")
    assert "12356" in told
    assert "988" in client.predict("I want to die", api_name="/dialogue")


@pytest.mark.parametrize(
    "values",
    [
        {"messages": ""},
        {"messages": []},
        {"messages": [""]},
        {"messages": [1]},
        {"messages": {"a": 1}},
        {"messages": "好" * 100_000},
        {"messages": ["好"] * 1000},
        {"strategy": "x"},
        {"max_tokens": 9999},
        {"max_tokens": "many"},
        {"seed": 2**60},
        {"last": -1},
        {"model": "gpt2"},
        {"model": "nezha-dialog"},
    ],
)
def test_bad_values_are_refused_with_a_sentence(client: Client, values: dict[str, Any]) -> None:
    given = {"messages": "你好吗？", **values}
    with pytest.raises(AppError) as refused:
        client.predict(**given, api_name="/dialogue")
    assert "Traceback" not in str(refused.value)


def test_the_endpoint_is_documented_and_the_only_one_shown(client: Client) -> None:
    shown = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(shown) == {"/dialogue"}
    names = [parameter["parameter_name"] for parameter in shown["/dialogue"]["parameters"]]
    assert names == ["messages", "strategy", "max_tokens", "seed", "last", "model"]


class Visitor:
    """A program that sends the chat's events."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=120, trust_env=False)
        self.config = self.http.get("/config").json()
        self.values = {c["id"]: c["props"].get("value") for c in self.config["components"]}

    def send(self, event: str, event_data: object) -> list[dict[str, Any]]:
        chat = next(
            c["id"]
            for c in self.config["components"]
            if c["props"].get("elem_id") == "dialogue-chat"
        )
        function = next(d for d in self.config["dependencies"] if [chat, event] in d["targets"])
        body = {
            "fn_index": function["id"],
            "data": [self.values.get(id) for id in function["inputs"]],
            "event_data": event_data,
            "session_hash": "visitor",
        }
        headers = {"accept-language": "zh-CN", "content-type": "application/json"}
        sent = json.dumps(body)
        joined = self.http.post("/gradio_api/queue/join", content=sent, headers=headers)
        assert joined.status_code == 200, joined.text
        heard = []
        address = "/gradio_api/queue/data?session_hash=visitor"
        with self.http.stream("GET", address) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    heard.append(json.loads(line[5:]))
                    if heard[-1]["msg"] in ("process_completed", "close_stream"):
                        break
        return heard


@pytest.mark.parametrize("event", ["ask", "alter"])
def test_events_of_any_shape_are_refused(url: str, event: str) -> None:
    visitor = Visitor(url)
    shapes: list[object] = [None, {}, [], "say", 5, {"act": ["say"]}, {"act": "branch", "seq": -1}]
    shapes += [{"act": "say", "text": {"a": 1}, "nonce": "x"}, {"act": "choose", "card": 9e9}]
    for shape in shapes:
        heard = visitor.send(event, shape)
        told = json.dumps(heard, ensure_ascii=False)
        assert "Traceback" not in told, shape
        completed = next(m for m in heard if m["msg"] == "process_completed")
        assert completed["success"], (shape, completed)
