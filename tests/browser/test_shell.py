"""The shell in a browser: languages, widths, colours, model status, keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.web.texts import text
from tests.conftest import Server

PHONE = {"width": 390, "height": 844}


@pytest.mark.browser_context_args(locale="zh-CN")
def test_a_chinese_browser_sees_chinese(opened: Page) -> None:
    expect(opened.get_by_role("heading", level=1)).to_have_text(re.compile("字里行间"))
    expect(opened.get_by_text(text("shell.line", "zh"))).to_be_visible()
    expect(opened.get_by_text(text("shell.line", "en"))).to_be_hidden()
    expect(opened.locator(".model-status").first).to_contain_text("模型")


@pytest.mark.browser_context_args(locale="en-GB")
def test_an_english_browser_sees_english(opened: Page) -> None:
    expect(opened.get_by_text(text("shell.line", "en"))).to_be_visible()
    expect(opened.get_by_text(text("shell.line", "zh"))).to_be_hidden()
    expect(opened.locator(".model-status").first).to_contain_text("Model")


@pytest.mark.browser_context_args(locale="zh-HK")
def test_every_kind_of_chinese_is_chinese(opened: Page) -> None:
    expect(opened.get_by_text(text("shell.line", "zh"))).to_be_visible()
    expect(opened.get_by_role("tab").first).to_have_text(re.compile("[\u4e00-\u9fff]"))


@pytest.mark.browser_context_args(locale="fr-FR")
def test_any_other_browser_sees_english(opened: Page) -> None:
    expect(opened.get_by_text(text("shell.line", "en"))).to_be_visible()
    expect(opened.locator(".model-status").first).to_contain_text("Model")


@pytest.mark.browser_context_args(viewport=PHONE)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_the_page_without_scrolling_sideways(opened: Page, scheme: str) -> None:
    opened.emulate_media(color_scheme=scheme)
    assert opened.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize(
    ("scheme", "is_dark"),
    [
        pytest.param(
            scheme, dark, marks=pytest.mark.browser_context_args(color_scheme=scheme), id=scheme
        )
        for scheme, dark in (("light", False), ("dark", True))
    ],
)
def test_the_page_follows_the_systems_colours(opened: Page, scheme: str, is_dark: bool) -> None:
    background = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = map(int, re.findall(r"\d+", background)[:3])
    assert (red + green + blue < 384) is is_dark


def test_the_model_becomes_ready_without_a_click(opened: Page) -> None:
    status = opened.locator(".model-status").first
    expect(status).to_have_attribute("data-state", "ready")
    expect(status).to_contain_text(re.compile(r"MiB"))
    expect(status).to_contain_text(re.compile(r"CPU|GPU|NVIDIA"))


def test_a_page_opened_after_loading_asks_once(opened: Page, server: Server) -> None:
    expect(opened.locator(".model-status").first).to_have_attribute("data-state", "ready")
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))

    def rests() -> bool:
        asked.clear()
        opened.wait_for_timeout(4000)
        return not [url for url in asked if "/run/" in url or "/queue/join" in url]

    assert any(rests() for _ in range(10))


def test_everything_that_can_be_pressed_has_a_name(opened: Page) -> None:
    expect(opened.get_by_role("tab").first).to_be_visible()
    nameless = opened.evaluate(
        """() => [...document.querySelectorAll("button, a[href], input, select, textarea")]
            .filter(e => e.checkVisibility() && !e.closest("[aria-hidden=true]"))
            .filter(e => !(e.innerText || e.ariaLabel || e.title || e.placeholder
                || e.labels?.length || e.closest("label")
                || e.getAttribute("aria-labelledby")))
            .map(e => e.outerHTML.slice(0, 200))"""
    )
    assert nameless == []


def test_the_tab_key_reaches_the_page_and_shows_where_it_is(opened: Page) -> None:
    opened.keyboard.press("Tab")
    focused = opened.evaluate_handle("document.activeElement")
    assert focused.evaluate("e => e !== document.body")
    assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none"
