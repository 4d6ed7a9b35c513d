"""What the browser keeps and what a link holds, read back as from a stranger."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pages.xiangqi import puzzles, store
from app.pages.xiangqi.clock import Clock
from app.pages.xiangqi.session import Session
from app.web import sharing
from engine.xiangqi import BLACK, RED, Board, Move, Outcome, Termination


def played(*ucis: str) -> Session:
    session = Session()
    for uci in ucis:
        session.play(Move.from_uci(uci), 0.0)
    return session


def saved() -> dict[str, Any]:
    session = played("h2e2", "h9g7")
    session.clock = Clock(5, 2)
    value: dict[str, Any] = json.loads(json.dumps(store.save(session, 0.0)))
    return value


def test_a_session_comes_back_as_it_was() -> None:
    session = played("h2e2", "h9g7", "h0g2")
    session.side, session.level = "black", "master"
    session.ended = Outcome(RED, Termination.RESIGNATION)
    session.clock = Clock(5, 2, {RED: 100.0, BLACK: 50.5})
    session.look.notation, session.look.flipped, session.look.arrows = "wxf", True, True
    again = store.restore(json.loads(json.dumps(store.save(session, 0.0))))
    assert again.board.move_stack == session.board.move_stack
    assert (again.side, again.level, again.look) == (session.side, session.level, session.look)
    assert again.outcome == session.outcome
    assert again.clock == session.clock


def test_a_puzzle_comes_back_and_a_made_up_one_does_not() -> None:
    puzzle = puzzles.group("mate2")[0]
    session = Session()
    session.start(Board(puzzle.fen))
    session.puzzle = puzzle.id
    value = store.save(session, 0.0)
    assert store.restore(value).puzzle == puzzle.id
    for lie in ("nothing", puzzles.group("mate2")[1].id, 7):
        with pytest.raises(store.StoreError):
            store.restore({**value, "puzzle": lie})


@pytest.mark.parametrize(
    ("key", "lie"),
    [
        ("fen", "junk"), ("fen", None), ("fen", "9/9/9/9/9/9/9/9/9/9 w"), ("fen", "r" * 5000),
        ("moves", "h2h8"), ("moves", "h2e2h9"), ("moves", "h2e2" * 5000), ("moves", ["h2e2"]),
        ("side", "green"), ("side", ["red"]), ("level", 5), ("level", "x" * 500),
        ("ended", "RESIGNATION"), ("ended", ["red", "CHECKMATE"]), ("ended", [[], "TIMEOUT"]),
        ("clock", 5), ("clock", {"minutes": -1}), ("look", None), ("look", {"letters": "runes"}),
    ],
)  # fmt: skip
def test_a_lie_is_refused(key: str, lie: object) -> None:
    with pytest.raises(store.StoreError):
        store.restore({**saved(), key: lie})


@pytest.mark.parametrize("red", [float("nan"), float("inf"), -1, True, "5"])
def test_times_are_checked(red: object) -> None:
    value = saved()
    value["clock"]["red"] = red
    with pytest.raises(store.StoreError):
        store.restore(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(saved())), JSON)
def test_whatever_is_sent_is_either_read_or_refused(key: str, junk: object) -> None:
    try:
        session = store.restore({**saved(), key: junk})
    except store.StoreError:
        return
    assert session.board.is_valid()


def test_a_link_reopens_the_game_at_its_move_for_both_sides() -> None:
    session = played("h2e2", "h9g7", "h0g2")
    session.look_at(2)
    again = store.reopen(sharing.decode(sharing.encode(store.share(session))))
    assert again.board.move_stack == session.board.move_stack
    assert again.cursor == 2 and again.side == "both"


def test_a_game_too_long_for_a_link_is_shared_as_a_position() -> None:
    session = Session()
    shuffle = [Move.from_uci(uci) for uci in ("a0a1", "a9a8", "a1a0", "a8a9")]
    for ply in range(1200):
        session.board.push(shuffle[ply % 4])
    session.cursor = session.ply
    shared = store.share(session)
    assert shared["moves"] == "" and str(shared["fen"]).startswith("rnbakabnr/")


def test_a_session_can_be_copied_for_every_visitor() -> None:
    session = Session()
    other = copy.deepcopy(session)
    other.play(Move.from_uci("h2e2"), 0.0)
    assert session.ply == 0 and other.ply == 1
