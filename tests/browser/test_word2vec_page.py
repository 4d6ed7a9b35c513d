"""A visitor at the word2vec page, with a few words made by hand."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.pages.word2vec import page as word2vec
from app.settings import Settings
from app.shell import build, launch_options
from engine.word2vec.formats import write
from tests.browser.filling import fill
from tests.browser.settling import settled
from tests.conftest import Server, free_port
from tests.unit.app.test_word2vec_own import ANALOGIES, TEXT, some_vectors
from tests.word2vec_model import word2vec_models

PAYLOAD = "<img src=x onerror=window.hacked=1>"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The word2vec page alone, over the stand-in."""
    models = word2vec_models(tmp_path_factory.mktemp("models"))
    models.get("word2vec")
    demo = build(models, (word2vec,))
    options = launch_options(Settings(port=free_port()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
    importlib.import_module("engine.word2vec.training.trainer")  # as other models have done
    yield Server(url.rstrip("/"), models)
    demo.close()


def open_page(page: Page, address: str = "/") -> Page:
    page.set_default_timeout(90_000)
    page.goto(address)
    expect(page.locator("#w2v-near .wv-line").first).to_be_visible()
    return page


def open_tab(page: Page, name: str) -> None:
    page.locator("#w2v-tabs").get_by_role("tab", name=name, exact=True).click()


def field(page: Page, elem_id: str) -> Locator:
    return page.locator(f"#{elem_id} :is(input, textarea)").first


def upload(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator("#w2v-upload").click()
    chooser.value.set_files(path)


def search_map(page: Page, word: str) -> None:
    page.locator("#w2v-map .cl-search").fill(word)
    page.locator("#w2v-map .cl-search").press("Enter")


def test_a_word_is_completed_looked_up_and_followed(page: Page) -> None:
    open_page(page)
    field(page, "w2v-search").fill("白云")
    completions = page.locator("#w2v-completions")
    expect(completions).to_contain_text("白云机场")
    field(page, "w2v-search").press("ArrowDown")
    field(page, "w2v-search").press("Enter")
    near = page.locator("#w2v-near")
    expect(near).to_contain_text("“白云机场”是第")
    near.get_by_role("button", name="手机").click()
    expect(near).to_contain_text("“手机”是第")
    expect(field(page, "w2v-search")).to_have_value("手机")
    field(page, "w2v-search").fill("女玉")
    page.locator("#w2v-look").click()
    expect(near).to_contain_text("词表里没有“女玉”")
    near.get_by_role("button", name="女王").click()
    expect(near).to_contain_text("“女王”是第")
    field(page, "w2v-search").fill(PAYLOAD)
    page.locator("#w2v-look").click()
    expect(near).to_contain_text(PAYLOAD)
    assert page.evaluate("window.hacked") is None


def test_words_are_calculated_with(page: Page) -> None:
    open_page(page)
    open_tab(page, "算术")
    expect(page.locator("#w2v-answers")).to_contain_text("老师 对 学校")
    expect(page.locator("#w2v-picture svg .wv-arrow")).not_to_have_count(0)
    for name, word in (("a", "中国"), ("b", "北京"), ("c", "法国")):
        fill(field(page, f"w2v-{name}"), word)
    field(page, "w2v-c").press("Enter")
    expect(page.locator("#w2v-answers")).to_contain_text("法国 对 巴黎")
    page.locator("#w2v-groups button").first.click()
    expect(page.locator("#w2v-found")).to_contain_text("不合群的是：汽车")
    open_tab(page, "坐标轴")
    expect(page.locator("#w2v-plane svg text", has_text="手机")).to_be_visible()


def test_the_map_is_searched_clicked_and_draws_an_analogy(page: Page) -> None:
    open_page(page)
    open_tab(page, "地图")
    cloud = page.locator("#w2v-map")
    expect(cloud.locator(".cl-status")).to_have_text("200 个词")
    search_map(page, "猫")
    side = cloud.locator(".cl-side")
    expect(side.locator("h4")).to_have_text("猫")
    expect(side.locator(".cl-near")).to_contain_text("兔子")
    side.locator(".cl-near button").first.click()
    expect(side.locator("h4")).not_to_have_text("猫")
    cloud.get_by_role("button", name="画类比").click()
    search_map(page, "中国")
    expect(side).to_contain_text("从“中国”到哪个词")
    search_map(page, "北京")
    expect(side.locator(".cl-main")).to_have_text("中国→北京")
    expect(side).to_contain_text("日本→东京")
    search_map(page, "法国")
    expect(side).to_contain_text("法国→巴黎")
    cloud.get_by_role("button", name="画类比").click()
    # The word in the middle of the whole map is chosen by the keyboard.
    canvas = cloud.locator("canvas")
    canvas.press("0")
    search_map(page, "狗")
    expect(side.locator("h4")).to_have_text("狗")
    field(page, "w2v-search").fill("太阳")
    field(page, "w2v-search").press("Enter")
    expect(side.locator("h4")).to_have_text("太阳")


def test_texts_are_read_when_their_tab_opens(page: Page) -> None:
    open_page(page)
    open_tab(page, "文本")
    expect(page.locator("#w2v-passage mark", has_text="太阳").first).to_be_visible()
    expect(page.locator("#w2v-keywords .wv-line")).not_to_have_count(0)
    fill(field(page, "w2v-sentences"), "猫和狗\n兔子")
    page.locator("#w2v-alike").click()
    expect(page.locator("#w2v-matrix tbody tr")).to_have_count(2)


@pytest.mark.parametrize(
    ("tab", "elem_id", "before", "most"),
    [("训练", "w2v-train-text", "", "1,000,000"), ("算术", "w2v-a", "医生", "40")],
)
def test_a_paste_that_is_too_long_is_told_the_limit(
    page: Page, tab: str, elem_id: str, before: str, most: str
) -> None:
    open_page(page)
    open_tab(page, tab)
    field(page, elem_id).select_text()
    field(page, elem_id).evaluate(
        """(area) => {
          const data = new DataTransfer();
          data.setData("text/plain", "长".repeat(2_000_000));
          area.focus();
          const options = {clipboardData: data, bubbles: true, cancelable: true};
          area.dispatchEvent(new ClipboardEvent("paste", options));
        }"""
    )
    expect(page.get_by_text(f"2,000,000 个字符，最多 {most} 个")).to_be_visible()
    expect(field(page, elem_id)).to_have_value(before)


def test_own_vectors_are_trained_and_left_again(page: Page) -> None:
    open_page(page)
    open_tab(page, "训练")
    fill(field(page, "w2v-train-text"), TEXT)
    page.locator("#w2v-train").click()
    expect(page.locator("#w2v-progress")).to_contain_text("练好了")
    expect(page.locator("#w2v-progress svg .wv-loss")).to_be_visible()
    expect(page.locator("#w2v-live .cl-status")).to_contain_text("PCA")
    expect(page.locator("#w2v-about")).to_contain_text("自己训练的")
    field(page, "w2v-search").fill("电影")
    field(page, "w2v-search").press("Enter")
    expect(page.locator("#w2v-near")).to_contain_text("“电影”是第")
    page.locator("#w2v-space label").first.click()
    expect(page.locator("#w2v-about")).to_contain_text("200 个词")


def test_vectors_come_and_go_as_files_and_are_measured(page: Page, tmp_path: Path) -> None:
    open_page(page)
    open_tab(page, "文件与评测")
    fill(field(page, "w2v-test"), ANALOGIES)
    page.locator("#w2v-measure").click()
    expect(page.locator("#w2v-scores tbody tr[data-total]")).to_contain_text("66.7%")
    page.locator("#w2v-tests button").first.click()
    expect(page.locator("#w2v-scores tbody")).to_contain_text("亲属")
    with page.expect_download() as download:
        page.locator("#w2v-metadata-tsv").click()
    assert download.value.path().read_text(encoding="utf-8").startswith("word\tcount\n男人\t")
    write(some_vectors(), tmp_path / "mine.bin")
    upload(page, tmp_path / "mine.bin")
    expect(page.locator("#w2v-about")).to_contain_text("mine.bin：30 个词")
    open_tab(page, "地图")
    expect(page.locator("#w2v-map .cl-status")).to_have_text("30 个词")
    (tmp_path / "bad.bin").write_bytes(b"\x80\x04\x95pickle")
    open_tab(page, "文件与评测")
    upload(page, tmp_path / "bad.bin")
    expect(page.get_by_text("这是 Python 的 pickle")).to_be_visible()


def test_a_reload_and_a_link_bring_everything_back(page: Page, browser: Browser) -> None:
    open_page(page)
    field(page, "w2v-search").fill("日本")
    page.locator("#w2v-look").click()
    expect(page.locator("#w2v-near")).to_contain_text("“日本”是第")
    page.wait_for_function("(localStorage.getItem('word2vec') ?? '').length > 20")
    settled(page)
    page.reload()
    expect(page.locator("#w2v-near")).to_contain_text("“日本”是第")
    page.locator("#w2v-sharing button").first.click()
    page.locator("#w2v-share").click()
    expect(field(page, "w2v-link")).to_have_value(re.compile(r"^http.*\?word2vec="))
    with browser.new_context(locale="zh-CN") as context:
        other = open_page(context.new_page(), field(page, "w2v-link").input_value())
        expect(other.locator("#w2v-near")).to_contain_text("“日本”是第")


@pytest.mark.browser_context_args(
    locale="en-GB", viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True
)
def test_a_phone_in_english(page: Page) -> None:
    open_page(page)
    expect(page.locator("#w2v-near")).to_contain_text("seen 1,099 times")
    open_tab(page, "Map")
    expect(page.locator("#w2v-map .cl-status")).to_have_text("200 words")
    search_map(page, "猫")
    expect(page.locator("#w2v-map h4")).to_have_text("猫")
    box = page.locator("#w2v-map canvas").bounding_box()
    assert box is not None and 300 < box["width"] < 390
    for name in ("Arithmetic", "Words"):
        open_tab(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
