"""What the writing pages share, in a browser: stop, branch, presets, files, side by side."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.settings import Settings
from app.shell import launch_options
from engine.generation.batcher import shared_batcher
from engine.models.registry import Models
from tests.browser.conftest import PATIENCE_MS
from tests.browser.filling import fill
from tests.conftest import Server, free_port
from tests.text_page import build, toy_models
from tests.waiting import eventually


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The small page, with a quick model and one of fifty steps a second."""
    models = toy_models(tmp_path_factory.mktemp("models"))
    for name in ("story", "dialogue"):
        models.get(name)
    demo = build(models)
    demo.queue(max_size=64)
    options = launch_options(Settings(port=free_port()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
    yield Server(url.rstrip("/"), models)
    demo.close()


@pytest.fixture
def opened(page: Page) -> Page:
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/")
    # The states of the models come with the page, in its language.
    expect(page.locator("#page-model input")).to_have_value(re.compile("就绪"))
    return page


def choose(page: Page, elem_id: str, words: str) -> None:
    """Take the option with these words."""
    page.click(f"#{elem_id} input")
    page.locator("ul[role=listbox] li", has_text=words).first.click()


def text_of(page: Page, elem_id: str) -> str:
    return page.locator(f"#{elem_id}").inner_text()


def test_stop_in_a_comparison_keeps_both_texts_and_frees_the_places(
    opened: Page, server: Server
) -> None:
    assert isinstance(server.models, Models)
    model: Any = server.models.get("dialogue")
    model.seconds = 0.15
    opened.locator("#page-compare button").first.click()
    choose(opened, "page-compare-model-left", "对话")
    fill(opened.locator("#page-compare-max-tokens input[type=number]"), "256")
    opened.click("#page-compare-run")
    left = opened.locator("#page-compare-view-left")
    expect(left).to_contain_text("正在写")
    opened.click("#page-compare-stop")
    expect(left).to_contain_text("已停下")
    expect(left).not_to_contain_text("正在写")
    assert eventually(lambda: not shared_batcher(model).load)
    assert sum(decoder.extended for decoder in model.decoders) < 256


def test_a_preset_fills_the_settings_and_a_slider_makes_it_ones_own(opened: Page) -> None:
    opened.locator("#page-details button").first.click()
    choose(opened, "page-preset", "random_sample（GPT2_ML）")
    expect(opened.locator(".text-about").first).to_contain_text("top-p 0.95")
    expect(opened.locator("#page-top_p input[type=number]")).to_have_value("0.95")
    expect(opened.locator("#page-max_tokens input[type=number]")).to_have_value("256")
    fill(opened.locator("#page-top_k input[type=number]"), "7")
    opened.locator("#page-top_k input[type=number]").press("Tab")
    expect(opened.locator("#page-preset input")).to_have_value("自定义")
    expect(opened.locator("#page-top_p input[type=number]")).to_have_value("0.95")


def written_with(page: Page, seed: str) -> str:
    """The text, as the file of JSON has it, once one with this seed is finished."""
    for _ in range(PATIENCE_MS // 500):
        with page.expect_download() as saved:
            page.click("#page-json")
        (told,) = json.loads(Path(saved.value.path()).read_text(encoding="utf-8"))
        if str(told["seed"]) == seed and told["finish"]:
            return str(told["text"])
        page.wait_for_timeout(500)
    raise AssertionError(f"no text with seed {seed}")


def test_the_seed_that_was_drawn_is_shown_and_writes_the_same_again(opened: Page) -> None:
    seed = opened.locator("#page-seed input, #page-seed textarea")
    opened.click("#page-run")
    expect(opened.locator("#page-view")).to_contain_text("到了字数上限")
    drawn = seed.input_value()
    first = written_with(opened, drawn)
    seed.fill("5")
    expect(opened.locator("#page-lucky input")).not_to_be_checked()
    opened.click("#page-run")
    assert written_with(opened, "5") != first
    seed.fill(drawn)
    opened.click("#page-run")
    assert written_with(opened, drawn) == first


def test_an_alternative_begins_a_branch(opened: Page) -> None:
    opened.click("#page-run")
    view = opened.locator("#page-view")
    expect(view).to_contain_text("到了字数上限")
    drawn = opened.locator("#page-seed input, #page-seed textarea").input_value()
    first = written_with(opened, drawn)
    view.locator(".tk-token").nth(5).click()
    view.locator("button[role=menuitem]").first.click()
    # The kept tokens are the text's own, and the rest has the seed's numbers again.
    expect(view.locator(".tk-token").nth(5)).not_to_have_text(first[5])
    second = written_with(opened, drawn)
    assert second[:5] == first[:5] and second[5] != first[5] and len(second) == len(first)


def test_whoever_types_a_seed_means_it(opened: Page) -> None:
    expect(opened.locator("#page-lucky input")).to_be_checked()
    opened.locator("#page-seed input, #page-seed textarea").press_sequentially("12")
    expect(opened.locator("#page-lucky input")).not_to_be_checked()


def test_a_model_that_is_not_here_says_what_to_do(opened: Page) -> None:
    choose(opened, "page-model", "CPM")
    opened.click("#page-run")
    expect(opened.locator(".toast-body, .toast-wrap").first).to_contain_text("--preload cpm")
