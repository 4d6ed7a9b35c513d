"""The story page without its page: raw requests, and gradio's own client."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from gradio_client import Client

from app.pages.story import page as story
from app.settings import Settings
from app.shell import build, launch_options
from tests.conftest import free_port
from tests.story_model import story_models
from tests.unit.app.test_story_handlers import values

CHINESE = {"accept-language": "zh-CN"}


class Visitor:
    """A program that speaks gradio's queue protocol under a session of its own."""

    def __init__(self, client: httpx.Client, session: str) -> None:
        self.client = client
        self.session = session
        self.config = client.get("/config").json()
        self.outputs: list[Any] = []

    def call(self, button: str, data: list[Any], event_data: object = None) -> str:
        """Send the event of a component; returns what was said, and keeps what came out.

        What gradio itself refuses, before the page sees it, is "refused".
        """
        body = {
            "fn_index": self.function(button),
            "data": data,
            "event_data": event_data,
            "session_hash": self.session,
        }
        joined = self.client.post("/gradio_api/queue/join", json=body, headers=CHINESE)
        assert joined.status_code == 200, joined.text
        address = f"/gradio_api/queue/data?session_hash={self.session}"
        with self.client.stream("GET", address, headers=CHINESE) as stream:
            for line in stream.iter_lines():
                message = json.loads(line[5:]) if line.startswith("data:") else {"msg": ""}
                if message["msg"] == "process_completed":
                    output = message["output"]
                    self.outputs = output.get("data") or []
                    return "" if message["success"] else str(output.get("error") or "refused")
        raise AssertionError("the server ended the answer")

    def function(self, elem_id: str) -> int:
        """The first listener of a component that the server computes."""
        found = next(
            c["id"] for c in self.config["components"] if c["props"].get("elem_id") == elem_id
        )
        for dependency in self.config["dependencies"]:
            if dependency["backend_fn"] and any(t[0] == found for t in dependency["targets"]):
                return int(dependency["id"])
        raise LookupError(elem_id)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    demo = build(story_models(tmp_path_factory.mktemp("models")), (story,))
    options = launch_options(Settings(port=free_port()))
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
    yield address.rstrip("/")
    demo.close()


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=120, trust_env=False) as connection:
        yield connection


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": "山" * 100_000}, "100000"),
        ({"cursor": 10**15}, "光标"),
        ({"model": "gpt2-ml-15g"}, "--preload gpt2-ml-15g"),
        ({"memory": "山" * 5_000}, "5000"),
    ],
)
def test_bad_values_are_refused_with_a_sentence(
    client: httpx.Client, changes: dict[str, object], words: str
) -> None:
    said = Visitor(client, f"bad{words}").call("story-continue", [None, *values(**changes)])
    assert words in said


@pytest.mark.parametrize(
    "changes",
    [
        *({"genre": "<script>"}, {"model": "../story"}, {"branches": 1000}),
        *({"temperature": "hot"}, {"max_tokens": 10**12}, {"cursor": "x"}, {"seed": [1]}),
    ],
)
def test_values_of_another_kind_never_reach_the_model_or_tell_what_is_inside(
    client: httpx.Client, changes: dict[str, object]
) -> None:
    visitor = Visitor(client, f"kind{changes}")
    said = visitor.call("story-continue", [None, *values(**changes)])
    assert said and visitor.outputs == []
    assert "Traceback" not in said and "site-packages" not in said


def test_a_text_is_continued_over_http(client: httpx.Client) -> None:
    visitor = Visitor(client, "writes")
    assert visitor.call("story-continue", [None, *values(text="从前")]) == ""
    (tokens,) = [
        value for value in visitor.outputs if isinstance(value, str) and '"prompt":"从前"' in value
    ]
    assert len(tokens.splitlines()) > 10


@pytest.mark.parametrize("event_data", [None, {}, [], "x", 7, {"seq": -1, "index": 0, "id": 0}])
@pytest.mark.parametrize("widget", ["story-tokens", "story-cards", "story-tree"])
def test_events_of_any_shape_are_refused(
    client: httpx.Client, widget: str, event_data: object
) -> None:
    visitor = Visitor(client, f"odd{widget}{event_data!r:.9}")
    said = visitor.call(widget, [None, "山里"], event_data)
    assert said and "Traceback" not in said


@pytest.mark.parametrize("event_data", [None, {}, [], "x", 7, {"index": -1}, {"index": 10**6}])
def test_an_example_that_there_is_not_changes_nothing(
    client: httpx.Client, event_data: object
) -> None:
    visitor = Visitor(client, f"odd example{event_data!r:.9}")
    said = visitor.call("story-examples", [None, "山里"], event_data)
    assert said and "Traceback" not in said and visitor.outputs == []
    assert visitor.call("story-examples", [None, "山里"], {"index": 0}) == ""
    assert any(isinstance(value, str) for value in visitor.outputs)


def test_two_visitors_have_two_manuscripts(client: httpx.Client) -> None:
    for session, text in (("first", "山里"), ("second", "大雪")):
        visitor = Visitor(client, session)
        visitor.call("story-continue", [None, *values(text=text)])
        visitor.call("story-stop", [None, text])
    for session, text in (("first", "山里"), ("second", "大雪")):
        visitor = Visitor(client, session)
        # The manuscript of the server has the continuation; "！" was typed since.
        assert visitor.call("story-undo", [None, f"{text}！"]) == ""
        (manuscript,) = [v for v in visitor.outputs if str(v).startswith(text) and len(v) < 99]
        assert len(manuscript) > 20


def test_the_named_endpoint_answers_gradios_client(url: str) -> None:
    client = Client(url, verbose=False)
    named = client.view_api(return_format="dict")["named_endpoints"]
    assert "/story" in named and set(named) == {"/story"}
    first = client.predict("山里", max_tokens=20, seed=5, api_name="/story")
    again = client.predict("山里", max_tokens=20, seed=5, api_name="/story")
    assert first["text"] == again["text"] and first["text"]
    with pytest.raises(Exception, match=r"20,?000"):
        client.predict("山" * 30_000, api_name="/story")
