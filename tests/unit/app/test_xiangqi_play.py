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

from app.pages.xiangqi import exchange, puzzles, store
from app.pages.xiangqi.clock import Clock
from app.pages.xiangqi.opponent import Opponent, accepts_draw
from app.pages.xiangqi.play import Play
from app.pages.xiangqi.screen import Screen
from app.pages.xiangqi.session import Session
from app.pages.xiangqi.table import Table
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
def play(tmp_path: Path) -> Play:
    return Play(Opponent(fake_models(tmp_path)))


@pytest.fixture
def table(play: Play) -> Table:
    return Table(play)


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


def click(session: Session, uci: str) -> gr.EventData:
    return gr.EventData(None, {"uci": uci, "seq": session.seq})


def new_session(play: Play, level: str = "masked") -> Session:
    session = Session(level=level)
    run(play.turn(session, "zh"))
    return session


def test_the_persons_move_is_shown_before_the_answer(play: Play) -> None:
    session = new_session(play)
    first, second, *_ = run(play.move(session, click(session, "h2e2"), request()))
    assert board_of(first)["last"] == "h2e2"
    assert board_of(first)["thinking"] and board_of(first)["movable"] is None
    assert board_of(second)["movable"] == "red" and not board_of(second)["thinking"]
    assert session.ply == 2 and session.scores


def test_a_game_begun_before_the_page_was_opened_goes_on(play: Play, table: Table) -> None:
    session = new_session(play)
    run(play.move(session, click(session, "h2e2"), request()))
    kept = Session()
    kept.look.arrows = True
    assert table.opened(session, store.save(kept, 0.0), request()) is session
    assert (session.ply, session.look.arrows) == (2, True)
    assert table.opened(session, None, request("en")).look.letters == "western"
    # A game that was kept is worth more than a move or two.
    kept = new_session(play)
    run(play.move(kept, click(kept, "b2e2"), request()))
    found = table.opened(session, store.save(kept, 0.0), request())
    assert found is not session and found.board.fen() == kept.board.fen()


@pytest.mark.parametrize("uci", ["h2h8", "e0e5", "zzzz", "", None, 5, "h2e2" * 100, ["h2e2"]])
def test_an_illegal_move_is_refused_and_the_game_goes_on(
    play: Play, warnings: list[str], uci: Any
) -> None:
    session = new_session(play)
    (shown,) = run(play.move(session, click(session, uci), request()))
    assert session.ply == 0
    assert len(warnings) == 1 and ("不合规则" in warnings[0] or "不是一着棋" in warnings[0])
    assert board_of(shown)["movable"] == "red"
    run(play.move(session, click(session, "h2e2"), request()))
    assert session.ply == 2


def test_warnings_speak_english_to_the_english(play: Play, warnings: list[str]) -> None:
    session = new_session(play)
    run(play.move(session, click(session, "e0e5"), request("en-GB,zh;q=0.3")))
    assert warnings == ["e0e5 is against the rules; the position stays as it was."]


@pytest.mark.parametrize("data", [None, {}, {"uci": "h2e2"}, {"uci": "h2e2", "seq": "1"}, "x"])
def test_a_move_on_no_known_position_is_ignored(play: Play, data: Any) -> None:
    session = new_session(play)
    run(play.move(session, gr.EventData(None, data), request()))
    assert session.ply == 0


def test_a_click_on_an_older_position_is_ignored(play: Play, warnings: list[str]) -> None:
    session = new_session(play)
    event = click(session, "h2e2")
    run(play.move(session, event, request()))
    run(play.move(session, event, request()))
    assert session.ply == 2 and not warnings


def test_the_model_begins_where_the_person_plays_black(play: Play) -> None:
    session = new_session(play)
    shown = run(play.seat(session, "black", request()))
    assert session.ply == 1
    assert board_of(shown[-1])["orientation"] == "black"
    assert board_of(shown[-1])["movable"] == "black"


def test_both_sides_by_hand_get_no_answer(play: Play) -> None:
    session = new_session(play)
    run(play.seat(session, "both", request()))
    run(play.move(session, click(session, "h2e2"), request()))
    assert session.ply == 1 and board_of(run(play.turn(session, "zh"))[0])["movable"] == "black"


def test_undo_takes_back_the_move_and_its_answer(play: Play, warnings: list[str]) -> None:
    session = new_session(play)
    run(play.move(session, click(session, "h2e2"), request()))
    run(play.undo(session, request()))
    assert session.ply == 0 and not session.played
    run(play.undo(session, request()))
    assert warnings == ["没有可以悔的着法。"]


def test_undo_stops_a_search(play: Play) -> None:
    session = new_session(play, "master")

    async def scenario() -> float:
        screens = play.move(session, click(session, "h2e2"), request())
        await anext(screens)
        waiting = asyncio.create_task(anext(screens, None))
        await asyncio.sleep(0.05)
        began = asyncio.get_running_loop().time()
        async for _ in play.undo(session, request()):
            pass
        assert await waiting is None
        return asyncio.get_running_loop().time() - began

    assert complete(scenario()) < 0.5
    assert session.ply == 0


def test_a_quick_level_does_not_wait_behind_searches(play: Play) -> None:
    searching = [new_session(play, "master") for _ in range(3)]
    quick = new_session(play)

    async def scenario() -> float:
        async def drain(session: Session) -> None:
            async for _ in play.move(session, click(session, "h2e2"), request()):
                pass

        tasks = [asyncio.create_task(drain(session)) for session in searching]
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
    play = Play(Opponent(fake_models(tmp_path, loaded=False)))
    session = new_session(play)

    async def scenario() -> list[Screen]:
        screens = play.move(session, click(session, "h2e2"), request())
        first = await anext(screens)
        assert "加载" in first.status and board_of(first)["last"] == "h2e2"
        FakePlayer.gate.set()
        return [shown async for shown in screens]

    assert complete(scenario())
    assert session.ply == 2


def test_a_model_that_cannot_be_loaded_is_said_and_both_sides_still_work(tmp_path: Path) -> None:
    models = fake_models(tmp_path, loaded=False)
    models._entries["xiangqi"].spec = SimpleNamespace(  # type: ignore[assignment]
        **{**vars(models.spec("xiangqi")), "loader": "nowhere:nothing"}
    )
    play = Play(Opponent(models))
    session = new_session(play)
    shown = run(play.move(session, click(session, "h2e2"), request()))
    assert "没能加载" in shown[-1].status
    run(play.seat(session, "both", request()))
    run(play.move(session, click(session, "h9g7"), request()))
    assert session.ply == 2


def test_resigning_ends_the_game_with_its_reason(play: Play, warnings: list[str]) -> None:
    session = new_session(play)
    run(play.move(session, click(session, "h2e2"), request()))
    (shown,) = run(play.resign(session, request()))
    assert board_of(shown)["banner"] == {"title": "黑胜", "detail": "红方认输"}
    run(play.move(session, click(session, "b2d2"), request()))
    assert warnings == ["这一局已经结束。"] and session.ply == 2


@pytest.mark.parametrize(("score", "accepted"), [(0.5, False), (0.9, True)])
def test_a_draw_is_taken_by_a_model_that_stands_worse(
    play: Play, monkeypatch: pytest.MonkeyPatch, score: float, accepted: bool
) -> None:
    monkeypatch.setattr(FakePlayer, "score", score)
    session = new_session(play)
    (shown,) = run(play.draw(session, request()))
    assert (session.outcome is not None) is accepted
    assert ("双方同意" if accepted else "不同意") in shown.status


def test_the_rule_for_draws() -> None:
    assert accepts_draw(0.3, RED, 0) and not accepts_draw(0.3, BLACK, 0)
    assert accepts_draw(0.5, BLACK, 100) and not accepts_draw(0.5, BLACK, 10)


def test_a_hint_draws_a_move_and_names_it(play: Play) -> None:
    session = new_session(play)
    (shown,) = run(play.hint(session, request()))
    assert board_of(shown)["hint"] == "a0a1" and "车九进一" in shown.status
    assert session.ply == 0


def test_a_fallen_flag_loses_and_only_the_servers_clock_counts(play: Play) -> None:
    session = new_session(play)
    session.clock = Clock(1, 0)
    run(play.move(session, click(session, "h2e2"), request()))
    assert session.clock.running is RED
    run(play.flag(session, gr.EventData(None, {"color": "black", "seq": 1}), request()))
    assert session.outcome is None
    session.clock.left[RED] = 0.0
    (shown,) = run(play.flag(session, gr.EventData(None, {}), request()))
    assert session.outcome is not None and session.outcome.termination is Termination.TIMEOUT
    assert board_of(shown)["banner"] == {"title": "黑胜", "detail": "红方超时"}
    assert board_of(shown)["clocks"]["running"] is None


def test_thoughts_list_the_illegal_wishes_and_arrows_follow_the_switch(
    play: Play, table: Table
) -> None:
    session = new_session(play)
    shown = run(play.move(session, click(session, "h2e2"), request()))
    assert 'data-legal="false"' in shown[-1].thoughts and "a0i9" in shown[-1].thoughts
    assert board_of(shown[-1])["arrows"] == []
    shown = run(table.look(session, "western", "wxf", True, False, request()))
    value = board_of(shown[-1])
    assert [arrow["legal"] for arrow in value["arrows"]] == [True, False, True]
    assert value["letters"] == "western" and value["score"] is None
    assert json.loads(shown[-1].record)["moves"][0] == "C2.5"


def test_looking_back_changes_nothing_until_one_plays_on_from_there(
    play: Play, table: Table, warnings: list[str]
) -> None:
    session = new_session(play)
    for uci in ("h2e2", "b2d2"):
        run(play.move(session, click(session, uci), request()))
    shown = run(table.goto(session, gr.EventData(None, {"ply": 2}), request()))
    assert board_of(shown[0])["movable"] is None and session.ply == 4
    assert shown[0].go_on.visible
    run(play.move(session, click(session, "a0a1"), request()))
    assert session.ply == 4 and len(warnings) == 1
    run(play.go_on(session, request()))
    assert session.ply == 2 and session.live
    for ply in (None, "1", 99, -5):
        run(table.goto(session, gr.EventData(None, {"ply": ply}), request()))
    assert session.cursor == 0


def test_a_program_that_clicks_too_fast_is_refused(play: Play, warnings: list[str]) -> None:
    session = new_session(play)
    with pytest.raises(Refusal):
        for _ in range(200):
            run(play.undo(session, request()))


def test_a_puzzle_is_solved_move_by_move(play: Play, table: Table) -> None:
    session = new_session(play)
    shown = run(table.next_puzzle(session, "mate2", request()))
    puzzle = puzzles.catalogue()[session.puzzle or ""]
    assert puzzle.group == "mate2" and "2 步之内杀" in shown[-1].status
    wrong = next(
        move
        for move in session.board.legal_moves
        if not puzzles.answer(puzzle, session.board.copy(), move).right
    )
    (shown_wrong,) = run(play.move(session, click(session, wrong.uci()), request()))
    assert "不行" in shown_wrong.status and session.ply == 0
    while not session.solved:
        move = puzzles.solution(puzzle, session.board.copy())
        assert move is not None
        shown = run(play.move(session, click(session, move.uci()), request()))
    assert board_of(shown[-1])["banner"]["title"] == "解开了！"
    run(table.same_puzzle(session, request()))
    assert session.ply == 0 and session.puzzle == puzzle.id
    run(table.next_puzzle(session, "mate2", request()))
    assert session.puzzle != puzzle.id
    run(play.new(session, "", request()))
    assert session.puzzle is None


def test_the_hint_of_a_puzzle_is_its_solution(play: Play, table: Table) -> None:
    session = new_session(play)
    run(table.next_puzzle(session, "mate1", request()))
    (shown,) = run(play.hint(session, request()))
    puzzle = puzzles.catalogue()[session.puzzle or ""]
    hint = Move.from_uci(board_of(shown)["hint"])
    assert puzzles.answer(puzzle, session.board.copy(), hint).solved


def test_watching_goes_on_until_it_is_stopped(
    play: Play, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.pages.xiangqi.table._SECONDS_A_MOVE", 0.01)
    session = new_session(play)

    async def scenario() -> None:
        screens = table.watch(session, "masked", "recite", request())
        async for shown in screens:
            assert board_of(shown)["movable"] is None or not session.watching
            if session.ply == 6:
                async for _ in table.stop(session, request()):
                    pass

    complete(scenario())
    assert session.ply == 6 and not session.watching and session.person_to_move


def test_watching_ends_when_the_page_is_closed(play: Play, table: Table) -> None:
    session = new_session(play)

    async def scenario() -> None:
        screens = table.watch(session, "masked", "masked", request())
        await anext(screens)
        await anext(screens)
        await screens.aclose()  # type: ignore[attr-defined]

    complete(scenario())
    assert not session.watching


def test_unknown_levels_groups_and_sides_are_refused(
    play: Play, table: Table, warnings: list[str]
) -> None:
    session = new_session(play)
    run(play.level(session, "stockfish", request()))
    run(table.next_puzzle(session, "mate9", request()))
    run(table.watch(session, "x", "y", request()))
    run(play.seat(session, "green", request()))
    assert warnings == ["没有这个对手。", "没有这道题。", "没有这个对手。"]
    assert session.level == "masked" and session.side == "red"


def test_the_editor_starts_a_game_from_a_possible_position_only(
    play: Play, table: Table, warnings: list[str]
) -> None:
    session = new_session(play)
    (shown,) = run(table.open_editor(session, request()))
    assert board_of(shown)["editor"] is True
    for fen in ("junk", "9/9/9/9/9/9/9/9/9/9 w", "4k4/9/9/9/9/9/9/9/9/4K4 w", None):
        event = gr.EventData(None, {"fen": fen})
        if fen is None:
            with pytest.raises(Refusal):
                run(table.edit(session, event, request()))
        else:
            run(table.edit(session, event, request()))
    run(table.start_draft(session, "red", request()))
    assert session.draft is not None
    assert warnings[-1] == "轮到一方走时，对方的帅（将）不能正被将军，也不能两将对面。"
    run(table.edit(session, gr.EventData(None, {"fen": "3k5/9/9/9/9/9/9/9/R8/4K4 w"}), request()))
    run(table.start_draft(session, "red", request()))
    assert session.draft is None and session.board.fen().startswith("3k5/")
    assert session.person_to_move


def test_a_pasted_game_is_shown_from_its_start_and_judged(
    play: Play, table: Table, warnings: list[str]
) -> None:
    session = new_session(play)
    shown = run(table.paste(session, "1. 炮二平五 马8进7 2. 马二进三", request()))
    assert session.ply == 3 and session.cursor == 0
    assert json.loads(shown[-1].record)["scores"] == [0.5] * 4
    assert "读入了 3 着" in shown[-1].status
    for text in ("", "hello", "1. 炮二平五 炮二进九", '[FEN "x"]\n1. 炮二平五', "9/9/9 w"):
        run(table.paste(session, text, request()))
    assert len(warnings) == 5 and session.ply == 3


def test_files_in_any_chinese_encoding_are_read(table: Table, play: Play) -> None:
    text = '[Red "許銀川"]\n[Black "呂欽"]\n\n1. 炮二平五 馬8進7\n2. 馬二進三 車9平8\n'
    for encoding in ("utf-8", "gb18030", "big5", "utf-16"):
        session = new_session(play)
        run(table.upload(session, text.encode(encoding), request()))
        assert session.ply == 4, encoding
        assert session.headers["Red"] == "許銀川"


def test_a_huge_file_is_refused(table: Table, play: Play) -> None:
    session = new_session(play)
    with pytest.raises(Refusal, match="太大"):
        run(table.upload(session, b"1. h2e2 " * 1_300_000, request()))
    with pytest.raises(Refusal, match="太长"):
        run(table.paste(session, "1. h2e2 " * 1_300_000, request()))
    assert session.ply == 0


def test_what_is_exported_can_be_read_again(play: Play, table: Table) -> None:
    session = new_session(play)
    for uci in ("h2e2", "h0g2"):
        run(play.move(session, click(session, uci), request()))
    moves = list(session.board.move_stack)
    for notation in ("simplified", "traditional", "wxf", "iccs"):
        session.look.notation = notation  # type: ignore[assignment]
        board, _ = exchange.read(exchange.pgn(session))
        assert board.move_stack == moves, notation
    assert exchange.read(exchange.fen(session))[0].fen() == session.board.fen()
    engine_line = f"position fen {Board().fen()} moves " + " ".join(map(str, moves))
    assert exchange.read(engine_line)[0].move_stack == moves
