"""A visit: continuations find their place, nothing is lost, and nothing grows without bound."""

import random

import pytest

from app.pages.story.state import MAX_NODES, MAX_TREE_CHARS, MAX_UNDO, Visit, moved_cursor
from app.text.drafts import Draft
from engine.generation import STRATEGIES
from engine.generation.text import Token
from engine.story import StoryRequest


def draft(text: str) -> Draft:
    tokens = tuple(Token(character, ord(character), -1.0) for character in text)
    return Draft("story", "", tokens, STRATEGIES["greedy"], 1, "stop")


def write(
    visit: Visit, text: str, *written: str, cursor: int | None = None, now: str | None = None
) -> list:
    """A run of these continuations, while the manuscript was edited to `now`."""
    visit.see(text)
    requests = [StoryRequest(text=text, cursor=cursor)] * len(written)
    writing = visit.begin(requests, "simplified", visit.now.node)
    writing.drafts = [draft(one) for one in written]
    return visit.settle(text if now is None else now)


def test_a_continuation_goes_to_the_end_or_to_the_cursor() -> None:
    visit = Visit()
    (node,) = write(visit, "山里", "下雪")
    assert (visit.now.text, visit.node, node.end) == ("山里下雪", node, 4)
    (inner,) = write(visit, "山里下雪", "正在", cursor=2)
    assert (visit.now.text, inner.parent, inner.end) == ("山里正在下雪", node.id, 4)


@pytest.mark.parametrize(
    ("cursor", "now", "expected"),
    [
        (None, "深山里", "深山里下雪"),  # edited before the place
        (1, "山谷里", "山下雪谷里"),  # at the place: what was typed there comes after
        (0, "山里。", "下雪山里。"),  # behind it
        (2, "", "下雪"),  # everything was deleted
        (None, "海", "海下雪"),  # everything was replaced
    ],
)
def test_edits_during_a_run_are_kept(cursor: int | None, now: str, expected: str) -> None:
    visit = Visit()
    write(visit, "山里", "下雪", cursor=cursor, now=now)
    assert visit.now.text == expected
    visit.undo()
    assert visit.now.text == now


def test_a_place_moves_with_what_stands_around_it() -> None:
    chance = random.Random(1)
    for _ in range(500):
        old = "".join(chance.choices("ab", k=chance.randrange(9)))
        begin = chance.randrange(len(old) + 1)
        end = chance.randrange(begin, len(old) + 1)
        new = old[:begin] + "".join(chance.choices("ab", k=chance.randrange(4))) + old[end:]
        for cursor in range(len(old) + 1):
            place = moved_cursor(old, new, cursor)
            assert 0 <= place <= len(new)
            # The edit is not unique ("aa" from "a"), but an unedited side stays as it is.
            assert new[:place] == old[:cursor] or cursor > begin or place > begin
        assert moved_cursor(old, old, begin) == begin


def test_of_several_one_is_chosen_and_the_others_stay_in_the_tree() -> None:
    visit = Visit()
    first, second = write(visit, "山里", "下雪", "有风")
    assert visit.now.text == "山里" and visit.node is None
    assert visit.choices() == [first, second]
    visit.accept(second)
    assert visit.now.text == "山里有风"
    visit.accept(first)
    assert visit.now.text == "山里下雪"
    assert visit.go_to(second.id) == second and visit.now.text == "山里有风"


def test_a_choice_goes_into_the_manuscript_as_it_was_edited_meanwhile() -> None:
    visit = Visit()
    _, second = write(visit, "山里", "下雪", "有风")
    visit.see("深山里")
    visit.accept(second)
    assert visit.now.text == "深山里有风" == visit.node.text


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("山里下雪", "山里有风"),
        ("深山里下雪", "深山里有风"),
        ("山里下雪。天黑了", "山里有风。天黑了"),
        ("山里下大雪", "山里有风"),
        ("", "有风"),
    ],
)
def test_another_try_takes_the_place_of_the_one_before_and_keeps_the_rest(
    now: str, expected: str
) -> None:
    visit = Visit()
    write(visit, "山里", "下雪")
    visit.see(now)
    writing = visit.begin([StoryRequest(text="山里")], "simplified", None)
    writing.drafts = [draft("有风")]
    visit.settle(now)
    assert visit.now.text == expected
    visit.undo()
    assert visit.now.text == now


def test_what_was_stopped_before_its_first_word_leaves_nothing() -> None:
    visit = Visit()
    assert write(visit, "山里", "") == []
    assert (visit.nodes, visit.writing, visit.now.text) == ({}, None, "山里")
    assert visit.settle("山里") == []


def test_undo_and_redo_go_through_what_was_typed_and_written() -> None:
    visit = Visit()
    write(visit, "山", "里")
    visit.see("山里！")
    (last,) = write(visit, "山里！", "雪")
    seen = []
    while visit.history.can_undo:
        visit.undo()
        seen.append(visit.now.text)
    assert seen == ["山里！", "山里", "山", ""]
    while visit.history.can_redo:
        visit.redo()
    assert visit.now.text == "山里！雪" and visit.node == last


def test_a_new_page_keeps_the_tree_and_undo_returns() -> None:
    visit = Visit()
    (node,) = write(visit, "山", "里")
    visit.begin_page("")
    assert visit.node is None and visit.now.text == ""
    (other,) = write(visit, "", "雪")
    assert other.parent is None
    assert visit.go_to(node.id) == node


@pytest.mark.parametrize("wrong", [None, 0, -1, 99, "1", True, 1.0, [1]])
def test_numbers_that_are_no_continuation_lead_nowhere(wrong: object) -> None:
    visit = Visit()
    write(visit, "山", "里")
    before = visit.now
    assert visit.go_to(wrong) is None
    assert visit.now == before


def test_the_oldest_are_forgotten() -> None:
    visit = Visit()
    for i in range(MAX_NODES + 30):
        write(visit, f"山{i}", "里")
    assert len(visit.nodes) == MAX_NODES and len(visit.history.states) == MAX_UNDO
    long = "山" * 19_000
    for i in range(30):
        write(visit, f"{long}{i}", "里")
    size = sum(len(node.text) + len(node.request.text) for node in visit.nodes.values())
    assert size <= MAX_TREE_CHARS and visit.node is not None
    assert visit.node.parent in visit.nodes


def test_traditional_writing_comes_back_as_such() -> None:
    visit = Visit()
    writing = visit.begin([StoryRequest(text="大雪")], "traditional", None)
    writing.drafts = [draft("后来发现头发")]
    (node,) = visit.settle("大雪")
    assert node.written == "後來發現頭髮" and visit.now.text == "大雪後來發現頭髮"
    assert node.draft.text == "后来发现头发"
