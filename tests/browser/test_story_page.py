"""A visitor at the story page, with a stand-in for the model."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.pages.story import page as story
from app.settings import Settings
from app.shell import build, launch_options
from tests.browser.settling import settled
from tests.conftest import Server, free_port
from tests.story_model import StoryModel, story_models

OPENING = "从前，山里住着一只小狐狸"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The story page alone, whose model is the stand-in."""
    folder: Path = tmp_path_factory.mktemp("models")
    models = story_models(folder)
    demo = build(models, (story,))
    options = launch_options(Settings(port=free_port()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
    yield Server(url.rstrip("/"), models)
    demo.close()


def open_page(page: Page, address: str = "/") -> Page:
    page.set_default_timeout(60_000)
    page.goto(address)
    expect(page.locator("#story-count p")).to_contain_text(re.compile("Ctrl"))
    return page


def manuscript(page: Page) -> str:
    return page.input_value("#story-manuscript textarea")


def write(page: Page, button: str = "#story-continue") -> str:
    """Press a button and wait until the continuation is in the manuscript."""
    before = manuscript(page)
    page.click(button)
    page.wait_for_function(
        "text => document.querySelector('#story-manuscript textarea').value !== text", arg=before
    )
    expect(page.locator("#story-continue")).to_be_visible()
    return manuscript(page)


def test_writing_on_undo_the_tree_and_a_branch(page: Page) -> None:
    open_page(page)
    page.fill("#story-manuscript textarea", OPENING)
    first = write(page)
    assert first.startswith(OPENING) and first[-1] in "。！？"
    expect(page.locator("#story-tokens")).to_contain_text("种子")
    second = write(page, "#story-retry")
    page.click("#story-undo")
    expect(page.locator("#story-manuscript textarea")).to_have_value(first)
    page.click("#story-redo")
    expect(page.locator("#story-manuscript textarea")).to_have_value(second)
    expect(page.locator(".story-tree button")).to_have_count(2)
    page.locator(".story-tree button").first.click()
    expect(page.locator("#story-manuscript textarea")).to_have_value(first)
    token = page.locator("#story-tokens .tk-token").nth(3)
    token.click()
    write(page, "#story-tokens .tk-popover button:not([disabled]) >> nth=-1")
    expect(page.locator(".story-tree button")).to_have_count(3)


def test_several_side_by_side_and_one_of_them_chosen(page: Page) -> None:
    open_page(page)
    page.fill("#story-manuscript textarea", OPENING)
    page.locator("#story-branches label").nth(2).click()
    expect(page.locator("#story-vary")).to_be_visible()
    page.locator("#story-vary label").nth(1).click()
    page.click("#story-continue")
    cards = page.locator(".story-grid li")
    expect(cards).to_have_count(3)
    expect(cards.nth(1)).to_contain_text("悲伤")
    expect(cards.nth(1).locator("button")).to_be_enabled()
    chosen = cards.nth(1).locator("p").inner_text()
    write(page, ".story-grid li:nth-child(2) button")
    assert "".join(manuscript(page).split()) == OPENING + "".join(chosen.split())
    expect(cards.nth(1)).to_have_attribute("aria-current", "true")


def test_at_the_cursor_by_keyboard_and_stopped_by_escape(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StoryModel, "delay", 0.2)
    open_page(page)
    area = page.locator("#story-manuscript textarea")
    area.fill(OPENING)
    area.evaluate("area => area.setSelectionRange(3, 3)")
    area.press("Control+Enter")
    expect(page.locator("#story-stop")).to_be_visible()
    expect(page.locator("#story-tokens .tk-token").nth(2)).to_be_visible()
    page.locator("#story-examples button").first.click()
    expect(page.get_by_text("模型正在写，先停下再换。")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#story-continue")).to_be_visible()
    expect(area).not_to_have_value(OPENING)
    text = manuscript(page)
    assert text.startswith(OPENING[:3]) and text.endswith(OPENING[3:])
    assert len(text) < len(OPENING) + 60
    expect(page.locator("#story-notice")).to_contain_text("没有看到")


def test_an_example_a_title_a_reload_and_a_link(page: Page, browser: Browser) -> None:
    open_page(page)
    opening = write(page, "#story-examples button >> nth=4")
    assert opening.startswith("从前，森林里")
    # The opening comes first, what the model makes of it a moment later.
    expect(page.locator("#story-tokens")).to_contain_text("种子")
    expect(page.locator("#story-continue")).to_be_visible()
    text = manuscript(page)
    assert len(text) > len("从前，森林里住着一只小狐狸，它最想知道的事情，是天边的海有多大。")
    expect(page.locator("#story-genre input:checked")).to_have_value("children")
    page.locator("#story-heads button").first.click()
    page.click("#story-find-titles")
    page.locator("#story-titles button").first.click()
    title = page.locator("#story-title input, #story-title textarea").first
    expect(title).not_to_have_value("")
    named = title.input_value()
    settled(page)
    page.reload()
    expect(page.locator("#story-manuscript textarea")).to_have_value(text)
    expect(title).to_have_value(named)
    page.locator("#story-keep button").first.click()
    page.click("#story-share")
    link = page.locator("#story-link textarea, #story-link input").first
    expect(link).to_have_value(re.compile(r"^http://127.*\?story="))
    written = []
    for _ in range(2):
        guest = browser.new_context(locale="en-GB")
        try:
            other = open_page(guest.new_page(), link.input_value())
            expect(other.locator("#story-manuscript textarea")).to_have_value(text)
            other.wait_for_function("() => window.openedPages?.has('story')")
            other.wait_for_timeout(500)  # nobody presses a button just when the page is filled in
            written.append(write(other))
        finally:
            guest.close()
    assert written[0] == written[1] != text


@pytest.mark.browser_context_args(
    locale="en-GB", viewport={"width": 390, "height": 844}, color_scheme="dark"
)
def test_a_telephone_shows_all_of_it(page: Page) -> None:
    open_page(page, "/?__theme=dark")
    page.fill("#story-manuscript textarea", OPENING)
    write(page)
    widths = page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
    expect(page.locator("#story-tokens")).to_contain_text("seed")


def test_a_damaged_link_is_told_about(page: Page) -> None:
    open_page(page, "/?story=x")
    expect(page.get_by_text("没有能打开的文稿")).to_be_visible()
