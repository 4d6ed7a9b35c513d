"""A headless Chromium from the system's packages, watched for requests to other hosts."""

import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.browser.settling import watch
from tests.conftest import Server

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
#: What Chromium itself would otherwise fetch, and a sandbox that a container does not allow.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
]

# Generous, because a machine that is busy with something else is no failure of the page.
PATIENCE_MS = 90_000
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what is in this folder, and skips it where there is no browser."""
    for item in items:
        if "tests/browser" not in item.path.as_posix():
            continue
        item.add_marker(pytest.mark.e2e)
        if CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="no Chromium (tests/install_browser.sh)"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """pytest-playwright starts the system's browser with these."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], server: Server) -> dict[str, Any]:
    """page.goto("/") opens the application. Other languages and sizes by a marker:

    @pytest.mark.browser_context_args(locale="en-GB", viewport=..., color_scheme="dark")
    """
    return {"locale": "zh-CN", **browser_context_args, "base_url": server.url}


@pytest.fixture
def foreign_requests(context: BrowserContext, server: Server) -> list[str]:
    """Addresses on other hosts that any page of the context has asked for."""
    own = urlsplit(server.url).netloc
    foreign: list[str] = []

    def note(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != own:
            foreign.append(url)

    context.on("request", lambda request: note(request.url))
    context.on("page", lambda page: page.on("websocket", lambda socket: note(socket.url)))
    return foreign


@pytest.fixture
def console_errors(context: BrowserContext) -> list[str]:
    """What the pages of the context wrote to their console as errors, and what they threw."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    context.on("console", note)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    return errors


@pytest.fixture(autouse=True)
def _watched(context: BrowserContext) -> None:
    """For tests.browser.settling."""
    watch(context)


@pytest.fixture(autouse=True)
def _nothing_leaves_and_nothing_breaks(
    foreign_requests: list[str], console_errors: list[str]
) -> Iterator[None]:
    """After every browser test: no request went elsewhere, and no script failed."""
    yield
    assert foreign_requests == []
    assert console_errors == []


@pytest.fixture
def opened(page: Page) -> Page:
    """The application's page, drawn and with the state of its model."""
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/")
    expect(page.locator(".model-status").first).to_be_visible()
    return page
