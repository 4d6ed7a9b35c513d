"""The page's handlers, with a model of a few sentences."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.datastructures import Headers

from app.pages.story.desk import MAX_CHARS, Desk
from app.pages.story.screen import Screen
from app.pages.story.studio import Studio
from app.text.models import TextModels
from app.web.limits import Refusal
from tests.story_model import StoryModel, story_models

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
    asked = DEFAULTS | {k: v for k, v in changes.items() if k in DEFAULTS}
    strategy = STRATEGY | {k: v for k, v in changes.items() if k in STRATEGY}
    assert set(changes) <= set(DEFAULTS) | set(STRATEGY)
    return [*asked.values(), *strategy.values()]


def visit(session: str = "one", language: str = "zh-CN") -> Any:
    headers = Headers({"accept-language": language})
    return SimpleNamespace(headers=headers, session_hash=session, query_params={})


def event(**data: object) -> gr.EventData:
    return gr.EventData(None, data)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> TextModels:
    found = story_models(tmp_path_factory.mktemp("models"))
    return TextModels(found, ("story", "gpt2-ml-15g"))


@pytest.fixture
def studio(models: TextModels) -> Studio:
    return Studio(models)


def run(studio: Studio, desk: Desk, **changes: object) -> Screen:
    """Write, and take in what was written."""
    screens = list(studio.write(desk, visit(), *values(**changes)))
    assert len(screens) >= 2
    return studio.settle(desk, changes.get("text", "山里"), visit())


def test_a_continuation_is_shown_while_it_is_written_and_then_part_of_the_manuscript(
    studio: Studio,
) -> None:
    desk = Desk()
    first, *others = list(studio.write(desk, visit(), *values()))
    assert first.stop.visible is True and first.seed == 7
    assert others[-1].tokens.startswith(first.tokens)
    screen = studio.settle(desk, "山里", visit())
    node = desk.node
    assert node is not None and len(node.draft.tokens) == 24
    assert screen.manuscript == "山里" + node.written and screen.stop.visible is False
    assert "种子 7" in screen.tokens.splitlines()[-1]
    assert json.loads(screen.tree)["nodes"][0]["text"] == f"{node.written[:16]}…".replace("\n", " ")


def test_the_same_seed_writes_the_same_and_another_seed_something_else(studio: Studio) -> None:
    texts = [run(studio, Desk(), seed=seed).manuscript for seed in (7, 7, 8)]
    assert texts[0] == texts[1] != texts[2]


def test_several_are_written_at_once_with_a_mood_each(studio: Studio) -> None:
    desk = Desk()
    screen = run(studio, desk, branches=4, vary="mood")
    assert screen.manuscript == "山里"
    cards = json.loads(screen.cards)
    assert [card["name"] for card in cards["cards"]] == [
        *("1 · 明快", "2 · 悲伤", "3 · 紧张", "4 · 明快")
    ]
    assert len({card["text"] for card in cards["cards"]}) == 4
    chosen = studio.choose(desk, "山里", event(seq=cards["seq"], index=2), visit())
    assert chosen.manuscript == "山里" + cards["cards"][2]["text"]
    assert json.loads(chosen.cards)["chosen"] == 2
    assert desk.node is not None and desk.node.request.mood == "tense"


def test_of_a_certain_strategy_there_is_only_one(studio: Studio) -> None:
    desk = Desk()
    run(studio, desk, branches=6, temperature=0)
    run(studio, desk, branches=3, kind="beam")
    assert len(desk.nodes) == 2


@pytest.mark.parametrize(
    "data",
    [{}, {"seq": None, "index": 0}, {"seq": -1, "index": 0}, {"index": 9}, {"index": "0"}],
)
def test_a_choice_of_nothing_is_refused(studio: Studio, data: dict[str, object]) -> None:
    desk = Desk()
    seq = json.loads(run(studio, desk, branches=2).cards)["seq"]
    with pytest.raises(Refusal, match="已经不在了"):
        studio.choose(desk, "山里", event(**{"seq": seq, **data} if data else {}), visit())
    assert desk.now.text == "山里"


def test_at_the_cursor_the_rest_is_kept_and_it_is_said_that_the_model_does_not_see_it(
    studio: Studio,
) -> None:
    desk = Desk()
    screen = run(studio, desk, text="山里住着", cursor=2)
    assert screen.manuscript.startswith("山里") and screen.manuscript.endswith("住着")
    assert "没有看到" in screen.notice


def test_a_branch_begins_as_the_text_did_until_there(studio: Studio) -> None:
    desk = Desk()
    run(studio, desk)
    node = desk.node
    assert node is not None
    tokens = node.draft.tokens
    index = next(i for i, t in enumerate(tokens) if i > 2 and t.alternatives[0].id != t.id)
    other = tokens[index].alternatives[0]
    data = event(seq=node.id, index=index, id=other.id)
    list(studio.branch(desk, desk.now.text, data, visit()))
    screen = studio.settle(desk, desk.now.text, visit())
    kept = "".join(token.text for token in tokens[:index])
    assert screen.manuscript.startswith(f"山里{kept}{other.text}")
    assert desk.node is not None and desk.node.parent == node.parent
    assert desk.node.draft.begin == index + 1


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
def test_a_branch_from_nowhere_is_refused(studio: Studio, data: dict[str, object]) -> None:
    desk = Desk()
    run(studio, desk)
    assert desk.node is not None
    before = desk.now
    with pytest.raises(Refusal):
        list(studio.branch(desk, before.text, event(**{"seq": desk.node.id, **data}), visit()))
    assert desk.now == before


def test_again_takes_the_place_of_the_continuation(studio: Studio) -> None:
    desk = Desk()
    first = run(studio, desk)
    list(studio.retry(desk, visit(), *values(text=first.manuscript, seed=8, mood="sad")))
    second = studio.settle(desk, first.manuscript, visit())
    assert second.manuscript != first.manuscript and len(desk.nodes) == 2
    assert desk.node is not None
    assert (desk.node.parent, desk.node.request.text, desk.node.request.mood) == (
        *(None, "山里", "sad"),
    )
    # A seed that is kept writes what it wrote.
    list(studio.retry(desk, visit(), *values(text=second.manuscript, seed=7)))
    assert studio.settle(desk, second.manuscript, visit()).manuscript == first.manuscript


def test_a_stop_keeps_what_was_shown_and_frees_the_model(studio: Studio) -> None:
    desk = Desk()
    views: Iterator[Screen] = studio.write(desk, visit(), *values(max_tokens=300))
    next(views), next(views)
    while desk.run is not None and not desk.run.drafts[0].text:
        next(views)
    assert desk.run is not None
    shown = desk.run.drafts[0].text
    screen = studio.settle(desk, "山里", visit())
    assert screen.manuscript == "山里" + shown
    assert "已停下" in screen.tokens.splitlines()[-1]
    assert list(views) == []  # the generator sees that nobody wants more of it


def test_while_one_is_written_nothing_else_changes_the_desk(studio: Studio) -> None:
    desk = Desk()
    views = studio.write(desk, visit(), *values())
    next(views)
    with pytest.raises(Refusal, match="先停下"):
        studio.undo(desk, "山里", visit())
    views.close()


def test_an_end_of_a_sentence_ends_the_text(studio: Studio) -> None:
    screen = run(studio, Desk(), sentence=True, max_tokens=60)
    assert screen.manuscript[-1] in "。！？"


def test_traditional_text_is_continued_in_traditional_characters(studio: Studio) -> None:
    desk = Desk()
    screen = run(studio, desk, text="從前，山裏")
    assert desk.node is not None
    assert desk.node.draft.prompt == "从前，山里"
    assert desk.node.script == "traditional" and screen.manuscript.startswith("從前，山裏")
    assert not set(screen.manuscript) & set("从来这说")


def test_a_long_manuscript_is_cut_and_that_is_said(studio: Studio) -> None:
    text = "大雪下了三天，山路不见了！" * 80
    screen = run(studio, Desk(), text=text)
    assert "没有读到" in screen.notice and screen.manuscript.startswith(text)


def test_memory_that_is_too_long_is_said(studio: Studio) -> None:
    assert "没有用上" in run(studio, Desk(), memory="大雪" * 300).notice


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
    studio: Studio, changes: dict[str, object], words: str
) -> None:
    desk = Desk()
    with pytest.raises(Refusal) as refused:
        list(studio.write(desk, visit(), *values(**changes)))
    assert words in str(refused.value)
    assert desk.run is None


def test_control_characters_go_and_the_cursor_stays_where_it_was(studio: Studio) -> None:
    screen = run(studio, Desk(), text="山\x00里\u202e住\x07着", cursor=4)
    assert screen.manuscript.startswith("山里") and screen.manuscript.endswith("住着")


def test_an_empty_manuscript_begins_by_itself_as_a_story(studio: Studio) -> None:
    desk = Desk()
    assert len(run(studio, desk, text="").manuscript) >= 20
    assert desk.node is not None and desk.node.request.genre == "novel"
    run(studio, desk, text="", genre="wuxia")
    assert desk.node.request.genre == "wuxia"


def test_a_model_that_fails_in_the_middle_keeps_what_there_is(
    tmp_path: Path,
) -> None:
    studio = Studio(TextModels(story_models(tmp_path), ("story",)))
    model: StoryModel = studio.models.models.get("story")
    desk = Desk()
    views = studio.write(desk, visit(), *values(max_tokens=200))
    next(views), next(views)
    model.decoders[0].fail = RuntimeError("the device is gone")
    with pytest.raises(Refusal):
        list(views)
    settled = studio.settle(desk, "山里", visit())
    assert settled.manuscript.startswith("山里") and settled.stop.visible is False


def test_too_many_are_asked_to_wait(models: TextModels) -> None:
    studio = Studio(models)
    for _ in range(40):
        studio.limiter.check(visit("busy"), "zh")
    with pytest.raises(Refusal, match="秒"):
        list(studio.write(Desk(), visit("busy"), *values()))
