"""Titles, examples, files, share links, what the browser keeps, and the endpoint's function."""

import json
from dataclasses import fields

import gradio as gr
import pytest

from app.pages.story import extras, store
from app.pages.story.api import endpoint
from app.pages.story.desk import Desk
from app.pages.story.examples import openings
from app.pages.story.opening import chosen_model, opened, warn
from app.text.controls import StrategyControls
from app.text.models import TextModels
from app.web import sharing
from app.web.limits import Refusal
from engine.generation import STRATEGIES
from engine.story import GENRES
from engine.tokenizers.conditions import MOODS
from tests.story_model import SENTENCES, story_models
from tests.unit.app.test_story_studio import STRATEGY, event, values, visit

PAGE = store.Page(title="海", text="从前，山里\n", memory="狐狸", genre="children", branches=3)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> TextModels:
    return TextModels(story_models(tmp_path_factory.mktemp("models")), ("story", "gpt2-ml-15g"))


def plain(page: store.Page) -> dict[str, object]:
    return {field.name: getattr(page, field.name) for field in fields(page)}


def controls() -> StrategyControls:
    return StrategyControls(*[None] * len(STRATEGY))  # type: ignore[arg-type]


def test_what_the_browser_keeps_comes_back() -> None:
    assert store.restore(json.loads(json.dumps(plain(PAGE)))) == PAGE
    assert store.restore({}) == store.Page()


@pytest.mark.parametrize(
    "wrong",
    [
        *(None, 5, [], "x", {"text": 5}, {"text": "山" * 600_000}, {"title": "山" * 61}),
        *({"genre": "opera"}, {"mood": None}, {"branches": 0}, {"branches": True}),
        *({"branches": 2.5}, {"branches": [1]}, {"sentence": "yes"}, {"script": 1}),
    ],
)
def test_what_was_changed_in_the_browser_is_refused(wrong: object) -> None:
    with pytest.raises(store.StoreError):
        store.restore(wrong)


def test_a_link_holds_the_page_and_all_that_decides_the_continuation() -> None:
    link = store.Link(PAGE, "story", "own", STRATEGIES["balanced"], 2**53 - 1)
    shared = sharing.decode(sharing.encode(store.share(link)))
    assert store.reopen(shared, ("story",)) == link


@pytest.mark.parametrize(
    "wrong",
    [
        *({"seed": -1}, {"seed": 1.5}, {"seed": True}, {"seed": 2**60}, {"model": "bert"}),
        *({"preset": "x"}, {"strategy": "{"}, {"strategy": '{"kind":"x"}'}, {"strategy": "[]"}),
        *({"strategy": '{"settings":{"temperature":-1}}'}, {"strategy": None}, {"text": 1}),
    ],
)
def test_a_link_that_somebody_wrote_is_refused(wrong: dict[str, object]) -> None:
    link = store.Link(PAGE, "story", "own", STRATEGIES["balanced"], 1)
    with pytest.raises(store.StoreError):
        store.reopen({**store.share(link), **wrong}, ("story",))


def test_a_link_is_made_with_the_seed_that_wrote_the_text(models: TextModels) -> None:
    told = [*plain(PAGE).values(), "story", *(STRATEGY | {"lucky": True}).values()]
    box = extras.share(models)(visit(), *told)
    found = sharing.decode(str(box.value).removeprefix("?story="))
    assert found["seed"] == 7 and found["text"] == PAGE.text
    long = store.Page(text="山" * 3_000)
    with pytest.raises(Refusal, match="3,000"):
        extras.share(models)(visit(), *plain(long).values(), *told[11:])


def test_a_page_opens_from_a_link_from_the_browser_or_new(models: TextModels) -> None:
    request = visit()
    first = opened(None, models.names, controls(), request)
    # What a visitor has typed meanwhile stays.
    assert first == [gr.skip()] * len(first)
    saved = opened(plain(PAGE), models.names, controls(), request)
    assert saved[1] == PAGE.text and "上次" in saved[5]
    link = store.Link(PAGE, "story", "own", STRATEGIES["top_p"], 9)
    request.query_params = {"story": sharing.encode(store.share(link))}
    shared = opened({"text": "mine"}, models.names, controls(), request)
    assert shared[1] == PAGE.text and "分享" in shared[5]
    assert shared[-2:] == [9, False] and 0.9 in shared
    assert len(first) == len(saved) == len(shared)


@pytest.mark.parametrize("query", ["%%%", "e30", sharing.encode({"text": "x"})])
def test_a_bad_link_or_a_bad_store_gives_a_new_page(models: TextModels, query: str) -> None:
    request = visit()
    request.query_params = {"story": query}
    assert opened(None, models.names, controls(), request)[1] == gr.skip()
    assert opened([1], models.names, controls(), visit())[1] == gr.skip()


def test_what_cannot_be_opened_is_said(models: TextModels, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", said.append)
    request = visit()
    warn(None, models.names, request)
    warn(plain(PAGE), models.names, request)
    assert not said
    warn([1], models.names, request)
    request.query_params = {"story": "x"}
    warn(plain(PAGE), models.names, request)
    assert ["浏览器" in text for text in said] == [True, False]


def test_gpt2_ml_begins_with_the_settings_of_the_article() -> None:
    chosen = chosen_model(controls())
    box, other, preset, *_ = chosen("gpt2-ml-15g", "balanced")
    assert (box.visible, other.visible, preset) == (False, True, "su_random_sample")
    values = chosen("gpt2-ml-15g", "balanced")[2:]
    assert 256 in values and 0.95 in values
    assert chosen("story", "su_random_sample")[2] == "balanced"
    # What the visitor chose otherwise stays.
    assert chosen("gpt2-ml-15g", "top_k")[2] != "su_random_sample"


def test_titles_are_found_and_one_is_picked(models: TextModels) -> None:
    titles = extras.Titles(models)
    words, chips = titles.find(visit(), *values(text="".join(SENTENCES)))
    assert "小狐狸" in words
    assert [item["zh"] for item in json.loads(chips)["items"]] == words
    assert titles.pick(words, event(index=1), visit()) == words[1]
    for wrong in (None, -1, 99, "0", True):
        with pytest.raises(Refusal):
            titles.pick(words, event(index=wrong), visit())
    with pytest.raises(Refusal, match="再长一点"):
        titles.find(visit(), *values(text=" "))


def test_an_example_takes_the_place_of_the_manuscript_and_undo_brings_it_back() -> None:
    desk = Desk()
    _, text, title, genre, mood = extras.take_example(desk, "我的", event(index=3), visit())
    opening = openings()[3]
    assert (text, title, genre, mood) == (opening.text, "", opening.genre, opening.mood)
    desk.undo()
    assert desk.now.text == "我的"
    extras.refuse_example(desk)


@pytest.mark.parametrize("bad", ["index", "manuscript", "running"])
def test_an_example_that_is_not_taken_changes_nothing_and_says_why(bad: str) -> None:
    desk = Desk()
    desk.see("我的")
    if bad == "running":
        desk.begin([], "simplified", None)
    index = len(openings()) if bad == "index" else 0
    manuscript = "长" * 1_000_000 if bad == "manuscript" else "我的"
    taken = extras.take_example(desk, manuscript, event(index=index), visit())
    assert taken == (gr.skip(),) * 5 and desk.now.text == "我的"
    with pytest.raises(Refusal):
        extras.refuse_example(desk)


def test_the_examples_are_those_of_the_article_and_suit_the_model() -> None:
    assert [one.text for one in openings()[:3]] == ["今天天气不错", "双十一", "科学空间"]
    for one in openings():
        assert one.genre in GENRES and one.mood in MOODS
    assert {"wuxia", "children", "history"} <= {one.genre for one in openings()}


def test_files_hold_title_and_manuscript() -> None:
    files, desk = extras.files(), Desk()
    assert files["txt"](visit(), desk, "海 ", "山里\n*有雪*") == "海\n\n山里\n*有雪*\n"
    assert files["txt"](visit(), desk, "", "山里") == "山里\n"
    markdown = files["md"](visit(), desk, "[海]", "山里\n*有雪*")
    assert markdown == "# \\[海\\]\n\n山里  \n\\*有雪\\*\n"
    whole = json.loads(files["json"](visit(), desk, "海", "山里"))
    assert whole == {"title": "海", "text": "山里", "current": None, "tries": []}
    with pytest.raises(Refusal):
        files["txt"](visit(), desk, "海", " ")


def test_the_endpoint_answers_and_repeats_itself(models: TextModels) -> None:
    story = endpoint(models)
    first = story("山里", max_tokens=20, seed=3, sentence=False)
    again = story("山里", max_tokens=20, seed=3, sentence=False)
    assert first["text"] == again["text"] and first["tokens"] == 20 and first["seed"] == 3
    drawn = story("山裏，從前", max_tokens=20)
    assert drawn["seed"] >= 0 and not set(drawn["text"]) & set("说从来")


@pytest.mark.parametrize(
    "wrong",
    [
        *({"text": None}, {"text": "山" * 100_000}, {"genre": "facts"}, {"mood": 1}),
        *({"strategy": "x"}, {"max_tokens": -1}, {"max_tokens": "9"}, {"max_tokens": 10**6}),
        *({"seed": 2**60}, {"seed": 0.5}, {"model": "gpt2-ml-15g"}, {"model": None}),
    ],
)
def test_the_endpoint_refuses_what_makes_no_sense(
    models: TextModels, wrong: dict[str, object]
) -> None:
    with pytest.raises(Refusal):
        endpoint(models)(**{"text": "山里", **wrong})
