"""A visitor at the parse-tree page, with models of random weights."""

import json
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from app.pages.parse_tree import page as parse_tree
from app.pages.parse_tree.inputs import examples
from app.settings import Settings
from app.shell import build, launch_options
from tests.browser.filling import fill, keeping
from tests.browser.settling import settled
from tests.conftest import Server, free_port
from tests.onlstm_models import onlstm_models

SENTENCE = "我们在公园里看花。"
WORDS = ["我们", "在", "公园", "里", "看花"]
TWO = "我们在公园里看花。The old cat sleeps."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The parse-tree page alone, whose models are random."""
    models = onlstm_models(tmp_path_factory.mktemp("onlstm"))
    models.get("onlstm")
    demo = build(models, (parse_tree,))
    options = launch_options(Settings(port=free_port()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
    yield Server(url.rstrip("/"), models)
    demo.close()


def open_page(page: Page, address: str = "/") -> Page:
    page.set_default_timeout(90_000)
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    expect(page.locator(".pt-svg").first).to_be_visible()
    return page


def draw(page: Page, text: str) -> None:
    page.fill("#parse-text textarea", text)
    page.locator("#parse-text textarea").press("Enter")


def voiced(page: Page) -> list[str]:
    """The names of the tree's items, in the order in which the browser tells them."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}
    (tree,) = (node for node in nodes if node.get("role", {}).get("value") == "tree")
    items = (by_id[child] for child in tree["childIds"])
    return [item["name"]["value"] for item in items if item["role"]["value"] == "treeitem"]


def test_a_sentence_grows_folds_and_is_replayed(page: Page) -> None:
    open_page(page)
    expect(page.locator(".pt-text")).to_have_text(examples().texts[0])
    draw(page, SENTENCE)
    expect(page.locator(".pt-text")).to_have_text(SENTENCE)
    panel = page.locator(".pt-panel")
    texts = panel.locator(".pt-word text")
    expect(texts).to_have_text(WORDS)
    expect(panel.locator(".pt-knot")).to_have_count(4)
    # Voices meet a node before its parts, whatever is drawn first.
    told = voiced(page)
    assert told[0] == "".join(WORDS) and len(told) == 9
    for at, name in enumerate(told[1:], 1):
        assert any(name in before for before in told[:at])
    assert [name for name in told if name in WORDS] == WORDS
    # Tree, bars and heat-maps stand on one grid.
    boxes = [texts.nth(i).bounding_box() or {} for i in range(5)]
    bars = panel.locator(".pt-distance .pt-bar")
    for at, box in enumerate(boxes):
        bar = bars.nth(at).bounding_box() or {}
        assert abs(box["x"] + box["width"] / 2 - bar["x"] - bar["width"] / 2) < 2
    panel.locator(".pt-knot").first.focus()
    page.keyboard.press("Enter")
    expect(panel.locator(".pt-knot")).to_have_count(1)
    expect(panel.locator(".pt-knot")).to_have_attribute("aria-expanded", "false")
    panel.get_by_text("全部展开").click()
    expect(panel.locator(".pt-knot")).to_have_count(4)
    # The button is gone, and what is typed next goes to the tree.
    expect(panel.locator(".pt-knot").first).to_be_focused()
    slider = panel.locator("input[type=range]")
    slider.fill("1")
    expect(panel.locator(".pt-step")).to_contain_text("第 1 / 4 次切分")
    expect(panel.locator(".pt-cutting")).to_have_count(1)
    shown = panel.locator(".pt-knot").count()
    assert shown in (2, 3)
    panel.locator(".pt-play").click()
    expect(panel.locator(".pt-step")).to_contain_text("都做完了")
    expect(panel.locator(".pt-knot")).to_have_count(4)


def test_what_is_typed_before_the_page_is_filled_in_stays(page: Page) -> None:
    held: list[Route] = []
    page.route(re.compile("/gradio_api/run/"), lambda route: held.append(route))
    page.goto("/")
    field = page.locator("#parse-text textarea")
    expect(field).to_have_value(examples().texts[0], timeout=90_000)
    field.fill(SENTENCE)
    for request in held:
        request.continue_()
    page.unroute_all()
    expect(page.locator(".pt-text")).to_have_text(SENTENCE, timeout=90_000)
    expect(field).to_have_value(SENTENCE)
    assert held


def test_a_new_tree_grows(page: Page) -> None:
    open_page(page)
    expect(page.locator(".pt-text")).to_have_text(examples().texts[0])
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate(
        """() => {
          window.seen = new Set();
          const look = () => {
            for (const knot of document.querySelectorAll(".pt-knot")) {
              window.seen.add(knot.getAttribute("opacity"));
            }
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    draw(page, SENTENCE)
    expect(page.locator(".pt-text")).to_have_text(SENTENCE)
    page.wait_for_function("() => window.seen.has('0')")
    expect(page.locator(".pt-knot[opacity='1']")).to_have_count(4)


def test_pointing_links_words_and_nodes(page: Page) -> None:
    open_page(page)
    draw(page, SENTENCE)
    expect(page.locator(".pt-word text")).to_have_text(WORDS)
    page.locator(".pt-word").nth(2).hover()
    line = page.locator(".pt-line")
    expect(line).to_contain_text("“公园” · 距离")
    expect(line).to_contain_text("比特")
    expect(page.locator(".pt-word.pt-on")).to_have_text(["公园"])
    assert page.locator(".pt-edge.pt-on").count() >= 1  # its way to the root
    page.locator(".pt-knot .pt-area").first.hover()
    expect(line).to_contain_text("5 词")
    expect(page.locator(".pt-word.pt-on")).to_have_count(5)


def test_two_trees_beside_each_other(page: Page) -> None:
    open_page(page)
    draw(page, TWO)
    expect(page.locator(".pt-card")).to_have_count(2)
    page.click("#parse-beside input")
    page.get_by_role("option", name="普通 LSTM").click()
    first = page.locator(".pt-card").first
    expect(first.locator(".pt-panel")).to_have_count(2)
    expect(page.locator(".pt-card").nth(1).locator(".pt-panel")).to_have_count(1)
    expect(first.locator(".pt-note").nth(1)).to_contain_text("与旁边的树相同")
    root = page.locator(".pt-card").nth(1).locator(".pt-knot").first
    expect(root).to_have_attribute("aria-label", "The old cat sleeps")
    page.locator("#parse-layer label").nth(1).click()
    expect(first.locator(".pt-title").first).to_contain_text("第 1 层")
    page.locator(".pt-switch").nth(2).click()
    expect(first.locator(".pt-forget")).to_have_count(0)


def test_copies_and_files(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(page)
    draw(page, SENTENCE)
    expect(page.locator(".pt-word text")).to_have_text(WORDS)
    tools = page.locator(".pt-tools")
    copied = []
    for name in ("括号", "JSON", "LaTeX"):
        tools.get_by_role("button", name=name, exact=True).click()
        expect(tools.get_by_text("已复制").first).to_be_visible()
        copied.append(page.evaluate("() => navigator.clipboard.readText()"))
        expect(tools.get_by_text("已复制")).to_have_count(0)
    assert re.sub(r"[()]", "", copied[0]).split() == WORDS
    assert json.loads(copied[1])["words"] == WORDS
    assert copied[2].count("[{") == 5
    with page.expect_download() as saved:
        tools.get_by_role("button", name="SVG").click()
    root = ElementTree.parse(saved.value.path()).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert [text for text in texts if text in WORDS] == WORDS
    assert not any("class" in node.attrib for node in root.iter())
    with page.expect_download() as saved:
        tools.get_by_role("button", name="PNG").click()
    assert saved.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_gold_a_reload_and_a_link(page: Page, browser: Browser) -> None:
    open_page(page)
    page.locator("#parse-gold-box button").first.click()
    fill(page.locator("#parse-gold textarea"), "((苹果 的) (颜色 (是 什么)))")
    page.click("#parse-score")
    expect(page.locator("#parse-scores")).to_contain_text("右分支")
    expect(page.locator(".pt-panel")).to_have_count(2)
    expect(page.locator(".pt-note").first).to_contain_text("F1")
    with keeping(page, "parse_tree"):
        page.locator("#parse-parser label").nth(2).click()
    expect(page.locator(".pt-title").first).to_contain_text("Shen")
    settled(page)
    page.reload()
    expect(page.locator(".pt-panel")).to_have_count(2)
    expect(page.locator(".pt-title").first).to_contain_text("Shen")
    page.locator("#parse-share-box button").first.click()
    page.click("#parse-share")
    link = page.locator("#parse-link textarea, #parse-link input").first
    expect(link).to_have_value(re.compile(r"^http://127.*\?parse_tree="))
    guest = browser.new_context(locale="en-GB")
    try:
        other = open_page(guest.new_page(), link.input_value())
        expect(other.locator(".pt-panel")).to_have_count(2)
        expect(other.locator(".pt-title").first).to_contain_text("Shen")
        expect(other.locator(".pt-title").nth(1)).to_have_text("The given bracketing")
    finally:
        guest.close()


def test_what_cannot_be_drawn_is_said(page: Page) -> None:
    open_page(page)
    for text, said in (("😀🎉", "没有可以画成树的词"), ("好" * 10_000, "10,000 个字符")):
        page.fill("#parse-text textarea", text)
        page.click("#parse-go")
        expect(page.locator(".pt-message")).to_contain_text(said)
        expect(page.locator(".pt-svg")).to_have_count(1)
    page.fill("#parse-text textarea", "<img src=x onerror=alert(1)> 花")
    page.click("#parse-go")
    expect(page.locator(".pt-message")).to_be_hidden()
    expect(page.locator(".pt-card img")).to_have_count(0)


@pytest.mark.browser_context_args(
    locale="en-GB", viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True
)
def test_a_telephone_scrolls_the_tree_alone(page: Page) -> None:
    open_page(page, "/?__theme=dark")
    draw(page, "the old cat saw a young dog in the park " * 3)
    expect(page.locator(".pt-word")).to_have_count(30)
    widths = page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
    scroll = page.locator(".pt-scroll")
    assert scroll.evaluate("node => node.scrollWidth > node.clientWidth + 200")
    page.locator(".pt-word").nth(1).tap()
    expect(page.locator(".pt-line")).to_contain_text("distance")
    tree, switches = (page.locator(s).bounding_box() or {} for s in (".pt-card", "#parse-layer"))
    assert tree["y"] < switches["y"]
