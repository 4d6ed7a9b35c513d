"""Moves sent to the xiangqi page without its board: only legal ones in turn are played."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.pages.xiangqi import page as xiangqi
from app.settings import Settings
from app.shell import build, launch_options
from tests.conftest import free_port
from tests.xiangqi_player import fake_models


class Visitor:
    """A program that speaks gradio's queue protocol under a session of its own."""

    def __init__(self, client: httpx.Client, session: str) -> None:
        self.client = client
        self.session = session
        self.config = client.get("/config").json()
        self.value: dict[str, Any] = {}
        self.record: dict[str, Any] = {}
        self.call("load", [None, None])

    def call(self, event: str, data: list[Any], event_data: object = None) -> list[str]:
        """Send an event; returns the messages of the queue, and keeps the board last seen."""
        body = {
            "fn_index": self._function(event),
            "data": data,
            "event_data": event_data,
            "session_hash": self.session,
        }
        headers = {"accept-language": "zh-CN"}
        joined = self.client.post("/gradio_api/queue/join", json=body, headers=headers)
        assert joined.status_code == 200, joined.text
        said: list[str] = []
        address = f"/gradio_api/queue/data?session_hash={self.session}"
        with self.client.stream("GET", address, headers=headers) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    message = json.loads(line[5:])
                    said.append(message.get("log", "") or str(message.get("title", "")))
                    self._see(message)
                    if message["msg"] in ("process_completed", "close_stream"):
                        return said
        return said

    def _see(self, message: dict[str, Any]) -> None:
        for value in (message.get("output") or {}).get("data") or []:
            if isinstance(value, str) and value.startswith('{"fen"'):
                self.value = json.loads(value)
            elif isinstance(value, str) and value.startswith('{"moves"'):
                self.record = json.loads(value)

    def _function(self, event: str) -> int:
        """The event of that name which changes the visit; "warn" tells of what cannot be opened."""
        visit = next(c["id"] for c in self.config["components"] if c["type"] == "state")
        kept = next(c["id"] for c in self.config["components"] if c["type"] == "browserstate")
        for dependency in self.config["dependencies"]:
            if event == "warn":
                if dependency["inputs"] == [kept]:
                    return int(dependency["id"])
            elif any(target[1] == event for target in dependency["targets"]) and (
                visit in dependency["outputs"]
            ):
                return int(dependency["id"])
        raise LookupError(event)

    def move(self, uci: object, **more: object) -> list[str]:
        """Play a move on the position last seen."""
        return self.call("move", [None], {"uci": uci, "seq": self.value["seq"], **more})


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    demo = build(fake_models(tmp_path_factory.mktemp("models")), pages=[xiangqi])
    options = launch_options(Settings(port=free_port()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
    with httpx.Client(base_url=url.rstrip("/"), timeout=120, trust_env=False) as connection:
        yield connection
    demo.close()


def test_illegal_moves_are_refused_and_the_game_goes_on(client: httpx.Client) -> None:
    visitor = Visitor(client, "cheat")
    start = visitor.value["fen"]
    for uci in ("h2h8", "e9e8", "a0a9", "<script>", "", None, 7, {"a": 1}, ["h2e2"], "h2" * 999):
        said = visitor.move(uci)
        assert any("不合规则" in text or "不是一着棋" in text for text in said), uci
        assert visitor.value["fen"] == start and visitor.value["movable"] == "red"
    visitor.move("h2e2")
    assert visitor.record["moves"][0] == "炮二平五" and len(visitor.record["moves"]) == 2


@pytest.mark.parametrize("event_data", [None, {}, [], "h2e2", {"uci": "h2e2", "seq": -1}])
def test_events_of_any_shape_change_nothing(client: httpx.Client, event_data: object) -> None:
    visitor = Visitor(client, f"odd{event_data!r:.12}")
    visitor.call("move", [None], event_data)
    visitor.call("goto", [None], event_data)
    visitor.call("flagfall", [None], event_data)
    assert visitor.record["moves"] == []


def test_a_saved_game_from_the_browser_is_checked(client: httpx.Client) -> None:
    visitor = Visitor(client, "saved")
    lies: list[Any] = [5, [], {}, {"fen": "x"}, {"fen": visitor.value["fen"], "moves": "h2h8"}]
    for lie in lies:
        said = visitor.call("warn", [lie])
        visitor.call("load", [None, lie])
        assert any("没有读出来" in text for text in said), lie
        assert visitor.record["moves"] == []


def test_two_visitors_have_two_games(client: httpx.Client) -> None:
    first, second = Visitor(client, "first"), Visitor(client, "second")
    first.move("h2e2")
    second.move("b0c2")
    assert first.record["moves"][0] == "炮二平五"
    assert second.record["moves"][0] == "马八进七"
