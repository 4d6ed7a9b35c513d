"""What the browser keeps of the few-shot page, and share links."""

import json
from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from app.pages.fewshot.handlers import OPENED, Handlers, share
from app.pages.fewshot.inputs import Page, presets
from app.pages.fewshot.saved import SAVED
from app.pages.fewshot.state import Visit
from app.web import saved
from app.web.inputs import SavedError
from app.web.limits import Refusal
from engine.generation import STRATEGIES
from tests.fewshot_model import fewshot_models
from tests.unit.app.test_fewshot_handlers import ask, asked, both, capital, current, request

CAPITAL = presets()["capital"].page
GREEDY = replace(STRATEGIES["greedy"], max_tokens=24)
LINK = {**CAPITAL.model_dump(), "model": "story", "strategy": GREEDY, "seed": 7}


@pytest.fixture(scope="module")
def handlers(tmp_path_factory: pytest.TempPathFactory) -> Handlers:
    return Handlers(*both(fewshot_models(tmp_path_factory.mktemp("models"))))


def filled(handlers: Handlers, kept: object, request: Any) -> dict[str, Any]:
    """What opening the page fills, by name."""
    found = dict(zip(OPENED, handlers.opened(kept, request), strict=True))
    return {name: value for name, value in found.items() if value != gr.skip()}


def test_a_share_link_opens_with_the_same_answer(handlers: Handlers) -> None:
    visit = Visit()
    before = current(ask(handlers, visit, question="英国", candidates="伦敦\n巴黎")[-1])
    link = str(share(visit, request()).value)
    assert link.startswith("?fewshot=")
    linked = request(fewshot=link.removeprefix("?fewshot="))
    shown = filled(handlers, None, linked)
    assert (shown["model"], shown["preset"], shown["seed"]) == ("story", "greedy", 7)
    assert shown["questions"] == "" and json.loads(shown["prompt"])["text"] == before.fitted.text
    del shown["prompt"], shown["questions"], shown["filling"]
    *_, last = handlers.reopen(Visit(), linked, *asked(**shown))
    after = current(last)
    assert after.fitted == before.fitted and after.draft.text == before.draft.text == "伦敦"
    (waits,) = handlers.reopen(Visit(), request(), *asked())
    assert waits.visit.answers.current is None


@pytest.mark.parametrize(
    "wrong",
    [
        *({"examples": '{"rows": [[]]}'}, {"examples": 5}, {"pattern": "x"}, {"separator": "x"}),
        *({"question": None}, {"candidates": 5}, {"model": "bert"}, {"strategy": "{"}),
        *({"strategy": '{"max_tokens": 5000}'}, {"strategy": '{"max_tokens": 500}'}),
        *({"strategy": '{"settings": {"temperature": -1}}'}, {"seed": -1}),
    ],
)
def test_a_link_that_somebody_wrote_is_refused(wrong: dict[str, object]) -> None:
    assert SAVED.link.load({**LINK, "version": 2}).seed == 7
    with pytest.raises(SavedError):
        SAVED.link.load({**LINK, "version": 2, **wrong})


def test_damaged_links_and_storage_open_the_beginning(
    handlers: Handlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", said.append)
    for link in ("x", "eyJhIjoxfQ", saved.encode({"rows": "[]"})):
        damaged = request(fewshot=link)
        assert set(filled(handlers, None, damaged)) == {"filling", "prompt"}
        (waits,) = handlers.reopen(Visit(), damaged, *asked())
        assert waits.visit.answers.current is None
        SAVED.warn(None, damaged)
    assert len(said) == 3
    for kept in (
        None,
        5,
        [],
        {"rows": 3},
        "x",
        {**CAPITAL.model_dump(), "questions": "x" * 99_999},
    ):
        # What a visitor has typed meanwhile stays.
        assert set(filled(handlers, kept, request())) == {"filling", "prompt"}
        SAVED.warn(kept, request())
    assert len(said) == 3
    assert "examples" in filled(handlers, None, request("en"))


def test_what_the_browser_kept_comes_back(handlers: Handlers) -> None:
    values = capital(pattern="{question}→\\n{answer}", separator="semicolon")
    _, kept = handlers.preview("story", 24, "a,b\nc,d", request(), *values)
    page = SAVED.kept.load(json.loads(json.dumps(kept)))
    assert [one.answer for one in page.examples] == ["华盛顿", "巴黎", "东京"]
    shown = filled(handlers, kept, request())
    assert (shown["pattern"], shown["separator"]) == ("{question}→\\n{answer}", "semicolon")
    assert (shown["question"], shown["questions"]) == ("中国", "a,b\nc,d")
    assert "model" not in shown and "seed" not in shown
    _, kept = handlers.preview("story", 24, "x" * 99_999, request(), *values)
    assert SAVED.kept.load(kept).questions == ""


def test_a_page_is_the_same_after_its_texts() -> None:
    for preset in presets().values():
        assert Page.restore(preset.page.model_dump()) == preset.page


def test_too_long_for_a_link_is_said(handlers: Handlers) -> None:
    visit = Visit()
    rows = json.dumps({"rows": [["长" * 200, "答"]] * 20})
    ask(handlers, visit, examples=rows, candidates="")
    with pytest.raises(Refusal, match="放不下"):
        share(visit, request())
    with pytest.raises(Refusal, match="还没有"):
        share(Visit(), request())
