"""What is under way on a page: leaving it then cuts off an answer, which its console tells."""

import time
from weakref import WeakKeyDictionary

from playwright.sync_api import BrowserContext, Page, Request

_QUIET_MS = 500
_PATIENCE_SECONDS = 90
#: Of each context, the requests that begin an event or bring its answers, and have not ended.
_OPEN: WeakKeyDictionary[BrowserContext, set[Request]] = WeakKeyDictionary()


def watch(context: BrowserContext) -> None:
    """Let ``settled`` know of the requests of a context's pages."""
    found: set[Request] = set()
    _OPEN[context] = found

    def begun(request: Request) -> None:
        if "/gradio_api/queue/" in request.url:
            found.add(request)

    def ended(request: Request) -> None:
        found.discard(request)

    context.on("request", begun)
    context.on("requestfinished", ended)
    context.on("requestfailed", ended)


def settled(page: Page) -> None:
    """Wait until no event of the page is under way."""
    found, deadline = _OPEN[page.context], time.monotonic() + _PATIENCE_SECONDS
    quiet = 0
    while quiet < _QUIET_MS:
        assert time.monotonic() < deadline, [request.url for request in found]
        page.wait_for_timeout(50)
        quiet = 0 if found else quiet + 50
