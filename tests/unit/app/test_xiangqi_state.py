"""The chess clock: it starts with the first move, adds the increment, and stops at zero."""

from app.pages.xiangqi.inputs import TIME_CONTROLS
from app.pages.xiangqi.state import Clock, Visit
from engine.xiangqi import BLACK, RED, Move


def test_it_stands_still_until_the_first_move() -> None:
    clock = Clock(5, 3)
    assert clock.remaining(RED, 1e6) == 300 and clock.fallen(1e6) is None
    clock.press(RED, 100.0)
    assert clock.remaining(RED, 150.0) == 300 and clock.remaining(BLACK, 150.0) == 250


def test_a_move_gains_the_increment() -> None:
    clock = Clock(5, 3)
    clock.press(RED, 0.0)
    clock.press(BLACK, 10.0)
    assert clock.remaining(BLACK, 10.0) == 293 and clock.running is RED


def test_it_falls_at_zero_and_not_before() -> None:
    clock = Clock(1, 0)
    clock.press(RED, 0.0)
    assert clock.fallen(59.9) is None and clock.fallen(60.0) is BLACK
    clock.pause(30.0)
    assert clock.fallen(1000.0) is None and clock.remaining(BLACK, 1000.0) == 30


def test_undo_gives_the_time_to_whose_turn_it_is_again() -> None:
    visit = Visit(side="both")
    visit.clock = Clock(1, 0)
    visit.play(Move.from_uci("h2e2"), 0.0)
    visit.undo(20.0)
    assert visit.clock.running is RED and visit.clock.remaining(BLACK, 99.0) == 40


def test_only_known_time_controls_make_a_clock() -> None:
    assert all(Clock.of(control) is not None for control in TIME_CONTROLS)
    assert Clock.of("") is None and Clock.of("0+0") is None and Clock.of("x") is None
