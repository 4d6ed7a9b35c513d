"""A visitor at the dialogue page, with a model of a few sentences that takes its time."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.pages.dialogue import page as dialogue
from app.settings import Settings
from app.shell import build, launch_options
from tests.browser.settling import settled
from tests.conftest import Server, free_port
from tests.dialogue_models import chat_models


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The dialogue page alone, over the stand-in."""
    models = chat_models(tmp_path_factory.mktemp("models"), "slow")
    demo = build(models, (dialogue,))
    options = launch_options(Settings(port=free_port()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
    models.get("dialogue")
    yield Server(url.rstrip("/"), models)
    demo.close()


def open_page(page: Page, address: str = "/") -> Page:
    page.set_default_timeout(90_000)
    page.goto(address)
    expect(page.locator(".dg-send")).to_be_visible()
    # The first value of the server has come, and with it the language.
    expect(page.locator("#dialogue-context")).not_to_be_empty()
    return page


def say(page: Page, text: str) -> None:
    page.fill(".dg-field", text)
    page.press(".dg-field", "Enter")


def expect_turns(page: Page, count: int) -> None:
    expect(page.locator(".dg-turn")).to_have_count(count)
    expect(page.locator(".dg-stop")).to_have_count(0)
    expect(page.locator(".dg-asked")).to_have_count(0)


def tool(page: Page, turn: int, name: str) -> None:
    page.locator(".dg-turn").nth(turn).get_by_role("button", name=name, exact=True).click()


def bar(page: Page, name: str) -> None:
    page.locator(".dg-bar").get_by_role("button", name=name, exact=True).click()


def test_a_talk_with_edits_undo_and_reload(page: Page) -> None:
    open_page(page)
    page.locator(".dg-chip").first.click()
    expect_turns(page, 2)
    expect(page.locator(".dg-by-model .dg-fact")).to_contain_text("困惑度")
    expect(page.locator("#dialogue-context .dg-context-turn")).to_have_count(2)
    say(page, "今天去哪里？")
    expect_turns(page, 4)
    expect(page.locator(".dg-field")).to_have_value("")
    tool(page, 2, "改")
    page.locator(".dg-edit").fill("今天吃什么？")
    page.locator(".dg-edit").press("Enter")
    expect(page.locator(".dg-turn").nth(2)).to_contain_text("今天吃什么？")
    expect_turns(page, 4)
    bar(page, "撤销")
    expect(page.locator(".dg-turn").nth(2)).to_contain_text("今天去哪里？")
    tool(page, 1, "回到这里")
    expect_turns(page, 2)
    bar(page, "撤销")
    expect_turns(page, 4)
    told = page.locator(".dg-turn").nth(3).locator(".dg-words").inner_text()
    settled(page)
    page.reload()
    expect_turns(page, 4)
    expect(page.locator(".dg-turn").nth(3).locator(".dg-words")).to_have_text(told)


def test_enter_sends_and_an_input_method_keeps_its_own(page: Page) -> None:
    open_page(page)
    page.fill(".dg-field", "你好")
    page.press(".dg-field", "Shift+Enter")
    page.type(".dg-field", "吗")
    expect(page.locator(".dg-field")).to_have_value("你好\n吗")
    page.evaluate(
        """() => document.querySelector('.dg-field').dispatchEvent(new KeyboardEvent('keydown',
        {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"""
    )
    expect(page.locator(".dg-turn")).to_have_count(0)
    page.press(".dg-field", "Enter")
    expect_turns(page, 2)


def test_candidates_and_a_branch(page: Page) -> None:
    open_page(page)
    say(page, "你好吗？")
    expect_turns(page, 2)
    tool(page, 1, "换几种说法")
    card = page.locator(".dg-card:not([disabled])").nth(1)
    expect(card).to_contain_text("MMI")
    words = card.locator(".dg-card-text").inner_text()
    card.click()
    expect(page.locator(".dg-by-model .dg-words")).to_contain_text(words)
    page.locator(".dg-by-model .tk-token").first.click()
    choice = page.locator(".tk-popover button").first
    piece = choice.locator(".tk-piece").inner_text()
    choice.click()
    expect(page.locator(".dg-by-model .tk-token").first).to_have_text(piece)
    expect_turns(page, 2)


def test_help_comes_before_any_model(page: Page) -> None:
    open_page(page)
    say(page, "我不想活了")
    expect(page.locator(".dg-by-help")).to_contain_text("12356")
    expect(page.locator(".dg-by-model")).to_have_count(0)
    say(page, "你好吗？")
    expect(page.locator(".dg-by-model .dg-fact")).to_contain_text("看了最近 1 句")


def test_a_link_opens_elsewhere_and_two_talk(page: Page, browser: Browser, server: Server) -> None:
    open_page(page)
    page.locator("#dialogue-watch button").first.click()
    page.click("#dialogue-watch-start")
    expect(page.locator(".dg-turn").nth(2)).to_be_visible()
    page.locator(".dg-stop").click()
    expect(page.locator(".dg-stop")).to_have_count(0)
    shown = page.locator(".dg-turn").count()
    page.locator("#dialogue-keep button").first.click()
    page.click("#dialogue-share")
    link = page.locator("#dialogue-link textarea, #dialogue-link input").first
    expect(link).to_have_value(re.compile(r"^http://127.*\?dialogue="))
    with page.expect_download() as download:
        page.click("#dialogue-txt")
    assert "甲 · " in download.value.path().read_text(encoding="utf-8")
    context = browser.new_context(
        locale="en-US", viewport={"width": 390, "height": 844}, base_url=server.url
    )
    try:
        guest = open_page(context.new_page(), link.input_value())
        expect_turns(guest, shown)
        assert guest.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        context.close()


def test_a_damaged_link_is_told_about(page: Page) -> None:
    open_page(page, "/?dialogue=x")
    expect(page.get_by_text("分享链接已损坏")).to_be_visible()
