"""Parse trees as the browser keeps them, as links, and as the page opens."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from app.pages.parse_tree import layout, opening, scripts, store
from app.pages.parse_tree.choices import _CHOICES, Choices
from app.pages.parse_tree.examples import examples
from app.pages.parse_tree.reading import read_gold, read_text
from app.pages.parse_tree.store import Page, StoreError
from app.web import sharing
from app.web.limits import Refusal

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
choices = st.builds(Choices, **{n: st.sampled_from(v) for n, v in _CHOICES.items()})
pages = st.builds(Page, texts, texts, st.sampled_from(store.SOURCES), choices)


def visit(query: dict[str, str] | None = None, language: str = "en") -> Any:
    headers = Headers({"accept-language": language})
    return SimpleNamespace(headers=headers, session_hash="one", query_params=query or {})


@given(pages)
def test_a_page_comes_back_as_it_was(page: Page) -> None:
    assert store.restore(store.save(page)) == page
    assert store.restore(sharing.decode(sharing.encode(store.save(page)))) == page


@given(pages)
def test_what_the_browser_keeps_is_a_page(page: Page) -> None:
    values = [page.text, page.gold, page.source, *page.choices.values]
    kept = dict(zip(scripts.NAMES, values, strict=True))
    assert store.restore(json.loads(json.dumps(kept))) == page


@pytest.mark.parametrize(
    "value",
    [
        *(None, 3, [], "x"),
        *({"text": 3}, {"text": "花" * 60_000}, {"gold": None}, {"source": "other"}),
        *({"kind": "gru"}, {"layer": "99"}, {"layer": 2}, {"beside": ["none"]}, {"parser": {}}),
    ],
)
def test_anything_else_is_no_page(value: object) -> None:
    with pytest.raises(StoreError):
        store.restore(value)


STAYS = [gr.skip()] * 9


def test_a_new_page_stays_as_it_was_served() -> None:
    with gr.Blocks():
        served = layout.build(gr.BrowserState())
    begun = store.beginning()
    assert begun.text == examples().texts[0]
    assert [component.value for component in served.page] == [
        *(begun.text, begun.gold, begun.source),
        *begun.choices.values,
    ]
    emptied = store.save(Page("  ", "(花)", store.TEXT, Choices(layer="2")))
    for kept in (None, store.save(begun), emptied):
        # What a visitor has typed meanwhile stays.
        assert opening.opened(kept, visit()) == STAYS


def test_a_link_opens_what_was_shared_and_wins_over_what_was_kept() -> None:
    page = Page("花。", "((我们 看) 花)", store.GOLD, Choices(layer="2", beside="kind-lstm-word"))
    values = [page.text, page.gold, page.source]
    box = opening.share(*values, visit(), *page.choices.values)
    assert box.visible
    query = {"parse_tree": str(box.value).removeprefix("?parse_tree=")}
    shown = opening.opened(store.save(store.beginning()), visit(query))
    assert shown[:3] == values
    found = [getattr(value, "value", value) for value in shown[3:]]
    assert found == [*page.choices.values]


def test_bad_links_and_bad_stores_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", said.append)
    for query in ({"parse_tree": "@@"}, {"parse_tree": sharing.encode({"layer": "99"})}):
        assert opening.opened(None, visit(query)) == STAYS
        opening.warn(None, visit(query))
    assert opening.opened({"text": 3}, visit()) == STAYS
    opening.warn({"text": 3}, visit())
    opening.warn(None, visit())
    assert len(said) == 3 and "link" in said[0]


def test_a_text_too_long_for_a_link_is_said() -> None:
    with pytest.raises(Refusal, match="1,300"):
        opening.share("花" * 2_000, "", store.TEXT, visit(), *Choices().values)
    with pytest.raises(Refusal):
        opening.share("花", "", store.TEXT, visit(), *replace(Choices(), layer="x").values)


def test_the_examples_can_be_read() -> None:
    assert {item.language for text in examples().texts for item in read_text(text, None)} == {
        *("zh", "en")
    }
    for text in examples().gold:
        (item,) = read_gold(text, None)
        assert len(item.words) > 4
