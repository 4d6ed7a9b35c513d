"""python app.py, as a visitor of the README starts it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from engine.models.catalogue import ROOT
from tests.conftest import free_port

pytestmark = pytest.mark.slow  # each starts a process


@contextmanager
def started(log: Path, *options: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """The application as a process of its own, its log in a file."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py", *options],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def wait_for_log(process: subprocess.Popen[bytes], log: Path, words: str) -> str:
    """The log, once the words are in it; fails if the process ends before, or takes too long."""
    deadline = time.monotonic() + 180
    while words not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    return log.read_text()


def test_it_listens_where_the_environment_says_and_logs_it(tmp_path: Path) -> None:
    log, port = tmp_path / "log", str(free_port())
    url = f"http://127.0.0.1:{port}/"
    with started(log, "--preload", "none", GRADIO_SERVER_PORT=port) as process:
        assert f"the page is at {url}" in wait_for_log(process, log, "preloading no model")
        assert "字里行间" in httpx.get(url, trust_env=False, timeout=60).text


def test_a_port_that_is_taken_is_explained(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1])
        with started(log, "--port", port) as process:
            assert process.wait(120) == 1
    assert f"127.0.0.1:{port} cannot be listened on" in log.read_text()
    assert "Traceback" not in log.read_text()


def test_the_page_is_built_without_tensorflow() -> None:
    program = (
        "import sys; from app.shell import build; from engine.models.registry import Models;"
        "build(Models()); sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
