"""More visitors than the queue holds are told so, and the rest are served."""

from threading import Event

import gradio as gr
import httpx
import pytest

from app.settings import Settings
from app.shell import launch_options
from tests.conftest import free_port


@pytest.mark.parametrize("waiting", [3])
def test_a_full_queue_says_so(waiting: int) -> None:
    gate = Event()
    with gr.Blocks() as demo:
        button, box = gr.Button(), gr.Textbox()
        button.click(lambda: str(gate.wait(30)), None, box, api_name="wait")
    demo.queue(max_size=waiting)
    options = launch_options(Settings(port=free_port()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
    try:
        answers = [
            httpx.post(f"{url}gradio_api/call/wait", json={"data": []}, trust_env=False)
            for _ in range(waiting + 3)
        ]
        full = [answer for answer in answers if answer.status_code == 503]
        assert full
        assert all("full" in answer.text for answer in full)
        assert len(full) <= 3
    finally:
        gate.set()
        demo.close()
