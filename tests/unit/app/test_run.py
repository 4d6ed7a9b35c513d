"""A run ends when it is stopped, and shows nothing once it was overtaken."""

import copy
import threading
import time
from collections.abc import Generator

from app.web.run import Run, Runs


def counted(run: Run, closed: list[str]) -> Generator[int, None, None]:
    try:
        for number in range(100):
            if run.stopped():
                yield -1
                return
            yield number
    finally:
        closed.append("closed")


def test_a_run_that_is_stopped_ends_with_a_last_screen() -> None:
    runs, closed, shown = Runs(), list[str](), list[int]()
    assert not runs.running
    with runs.begin() as run:
        assert runs.running
        for screen in run.screens(counted(run, closed)):
            shown.append(screen)
            if screen == 2:
                runs.stop()
    assert shown == [0, 1, 2, -1] and closed == ["closed"]
    assert run.over() and not runs.running


def test_a_run_that_is_overtaken_shows_nothing_more_and_is_closed() -> None:
    runs, closed, shown = Runs(), list[str](), list[int]()
    with runs.begin() as run:
        for screen in run.screens(counted(run, closed)):
            shown.append(screen)
            if screen == 2:
                other = runs.begin()
    assert shown == [0, 1, 2] and closed == ["closed"]
    assert run.overtaken() and not other.stopped()


def test_a_reader_that_goes_away_closes_what_it_read() -> None:
    runs, closed = Runs(), list[str]()
    with runs.begin() as run:
        screens = run.screens(counted(run, closed))
        assert next(iter(screens)) == 0
        screens.close()  # type: ignore[attr-defined]
    assert closed == ["closed"]


def test_stop_without_a_run_does_nothing() -> None:
    runs = Runs()
    runs.stop()
    assert not runs.begin().stopped()


def test_a_stop_is_over_with_its_run() -> None:
    runs = Runs()
    with runs.begin() as first:
        runs.stop()
    assert first.stopped() and not runs.begin().stopped()


def test_whoever_settles_waits_for_what_is_going_on() -> None:
    runs = Runs()
    entered, leave = threading.Event(), threading.Event()

    def work() -> None:
        with runs.begin():
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    assert entered.wait(10)
    begun = time.monotonic()
    runs.wait(0.1)
    assert time.monotonic() - begun >= 0.1
    leave.set()
    runs.wait(10)
    assert not runs.going_on
    thread.join()


def test_each_visit_has_its_own_copy() -> None:
    runs = Runs()
    other = copy.deepcopy(runs)
    run = runs.begin()
    other.begin()
    assert not run.stopped()
