"""What the writing pages share, asked without a browser: bad values, comparison, a closed tab."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.settings import Settings
from app.shell import launch_options
from engine.generation.batcher import shared_batcher
from engine.models.registry import Models
from tests.conftest import free_port
from tests.text_page import build, toy_models
from tests.waiting import eventually


class Visitor:
    """A program that speaks gradio's queue protocol under a session of its own."""

    def __init__(self, client: httpx.Client, session: str) -> None:
        self.client = client
        self.session = session
        self.config = client.get("/config").json()
        self.messages: list[dict[str, Any]] = []
        self.values: dict[int, Any] = {}

    def id(self, elem_id: str) -> int:
        """The component of this id."""
        found = (c["id"] for c in self.config["components"] if c["props"].get("elem_id") == elem_id)
        return int(next(found))

    def join(self, trigger: str, event: str = "click", change: Any = None) -> str:
        """Send an event with the page's own values; ``change`` maps ids of components to others.

        Returns the event's id."""
        function = next(
            dependency
            for dependency in self.config["dependencies"]
            if [self.id(trigger), event] in dependency["targets"] and dependency["backend_fn"]
        )
        changes = {self.id(key): value for key, value in (change or {}).items()}
        values = {c["id"]: c["props"].get("value") for c in self.config["components"]}
        values |= self.values | changes
        body = {
            "fn_index": function["id"],
            "data": [values.get(id) for id in function["inputs"]],
            "session_hash": self.session,
        }
        headers = {"accept-language": "zh-CN", "content-type": "application/json"}
        # As ASCII: half a surrogate has no bytes, but JSON has a way to write it.
        content = json.dumps(body)
        joined = self.client.post("/gradio_api/queue/join", content=content, headers=headers)
        assert joined.status_code == 200, joined.text
        self.outputs = function["outputs"]
        return str(joined.json()["event_id"])

    def listen(self, until: str = "process_completed") -> list[dict[str, Any]]:
        """The messages up to one of this kind."""
        address = f"/gradio_api/queue/data?session_hash={self.session}"
        heard = []
        with self.client.stream("GET", address) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    heard.append(json.loads(line[5:]))
                    if heard[-1]["msg"] in (until, "close_stream"):
                        break
        return heard

    def say(self, trigger: str, event: str = "click", change: Any = None) -> str:
        """Send an event and wait for its end; all that was said to the visitor on the way."""
        self.join(trigger, event, change)
        heard = self.listen()
        return " ".join(
            str(message.get("log") or (message.get("output") or {}).get("error") or "")
            for message in heard
        ).strip()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    found = toy_models(tmp_path_factory.mktemp("models"))
    for name in ("story", "dialogue"):
        found.get(name)
    return found


@pytest.fixture(scope="module")
def client(models: Models) -> Iterator[httpx.Client]:
    demo = build(models)
    demo.queue(max_size=64)
    options = launch_options(Settings(port=free_port()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
    with httpx.Client(base_url=url.rstrip("/"), timeout=120, trust_env=False) as connection:
        yield connection
    demo.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"page-prompt": " \n"}, "请先写点什么"),
        ({"page-prompt": "好" * 100_000}, "太长了"),
        ({"page-prompt": "\x00\ud83d"}, "请先写点什么"),
        ({"page-seed": "abc", "page-lucky": False}, "随机种子应在"),
        ({"page-temperature": 0.001}, "这组参数不能用"),
        ({"page-model": "gpt2"}, "不在这台机器上"),
        ({"page-model": "cpm"}, "--preload cpm"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    client: httpx.Client, change: dict[str, Any], words: str
) -> None:
    said = Visitor(client, f"wrong{abs(hash(words))}").say("page-run", change=change)
    assert words in said
    assert "Traceback" not in said and "/a/path" not in said


@pytest.mark.parametrize(
    "change",
    [
        {"page-prompt": None},
        {"page-prompt": {"a": 1}},
        {"page-model": "nonsense"},
        {"page-model": None},
        {"page-preset": ["balanced", "greedy"]},
        {"page-temperature": "hot"},
        {"page-top_k": 10**30},
        {"page-seed": [1]},
        {"page-compare-max-tokens": 10**9},
    ],
)
def test_values_of_any_shape_end_calmly(client: httpx.Client, change: dict[str, Any]) -> None:
    visitor = Visitor(client, f"shape{abs(hash(repr(change)))}")
    trigger = "page-compare-run" if "page-compare-max-tokens" in change else "page-run"
    assert "Traceback" not in visitor.say(trigger, change=change)
    # And the next one is served.
    assert visitor.say("page-run") == ""


def test_a_closed_tab_frees_its_place(client: httpx.Client, models: Models) -> None:
    model = models.get("dialogue")
    visitor = Visitor(client, "closed")
    visitor.join("page-run", change={"page-model": "dialogue", "page-max_tokens": 384})
    visitor.listen(until="process_generating")  # and the connection is closed
    (decoder,) = model.decoders
    assert eventually(lambda: not shared_batcher(model).load)
    assert decoder.extended < 300


def test_a_comparison_tells_both_sides_apart(client: httpx.Client) -> None:
    visitor = Visitor(client, "compare")
    visitor.join("page-compare-run", change={"page-compare-seed": "5"})
    last = visitor.listen()[-1]["output"]
    assert last.get("error") is None
    heads = [visitor.outputs.index(visitor.id(f"page-compare-head-{s}")) for s in ("left", "right")]
    views = [visitor.outputs.index(visitor.id(f"page-compare-view-{s}")) for s in ("left", "right")]
    left, right = (last["data"][at] for at in heads)
    assert "**top-p（核采样）**" in left and "**贪心**" in right
    assert "**内置" not in left + right
    verdict = last["data"][visitor.outputs.index(visitor.id("page-compare-verdict"))]
    assert "种子都是 5" in verdict and "困惑度：左" in verdict
    texts = []
    for at in views:
        head, *tokens, end = map(json.loads, last["data"][at].splitlines())
        assert head["prompt"] == "小狐狸，从前"  # both of the page's fields came along
        assert len(tokens) == 96 and "困惑度" in end["status"]
        texts.append("".join(token[0] for token in tokens))
    assert texts[0] != texts[1]


def test_ten_visitors_at_once(client: httpx.Client) -> None:
    visitors = [Visitor(client, f"ten{number}") for number in range(10)]
    for visitor in visitors:
        visitor.join("page-run", change={"page-seed": "3", "page-lucky": False})
    texts = set()
    for visitor in visitors:
        last = visitor.listen()[-1]["output"]
        value = last["data"][visitor.outputs.index(visitor.id("page-view"))]
        texts.add(json.dumps([json.loads(line)[0] for line in value.splitlines()[1:-1]]))
    assert len(texts) == 1
