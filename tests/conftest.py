"""What tests share: the application over HTTP or in a browser, and a process for each library."""

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.libraries import LIBRARIES, Library

# A test must not wait for a hub, nor pass because one answered.
os.environ.setdefault("HF_HUB_OFFLINE", "1")


@dataclass(frozen=True)
class Server:
    """The running application: its address without a slash at the end, and its models."""

    url: str
    models: object


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The whole application with the bundled models, loading in the background."""
    from app.settings import Settings
    from app.shell import build, launch_options
    from engine.models.registry import Models

    models = Models()
    demo = build(models)
    settings = Settings(port=free_port())
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(settings))
    preloading = models.preload()
    yield Server(url.rstrip("/"), models)
    demo.close()
    # A thread that is inside a native library when Python ends takes the process down with it.
    preloading.join()


@pytest.fixture(scope="session")
def started_libraries() -> Iterator[dict[str, Library]]:
    """The processes that tests have asked for so far."""
    found: dict[str, Library] = {}
    yield found
    for process in found.values():
        process.stop()


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest, started_libraries: dict[str, Library]) -> Library:
    """Each of Keras's libraries, in the process that all tests of this worker share."""
    if request.param not in started_libraries:
        started_libraries[request.param] = Library(request.param)
    return started_libraries[request.param]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks as slow what starts a process for each library. Files with slow tests come first, so
    that no process is left with a long one while the others have nothing to do any more."""
    for item in items:
        if "library" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
