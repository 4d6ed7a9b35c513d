"""Tests wait for a state, not for a time: a machine that is busy takes longer."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], seconds: float = 60) -> bool:
    """Whether a condition holds, as soon as it does or when the time is up."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(condition())
