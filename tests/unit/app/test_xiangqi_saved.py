"""What the browser keeps and what a link holds, read back as from a stranger."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pages.xiangqi import puzzles
from app.pages.xiangqi.inputs import Look
from app.pages.xiangqi.saved import SAVED, Kept, Link
from app.pages.xiangqi.state import Clock, Visit
from app.web import saved as web
from app.web.inputs import SavedError
from engine.xiangqi import BLACK, RED, Board, Move, Outcome, Termination


def played(*ucis: str) -> Visit:
    visit = Visit()
    for uci in ucis:
        visit.play(Move.from_uci(uci), 0.0)
    return visit


def kept(visit: Visit) -> dict[str, Any]:
    return SAVED.kept.dump(Kept.of(visit, 0.0))


def saved() -> dict[str, Any]:
    visit = played("h2e2", "h9g7")
    visit.clock = Clock(5, 2)
    value: dict[str, Any] = json.loads(json.dumps(kept(visit)))
    return value


def test_a_visit_comes_back_as_it_was() -> None:
    visit = played("h2e2", "h9g7", "h0g2")
    visit.side, visit.level = "black", "master"
    visit.ended = Outcome(RED, Termination.RESIGNATION)
    visit.clock = Clock(5, 2, {RED: 100.0, BLACK: 50.5})
    visit.look = Look(notation="wxf", flipped=True, arrows=True)
    again = SAVED.kept.load(json.loads(json.dumps(kept(visit)))).visit()
    assert again.board.move_stack == visit.board.move_stack
    assert (again.side, again.level, again.look) == (visit.side, visit.level, visit.look)
    assert again.outcome == visit.outcome
    assert again.clock == visit.clock


def test_a_puzzle_comes_back_and_a_made_up_one_does_not() -> None:
    puzzle = puzzles.group("mate2")[0]
    visit = Visit()
    visit.start(Board(puzzle.fen))
    visit.puzzle = puzzle.id
    value = kept(visit)
    assert SAVED.kept.load(value).puzzle == puzzle.id
    for lie in ("nothing", puzzles.group("mate2")[1].id, 7):
        with pytest.raises(SavedError):
            SAVED.kept.load({**value, "puzzle": lie})


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
    with pytest.raises(SavedError):
        SAVED.kept.load({**saved(), key: lie})


@pytest.mark.parametrize("red", [float("nan"), float("inf"), -1, True, "5"])
def test_times_are_checked(red: object) -> None:
    value = saved()
    value["clock"]["red"] = red
    with pytest.raises(SavedError):
        SAVED.kept.load(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(saved())), JSON)
def test_whatever_is_sent_is_either_read_or_refused(key: str, junk: object) -> None:
    try:
        visit = SAVED.kept.load({**saved(), key: junk}).visit()
    except SavedError:
        return
    assert visit.board.is_valid()


def test_a_link_reopens_the_game_at_its_move_for_both_sides() -> None:
    visit = played("h2e2", "h9g7", "h0g2")
    visit.look_at(2)
    again = SAVED.link.load(web.decode(web.encode(SAVED.link.dump(Link.of(visit))))).visit()
    assert again.board.move_stack == visit.board.move_stack
    assert again.cursor == 2 and again.side == "both"


def test_a_game_too_long_for_a_link_is_shared_as_a_position() -> None:
    visit = Visit()
    shuffle = [Move.from_uci(uci) for uci in ("a0a1", "a9a8", "a1a0", "a8a9")]
    for ply in range(1200):
        visit.board.push(shuffle[ply % 4])
    visit.cursor = visit.ply
    shared = SAVED.link.dump(Link.of(visit))
    assert shared["moves"] == "" and str(shared["fen"]).startswith("rnbakabnr/")


def test_a_visit_can_be_copied_for_every_visitor() -> None:
    visit = Visit()
    other = copy.deepcopy(visit)
    other.play(Move.from_uci("h2e2"), 0.0)
    assert visit.ply == 0 and other.ply == 1
