"""The page's handlers, with a model of a few sentences."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.datastructures import Headers

from app.pages.story.handlers import Handlers, choose_model, exported, pick_title
from app.pages.story.inputs import MAX_CHARS, Asked, Inputs, Page, examples
from app.pages.story.state import Visit
from app.pages.story.view import Screen
from app.text.controls import StrategyInputs
from app.text.drafts import ExportKind
from app.text.models import TextModels
from app.web.limits import Refusal
from engine.story import GENRES
from engine.tokenizers.conditions import MOODS
from tests.story_model import SENTENCES, StoryModel, story_models

STRATEGY = {
    "preset": "own",
    "kind": "sample",
    "temperature": 1,
    "top_k": 0,
    "top_p": 1,
    "typical_p": 1,
    "repetition_penalty": 1,
    "no_repeat_ngram": 0,
    "beams": 2,
    "length_penalty": 0,
    "max_tokens": 24,
    "seed": 7,
    "lucky": False,
}
DEFAULTS = {
    "text": "山里",
    "cursor": None,
    "memory": "",
    "note": "",
    "genre": "any",
    "mood": "any",
    "length": "any",
    "script": "auto",
    "model": "story",
    "branches": 1,
    "vary": "seed",
    "sentence": False,
}


def values(**changes: object) -> list[object]:
    """The values of an event, in its order."""
    asked = DEFAULTS | STRATEGY
    assert set(changes) <= set(asked) == set(Inputs.names())
    return [(asked | changes)[name] for name in Inputs.names()]


def request(session: str = "one", language: str = "zh-CN") -> Any:
    headers = Headers({"accept-language": language})
    return SimpleNamespace(headers=headers, session_hash=session, query_params={})


def event(**data: object) -> gr.EventData:
    return gr.EventData(None, data)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> TextModels:
    found = story_models(tmp_path_factory.mktemp("models"))
    return TextModels(found, ("story", "gpt2-ml-15g"))


@pytest.fixture
def handlers(models: TextModels) -> Handlers:
    return Handlers(models)


def run(handlers: Handlers, visit: Visit, **changes: object) -> Screen:
    """Write, and take in what was written."""
    screens = list(handlers.write(visit, request(), *values(**changes)))
    assert len(screens) >= 2
    return handlers.settle(visit, changes.get("text", "山里"), request())


def test_a_continuation_is_shown_while_it_is_written_and_then_part_of_the_manuscript(
    handlers: Handlers,
) -> None:
    visit = Visit()
    first, *others = list(handlers.write(visit, request(), *values()))
    assert first.stop.visible is True and first.seed == 7
    assert others[-1].tokens.startswith(first.tokens)
    screen = handlers.settle(visit, "山里", request())
    node = visit.node
    assert node is not None and len(node.draft.tokens) == 24
    assert screen.text == "山里" + node.written and screen.stop.visible is False
    assert "种子 7" in screen.tokens.splitlines()[-1]
    assert json.loads(screen.tree)["nodes"][0]["text"] == f"{node.written[:16]}…".replace("\n", " ")


def test_the_same_seed_writes_the_same_and_another_seed_something_else(handlers: Handlers) -> None:
    texts = [run(handlers, Visit(), seed=seed).text for seed in (7, 7, 8)]
    assert texts[0] == texts[1] != texts[2]


def test_several_are_written_at_once_with_a_mood_each(handlers: Handlers) -> None:
    visit = Visit()
    screen = run(handlers, visit, branches=4, vary="mood")
    assert screen.text == "山里"
    cards = json.loads(screen.cards)
    assert [card["name"] for card in cards["cards"]] == [
        *("1 · 明快", "2 · 悲伤", "3 · 紧张", "4 · 明快")
    ]
    assert len({card["text"] for card in cards["cards"]}) == 4
    chosen = handlers.choose(visit, "山里", event(seq=cards["seq"], index=2), request())
    assert chosen.text == "山里" + cards["cards"][2]["text"]
    assert json.loads(chosen.cards)["chosen"] == 2
    assert visit.node is not None and visit.node.request.mood == "tense"


def test_of_a_certain_strategy_there_is_only_one(handlers: Handlers) -> None:
    visit = Visit()
    run(handlers, visit, branches=6, temperature=0)
    run(handlers, visit, branches=3, kind="beam")
    assert len(visit.nodes) == 2


@pytest.mark.parametrize(
    "data",
    [{}, {"seq": None, "index": 0}, {"seq": -1, "index": 0}, {"index": 9}, {"index": "0"}],
)
def test_a_choice_of_nothing_is_refused(handlers: Handlers, data: dict[str, object]) -> None:
    visit = Visit()
    seq = json.loads(run(handlers, visit, branches=2).cards)["seq"]
    with pytest.raises(Refusal, match="已经不在了"):
        handlers.choose(visit, "山里", event(**{"seq": seq, **data} if data else {}), request())
    assert visit.now.text == "山里"


def test_at_the_cursor_the_rest_is_kept_and_it_is_said_that_the_model_does_not_see_it(
    handlers: Handlers,
) -> None:
    visit = Visit()
    screen = run(handlers, visit, text="山里住着", cursor=2)
    assert screen.text.startswith("山里") and screen.text.endswith("住着")
    assert "没有看到" in screen.notice


def test_a_branch_begins_as_the_text_did_until_there(handlers: Handlers) -> None:
    visit = Visit()
    run(handlers, visit)
    node = visit.node
    assert node is not None
    tokens = node.draft.tokens
    index = next(i for i, t in enumerate(tokens) if i > 2 and t.alternatives[0].id != t.id)
    other = tokens[index].alternatives[0]
    data = event(seq=node.id, index=index, id=other.id)
    list(handlers.branch(visit, visit.now.text, data, request()))
    screen = handlers.settle(visit, visit.now.text, request())
    kept = "".join(token.text for token in tokens[:index])
    assert screen.text.startswith(f"山里{kept}{other.text}")
    assert visit.node is not None and visit.node.parent == node.parent
    assert visit.node.draft.begin == index + 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"seq": 0, "index": 0, "id": 0},
        {"index": -1, "id": 0},
        {"index": 999, "id": 0},
        {"index": 0, "id": -5},
        {"index": "0", "id": "0"},
        {"index": True, "id": 1.5},
    ],
)
def test_a_branch_from_nowhere_is_refused(handlers: Handlers, data: dict[str, object]) -> None:
    visit = Visit()
    run(handlers, visit)
    assert visit.node is not None
    before = visit.now
    with pytest.raises(Refusal):
        list(
            handlers.branch(visit, before.text, event(**{"seq": visit.node.id, **data}), request())
        )
    assert visit.now == before


def test_again_takes_the_place_of_the_continuation(handlers: Handlers) -> None:
    visit = Visit()
    first = run(handlers, visit)
    list(handlers.retry(visit, request(), *values(text=first.text, seed=8, mood="sad")))
    second = handlers.settle(visit, first.text, request())
    assert second.text != first.text and len(visit.nodes) == 2
    assert visit.node is not None
    assert (visit.node.parent, visit.node.request.text, visit.node.request.mood) == (
        *(None, "山里", "sad"),
    )
    # A seed that is kept writes what it wrote.
    list(handlers.retry(visit, request(), *values(text=second.text, seed=7)))
    assert handlers.settle(visit, second.text, request()).text == first.text


def test_a_stop_keeps_what_was_shown_and_frees_the_model(handlers: Handlers) -> None:
    visit = Visit()
    screens: Iterator[Screen] = handlers.write(visit, request(), *values(max_tokens=300))
    next(screens), next(screens)
    assert visit.writing is not None
    while not visit.writing.drafts[0].text:
        next(screens)
    writing = visit.writing
    visit.runs.stop()
    assert len(list(screens)) <= 1  # it ends by itself, with what there is
    written = writing.drafts[0].text
    screen = handlers.stop(visit, "山里", request())
    assert screen.text == "山里" + written and len(written) < 300
    assert "已停下" in screen.tokens.splitlines()[-1]
    # The run's own end shows the same once more, and leaves alone what was typed since.
    again = handlers.settle(visit, "山里！", request())
    assert again == screen._replace(text=gr.skip(), notice=gr.skip(), **buttons(again))


def test_a_run_that_was_overtaken_shows_nothing_more_and_settles_nothing(
    handlers: Handlers,
) -> None:
    visit = Visit()
    first = handlers.write(visit, request(), *values(max_tokens=300))
    next(first), next(first)
    second = handlers.write(visit, request(), *values(seed=8))
    next(second)
    assert list(first) == []
    assert handlers.settle(visit, "山里", request()) == Screen(visit)
    list(second)
    assert handlers.settle(visit, "山里", request()).text == "山里" + visit.node.written
    assert len(visit.nodes) == 1 and visit.node.draft.seed == 8


def buttons(screen: Screen) -> dict[str, Any]:
    """Those of a screen; no two of gradio are equal."""
    names = ("go_on", "here", "stop", "retry", "undo", "redo")
    return {name: getattr(screen, name) for name in names}


def test_while_one_is_written_nothing_else_changes_the_visit(handlers: Handlers) -> None:
    visit = Visit()
    screens = handlers.write(visit, request(), *values())
    next(screens)
    with pytest.raises(Refusal, match="先停下"):
        handlers.undo(visit, "山里", request())
    screens.close()


def test_an_end_of_a_sentence_ends_the_text(handlers: Handlers) -> None:
    screen = run(handlers, Visit(), sentence=True, max_tokens=60)
    assert screen.text[-1] in "。！？"


def test_traditional_text_is_continued_in_traditional_characters(handlers: Handlers) -> None:
    visit = Visit()
    screen = run(handlers, visit, text="從前，山裏")
    assert visit.node is not None
    assert visit.node.draft.prompt == "从前，山里"
    assert visit.node.script == "traditional" and screen.text.startswith("從前，山裏")
    assert not set(screen.text) & set("从来这说")


def test_a_long_manuscript_is_cut_and_that_is_said(handlers: Handlers) -> None:
    text = "大雪下了三天，山路不见了！" * 80
    screen = run(handlers, Visit(), text=text)
    assert "没有读到" in screen.notice and screen.text.startswith(text)


def test_memory_that_is_too_long_is_said(handlers: Handlers) -> None:
    assert "没有用上" in run(handlers, Visit(), memory="大雪" * 300).notice


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": "山" * 100_000}, "100000"),
        ({"text": "山" * MAX_CHARS}, "写满"),
        ({"text": None}, "文字"),
        ({"text": ["山"]}, "文字"),
        ({"memory": "山" * 3000}, "3000"),
        ({"cursor": 3}, "光标"),
        ({"cursor": -1}, "光标"),
        ({"cursor": "1"}, "光标"),
        ({"cursor": float("nan")}, "光标"),
        ({"genre": "facts"}, ""),
        ({"mood": None}, ""),
        ({"length": ["any"]}, ""),
        ({"script": "latin"}, ""),
        ({"vary": "x"}, ""),
        ({"branches": 0}, "几种"),
        ({"branches": 7}, "几种"),
        ({"branches": 10**30}, "几种"),
        ({"model": "gpt2-ml-15g"}, "--preload gpt2-ml-15g"),
        ({"model": "dialogue"}, ""),
        ({"model": None}, ""),
        ({"temperature": float("inf")}, ""),
        ({"top_k": 1.5}, ""),
        ({"max_tokens": 10**9}, ""),
        ({"seed": -1}, ""),
    ],
)
def test_what_nobody_should_send_is_refused_with_a_sentence(
    handlers: Handlers, changes: dict[str, object], words: str
) -> None:
    visit = Visit()
    with pytest.raises(Refusal) as refused:
        list(handlers.write(visit, request(), *values(**changes)))
    assert words in str(refused.value)
    assert visit.writing is None


def test_control_characters_go_and_the_cursor_stays_where_it_was(handlers: Handlers) -> None:
    screen = run(handlers, Visit(), text="山\x00里\u202e住\x07着", cursor=4)
    assert screen.text.startswith("山里") and screen.text.endswith("住着")


def test_an_empty_manuscript_begins_by_itself_as_a_story(handlers: Handlers) -> None:
    visit = Visit()
    assert len(run(handlers, visit, text="").text) >= 20
    assert visit.node is not None and visit.node.request.genre == "novel"
    run(handlers, visit, text="", genre="wuxia")
    assert visit.node.request.genre == "wuxia"


def test_a_model_that_fails_in_the_middle_keeps_what_there_is(
    tmp_path: Path,
) -> None:
    handlers = Handlers(TextModels(story_models(tmp_path), ("story",)))
    model: StoryModel = handlers.models.models.get("story")
    visit = Visit()
    screens = handlers.write(visit, request(), *values(max_tokens=200))
    next(screens), next(screens)
    model.decoders[0].fail = RuntimeError("the device is gone")
    with pytest.raises(Refusal):
        list(screens)
    settled = handlers.settle(visit, "山里", request())
    assert settled.text.startswith("山里") and settled.stop.visible is False


def test_too_many_are_asked_to_wait(models: TextModels) -> None:
    handlers = Handlers(models)
    for _ in range(40):
        handlers.limiter.check(request("busy"), "zh")
    with pytest.raises(Refusal, match="秒"):
        list(handlers.write(Visit(), request("busy"), *values()))


def test_gpt2_ml_begins_with_the_settings_of_the_article() -> None:
    def chosen(model: str, preset: str) -> dict[str, Any]:
        names = ("conditions", "conditions_other", *StrategyInputs.names())
        return dict(zip(names, choose_model(model, preset), strict=True))

    found = chosen("gpt2-ml-15g", "balanced")
    assert (found["conditions"].visible, found["conditions_other"].visible) == (False, True)
    assert found["preset"] == "su_random_sample"
    assert (found["max_tokens"], found["top_p"], found["seed"]) == (256, 0.95, gr.skip())
    assert chosen("story", "su_random_sample")["preset"] == "balanced"
    # What the visitor chose otherwise stays.
    assert chosen("gpt2-ml-15g", "top_k")["preset"] == gr.skip()


def asked(**changes: object) -> list[object]:
    """The values of Asked."""
    told = dict(zip(Inputs.names(), values(**changes), strict=True))
    return [told[name] for name in Asked.names()]


def test_titles_are_found_and_one_is_picked(handlers: Handlers) -> None:
    visit, chips = handlers.find_titles(Visit(), request(), *asked(text="".join(SENTENCES)))
    words = [title.text for title in visit.titles]
    assert "小狐狸" in words
    assert [item["zh"] for item in json.loads(chips)["items"]] == words
    assert pick_title(visit, event(index=1), request()) == words[1]
    for wrong in (None, -1, 99, "0", True):
        with pytest.raises(Refusal):
            pick_title(visit, event(index=wrong), request())
    with pytest.raises(Refusal, match="再长一点"):
        handlers.find_titles(visit, request(), *asked(text=" "))


def test_an_example_takes_the_place_of_the_manuscript_and_undo_brings_it_back(
    handlers: Handlers,
) -> None:
    visit, *fields = handlers.take_example(Visit(), "我的", event(index=3), request())
    found, opening = dict(zip(Page.names(), fields, strict=True)), examples()[3]
    assert (found["text"], found["title"]) == (opening.text, "")
    assert (found["genre"], found["mood"]) == (opening.genre, opening.mood)
    assert found["memory"] == gr.skip()
    visit.undo()
    assert visit.now.text == "我的"


@pytest.mark.parametrize("bad", ["index", "manuscript", "running"])
def test_an_example_that_is_not_taken_changes_nothing_and_says_why(
    handlers: Handlers, bad: str
) -> None:
    visit = Visit()
    visit.see("我的")
    if bad == "running":
        visit.begin([], "simplified", None)
    index = len(examples()) if bad == "index" else 0
    manuscript = "长" * 1_000_000 if bad == "manuscript" else "我的"
    with pytest.raises(Refusal):
        handlers.take_example(visit, manuscript, event(index=index), request())
    assert visit.now.text == "我的"


def test_a_new_page_is_empty_and_undo_brings_the_old_one_back(handlers: Handlers) -> None:
    visit = Visit()
    first = run(handlers, visit)
    *screen, title = handlers.clear(visit, first.text, request())
    assert (Screen(*screen).text, title) == ("", "")
    assert handlers.undo(visit, "", request()).text == first.text


def test_the_examples_are_those_of_the_article_and_suit_the_model() -> None:
    assert [one.text for one in examples()[:3]] == ["今天天气不错", "双十一", "科学空间"]
    for one in examples():
        assert one.genre in GENRES and one.mood in MOODS
    assert {"wuxia", "children", "history"} <= {one.genre for one in examples()}


def test_files_hold_title_and_manuscript() -> None:
    def file(kind: ExportKind, title: str, manuscript: str) -> str:
        return exported(kind)(request(), Visit(), title, manuscript)

    assert file("txt", "海 ", "山里\n*有雪*") == "海\n\n山里\n*有雪*\n"
    assert file("txt", "", "山里") == "山里\n"
    assert file("md", "[海]", "山里\n*有雪*") == "# \\[海\\]\n\n山里  \n\\*有雪\\*\n"
    whole = json.loads(file("json", "海", "山里"))
    assert whole == {"title": "海", "text": "山里", "current": None, "tries": []}
    with pytest.raises(Refusal):
        file("txt", "海", " ")
