"""The handlers of the chat, called as gradio calls them, with a model of a few sentences."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from app.pages.dialogue.handlers import OPENED, Handlers, tell_opened
from app.pages.dialogue.handlers.replies import Replies
from app.pages.dialogue.handlers.talks import Talks
from app.pages.dialogue.inputs import Choices, Inputs, TalkInputs, examples
from app.pages.dialogue.state import MAX_BUBBLES, Bubble, Dialogue, Visit, conversation
from app.pages.dialogue.view import Screen, help_text
from app.text.controls import strategy_values
from app.text.models import TextModels
from app.web.limits import Refusal
from engine.generation import STRATEGIES, Settings, Strategy
from engine.generation.batcher import shared_batcher
from tests.dialogue_models import SENTENCES, chat_models

NAMES = ("dialogue", "nezha-dialog")


def request(language: str = "zh-CN", **query: str) -> Any:
    return SimpleNamespace(
        headers={"accept-language": language}, query_params=query, session_hash="a"
    )


def event(act: str, visit: Visit, **values: Any) -> gr.EventData:
    return gr.EventData(None, {"act": act, "seq": visit.seq, "nonce": 7, **values})


def fields(
    strategy: Strategy = STRATEGIES["su_top_k"], seed: int | None = 3, **chosen: Any
) -> dict[str, Any]:
    """The values of the controls by name."""
    told = strategy_values("own", strategy, seed, lucky=seed is None)
    told |= {"model": "dialogue", "last": 0, "count": 4, "by": "logprob", "weight": 0.5}
    return told | chosen


def inputs(*strategy: Any, **chosen: Any) -> list[Any]:
    """The values of Inputs, in the order of an event."""
    told = fields(*strategy, **chosen)
    return [told[name] for name in Inputs.names()]


def choices(**chosen: Any) -> list[Any]:
    told = fields(**chosen)
    return [told[name] for name in Choices.names()]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the visitor is told in a notice."""
    words: list[str] = []
    monkeypatch.setattr(gr, "Warning", words.append)
    monkeypatch.setattr(gr, "Info", words.append)
    return words


@pytest.fixture
def models(tmp_path: Path) -> TextModels:
    return TextModels(chat_models(tmp_path), NAMES)


@pytest.fixture
def replies(models: TextModels) -> Replies:
    return Replies(models)


@pytest.fixture
def handlers(models: TextModels) -> Handlers:
    return Handlers(models)


def ask(replies: Replies, visit: Visit, act: str, *values: Any, **more: Any) -> list[Screen]:
    return list(replies.ask(visit, event(act, visit, **more), request(), *(values or inputs())))


def say(replies: Replies, *said: str) -> Visit:
    """A visit in which so much was said, and answered."""
    visit = Visit()
    for words in said:
        ask(replies, visit, "say", text=words)
    return visit


def change(handlers: Handlers, visit: Visit, act: str, *values: Any, **more: Any) -> Screen:
    return handlers.change(visit, event(act, visit, **more), request(), *(values or inputs()))


def chat(visit: Visit) -> tuple[Bubble, ...]:
    return visit.dialogue.chat


def texts(visit: Visit) -> list[str]:
    return [bubble.text for bubble in chat(visit)]


def authors(visit: Visit) -> list[str]:
    return [bubble.author for bubble in chat(visit)]


def drawn(screen: Screen) -> list[Any]:
    """The lines of the chat's value."""
    return [json.loads(line) for line in screen.chat.splitlines()]


def test_a_dialogue_that_was_forgotten_is_not_wiped_from_the_browser(
    replies: Replies, handlers: Handlers, said: list[str]
) -> None:
    late = Visit(seq=8)  # what the page shows, of a visit that is not there any more
    with pytest.raises(Refusal, match="刷新"):
        next(replies.ask(Visit(), event("say", late, text="在吗？"), request(), *inputs()))
    with pytest.raises(Refusal, match="刷新"):
        handlers.change(Visit(), event("undo", late), request(), *inputs())
    for screen in (
        handlers.stop(Visit(), request(), *choices()),
        handlers.look(Visit(), request(), *choices()),
    ):
        assert not isinstance(screen.chat, str)


def test_a_message_is_shown_at_once_and_the_reply_grows(replies: Replies, said: list[str]) -> None:
    visit = Visit()
    screens = ask(replies, visit, "say", text=" 你好吗？ ")
    first = drawn(screens[0])
    assert first[1]["author"] == "person" and first[1]["text"] == "你好吗？"
    assert first[2]["author"] == "model" and "end" not in first[-1]
    for before, after in pairwise(screens):
        assert after.chat.startswith(before.chat)
    final = drawn(screens[-1])
    assert final[0]["ack"] == 7 and final[-1]["end"] == {"fresh": True, "undo": True, "redo": False}
    reply = chat(visit)[-1]
    assert reply.author == "model" and reply.draft is not None and reply.text
    assert "".join(line[0] for line in final if isinstance(line, list)) == reply.text
    assert screens[-1].saved["chat"][1]["text"] == reply.text
    assert screens[0].seed == screens[-1].seed == "3"
    assert json.loads(screens[-1].context)["turns"][1]["pieces"] == [*reply.text, "[SEP]"]
    assert said == []


def test_the_same_seed_says_the_same_and_a_retry_another(replies: Replies) -> None:
    visit = say(replies, "你好吗？")
    assert texts(visit) == texts(say(replies, "你好吗？"))
    ask(replies, visit, "again", index=1)
    draft = chat(visit)[1].draft
    assert draft is not None and draft.seed == 4
    assert len(chat(visit)) == 2


def test_undo_brings_back_what_an_edit_dropped(replies: Replies, handlers: Handlers) -> None:
    visit = say(replies, "你好吗？", "想去哪里？")
    before = texts(visit)
    ask(replies, visit, "edit", index=0, text="今天去哪里？")
    edited = texts(visit)
    assert edited[0] == "今天去哪里？" and len(edited) == 2
    change(handlers, visit, "undo")
    assert texts(visit) == before
    change(handlers, visit, "redo")
    assert texts(visit) == edited
    change(handlers, visit, "undo")
    change(handlers, visit, "rewind", index=1)
    assert texts(visit) == before[:2]
    change(handlers, visit, "fresh")
    assert chat(visit) == () and visit.dialogue.history.can_undo


def test_the_models_words_can_be_changed_without_an_answer(replies: Replies) -> None:
    visit = say(replies, "你好吗？")
    ask(replies, visit, "edit", index=1, text="我很好。")
    assert texts(visit) == ["你好吗？", "我很好。"]
    assert chat(visit)[1].author == "model" and chat(visit)[1].draft is None


def test_a_branch_begins_with_the_chosen_token(replies: Replies, said: list[str]) -> None:
    visit = say(replies, "你好吗？")
    draft = chat(visit)[1].draft
    assert draft is not None
    other = next(o for o in draft.tokens[0].alternatives if o.id != draft.tokens[0].id)
    ask(replies, visit, "branch", index=1, token=0, id=other.id)
    reply, branched = chat(visit)[1].draft, texts(visit)
    assert reply is not None and reply.tokens[0].id == other.id and reply.begin == 1
    for bad in ({"token": 99, "id": other.id}, {"token": 0, "id": -1}, {"token": "0"}, {}):
        ask(replies, visit, "branch", index=1, **bad)
        assert texts(visit) == branched
    assert len(said) == 4


def test_candidates_are_ranked_and_one_is_chosen(replies: Replies, handlers: Handlers) -> None:
    visit = say(replies, "你好吗？")
    screens = ask(replies, visit, "more")
    running = drawn(screens[0])[-1]
    assert running["running"] and "end" not in running
    cards = next(line for line in drawn(screens[-1]) if "cards" in line)
    scores = [card["logprob"] for card in cards["cards"]]
    assert scores == sorted(scores, reverse=True) and all(c["mmi"] for c in cards["cards"])
    assert len({card["text"] for card in cards["cards"]}) == len(scores)
    by_mmi = handlers.look(visit, request(), *choices(by="mmi"))
    cards = next(line for line in drawn(by_mmi) if "cards" in line)
    worth = [card["mmi"] for card in cards["cards"]]
    assert worth == sorted(worth, reverse=True)
    change(handlers, visit, "choose", *inputs(by="mmi"), card=1)
    assert texts(visit) == ["你好吗？", cards["cards"][1]["text"]]
    assert visit.dialogue.cards is None
    change(handlers, visit, "undo")
    assert len(texts(visit)) == 2


def test_a_search_has_no_candidates(replies: Replies, said: list[str]) -> None:
    visit = say(replies, "你好吗？")
    before = texts(visit)
    ask(replies, visit, "more", *inputs(STRATEGIES["su_beam"]))
    assert texts(visit) == before and "束搜索" in said[0]


def test_who_needs_help_gets_people_and_no_model(replies: Replies, models: TextModels) -> None:
    visit = say(replies, "你好吗？")
    before = texts(visit)
    screens = ask(replies, visit, "say", text="我不想活了")
    assert len(screens) == 1
    assert authors(visit) == ["person", "model", "call", "help"]
    assert "12356" in texts(visit)[-1] and "findahelpline.com" in texts(visit)[-1]
    assert [turn.text for turn in conversation(chat(visit)).turns] == before
    ask(replies, visit, "say", text="去吃什么？")
    assert chat(visit)[-1].author == "model" and chat(visit)[-1].seen == 3


def test_help_comes_wherever_the_words_come_from(replies: Replies) -> None:
    visit = say(replies, "你好吗？")
    ask(replies, visit, "edit", index=0, text="我想自杀")
    assert authors(visit) == ["call", "help"]
    linked = Visit(seq=1)
    linked.dialogue.push((Bubble(0, "person", "我想死"),))
    ask(replies, linked, "more")
    assert authors(linked) == ["person"]
    ask(replies, linked, "answer")
    assert authors(linked) == ["call", "help"]


def test_help_speaks_the_language_of_who_calls() -> None:
    assert "988" in help_text("I want to die", "zh")
    assert "緒" in help_text("我想結束自己的生命", "en")
    assert "情绪通" in help_text("我不想活了", "en")


def test_traditional_is_read_simplified_and_answered_traditional(replies: Replies) -> None:
    visit = say(replies, "你們來嗎？說什麼？")
    assert conversation(chat(visit)).turns[0].text == "你们来吗？说什么？"
    for _ in range(30):
        ask(replies, visit, "again", *inputs(seed=None), index=1)
        draft = chat(visit)[1].draft
        assert draft is not None
        if "吗" in draft.text:
            assert "嗎" in texts(visit)[1] and "吗" not in texts(visit)[1]
            return
    pytest.fail("no reply with 吗 in 30 tries")


def test_what_cannot_be_answered_is_said_and_nothing_is_lost(
    replies: Replies, said: list[str]
) -> None:
    visit = say(replies, "你好吗？")
    before = texts(visit)
    for text in ("", " \n", "\x00\x1b", "好" * 20_001, None, 5, ["你好"]):
        screens = ask(replies, visit, "say", text=text)
        assert texts(visit) == before
        assert drawn(screens[-1])[0]["ack"] == 0 and "end" in drawn(screens[-1])[-1]
    assert len(said) == 7
    for act in ("drop", None, 3):
        ask(replies, visit, act)
    for index in (-1, 9, "0", None, 1.5):
        ask(replies, visit, "again", index=index)
    assert texts(visit) == before and len(said) == 15


def test_a_long_message_is_cut_and_that_is_said(replies: Replies) -> None:
    visit = Visit()
    screens = ask(replies, visit, "say", text="今天天气不错，" * 2000)
    seen = json.loads(next(s.context for s in screens if isinstance(s.context, str)))
    assert "没有给模型看" in seen["note"]
    assert chat(visit)[-1].author == "model"


def test_a_model_that_is_not_here_is_not_fetched(replies: Replies, said: list[str]) -> None:
    visit = Visit()
    ask(replies, visit, "say", *inputs(model="nezha-dialog"), text="你好吗？")
    assert texts(visit) == ["你好吗？"]
    assert "--preload nezha-dialog" in said[0]
    visit = Visit()
    ask(replies, visit, "say", *inputs(model="gpt2"), text="你好吗？")
    assert chat(visit) == () and len(said) == 2


def test_controls_of_any_kind_are_refused(replies: Replies, said: list[str]) -> None:
    good = inputs()
    for place in range(len(good)):
        for bad in (None, "x", [], {}, -5, 1e99, float("nan")):
            values = list(good)
            values[place] = bad
            screens = ask(replies, Visit(), "say", *values, text="你好吗？")
            assert isinstance(screens[-1].visit, Visit)
        replies.limiter._times.clear()


def test_an_old_click_changes_nothing(
    replies: Replies, handlers: Handlers, said: list[str]
) -> None:
    visit = say(replies, "你好吗？")
    old, late = event("again", visit, index=1), event("fresh", visit)
    ask(replies, visit, "say", text="去吗？")
    before = texts(visit)
    list(replies.ask(visit, old, request(), *inputs()))
    handlers.change(visit, late, request(), *inputs())
    assert texts(visit) == before and len(said) == 2


def test_too_many_requests_wait(replies: Replies, said: list[str]) -> None:
    for _ in range(replies.limiter.calls):
        replies.limiter.check(request(), "zh")
    assert chat(say(replies, "你好吗？")) == () and "秒后再试" in said[0]


def test_a_closed_tab_keeps_what_was_written_and_frees_the_place(tmp_path: Path) -> None:
    models = TextModels(chat_models(tmp_path, "slow"), NAMES)
    visit, screens = written(models)
    screens.close()
    draft = chat(visit)[-1].draft
    assert draft is not None and draft.finish == "closed" and draft.tokens
    batcher = shared_batcher(models.get("dialogue", "zh"))
    deadline = time.monotonic() + 10
    while batcher.load and time.monotonic() < deadline:
        time.sleep(0.02)
    assert batcher.load == 0


def test_a_stop_keeps_what_was_written(tmp_path: Path) -> None:
    models = TextModels(chat_models(tmp_path, "slow"), NAMES)
    visit, screens = written(models)
    shown = visit.seq
    with ThreadPoolExecutor(1) as thread:
        stopping = thread.submit(Handlers(models).stop, visit, request(), *choices())
        while visit.runs.running:
            time.sleep(0.01)
        last = list(screens)[-1]
        stopped = stopping.result()
    draft = chat(visit)[-1].draft
    assert draft is not None and draft.finish == "closed" and draft.tokens
    assert drawn(last)[0]["seq"] == shown < drawn(stopped)[0]["seq"]
    assert "已停下" in stopped.chat and '"end"' in stopped.chat
    assert drawn(last)[1:] == drawn(stopped)[1:]
    assert stopped.saved["chat"][1]["text"] == texts(visit)[1]


def written(models: TextModels) -> tuple[Visit, Any]:
    """A visit in which a long reply has begun, and the screens that are still to come."""
    visit, strategy = Visit(), Strategy(settings=Settings(), max_tokens=150)
    told = event("say", visit, text="你好吗？")
    screens = Replies(models).ask(visit, told, request(), *inputs(strategy, None))
    while not texts(visit) or not texts(visit)[-1] or len(texts(visit)) == 1:
        next(screens)
    return visit, screens


def test_a_run_that_does_not_end_shows_nothing_after_a_stop(
    replies: Replies, handlers: Handlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.pages.dialogue.handlers._PATIENCE", 0.0)
    visit = Visit()
    screens = replies.ask(visit, event("say", visit, text="你好吗？"), request(), *inputs())
    next(screens)
    handlers.stop(visit, request(), *choices())
    assert texts(visit) == ["你好吗？"]
    assert list(screens) == [] and texts(visit) == ["你好吗？"]


def test_a_stop_before_the_first_word_leaves_the_question(
    replies: Replies, handlers: Handlers
) -> None:
    visit = Visit()
    screens = replies.ask(visit, event("say", visit, text="你好吗？"), request(), *inputs())
    next(screens)
    visit.runs.stop()
    list(screens)
    assert texts(visit) == ["你好吗？"]
    answered = Visit(replace(visit.dialogue), visit.seq)
    ask(replies, visit, "say", text="去哪里")
    assert conversation(chat(visit)).turns[0].text == "你好吗？去哪里"
    ask(replies, answered, "answer")
    assert len(chat(answered)) == 2


def test_a_person_of_invented_turns(handlers: Handlers, replies: Replies) -> None:
    visit, turns = Visit(), examples().personas["child"].turns
    change(handlers, visit, "persona", key="child")
    assert texts(visit) == list(turns)
    ask(replies, visit, "edit", index=1, text="我叫小雪。")
    assert texts(visit) == [turns[0], "我叫小雪。", *turns[2:]]
    ask(replies, visit, "say", text="你好吗？")
    assert chat(visit)[-1].seen == 5
    unknown = Visit()
    change(handlers, unknown, "persona", key="x")
    assert chat(unknown) == ()


GUESTS = {
    **{"opening": "今天去哪里？", "turns": 4},
    **{"first_model": "dialogue", "first_preset": "su_top_k"},
    **{"second_model": "dialogue", "second_preset": "top_p"},
}


def talk(models: TextModels, visit: Visit, **chosen: Any) -> list[Screen]:
    told = fields(**{**GUESTS, **chosen})
    values = [told[name] for name in TalkInputs.names()]
    return list(Talks(models).talk(visit, request(), *values))


def test_two_speakers_talk_and_the_visitor_goes_on(
    models: TextModels, replies: Replies, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    monkeypatch.setattr("app.pages.dialogue.handlers.talks._PAUSE", 0.0)
    visit = Visit()
    screens = talk(models, visit)
    assert all('"end"' not in screen.chat for screen in screens[:-1])
    sides = [bubble.side for bubble in chat(visit)]
    assert sides == [0, 1, 0, 1, 0][: len(sides)]
    assert chat(visit)[1].name.startswith("乙 · top-p") and not visit.dialogue.talking
    ask(replies, visit, "say", text="我也去吗？")
    assert chat(visit)[-1].author == "model"


def test_a_talk_is_not_begun_with_bad_values(models: TextModels, said: list[str]) -> None:
    for bad in (
        *({"opening": ""}, {"opening": "好" * 501}, {"turns": 0}, {"turns": 99}),
        *({"first_model": "gpt2"}, {"first_preset": "x"}, {"second_preset": None}),
    ):
        visit = Visit()
        talk(models, visit, **bad)
        assert chat(visit) == ()
    assert len(said) == 7
    talk(models, visit, opening="我想自杀")
    assert authors(visit) == ["call", "help"]


def test_a_reload_shows_the_conversation_with_its_shades(
    handlers: Handlers, replies: Replies, said: list[str]
) -> None:
    visit, again = Visit(), Visit()
    screens = ask(replies, visit, "say", text="你好吗？")
    kept = json.loads(json.dumps(screens[-1].saved))
    shown = handlers.opened(kept, again, request())
    screen = Screen(*shown[: len(Screen._fields)])
    assert shown[OPENED.index("model")] == gr.skip() and texts(again) == texts(visit)
    tokens = [line for line in drawn(screen) if isinstance(line, list)]
    assert [t[0] for t in tokens] == [t[0] for t in drawn(screens[-1]) if isinstance(t, list)]
    assert all(value == gr.skip() for value in handlers.opened(None, again, request()))
    for lie in (5, [], {"chat": 3}, {"chat": [1]}, {"chat": [{"author": "model"}]}):
        again = Visit()
        handlers.opened(lie, again, request())
        assert chat(again) == ()
        tell_opened(lie, request())
    tell_opened(kept, request())
    assert len(said) == 5


def test_a_link_opens_with_its_own_settings(handlers: Handlers, said: list[str]) -> None:
    visit, again = Visit(), Visit()
    change(handlers, visit, "persona", key="child")
    told = inputs(STRATEGIES["typical"], last=3)
    link = str(handlers.share(request(), visit, *told).value).removeprefix("?dialogue=")
    opening = request(dialogue=link)
    shown = dict(zip(OPENED, handlers.opened(None, again, opening), strict=True))
    assert texts(again) == texts(visit) and shown["visit"] is again
    assert (shown["preset"], shown["model"], shown["last"]) == ("typical", "dialogue", 3)
    assert (shown["seed"], shown["lucky"]) == (3, False)
    tell_opened(None, opening)
    assert "分享链接" in said[0]
    with pytest.raises(Refusal):
        handlers.share(request(), Visit(), *told)


def test_nothing_grows_without_bound() -> None:
    dialogue = Dialogue()
    dialogue.push(Bubble(i % 2, "person", SENTENCES[0]) for i in range(MAX_BUBBLES + 41))
    assert len(dialogue.chat) <= MAX_BUBBLES and dialogue.chat[0].side == 0
