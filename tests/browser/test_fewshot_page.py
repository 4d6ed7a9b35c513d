"""A visitor at the few-shot page, with a model that knows the presets by heart."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.pages.fewshot import page as fewshot
from app.settings import Settings
from app.shell import build, launch_options
from tests.browser.filling import fill
from tests.browser.settling import settled
from tests.conftest import Server, free_port
from tests.fewshot_model import FactsModel, fewshot_models

ROWS = ".fs-examples .fs-row"
CAPITALS = "美国的首都是华盛顿\n法国的首都是巴黎\n日本的首都是东京\n中国的首都是"
PAYLOAD = "<img src=x onerror=window.hacked=1>${window.hacked=1}{{1}}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The few-shot page alone, over the stand-ins."""
    models = fewshot_models(tmp_path_factory.mktemp("models"))
    demo = build(models, (fewshot,))
    options = launch_options(Settings(port=free_port()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
    yield Server(url.rstrip("/"), models)
    demo.close()


def open_page(page: Page, address: str = "/") -> Page:
    page.set_default_timeout(90_000)
    page.goto(address)
    # The server's first values have come.
    expect(page.locator("#fs-prompt pre")).to_be_visible()
    return page


def prompt(page: Page) -> str:
    return page.locator("#fs-prompt pre").evaluate("node => node.textContent")


def expect_prompt(page: Page, text: str) -> None:
    expect(page.locator("#fs-prompt pre")).to_have_text(text, use_inner_text=False)


def chip(page: Page, key: str) -> None:
    page.locator(f"#fs-presets button[data-key={key}]").click()


def cell(page: Page, row: int, name: str) -> Locator:
    return page.locator(ROWS).nth(row).locator(f"[data-cell={name}]")


def test_examples_a_question_an_answer_and_another_one(page: Page) -> None:
    open_page(page)
    assert prompt(page) == CAPITALS
    page.locator("#fs-question textarea, #fs-question input").first.fill("英国")
    expect_prompt(page, CAPITALS.replace("中国", "英国"))
    page.locator("#fs-ask").click()
    answer = page.locator("#fs-answer")
    expect(answer).to_contain_text("英国的首都是伦敦")
    expect(answer).to_contain_text("写完了")
    expect(page.locator("#fs-ranking .fs-line")).to_have_count(8)
    expect(page.locator("#fs-ranking .fs-line").first).to_contain_text("伦敦")
    expect(page.locator("#fs-masked")).to_contain_text("[MASK]")
    chip(page, "antonym")
    expect(page.locator(ROWS)).to_have_count(4)
    expect(page.locator("#fs-ranking .fs-line").first).to_be_visible()
    page.locator("#fs-measure button").first.click()
    expect(page.locator("#fs-questions textarea")).to_have_value(re.compile("快,慢"))
    page.locator("#fs-undo").click()
    expect(answer).to_contain_text("英国的首都是伦敦")
    page.locator("#fs-redo").click()
    expect(answer).not_to_contain_text("英国")


def test_the_table_follows_keys_buttons_and_the_clipboard(page: Page) -> None:
    open_page(page)
    cell(page, 1, "answer").fill("里昂")
    expect_prompt(page, CAPITALS.replace("巴黎", "里昂"))
    page.get_by_role("button", name="删去这一行").first.click()
    expect(page.locator(ROWS)).to_have_count(2)
    cell(page, 1, "answer").press("Enter")
    page.keyboard.type("德国")
    page.keyboard.press("Enter")
    page.keyboard.type(PAYLOAD)
    expect(page.locator(ROWS)).to_have_count(3)
    expect_prompt(page, f"法国的首都是里昂\n日本的首都是东京\n德国的首都是{PAYLOAD}\n中国的首都是")
    page.keyboard.press("Alt+ArrowUp")
    expect(cell(page, 1, "question")).to_have_value("德国")
    page.locator(".fs-bar").get_by_text("清空").click()
    expect_prompt(page, "中国的首都是")
    page.locator(".fs-bar").get_by_text("恢复").click()
    expect(page.locator(ROWS)).to_have_count(3)
    cell(page, 0, "question").evaluate(
        """(area, text) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          area.focus();
          const options = {clipboardData: data, bubbles: true, cancelable: true};
          area.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        '瑞典\t斯德哥尔摩\n"挪""威"\t奥斯陆\n',
    )
    expect(page.locator(ROWS)).to_have_count(5)
    expect(cell(page, 2, "question")).to_have_value('挪"威')
    assert page.evaluate("window.hacked") is None


def test_another_token_is_chosen(page: Page) -> None:
    open_page(page)
    chip(page, "capital")
    answer = page.locator("#fs-answer")
    expect(answer).to_contain_text("写完了")
    expect(page.locator("#fs-masked .fs-line").first).to_be_visible()
    answer.locator(".tk-token").first.click()
    answer.locator(".tk-popover button").last.click()
    expect(answer).not_to_contain_text("中国的首都是北京")


def test_stop_keeps_what_there_is(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    open_page(page)
    monkeypatch.setattr(FactsModel, "pause", 2.0)
    answer = page.locator("#fs-answer")
    chip(page, "next_line")
    expect(answer).to_contain_text("床前明月光，疑")
    page.locator("#fs-stop").click()
    expect(answer).to_contain_text("已停下")


def test_a_table_of_questions_is_measured_and_drawn(page: Page) -> None:
    open_page(page)
    page.locator("#fs-measure button").first.click()
    questions = page.locator("#fs-questions textarea")
    fill(questions, "英国,伦敦\n德国")
    page.locator("#fs-run").click()
    expect(page.get_by_text("第 2 行有 1 列")).to_be_visible()
    questions.fill("英国,伦敦\n德国,柏林\n月球,没有")
    page.locator("#fs-run").click()
    expect(page.locator("#fs-results tbody tr")).to_have_count(3)
    expect(page.locator("#fs-summary")).to_contain_text("2/3")
    with page.expect_download() as download:
        page.locator("#fs-save").click()
    content = download.value.path().read_text(encoding="utf-8-sig")
    assert content.splitlines()[1].startswith("英国,伦敦,伦敦,1,3")
    page.locator("#fs-draw").click()
    expect(page.locator("#fs-curve svg .fs-point.fs-exact")).to_have_count(4)
    expect(page.locator("#fs-curve progress")).to_be_hidden()


def test_a_reload_and_a_link_bring_everything_back(page: Page, browser: Browser) -> None:
    open_page(page)
    cell(page, 0, "question").fill("美利坚")
    expect_prompt(page, CAPITALS.replace("美国", "美利坚"))
    page.wait_for_function("localStorage.getItem('fewshot') !== null")
    settled(page)
    page.reload()
    expect_prompt(page, CAPITALS.replace("美国", "美利坚"))
    page.locator("#fs-ask").click()
    expect(page.locator("#fs-answer")).to_contain_text("写完了")
    page.locator("#fs-sharing button").first.click()
    page.locator("#fs-share").click()
    link = page.locator("#fs-link textarea, #fs-link input").first
    expect(link).to_have_value(re.compile(r"^http.*\?fewshot="))
    with browser.new_context(locale="zh-CN") as context:
        other = open_page(context.new_page(), link.input_value())
        expect(other.locator("#fs-answer")).to_contain_text("中国的首都是北京")
        assert prompt(other) == CAPITALS.replace("美国", "美利坚")


@pytest.mark.browser_context_args(
    locale="en-GB", viewport={"width": 390, "height": 844}, color_scheme="dark"
)
def test_a_phone_in_english(page: Page) -> None:
    open_page(page)
    expect(page.locator("#fs-presets")).to_contain_text("Capitals")
    chip(page, "sum")
    expect(page.locator("#fs-answer")).to_contain_text("finished")
    expect(page.locator("#fs-prompt")).to_contain_text("examples")
    page.locator("#fs-measure button").first.click()
    page.locator("#fs-run").click()
    expect(page.locator("#fs-summary")).to_contain_text("12 of 12 asked")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_damaged_link_and_a_missing_answer_are_told_about(page: Page) -> None:
    open_page(page, "/?fewshot=x")
    expect(page.get_by_text("分享链接已损坏")).to_be_visible()
    page.locator("#fs-sharing button").first.click()
    page.locator("#fs-share").click()
    expect(page.get_by_text("还没有回答可以分享")).to_be_visible()
