"""The desk: continuations find their place, nothing is lost, and nothing grows without bound."""

import random

import pytest

from app.pages.story.desk import MAX_NODES, MAX_TREE_CHARS, MAX_UNDO, Desk, moved_cursor
from app.text.drafts import Draft
from engine.generation import STRATEGIES
from engine.generation.text import Token
from engine.story import StoryRequest


def draft(text: str) -> Draft:
    tokens = tuple(Token(character, ord(character), -1.0) for character in text)
    return Draft("story", "", tokens, STRATEGIES["greedy"], 1, "stop")


def write(
    desk: Desk, text: str, *written: str, cursor: int | None = None, now: str | None = None
) -> list:
    """A run of these continuations, while the manuscript was edited to `now`."""
    desk.see(text)
    requests = [StoryRequest(text=text, cursor=cursor)] * len(written)
    run = desk.begin(requests, "simplified", desk.now.node)
    run.drafts = [draft(one) for one in written]
    return desk.settle(text if now is None else now)


def test_a_continuation_goes_to_the_end_or_to_the_cursor() -> None:
    desk = Desk()
    (node,) = write(desk, "山里", "下雪")
    assert (desk.now.text, desk.node, node.end) == ("山里下雪", node, 4)
    (inner,) = write(desk, "山里下雪", "正在", cursor=2)
    assert (desk.now.text, inner.parent, inner.end) == ("山里正在下雪", node.id, 4)


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
    desk = Desk()
    write(desk, "山里", "下雪", cursor=cursor, now=now)
    assert desk.now.text == expected
    desk.undo()
    assert desk.now.text == now


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
    desk = Desk()
    first, second = write(desk, "山里", "下雪", "有风")
    assert desk.now.text == "山里" and desk.node is None
    assert desk.siblings(desk.run_shown) == [first, second]
    desk.accept(second)
    assert desk.now.text == "山里有风"
    desk.accept(first)
    assert desk.now.text == "山里下雪"
    assert desk.go_to(second.id) == second and desk.now.text == "山里有风"


def test_a_choice_goes_into_the_manuscript_as_it_was_edited_meanwhile() -> None:
    desk = Desk()
    _, second = write(desk, "山里", "下雪", "有风")
    desk.see("深山里")
    desk.accept(second)
    assert desk.now.text == "深山里有风" == desk.node.text


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
    desk = Desk()
    write(desk, "山里", "下雪")
    desk.see(now)
    run = desk.begin([StoryRequest(text="山里")], "simplified", None)
    run.drafts = [draft("有风")]
    desk.settle(now)
    assert desk.now.text == expected
    desk.undo()
    assert desk.now.text == now


def test_what_was_stopped_before_its_first_word_leaves_nothing() -> None:
    desk = Desk()
    assert write(desk, "山里", "") == []
    assert (desk.nodes, desk.run, desk.now.text) == ({}, None, "山里")
    assert desk.settle("山里") == []


def test_undo_and_redo_go_through_what_was_typed_and_written() -> None:
    desk = Desk()
    write(desk, "山", "里")
    desk.see("山里！")
    (last,) = write(desk, "山里！", "雪")
    seen = []
    while desk.history.can_undo:
        desk.undo()
        seen.append(desk.now.text)
    assert seen == ["山里！", "山里", "山", ""]
    while desk.history.can_redo:
        desk.redo()
    assert desk.now.text == "山里！雪" and desk.node == last


def test_a_new_page_keeps_the_tree_and_undo_returns() -> None:
    desk = Desk()
    (node,) = write(desk, "山", "里")
    desk.begin_page("")
    assert desk.node is None and desk.now.text == ""
    (other,) = write(desk, "", "雪")
    assert other.parent is None
    assert desk.go_to(node.id) == node


@pytest.mark.parametrize("wrong", [None, 0, -1, 99, "1", True, 1.0, [1]])
def test_numbers_that_are_no_continuation_lead_nowhere(wrong: object) -> None:
    desk = Desk()
    write(desk, "山", "里")
    before = desk.now
    assert desk.go_to(wrong) is None
    assert desk.now == before


def test_the_oldest_are_forgotten() -> None:
    desk = Desk()
    for i in range(MAX_NODES + 30):
        write(desk, f"山{i}", "里")
    assert len(desk.nodes) == MAX_NODES and len(desk.history.states) == MAX_UNDO
    long = "山" * 19_000
    for i in range(30):
        write(desk, f"{long}{i}", "里")
    size = sum(len(node.text) + len(node.request.text) for node in desk.nodes.values())
    assert size <= MAX_TREE_CHARS and desk.node is not None
    assert desk.node.parent in desk.nodes


def test_traditional_writing_comes_back_as_such() -> None:
    desk = Desk()
    run = desk.begin([StoryRequest(text="大雪")], "traditional", None)
    run.drafts = [draft("后来发现头发")]
    (node,) = desk.settle("大雪")
    assert node.written == "後來發現頭髮" and desk.now.text == "大雪後來發現頭髮"
    assert node.draft.text == "后来发现头发"
