"""Undo and redo."""

from hypothesis import given
from hypothesis import strategies as st

from app.text.history import History


def test_steps_back_and_forward() -> None:
    history = History.of("a").push("b").push("c")
    assert (history.current, history.can_undo, history.can_redo) == ("c", True, False)
    back = history.undo().undo().undo()
    assert (back.current, back.can_undo, back.can_redo) == ("a", False, True)
    assert back.redo().current == "b"
    assert history.redo() == history


def test_a_new_state_forgets_what_was_undone() -> None:
    history = History.of("a").push("b").undo().push("c")
    assert history.states == ("a", "c")
    assert not history.can_redo


def test_a_state_that_grows_is_no_step() -> None:
    history = History.of("a").push("b").amend("bb").amend("bbb")
    assert history.states == ("a", "bbb")
    assert History.of("a").push("b").undo().amend("x").states == ("x", "b")


@given(st.lists(st.sampled_from(["push", "undo", "redo"]), max_size=60), st.integers(1, 6))
def test_as_a_list_would_do_it(steps: list[str], limit: int) -> None:
    history, states, at = History.of(0, limit), [0], 0
    for number, step in enumerate(steps, start=1):
        if step == "push":
            states = [*states[: at + 1], number][-limit:]
            at = len(states) - 1
            history = history.push(number)
        elif step == "undo":
            at = max(0, at - 1)
            history = history.undo()
        else:
            at = min(len(states) - 1, at + 1)
            history = history.redo()
        assert (list(history.states), history.current) == (states, states[at])
        assert (history.can_undo, history.can_redo) == (at > 0, at < len(states) - 1)
