"""A visitor of a page over HTTP, without a browser: what one would never send can be sent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import httpx

from app.settings import Settings
from app.shell import build, launch_options
from engine.models.registry import Models
from tests.conftest import free_port


@contextmanager
def served(models: Models, page: ModuleType) -> Iterator[httpx.Client]:
    """An application of one page, and a connection to it."""
    demo = build(models, (page,))
    options = launch_options(Settings(port=free_port()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
    with httpx.Client(base_url=url.rstrip("/"), timeout=120, trust_env=False) as connection:
        yield connection
    demo.close()


class Visitor:
    """A program that speaks gradio's queue protocol under a session of its own.

    Args:
        prefix: of the page's elem_ids.
    """

    def __init__(self, client: httpx.Client, session: str, prefix: str) -> None:
        self.client = client
        self.session = session
        self.prefix = prefix
        self.config = client.get("/config").json()
        self.components = {c["id"]: c["props"] for c in self.config["components"]}

    def call(
        self, elem_id: str, event: str, event_data: object = None, **fields: object
    ) -> tuple[bool, list[Any], str]:
        """Send an event with the values that the page begins with, but for some fields.

        Returns whether it succeeded, the last output, and what was said.
        """
        dependency = self._dependency(elem_id, event)
        inputs = [self.components[id] for id in dependency["inputs"]]
        body = {
            "fn_index": dependency["id"],
            "data": [fields.get(self._field(one), one.get("value")) for one in inputs],
            "event_data": event_data,
            "session_hash": self.session,
        }
        headers = {"accept-language": "zh-CN"}
        joined = self.client.post("/gradio_api/queue/join", json=body, headers=headers)
        if joined.status_code != 200:
            return False, [], str(joined.json().get("detail"))
        said = ""
        address = f"/gradio_api/queue/data?session_hash={self.session}"
        with self.client.stream("GET", address, headers=headers) as stream:
            for line in stream.iter_lines():
                if not line.startswith("data:"):
                    continue
                message = json.loads(line[5:])
                found = message.get("output") or {}
                said += str(message.get("log", "")) + str(found.get("error") or "")
                if message["msg"] in ("process_completed", "close_stream"):
                    return bool(message.get("success")), found.get("data") or [], said
        return False, [], said

    def server(self, elem_id: str, name: str, data: object) -> httpx.Response:
        """Call a function that a widget's script calls."""
        ids = [id for id, props in self.components.items() if props.get("elem_id") == elem_id]
        body = {
            "data": data,
            "component_id": ids[0],
            "fn_name": name,
            "session_hash": self.session,
        }
        return self.client.post("/gradio_api/component_server/", json=body)

    def _field(self, props: dict[str, Any]) -> str:
        return str(props.get("elem_id", "")).removeprefix(f"{self.prefix}-").replace("-", "_")

    def _dependency(self, elem_id: str, event: str) -> dict[str, Any]:
        for dependency in self.config["dependencies"]:
            for target, name in dependency["targets"]:
                known = self.components.get(target, {}).get("elem_id")
                if known == elem_id and name == event:
                    return dict(dependency)
        raise LookupError(f"{elem_id}.{event}")
