"""Fields are filled in as by a hand that is not faster than the page."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page

_SETTLED_MS = 100
_ATTEMPTS = 50


def fill(field: Locator, text: str) -> None:
    """Fill a field of an accordion or a tab that was only just opened.

    Gradio places what is in it then, and puts its own value into a field a few milliseconds after
    it can be seen: what a program has written there meanwhile is gone.
    """
    for _ in range(_ATTEMPTS):
        field.fill(text)
        field.page.wait_for_timeout(_SETTLED_MS)
        if field.input_value() == text:
            return
    raise AssertionError(f"the field does not keep {text!r}: it has {field.input_value()!r}")


@contextmanager
def keeping(page: Page, name: str) -> Iterator[None]:
    """What is done in here changes a page's fields; goes on once the browser has kept them."""
    read = "name => localStorage.getItem(name)"
    before = page.evaluate(read, name)
    yield
    page.wait_for_function(f"([name, before]) => ({read})(name) !== before", arg=[name, before])
