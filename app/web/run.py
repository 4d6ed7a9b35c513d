"""One way to end a run and to refuse a screen that was overtaken.

A visit's state has a Runs. Whatever takes time begins a run; Stop ends it, and a newer run takes
its place:

    with visit.runs.begin() as run:
        yield from run.screens(self._write(inputs, run.stopped))

A run that was stopped ends by itself, with a last screen of what there is. One that was overtaken
shows nothing more: the page belongs to the newer run. Gradio's own cancelling takes its time, and
the screens that come meanwhile would overwrite what the page shows of the end.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from typing import Final, Self, TypeVar

Screen = TypeVar("Screen")
_GLANCE: Final = 0.02


class Run:
    """Work for a visitor, from its beginning to its end; it is a context manager."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._stopped = False
        self._over = False

    def stopped(self) -> bool:
        """Whether to write no more: somebody pressed Stop, or began another run."""
        return self._stopped or self.overtaken()

    def overtaken(self) -> bool:
        """Whether another run has begun since."""
        return self._runs.current is not self

    def stop(self) -> None:
        """End it."""
        self._stopped = True

    def over(self) -> bool:
        """Whether it has left its ``with``: it changes the visit no more."""
        return self._over

    def screens(self, screens: Generator[Screen, None, None]) -> Iterator[Screen]:
        """What a generator shows, until another run has begun: then it is closed, which frees the
        model's place."""
        try:
            for screen in screens:
                if self.overtaken():
                    return
                yield screen
        finally:
            screens.close()

    def __enter__(self) -> Self:
        self._runs.going_on.add(self)
        return self

    def __exit__(self, *error: object) -> None:
        self._over = True
        self._runs.going_on.discard(self)


class Runs:
    """The runs of a visit.

    It changes in place, and is for the state of a visit; several threads may use it, because a
    run is known by itself and not by a number.

    Attributes:
        current: the one that began last.
        going_on: those that have not left their ``with``.
    """

    def __init__(self) -> None:
        self.current: Run | None = None
        self.going_on: set[Run] = set()

    @property
    def running(self) -> bool:
        """Whether the one that began last is going on, and nobody has asked it to end."""
        run = self.current
        return run is not None and not run.over() and not run.stopped()

    def begin(self) -> Run:
        """Begin a run; those before it are overtaken."""
        run = self.current = Run(self)
        return run

    def stop(self) -> None:
        """End what is running: a handler of Stop, which takes no arguments but the state."""
        if self.current is not None:
            self.current.stop()

    def wait(self, seconds: float) -> None:
        """Until every run has left its ``with``, so long at most: whoever settles the visit after
        Stop must not do so while a run may still change it."""
        until = time.monotonic() + seconds
        while self.going_on and time.monotonic() < until:
            time.sleep(_GLANCE)
