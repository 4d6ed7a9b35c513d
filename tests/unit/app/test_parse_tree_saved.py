"""Parse trees as the browser keeps them, as links, and as the page opens."""

import json
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from app.pages.parse_tree import inputs, layout
from app.pages.parse_tree.handlers import opened, share
from app.pages.parse_tree.inputs import Page, beginning, examples
from app.pages.parse_tree.saved import SAVED
from app.pages.parse_tree.state import read_gold, read_text
from app.web import saved
from app.web.inputs import SavedError, components
from app.web.limits import Refusal
from engine.onlstm.sentences import LANGUAGES
from engine.onlstm.trees import PARSERS

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
pages = st.builds(
    Page,
    language=st.sampled_from((inputs.AUTO, *LANGUAGES)),
    kind=st.sampled_from((inputs.AUTO, *inputs.KINDS)),
    layer=st.sampled_from(inputs.LAYERS),
    parser=st.sampled_from((inputs.AUTO, *PARSERS)),
    commas=st.sampled_from(inputs.COMMAS),
    beside=st.sampled_from(inputs._BESIDE),
    text=texts,
    gold=texts,
    source=st.sampled_from(inputs.SOURCES),
)


def browser(query: dict[str, str] | None = None, language: str = "en") -> Any:
    headers = Headers({"accept-language": language})
    return SimpleNamespace(headers=headers, session_hash="one", query_params=query or {})


@given(pages)
def test_a_page_comes_back_as_it_was(page: Page) -> None:
    kept = SAVED.kept.dump(page)
    assert SAVED.kept.load(kept) == page
    assert SAVED.link.load(saved.decode(saved.encode(kept))) == page


@given(pages)
def test_what_the_browser_keeps_is_a_page(page: Page) -> None:
    kept = dict(zip(Page.names(), page.values(), strict=True))
    assert SAVED.kept.load(json.loads(json.dumps({**kept, "version": 1}))) == page


@pytest.mark.parametrize(
    "value",
    [
        *(None, 3, [], "x"),
        *({"text": 3}, {"text": "花" * 60_000}, {"gold": None}, {"source": "other"}),
        *({"kind": "gru"}, {"layer": "99"}, {"layer": 2}, {"beside": ["none"]}, {"parser": {}}),
    ],
)
def test_anything_else_is_no_page(value: object) -> None:
    with pytest.raises(SavedError):
        SAVED.kept.load(value)


STAYS = [gr.skip()] * 9


def test_a_new_page_stays_as_it_was_served() -> None:
    with gr.Blocks():
        served = layout.build()
    begun = beginning()
    assert begun.text == examples().texts[0]
    assert [component.value for component in components(served, Page)] == begun.values()
    emptied = SAVED.kept.dump(Page(text="  ", gold="(花)", layer="2"))
    for kept in (None, SAVED.kept.dump(begun), emptied):
        # What a visitor has typed meanwhile stays.
        assert opened(kept, browser()) == STAYS


def test_a_link_opens_what_was_shared_and_wins_over_what_was_kept() -> None:
    page = Page(
        text="花。", gold="((我们 看) 花)", source="gold", layer="2", beside="kind-lstm-word"
    )
    box = share(browser(), *page.values())
    assert box.visible
    query = {"parse_tree": str(box.value).removeprefix("?parse_tree=")}
    shown = opened(SAVED.kept.dump(beginning()), browser(query))
    assert [getattr(value, "value", value) for value in shown] == page.values()


def test_bad_links_and_bad_stores_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", said.append)
    for query in ({"parse_tree": "@@"}, {"parse_tree": saved.encode({"layer": "99"})}):
        assert opened(None, browser(query)) == STAYS
        SAVED.warn(None, browser(query))
    assert opened({"text": 3}, browser()) == STAYS
    SAVED.warn({"text": 3}, browser())
    SAVED.warn(None, browser())
    assert len(said) == 3 and "link" in said[0]


def test_a_text_too_long_for_a_link_is_said() -> None:
    with pytest.raises(Refusal, match="1,300"):
        share(browser(), *Page(text="花" * 2_000).values())
    with pytest.raises(Refusal):
        share(browser(), *Page().model_copy(update={"layer": "x"}).values())


def test_the_examples_can_be_read() -> None:
    assert {item.language for text in examples().texts for item in read_text(text, None)} == {
        *("zh", "en")
    }
    for text in examples().gold:
        (item,) = read_gold(text, None)
        assert len(item.words) > 4
