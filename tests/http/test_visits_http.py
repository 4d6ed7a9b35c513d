"""How long a visit is remembered."""

import time
from collections.abc import Iterator

import gradio as gr
import pytest
from gradio_client import Client

from app.web import events
from tests.conftest import free_port


def test_outside_of_an_application_there_is_no_root() -> None:
    with pytest.raises(RuntimeError):
        events.root()


def test_what_is_being_written_keeps_a_visit_and_an_idle_one_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events, "REMEMBERED", 1.5)

    def count(number: int) -> Iterator[int]:
        for _ in range(5):
            time.sleep(0.6)
            number += 1
            yield number

    with gr.Blocks(analytics_enabled=False) as demo:
        state, shown = events.visit(0), gr.Textbox()
        gr.Button().click(count, [state], [state], api_name="count")
        gr.Button().click(str, [state], [shown], api_name="look")
    _, url, _ = demo.launch(
        prevent_thread_lock=True, server_port=free_port(), quiet=True, ssr_mode=False
    )
    try:
        client = Client(url, verbose=False, analytics_enabled=False)
        client.predict(api_name="/count")  # longer than a visit is remembered
        assert client.predict(api_name="/look") == "5"
        time.sleep(3)
        assert client.predict(api_name="/look") == "0"
    finally:
        demo.close()
