"""What the browser keeps of a story, and share links."""

import json
from typing import Any

import gradio as gr
import pytest

from app.pages.story.handlers import OPENED, opened, share
from app.pages.story.inputs import Link, Page, Shared
from app.pages.story.saved import SAVED
from app.web import saved
from app.web.inputs import SavedError
from app.web.limits import Refusal
from engine.generation import STRATEGIES
from tests.unit.app.test_story_handlers import STRATEGY, request

PAGE = Page(title="海", text="从前，山里\n", memory="狐狸", genre="children", branches=3)
KEPT = SAVED.kept.dump(PAGE)


def link(name: str = "balanced", seed: int = 1) -> Link:
    told = {"model": "story", "preset": "own", "strategy": STRATEGIES[name], "seed": seed}
    return Link(**dict(PAGE), **told)


def shared(page: Page, **changes: object) -> list[object]:
    """The values of the event that makes a link."""
    told = {**dict(page), **STRATEGY, "model": "story", **changes}
    return [told[name] for name in Shared.names()]


def filled(kept: object, request: Any) -> dict[str, Any]:
    """What opening the page fills, by name."""
    return dict(zip(OPENED, opened(kept, request), strict=True))


def test_what_the_browser_keeps_comes_back() -> None:
    assert SAVED.kept.load(json.loads(json.dumps(KEPT))) == PAGE
    assert SAVED.kept.load(json.loads(json.dumps(dict(PAGE)))) == PAGE
    assert SAVED.kept.load({}) == Page()


@pytest.mark.parametrize(
    "wrong",
    [
        *(None, 5, [], "x", {"text": 5}, {"text": "山" * 600_000}, {"title": "山" * 61}),
        *({"genre": "opera"}, {"mood": None}, {"branches": 0}, {"branches": True}),
        *({"branches": 2.5}, {"branches": [1]}, {"sentence": "yes"}, {"script": 1}),
    ],
)
def test_what_was_changed_in_the_browser_is_refused(wrong: object) -> None:
    with pytest.raises(SavedError):
        SAVED.kept.load(wrong)


def test_a_link_holds_the_page_and_all_that_decides_the_continuation() -> None:
    told = link(seed=2**53 - 1)
    assert SAVED.link.load(saved.decode(saved.encode(SAVED.link.dump(told)))) == told


@pytest.mark.parametrize(
    "wrong",
    [
        *({"seed": -1}, {"seed": 1.5}, {"seed": True}, {"seed": 2**60}, {"model": "bert"}),
        *({"preset": "x"}, {"strategy": "{"}, {"strategy": '{"kind":"x"}'}, {"strategy": "[]"}),
        *({"strategy": '{"settings":{"temperature":-1}}'}, {"strategy": None}, {"text": 1}),
    ],
)
def test_a_link_that_somebody_wrote_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(SavedError):
        SAVED.link.load({**SAVED.link.dump(link()), **wrong})


def test_a_link_is_made_with_the_seed_that_wrote_the_text() -> None:
    box = share(request(), *shared(PAGE, lucky=True))
    found = saved.decode(str(box.value).removeprefix("?story="))
    assert found["seed"] == 7 and found["text"] == PAGE.text
    with pytest.raises(Refusal, match="3,000"):
        share(request(), *shared(Page(text="山" * 3_000)))


def test_a_page_opens_from_a_link_from_the_browser_or_new() -> None:
    visitor = request()
    first = opened(None, visitor)
    # What a visitor has typed meanwhile stays.
    assert first == opened({}, visitor) == [gr.skip()] * len(OPENED)
    kept = filled(KEPT, visitor)
    assert kept["text"] == PAGE.text and "上次" in kept["notice"]
    assert kept["branches"] == 3 and kept["seed"] == kept["model"] == gr.skip()
    visitor.query_params = {"story": saved.encode(SAVED.link.dump(link("top_p", 9)))}
    other = filled({"text": "mine"}, visitor)
    assert other["text"] == PAGE.text and "分享" in other["notice"]
    assert (other["seed"], other["lucky"], other["top_p"]) == (9, False, 0.9)
    assert (other["model"], other["preset"]) == ("story", "own")


@pytest.mark.parametrize("query", ["%%%", "e30", saved.encode({"text": "x"})])
def test_a_bad_link_or_a_bad_store_gives_a_new_page(query: str) -> None:
    visitor = request()
    visitor.query_params = {"story": query}
    assert filled(None, visitor)["text"] == gr.skip()
    assert filled([1], request())["text"] == gr.skip()


def test_what_cannot_be_opened_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", said.append)
    visitor = request()
    SAVED.warn(None, visitor)
    SAVED.warn(KEPT, visitor)
    assert not said
    SAVED.warn([1], visitor)
    visitor.query_params = {"story": "x"}
    SAVED.warn(KEPT, visitor)
    assert ["浏览器" in text for text in said] == [True, False]
