"""How the model sees a text, on a page of its own, over a model that is quick."""

import json
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from playwright.sync_api import Page, expect

from app.text import reading
from app.text.models import TextModels
from app.web.texts import i18n
from tests.conftest import Server, free_port
from tests.story_model import SENTENCES
from tests.text_page import toy_models

IDS = "#page-reading"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("models")
    with gr.Blocks() as demo:
        source = gr.Textbox(SENTENCES[0], label="source")
        reading.render(TextModels(toy_models(folder), ("story", "gpt2")), "page", source)
    _, url, _ = demo.launch(
        prevent_thread_lock=True, quiet=True, server_port=free_port(), i18n=i18n()
    )
    yield Server(url.rstrip("/"), None)
    demo.close()


@pytest.fixture
def opened(page: Page) -> Page:
    page.set_default_timeout(60_000)
    page.goto("/")
    page.locator(f"{IDS} > button").click()
    expect(page.locator(f"{IDS}-view")).to_contain_text("按名次上色")
    return page


def test_a_text_is_read_shaded_and_saved(opened: Page) -> None:
    opened.click(f"{IDS}-mine")
    tokens = opened.locator(f"{IDS}-view .tk-token")
    expect(tokens).to_have_count(len(SENTENCES[0]) - 1)
    expect(opened.locator(f"{IDS}-view .tk-status")).to_contain_text("每字困惑度")
    expect(opened.locator(f"{IDS}-view .tk-chip").first).to_contain_text("前 10 · 12 (100%)")
    tokens.first.click()
    expect(opened.locator(f"{IDS}-view .tk-row")).to_have_count(5)
    expect(opened.locator(f"{IDS}-view .tk-popover button")).to_have_count(0)
    opened.get_by_label("概率").click()
    expect(opened.locator(f"{IDS}-view .tk-chip").first).to_have_text("≥50%")
    with opened.expect_download() as saved:
        opened.click(f"{IDS}-json")
    assert json.loads(saved.value.path().read_text("utf-8"))["text"] == SENTENCES[0]


def test_a_text_that_is_too_long_is_refused_and_not_lost(opened: Page) -> None:
    box = opened.locator(f"{IDS}-text textarea")
    box.fill("海" * 5001)
    opened.click(f"{IDS}-read")
    expect(opened.locator(".toast-body")).to_be_visible()
    assert len(box.input_value()) == 5001
    box.fill("".join(SENTENCES) * 8)
    opened.click(f"{IDS}-read")
    expect(opened.locator(f"{IDS}-view .tk-status")).to_contain_text("段读")
    expect(opened.locator(f"{IDS}-view .tk-caret")).to_be_hidden()
