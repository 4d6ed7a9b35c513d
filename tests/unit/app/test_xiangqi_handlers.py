"""The handlers of the xiangqi page, called as gradio calls them, with a stand-in for the model."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import gradio as gr
import pytest

from app.pages.xiangqi import puzzles
from app.pages.xiangqi.handlers import Handlers
from app.pages.xiangqi.handlers.setup import export
from app.pages.xiangqi.handlers.turns import Screen
from app.pages.xiangqi.inputs import Look, read_game
from app.pages.xiangqi.opponent import Opponent, accepts_draw
from app.pages.xiangqi.saved import SAVED, Kept
from app.pages.xiangqi.state import Clock, Visit
from app.web.limits import Refusal
from engine.xiangqi import BLACK, RED, Board, Move, Termination
from tests.xiangqi_player import FakePlayer, fake_models

Result = TypeVar("Result")


def request(language: str = "zh-CN", session: str = "a") -> Any:
    return SimpleNamespace(
        headers={"accept-language": language}, query_params={}, session_hash=session
    )


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", said.append)
    return said


@pytest.fixture
def handlers(tmp_path: Path) -> Handlers:
    return Handlers(Opponent(fake_models(tmp_path)))


def complete(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """As asyncio.run(), in a thread: playwright leaves a running loop in that of the tests."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def run(screens: AsyncIterator[Screen]) -> list[Screen]:
    async def collect() -> list[Screen]:
        return [shown async for shown in screens]

    return complete(collect())


def board_of(shown: Screen) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(shown.board)
    return value


def saved(visit: Visit) -> dict[str, Any]:
    return SAVED.kept.dump(Kept.of(visit, 0.0))


def click(visit: Visit, uci: str) -> gr.EventData:
    return gr.EventData(None, {"uci": uci, "seq": visit.seq})


def new_visit(handlers: Handlers, level: str = "masked") -> Visit:
    visit = Visit(level=level)
    run(handlers.turn(visit, "zh"))
    return visit


def test_the_persons_move_is_shown_before_the_answer(handlers: Handlers) -> None:
    visit = new_visit(handlers)
    first, second, *_ = run(handlers.move(visit, click(visit, "h2e2"), request()))
    assert board_of(first)["last"] == "h2e2"
    assert board_of(first)["thinking"] and board_of(first)["movable"] is None
    assert board_of(second)["movable"] == "red" and not board_of(second)["thinking"]
    assert visit.ply == 2 and visit.scores


def test_a_game_begun_before_the_page_was_opened_goes_on(handlers: Handlers) -> None:
    visit = new_visit(handlers)
    run(handlers.move(visit, click(visit, "h2e2"), request()))
    kept = Visit()
    kept.look = Look(arrows=True)
    assert handlers.opened(visit, saved(kept), request())[0] is visit
    assert (visit.ply, visit.look.arrows) == (2, True)
    assert handlers.opened(visit, None, request("en"))[0].look.letters == "western"
    # A game that was kept is worth more than a move or two.
    kept = new_visit(handlers)
    run(handlers.move(kept, click(kept, "b2e2"), request()))
    found = handlers.opened(visit, saved(kept), request())[0]
    assert found is not visit and found.board.fen() == kept.board.fen()


@pytest.mark.parametrize("uci", ["h2h8", "e0e5", "zzzz", "", None, 5, "h2e2" * 100, ["h2e2"]])
def test_an_illegal_move_is_refused_and_the_game_goes_on(
    handlers: Handlers, warnings: list[str], uci: Any
) -> None:
    visit = new_visit(handlers)
    (shown,) = run(handlers.move(visit, click(visit, uci), request()))
    assert visit.ply == 0
    assert len(warnings) == 1 and ("不合规则" in warnings[0] or "不是一着棋" in warnings[0])
    assert board_of(shown)["movable"] == "red"
    run(handlers.move(visit, click(visit, "h2e2"), request()))
    assert visit.ply == 2


def test_warnings_speak_english_to_the_english(handlers: Handlers, warnings: list[str]) -> None:
    visit = new_visit(handlers)
    run(handlers.move(visit, click(visit, "e0e5"), request("en-GB,zh;q=0.3")))
    assert warnings == ["e0e5 is against the rules; the position stays as it was."]


@pytest.mark.parametrize("data", [None, {}, {"uci": "h2e2"}, {"uci": "h2e2", "seq": "1"}, "x"])
def test_a_move_on_no_known_position_is_ignored(handlers: Handlers, data: Any) -> None:
    visit = new_visit(handlers)
    run(handlers.move(visit, gr.EventData(None, data), request()))
    assert visit.ply == 0


def test_a_click_on_an_older_position_is_ignored(handlers: Handlers, warnings: list[str]) -> None:
    visit = new_visit(handlers)
    event = click(visit, "h2e2")
    run(handlers.move(visit, event, request()))
    run(handlers.move(visit, event, request()))
    assert visit.ply == 2 and not warnings


def test_the_model_begins_where_the_person_plays_black(handlers: Handlers) -> None:
    visit = new_visit(handlers)
    shown = run(handlers.seat(visit, request(), "black"))
    assert visit.ply == 1
    assert board_of(shown[-1])["orientation"] == "black"
    assert board_of(shown[-1])["movable"] == "black"


def test_both_sides_by_hand_get_no_answer(handlers: Handlers) -> None:
    visit = new_visit(handlers)
    run(handlers.seat(visit, request(), "both"))
    run(handlers.move(visit, click(visit, "h2e2"), request()))
    assert visit.ply == 1 and board_of(run(handlers.turn(visit, "zh"))[0])["movable"] == "black"


def test_undo_takes_back_the_move_and_its_answer(handlers: Handlers, warnings: list[str]) -> None:
    visit = new_visit(handlers)
    run(handlers.move(visit, click(visit, "h2e2"), request()))
    run(handlers.undo(visit, request()))
    assert visit.ply == 0 and not visit.played
    run(handlers.undo(visit, request()))
    assert warnings == ["没有可以悔的着法。"]


def test_undo_stops_a_search(handlers: Handlers) -> None:
    visit = new_visit(handlers, "master")

    async def scenario() -> float:
        screens = handlers.move(visit, click(visit, "h2e2"), request())
        await anext(screens)
        waiting = asyncio.create_task(anext(screens, None))
        await asyncio.sleep(0.05)
        began = asyncio.get_running_loop().time()
        async for _ in handlers.undo(visit, request()):
            pass
        assert await waiting is None
        return asyncio.get_running_loop().time() - began

    assert complete(scenario()) < 0.5
    assert visit.ply == 0


def test_a_quick_level_does_not_wait_behind_searches(handlers: Handlers) -> None:
    searching = [new_visit(handlers, "master") for _ in range(3)]
    quick = new_visit(handlers)

    async def scenario() -> float:
        async def drain(visit: Visit) -> None:
            async for _ in handlers.move(visit, click(visit, "h2e2"), request()):
                pass

        tasks = [asyncio.create_task(drain(visit)) for visit in searching]
        await asyncio.sleep(0.05)
        began = asyncio.get_running_loop().time()
        await drain(quick)
        spent = asyncio.get_running_loop().time() - began
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return spent

    assert complete(scenario()) < 0.5
    assert quick.ply == 2


def test_before_the_model_is_loaded_the_move_is_taken_and_answered_later(tmp_path: Path) -> None:
    FakePlayer.gate.clear()
    handlers = Handlers(Opponent(fake_models(tmp_path, loaded=False)))
    visit = new_visit(handlers)

    async def scenario() -> list[Screen]:
        screens = handlers.move(visit, click(visit, "h2e2"), request())
        first = await anext(screens)
        assert "加载" in first.status and board_of(first)["last"] == "h2e2"
        FakePlayer.gate.set()
        return [shown async for shown in screens]

    assert complete(scenario())
    assert visit.ply == 2


def test_a_model_that_cannot_be_loaded_is_said_and_both_sides_still_work(tmp_path: Path) -> None:
    models = fake_models(tmp_path, loaded=False)
    models._entries["xiangqi"].spec = SimpleNamespace(  # type: ignore[assignment]
        **{**vars(models.spec("xiangqi")), "loader": "nowhere:nothing"}
    )
    handlers = Handlers(Opponent(models))
    visit = new_visit(handlers)
    shown = run(handlers.move(visit, click(visit, "h2e2"), request()))
    assert "没能加载" in shown[-1].status
    run(handlers.seat(visit, request(), "both"))
    run(handlers.move(visit, click(visit, "h9g7"), request()))
    assert visit.ply == 2


def test_resigning_ends_the_game_with_its_reason(handlers: Handlers, warnings: list[str]) -> None:
    visit = new_visit(handlers)
    run(handlers.move(visit, click(visit, "h2e2"), request()))
    (shown,) = run(handlers.resign(visit, request()))
    assert board_of(shown)["banner"] == {"title": "黑胜", "detail": "红方认输"}
    run(handlers.move(visit, click(visit, "b2d2"), request()))
    assert warnings == ["这一局已经结束。"] and visit.ply == 2


@pytest.mark.parametrize(("score", "accepted"), [(0.5, False), (0.9, True)])
def test_a_draw_is_taken_by_a_model_that_stands_worse(
    handlers: Handlers, monkeypatch: pytest.MonkeyPatch, score: float, accepted: bool
) -> None:
    monkeypatch.setattr(FakePlayer, "score", score)
    visit = new_visit(handlers)
    (shown,) = run(handlers.draw(visit, request()))
    assert (visit.outcome is not None) is accepted
    assert ("双方同意" if accepted else "不同意") in shown.status


def test_the_rule_for_draws() -> None:
    assert accepts_draw(0.3, RED, 0) and not accepts_draw(0.3, BLACK, 0)
    assert accepts_draw(0.5, BLACK, 100) and not accepts_draw(0.5, BLACK, 10)


def test_a_hint_draws_a_move_and_names_it(handlers: Handlers) -> None:
    visit = new_visit(handlers)
    (shown,) = run(handlers.hint(visit, request()))
    assert board_of(shown)["hint"] == "a0a1" and "车九进一" in shown.status
    assert visit.ply == 0


def test_a_fallen_flag_loses_and_only_the_servers_clock_counts(handlers: Handlers) -> None:
    visit = new_visit(handlers)
    visit.clock = Clock(1, 0)
    run(handlers.move(visit, click(visit, "h2e2"), request()))
    assert visit.clock.running is RED
    run(handlers.flag(visit, request()))
    assert visit.outcome is None
    visit.clock.left[RED] = 0.0
    (shown,) = run(handlers.flag(visit, request()))
    assert visit.outcome is not None and visit.outcome.termination is Termination.TIMEOUT
    assert board_of(shown)["banner"] == {"title": "黑胜", "detail": "红方超时"}
    assert board_of(shown)["clocks"]["running"] is None


def test_thoughts_list_the_illegal_wishes_and_arrows_follow_the_switch(handlers: Handlers) -> None:
    visit = new_visit(handlers)
    shown = run(handlers.move(visit, click(visit, "h2e2"), request()))
    assert 'data-legal="false"' in shown[-1].thoughts and "a0i9" in shown[-1].thoughts
    assert board_of(shown[-1])["arrows"] == []
    shown = run(handlers.switch(visit, request(), "western", "wxf", True, False))
    value = board_of(shown[-1])
    assert [arrow["legal"] for arrow in value["arrows"]] == [True, False, True]
    assert value["letters"] == "western" and value["score"] is None
    assert json.loads(shown[-1].record)["moves"][0] == "C2.5"


def test_looking_back_changes_nothing_until_one_plays_on_from_there(
    handlers: Handlers, warnings: list[str]
) -> None:
    visit = new_visit(handlers)
    for uci in ("h2e2", "b2d2"):
        run(handlers.move(visit, click(visit, uci), request()))
    shown = run(handlers.goto(visit, gr.EventData(None, {"ply": 2}), request()))
    assert board_of(shown[0])["movable"] is None and visit.ply == 4
    assert shown[0].go_on.visible
    run(handlers.move(visit, click(visit, "a0a1"), request()))
    assert visit.ply == 4 and len(warnings) == 1
    run(handlers.go_on(visit, request()))
    assert visit.ply == 2 and visit.live
    for ply in (None, "1", 99, -5):
        run(handlers.goto(visit, gr.EventData(None, {"ply": ply}), request()))
    assert visit.cursor == 0


def test_a_program_that_clicks_too_fast_is_refused(handlers: Handlers, warnings: list[str]) -> None:
    visit = new_visit(handlers)
    with pytest.raises(Refusal):
        for _ in range(200):
            run(handlers.undo(visit, request()))


def test_a_puzzle_is_solved_move_by_move(handlers: Handlers) -> None:
    visit = new_visit(handlers)
    shown = run(handlers.next_puzzle(visit, request(), "mate2"))
    puzzle = puzzles.catalogue()[visit.puzzle or ""]
    assert puzzle.group == "mate2" and "2 步之内杀" in shown[-1].status
    wrong = next(
        move
        for move in visit.board.legal_moves
        if not puzzles.answer(puzzle, visit.board.copy(), move).right
    )
    (shown_wrong,) = run(handlers.move(visit, click(visit, wrong.uci()), request()))
    assert "不行" in shown_wrong.status and visit.ply == 0
    while not visit.solved:
        move = puzzles.solution(puzzle, visit.board.copy())
        assert move is not None
        shown = run(handlers.move(visit, click(visit, move.uci()), request()))
    assert board_of(shown[-1])["banner"]["title"] == "解开了！"
    run(handlers.same_puzzle(visit, request()))
    assert visit.ply == 0 and visit.puzzle == puzzle.id
    run(handlers.next_puzzle(visit, request(), "mate2"))
    assert visit.puzzle != puzzle.id
    run(handlers.new(visit, request(), ""))
    assert visit.puzzle is None


def test_the_hint_of_a_puzzle_is_its_solution(handlers: Handlers) -> None:
    visit = new_visit(handlers)
    run(handlers.next_puzzle(visit, request(), "mate1"))
    (shown,) = run(handlers.hint(visit, request()))
    puzzle = puzzles.catalogue()[visit.puzzle or ""]
    hint = Move.from_uci(board_of(shown)["hint"])
    assert puzzles.answer(puzzle, visit.board.copy(), hint).solved


def test_watching_goes_on_until_it_is_stopped(
    handlers: Handlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.pages.xiangqi.handlers.setup._SECONDS_A_MOVE", 0.01)
    visit = new_visit(handlers)

    async def scenario() -> None:
        screens = handlers.watch(visit, "masked", "recite", request())
        async for shown in screens:
            assert board_of(shown)["movable"] is None or not visit.watched
            if visit.ply == 6:
                async for _ in handlers.stop(visit, request()):
                    pass

    complete(scenario())
    assert visit.ply == 6 and not visit.watched and visit.person_to_move


def test_watching_ends_when_the_page_is_closed(handlers: Handlers) -> None:
    visit = new_visit(handlers)

    async def scenario() -> None:
        screens = handlers.watch(visit, "masked", "masked", request())
        await anext(screens)
        await anext(screens)
        await screens.aclose()  # type: ignore[attr-defined]

    complete(scenario())
    assert not visit.watched


def test_unknown_levels_groups_and_sides_are_refused(
    handlers: Handlers, warnings: list[str]
) -> None:
    visit = new_visit(handlers)
    run(handlers.level(visit, request(), "stockfish"))
    run(handlers.next_puzzle(visit, request(), "mate9"))
    run(handlers.watch(visit, "x", "y", request()))
    run(handlers.seat(visit, request(), "green"))
    assert warnings == ["没有这个对手。", "没有这道题。", "没有这个对手。"]
    assert visit.level == "masked" and visit.side == "red"


def test_the_editor_starts_a_game_from_a_possible_position_only(
    handlers: Handlers, warnings: list[str]
) -> None:
    visit = new_visit(handlers)
    (shown,) = run(handlers.open_editor(visit, request()))
    assert board_of(shown)["editor"] is True
    for fen in ("junk", "9/9/9/9/9/9/9/9/9/9 w", "4k4/9/9/9/9/9/9/9/9/4K4 w", None):
        event = gr.EventData(None, {"fen": fen})
        if fen is None:
            with pytest.raises(Refusal):
                run(handlers.edit(visit, event, request()))
        else:
            run(handlers.edit(visit, event, request()))
    run(handlers.start_draft(visit, request(), "red"))
    assert visit.draft is not None
    assert warnings[-1] == "轮到一方走时，对方的帅（将）不能正被将军，也不能两将对面。"
    run(handlers.edit(visit, gr.EventData(None, {"fen": "3k5/9/9/9/9/9/9/9/R8/4K4 w"}), request()))
    run(handlers.start_draft(visit, request(), "red"))
    assert visit.draft is None and visit.board.fen().startswith("3k5/")
    assert visit.person_to_move


def test_a_pasted_game_is_shown_from_its_start_and_judged(
    handlers: Handlers, warnings: list[str]
) -> None:
    visit = new_visit(handlers)
    shown = run(handlers.paste(visit, "1. 炮二平五 马8进7 2. 马二进三", request()))
    assert visit.ply == 3 and visit.cursor == 0
    assert json.loads(shown[-1].record)["scores"] == [0.5] * 4
    assert "读入了 3 着" in shown[-1].status
    for text in ("", "hello", "1. 炮二平五 炮二进九", '[FEN "x"]\n1. 炮二平五', "9/9/9 w"):
        run(handlers.paste(visit, text, request()))
    assert len(warnings) == 5 and visit.ply == 3


def test_files_in_any_chinese_encoding_are_read(handlers: Handlers) -> None:
    text = '[Red "許銀川"]\n[Black "呂欽"]\n\n1. 炮二平五 馬8進7\n2. 馬二進三 車9平8\n'
    for encoding in ("utf-8", "gb18030", "big5", "utf-16"):
        visit = new_visit(handlers)
        run(handlers.upload(visit, text.encode(encoding), request()))
        assert visit.ply == 4, encoding
        assert visit.headers is not None and visit.headers["Red"] == "許銀川"


def test_a_huge_file_is_refused(handlers: Handlers) -> None:
    visit = new_visit(handlers)
    with pytest.raises(Refusal, match="太大"):
        run(handlers.upload(visit, b"1. h2e2 " * 1_300_000, request()))
    with pytest.raises(Refusal, match="太长"):
        run(handlers.paste(visit, "1. h2e2 " * 1_300_000, request()))
    assert visit.ply == 0


def test_what_is_exported_can_be_read_again(handlers: Handlers) -> None:
    visit = new_visit(handlers)
    for uci in ("h2e2", "h0g2"):
        run(handlers.move(visit, click(visit, uci), request()))
    moves = list(visit.board.move_stack)
    for notation in ("simplified", "traditional", "wxf", "iccs"):
        visit.look = Look.model_validate({"notation": notation})
        board, _ = read_game(str(export(visit).pgn.value))
        assert board.move_stack == moves, notation
    assert read_game(str(export(visit).fen.value))[0].fen() == visit.board.fen()
    engine_line = f"position fen {Board().fen()} moves " + " ".join(map(str, moves))
    assert read_game(engine_line)[0].move_stack == moves
