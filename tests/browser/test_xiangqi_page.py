"""A visitor at the xiangqi page, with a stand-in for the model so that every reply is known."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.pages.xiangqi import page as xiangqi
from app.pages.xiangqi import puzzles
from app.settings import Settings
from app.shell import build, launch_options
from engine.xiangqi import Board
from tests.browser.filling import fill
from tests.browser.settling import settled
from tests.conftest import Server, free_port
from tests.xiangqi_player import fake_models


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application whose xiangqi model is the stand-in."""
    folder: Path = tmp_path_factory.mktemp("models")
    models = fake_models(folder)
    demo = build(models, pages=[xiangqi])
    options = launch_options(Settings(port=free_port()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
    yield Server(url.rstrip("/"), models)
    demo.close()


def open_page(page: Page, address: str = "/?tab=xiangqi") -> Page:
    page.set_default_timeout(60_000)
    page.goto(address)
    expect(page.locator("#xq-status p")).not_to_be_empty()
    return page


def square(page: Page, name: str) -> Locator:
    return page.locator(f'#xq-board [data-square="{name}"]').first


def move(page: Page, uci: str) -> None:
    square(page, uci[:2]).click()
    square(page, uci[2:]).click()


def expect_plies(page: Page, current: int, plies: int) -> None:
    expect(page.locator("#xq-record")).to_contain_text(f"{current} / {plies}")


def expand(page: Page, elem_id: str) -> None:
    page.locator(f"#{elem_id}").get_by_role("button").first.click()


def paste(page: Page, text: str) -> None:
    fill(page.locator("#xq-paste textarea"), text)
    page.click("#xq-import")


def test_a_game_with_undo_flip_hint_and_resignation(page: Page) -> None:
    open_page(page)
    expect(page.locator("#xq-status")).to_contain_text("轮到您走（红方）")
    move(page, "h2e2")
    expect_plies(page, 2, 2)
    move(page, "h0g2")
    expect_plies(page, 4, 4)
    expect(page.locator("#xq-record")).to_contain_text("炮二平五")
    expect(page.locator("#xq-thoughts li[data-legal=false]")).to_contain_text("不合规则")
    page.click("#xq-undo")
    expect_plies(page, 2, 2)
    page.click("#xq-hint")
    expect(page.locator("#xq-status")).to_contain_text("提示：")
    above = "() => document.querySelector('#xq-board [data-square=e0]').getBoundingClientRect().y"
    before = page.evaluate(above)
    page.click("#xq-flip")
    page.wait_for_function(f"({above})() < {before} - 100")
    page.click("#xq-resign")
    expect(page.locator("#xq-status")).to_contain_text("黑胜 · 红方认输")
    expect(page.locator("#xq-board")).to_contain_text("黑胜")


def test_reload_resumes_and_a_share_link_reopens_elsewhere(page: Page, browser: Browser) -> None:
    open_page(page)
    move(page, "h2e2")
    expect_plies(page, 2, 2)
    settled(page)
    page.reload()
    expect_plies(page, 2, 2)
    expect(page.locator("#xq-status")).to_contain_text("轮到您走")
    expand(page, "xq-exchange")
    page.click("#xq-share")
    link = page.locator("#xq-link textarea, #xq-link input").first
    expect(link).to_have_value(re.compile(r"^http://127.*\?xiangqi="))
    other = browser.new_context(locale="en-US")
    try:
        guest = open_page(other.new_page(), link.input_value())
        expect_plies(guest, 2, 2)
        expect(guest.locator("#xq-record")).to_contain_text("C2.5")
        # Two visitors: what one plays, the other does not see.
        move(guest, "b0c2")
        expect_plies(guest, 3, 3)
        page.click("#xq-hint")
        expect(page.locator("#xq-status")).to_contain_text("提示：")
        expect_plies(page, 2, 2)
    finally:
        other.close()


def test_a_damaged_link_is_said_and_a_new_game_is_there(page: Page) -> None:
    open_page(page, "/?xiangqi=eyJmZW4iOiJubyJ9")
    expect(page.get_by_text("这个分享链接里没有能打开的局面。")).to_be_visible()
    move(page, "h2e2")
    expect_plies(page, 2, 2)


def test_games_in_and_out_and_bad_ones_refused(page: Page) -> None:
    open_page(page)
    expand(page, "xq-exchange")
    paste(page, "no such game")
    expect(page.get_by_text(re.compile("看不懂这份棋谱"))).to_be_visible()
    paste(page, "4k4/9/9/9/9/9/9/9/9/4K4 w")
    expect(page.get_by_text(re.compile("也不能两将对面"))).to_be_visible()
    paste(page, "1. 炮二平五 马8进7\n2. 马二进三 车9平8")
    expect_plies(page, 0, 4)
    page.keyboard.press("Escape")
    page.locator("#xq-record").get_by_text("马二进三").click()
    expect_plies(page, 3, 4)
    expect(page.locator("#xq-go-on")).to_be_visible()
    page.click("#xq-export")
    expect(page.locator("#xq-pgn textarea")).to_have_value(re.compile("2. 马二进三"))
    with page.expect_download() as download:
        page.click("#xq-download")
    saved = download.value.path().read_text(encoding="utf-8")
    assert "炮二平五" in saved
    gb = saved.replace("马二进三", "马八进七").encode("gb18030")
    with page.expect_file_chooser() as chooser:
        page.click("#xq-upload")
    chooser.value.set_files([{"name": "game.pgn", "mimeType": "text/plain", "buffer": gb}])
    expect(page.locator("#xq-record")).to_contain_text("马八进七")


def test_bad_input_is_refused_in_english(browser: Browser, server: Server) -> None:
    context = browser.new_context(locale="en-US", base_url=server.url)
    try:
        page = open_page(context.new_page())
        expand(page, "xq-exchange")
        paste(page, "9/9/9 w")
        expect(page.get_by_text(re.compile("This FEN cannot be read"))).to_be_visible()
        expect(page.locator("#xq-status")).to_contain_text("Your move (Red)")
    finally:
        context.close()


def test_a_puzzle_is_solved_on_the_board(page: Page) -> None:
    open_page(page)
    expand(page, "xq-puzzles")
    page.click("#xq-puzzle-next")
    expect(page.locator("#xq-status")).to_contain_text("1 步之内杀")
    number = re.search(r"第 (\d+) /", page.locator("#xq-thoughts").inner_text())
    assert number is not None
    puzzle = puzzles.group("mate1")[int(number[1]) - 1]
    solution = puzzles.solution(puzzle, Board(puzzle.fen))
    assert solution is not None
    move(page, solution.uci())
    expect(page.locator("#xq-status")).to_contain_text("解开了！")


def test_a_position_is_set_up_and_played(page: Page) -> None:
    open_page(page)
    expand(page, "xq-editor")
    page.click("#xq-edit")
    expect(page.locator("#xq-status")).to_contain_text("正在摆棋")
    page.click("#xq-editor_clear")
    expect(square(page, "a0")).not_to_have_attribute("aria-label", re.compile("車|车|俥"))
    page.click("#xq-editor-start")
    expect(page.locator("#xq-status")).to_contain_text("双方都没有能过河的子")


def test_the_model_plays_itself_until_stopped(page: Page) -> None:
    open_page(page)
    expand(page, "xq-watch")
    page.click("#xq-watch-start")
    expect(page.locator("#xq-status")).to_contain_text(
        re.compile(r"GPT 对 GPT：第 ([2-9]|\d\d+) 着")
    )
    page.click("#xq-watch-stop")
    expect(page.locator("#xq-status")).to_contain_text(re.compile("轮到"))


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_a_phone_needs_no_sideways_scrolling(browser: Browser, server: Server, locale: str) -> None:
    context = browser.new_context(
        locale=locale, viewport={"width": 390, "height": 844}, base_url=server.url
    )
    try:
        page = open_page(context.new_page())
        for elem_id in ("xq-puzzles", "xq-watch", "xq-exchange", "xq-editor", "xq-display"):
            expand(page, elem_id)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        context.close()
