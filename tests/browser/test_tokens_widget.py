"""The token view on a page of its own, against a server that writes as told."""

import json
import math
import threading
import time
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest
from playwright.sync_api import Locator, Page, expect

from app.text.tokens import tokens, tokens_value
from app.web.theme import css
from engine.generation import Alternative, Token, TokenRank
from tests.conftest import Server, free_port

PHONE = {"width": 390, "height": 844}
PAYLOADS = [
    "<img src=x onerror=window.hacked=1>",
    "${window.hacked=1}",
    "{{constructor.constructor('window.hacked=1')()}}",
]


def token(text: str, share: float, *others: str) -> Token:
    """With alternatives of the ids 100, 101, ..., after its own, which is 7."""
    own = Alternative(text, 7, math.log(share))
    rest = [Alternative(o, 100 + at, math.log(0.2 / (at + 1))) for at, o in enumerate(others)]
    ranked = sorted([own, *rest], key=lambda one: -one.logprob)
    return Token(text, 7, own.logprob, tuple(ranked))


WORDS = ["那年", "冬天", "，", "", "祖母", "\n", " ", "去世", "了", *PAYLOADS, "。"]
STORY = [token(word, 0.9 ** (at * 4), "的", " ", "<eod>") for at, word in enumerate(WORDS)]
LONG = [token("山水", 0.3, "的", "了") for _ in range(120)]
RANKS = [TokenRank("天", 7, -1.0, rank, ()) for rank in (1, 1, 2, 10, 11, 100, 101, 1000, 1001)]
#: The test has looked at a text that is still being written.
BEGINNING_SEEN = threading.Event()
TEXT = "从前，" + "".join(WORDS)


def finished(written: list[Token], seq: int, **options: Any) -> str:
    return tokens_value(written, seq=seq, lang="zh", prompt="从前，", status="写了一篇", **options)


def write() -> Iterator[str]:
    for count in range(0, len(LONG), 6):
        yield tokens_value(LONG[:count], seq=2, lang="zh", prompt="从前，", running=True)
        time.sleep(0.05)
        if count == len(LONG) // 2:
            BEGINNING_SEEN.wait(90)
    yield finished(LONG, 2)


def on_branch(event: gr.EventData) -> Iterator[tuple[str, str]]:
    said = json.dumps({"seq": event.seq, "index": event.index, "id": event.id})
    kept = [*STORY[: event.index], token("新的", 0.4, "的")]
    for count in range(4):
        written = [*kept, *LONG[:count]]
        yield tokens_value(written, seq=3, lang="zh", prompt="从前，", running=True), said
    yield finished([*kept, *LONG[:4]], 3), said


def build() -> gr.Blocks:
    with gr.Blocks() as demo:
        go = gr.Button("write", elem_id="go")
        story = tokens(finished(STORY, 1), elem_id="story")
        said = gr.Textbox(elem_id="said", label="said")
        tokens(placeholder="record.no_moves", elem_id="nothing")
        tokens(
            tokens_value(RANKS, seq=1, lang="zh", mode="rank", branchable=False), elem_id="ranks"
        )
        written = tokens(elem_id="written")
        go.click(write, None, written, show_progress="hidden")
        story.branch(on_branch, None, [story, said], show_progress="hidden")
    return demo


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    demo = build()
    head = f"<style>{css()}</style>"
    _, url, _ = demo.launch(
        prevent_thread_lock=True, quiet=True, head=head, server_port=free_port()
    )
    yield Server(url.rstrip("/"), None)
    demo.close()


@pytest.fixture
def view(page: Page) -> Page:
    page.set_default_timeout(60_000)
    page.goto("/")
    expect(page.locator("#story .tk-token")).to_have_count(len(WORDS))
    return page


def at(page: Page, index: int) -> Locator:
    return page.locator("#story .tk-token").nth(index)


def box(page: Page) -> Locator:
    return page.locator("#story .tk-popover")


def said(page: Page) -> Locator:
    return page.locator("#said textarea, #said input")


def expect_branch(page: Page, index: int, id: int) -> None:
    expect(said(page)).to_have_value(json.dumps({"seq": 1, "index": index, "id": id}))
    expect(page.locator("#story .tk-text")).to_contain_text("新的")
    expect(page.locator("#story .tk-caret")).to_be_hidden()


def test_the_text_is_text_and_nothing_in_it_runs(view: Page) -> None:
    selected = view.evaluate(
        """() => {
          getSelection().selectAllChildren(document.querySelector('#story .tk-text'));
          return getSelection().toString();
        }"""
    )
    assert selected == TEXT
    copied = view.evaluate(
        """() => {
          const event = new ClipboardEvent('copy', {
            clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
          document.querySelector('#story .tk-token').dispatchEvent(event);
          return [...event.clipboardData.types, event.clipboardData.getData('text/plain')];
        }"""
    )
    assert copied == ["text/plain", TEXT]
    assert view.evaluate("window.hacked") is None
    expect(view.locator("#story .tk-status")).to_have_text("写了一篇")
    expect(view.locator("#nothing")).to_contain_text("还没有走子")


def test_the_mouse_opens_a_box_and_a_click_in_it_branches(view: Page) -> None:
    at(view, 4).hover()
    expect(box(view)).to_be_visible()
    expect(box(view).locator(".tk-piece")).to_have_text(["的", "祖母", "␣", "结束"])
    expect(box(view).locator(".tk-chosen")).to_contain_text("已选")
    expect(box(view).locator("button")).to_have_count(3)
    first = view.locator("#story .tk-token").first.element_handle()
    box(view).locator("button").nth(1).click()
    expect_branch(view, 4, 101)
    expect(box(view)).to_be_hidden()
    # What was kept is not drawn again.
    assert first is not None
    assert first.evaluate("node => node === document.querySelector('#story .tk-token')")


def test_a_box_that_was_only_hovered_goes_with_the_mouse_and_a_clicked_one_stays(
    view: Page,
) -> None:
    at(view, 1).hover()
    expect(box(view)).to_be_visible()
    view.mouse.move(5, 5)
    expect(box(view)).to_be_hidden()
    at(view, 1).click()
    view.mouse.move(5, 5)
    view.wait_for_timeout(500)
    expect(box(view)).to_be_visible()
    view.mouse.click(5, 5)
    expect(box(view)).to_be_hidden()


def test_the_keyboard_goes_through_the_tokens_and_branches(view: Page) -> None:
    view.locator("#go").focus()
    view.keyboard.press("Tab")
    expect(at(view, 0)).to_be_focused()
    expect(at(view, 0)).to_have_attribute("aria-label", "那年，100%")
    for key, index in [("ArrowRight", 1), ("End", 12), ("Home", 0)]:
        view.keyboard.press(key)
        expect(at(view, index)).to_be_focused()
    view.keyboard.press("ArrowDown")
    assert view.evaluate("Number(document.activeElement.dataset.index)") > 5
    view.keyboard.press("ArrowUp")
    expect(at(view, 0)).to_be_focused()
    for index in range(1, 7):
        view.keyboard.press("ArrowRight")
        expect(at(view, index)).to_be_focused()
    expect(view.locator("#story [tabindex='0']")).to_have_count(1)
    view.keyboard.press("ArrowLeft")
    expect(at(view, 5)).to_have_attribute("aria-label", "换行，12%")
    expect(box(view)).to_be_visible()
    view.keyboard.press("Enter")
    expect(box(view).locator("button").first).to_be_focused()
    view.keyboard.press("Escape")
    expect(box(view)).to_be_hidden()
    expect(at(view, 5)).to_be_focused()
    view.keyboard.press(" ")
    view.keyboard.press("ArrowDown")
    view.keyboard.press("Enter")
    expect_branch(view, 5, 101)
    # The focus is where it was, and no box opened over what was written.
    expect(at(view, 5)).to_be_focused()
    expect(box(view)).to_be_hidden()


@pytest.mark.browser_context_args(viewport=PHONE, has_touch=True, reduced_motion="reduce")
def test_a_tap_opens_the_box_inside_the_window_and_a_tap_in_it_branches(view: Page) -> None:
    for index in (0, 8, 9, len(WORDS) - 1):
        at(view, index).tap()
        expect(box(view)).to_be_visible()
        place = box(view).bounding_box()
        assert place is not None
        assert place["x"] >= 0 and place["x"] + place["width"] <= PHONE["width"]
        assert place["y"] >= 0 and place["y"] + place["height"] <= PHONE["height"]
        at(view, index).tap()
        expect(box(view)).to_be_hidden()
    at(view, len(WORDS) - 1).tap()
    box(view).locator("button").first.tap()
    expect_branch(view, len(WORDS) - 1, 100)
    assert view.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert view.evaluate("document.querySelector('#story .tk-caret').getAnimations().length") == 0


def test_a_stream_adds_to_what_is_there(view: Page) -> None:
    written = view.locator("#written")
    view.locator("#go").click()
    written.locator(".tk-token").nth(5).wait_for()
    view.evaluate("window.first = document.querySelector('#written .tk-token')")
    expect(written.locator(".tk-caret")).to_be_visible()
    expect(written.locator(".tk-status")).to_contain_text("正在写")
    expect(written.locator(".tk-live")).to_have_text("")
    BEGINNING_SEEN.set()
    expect(written.locator(".tk-token")).to_have_count(len(LONG))
    expect(written.locator(".tk-caret")).to_be_hidden()
    expect(written.locator(".tk-status")).to_have_text("写了一篇")
    expect(written.locator(".tk-live")).to_have_text("完成。写了一篇")
    assert view.evaluate("first === document.querySelector('#written .tk-token')")


def test_shades_are_switched_everywhere_and_for_good(view: Page) -> None:
    def background(place: str) -> Any:
        return view.evaluate(f"getComputedStyle(document.querySelector('{place}')).backgroundColor")

    shades = {background("#story .tk-share-4"), background("#ranks .tk-rank-3")}
    assert len(shades) == 2
    view.locator("#story .tk-switch").click()
    expect(view.locator("#ranks .tk-switch")).to_have_attribute("aria-pressed", "false")
    assert background("#story .tk-text .tk-share-4") == "rgba(0, 0, 0, 0)"
    view.reload()
    expect(view.locator("#story .tk-switch")).to_have_attribute("aria-pressed", "false")
    view.locator("#ranks .tk-switch").click()
    expect(view.locator("#story .tk-switch")).to_have_attribute("aria-pressed", "true")


def test_ranks_are_counted_and_drawn(view: Page) -> None:
    chips = view.locator("#ranks .tk-chip")
    expect(chips).to_have_text(
        ["前 10 · 4 (44%)", "前 100 · 2 (22%)", "前 1000 · 2 (22%)", "1000 以外 · 1 (11%)"]
    )
    counts = [2, 1, 0, 1, 1, 1, 1, 1, 1]
    shown = [str(count or "") for count in counts]
    expect(view.locator("#ranks .tk-room b")).to_have_text(shown)
    ranks = ["1", "2", "3–5", "6–10", "11–30", "31–100", "101–300", "301–1000", ">1000"]
    items = [f"第 {rank} 位 {count} 个" for rank, count in zip(ranks, counts, strict=True)]
    label = f"名次分布：{', '.join(items)}"
    expect(view.locator("#ranks .tk-bars")).to_have_attribute("aria-label", label)
