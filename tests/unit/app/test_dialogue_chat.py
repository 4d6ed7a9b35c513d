"""The handlers of the chat, called as gradio calls them, with a model of a few sentences."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from app.pages.dialogue.altering import Altering, opened, tell
from app.pages.dialogue.asking import Asking, help_text
from app.pages.dialogue.presets import PERSONAS
from app.pages.dialogue.request import Screen
from app.pages.dialogue.session import MAX_BUBBLES, Bubble, Session, conversation
from app.pages.dialogue.watching import Watching
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


def event(act: str, session: Session, **values: Any) -> gr.EventData:
    return gr.EventData(None, {"act": act, "seq": session.seq, "nonce": 7, **values})


def wishes(
    strategy: Strategy = STRATEGIES["su_top_k"],
    seed: int | None = 3,
    *,
    model: str = "dialogue",
    last: int = 0,
    count: int = 4,
    by: str = "logprob",
) -> list[Any]:
    """The values of the controls."""
    settings = strategy.settings
    return [
        *(model, last, count, by, 0.5),
        *("own", strategy.kind, settings.temperature or 1, settings.top_k or 0),
        *(settings.top_p or 1, 1, 1, 0, strategy.beams, 0, strategy.max_tokens),
        *("" if seed is None else str(seed), seed is None),
    ]


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
def asking(models: TextModels) -> Asking:
    return Asking(models)


@pytest.fixture
def altering(models: TextModels) -> Altering:
    return Altering(models)


def ask(asking: Asking, session: Session, act: str, *values: Any, **more: Any) -> list[Screen]:
    given = values or wishes()
    return list(asking.ask(event(act, session, **more), request(), session, *given))


def last(screens: list[Screen]) -> Session:
    return screens[-1].session


def texts(session: Session) -> list[str]:
    return [bubble.text for bubble in session.chat]


def drawn(screen: Screen) -> list[Any]:
    """The lines of the chat's value."""
    return [json.loads(line) for line in screen.chat.splitlines()]


def test_a_dialogue_that_was_forgotten_is_not_wiped_from_the_browser(
    asking: Asking, altering: Altering, said: list[str]
) -> None:
    late = Session(seq=8)  # what the page shows, of a session that is not there any more
    with pytest.raises(Refusal, match="刷新"):
        next(asking.ask(event("say", late, text="在吗？"), request(), Session(), *wishes()))
    with pytest.raises(Refusal, match="刷新"):
        altering.alter(event("undo", late), request(), Session(), *wishes())
    for screen in (
        altering.settle(request(), Session(), *wishes()),
        altering.look(request(), Session(), *wishes()),
    ):
        assert not isinstance(screen[1], str)


def test_a_message_is_shown_at_once_and_the_reply_grows(asking: Asking, said: list[str]) -> None:
    screens = ask(asking, Session(), "say", text=" 你好吗？ ")
    first = drawn(screens[0])
    assert first[1]["author"] == "person" and first[1]["text"] == "你好吗？"
    assert first[2]["author"] == "model" and "end" not in first[-1]
    for before, after in pairwise(screens):
        assert after.chat.startswith(before.chat)
    final = drawn(screens[-1])
    assert final[0]["ack"] == 7 and final[-1]["end"] == {"fresh": True, "undo": True, "redo": False}
    reply = last(screens).chat[-1]
    assert reply.author == "model" and reply.draft is not None and reply.text
    assert "".join(line[0] for line in final if isinstance(line, list)) == reply.text
    assert screens[-1].saved["chat"][1]["text"] == reply.text
    assert screens[0].seed == screens[-1].seed == "3"
    assert json.loads(screens[-1].context)["turns"][1]["pieces"] == [*reply.text, "[SEP]"]
    assert said == []


def test_the_same_seed_says_the_same_and_a_retry_another(asking: Asking) -> None:
    first = last(ask(asking, Session(), "say", text="你好吗？"))
    second = last(ask(asking, Session(), "say", text="你好吗？"))
    assert texts(first) == texts(second)
    again = last(ask(asking, first, "again", index=1))
    assert again.chat[1].draft is not None and again.chat[1].draft.seed == 4
    assert len(again.chat) == 2


def test_undo_brings_back_what_an_edit_dropped(asking: Asking, altering: Altering) -> None:
    session = last(ask(asking, Session(), "say", text="你好吗？"))
    session = last(ask(asking, session, "say", text="想去哪里？"))
    before = texts(session)
    edited = last(ask(asking, session, "edit", index=0, text="今天去哪里？"))
    assert edited.chat[0].text == "今天去哪里？" and len(edited.chat) == 2
    back = altering.alter(event("undo", edited), request(), edited, *wishes()).session
    assert texts(back) == before
    forward = altering.alter(event("redo", back), request(), back, *wishes()).session
    assert texts(forward) == texts(edited)
    rewound = altering.alter(event("rewind", back, index=1), request(), back, *wishes()).session
    assert texts(rewound) == before[:2]
    fresh = altering.alter(event("fresh", rewound), request(), rewound, *wishes()).session
    assert fresh.chat == () and fresh.history.can_undo


def test_the_models_words_can_be_changed_without_an_answer(asking: Asking) -> None:
    session = last(ask(asking, Session(), "say", text="你好吗？"))
    changed = last(ask(asking, session, "edit", index=1, text="我很好。"))
    assert texts(changed) == ["你好吗？", "我很好。"]
    assert changed.chat[1].author == "model" and changed.chat[1].draft is None


def test_a_branch_begins_with_the_chosen_token(asking: Asking, said: list[str]) -> None:
    session = last(ask(asking, Session(), "say", text="你好吗？"))
    draft = session.chat[1].draft
    assert draft is not None
    other = next(o for o in draft.tokens[0].alternatives if o.id != draft.tokens[0].id)
    branched = last(ask(asking, session, "branch", index=1, token=0, id=other.id))
    reply = branched.chat[1].draft
    assert reply is not None and reply.tokens[0].id == other.id and reply.begin == 1
    for bad in ({"token": 99, "id": other.id}, {"token": 0, "id": -1}, {"token": "0"}, {}):
        kept = last(ask(asking, branched, "branch", index=1, **bad))
        assert texts(kept) == texts(branched)
    assert len(said) == 4


def test_candidates_are_ranked_and_one_is_chosen(asking: Asking, altering: Altering) -> None:
    session = last(ask(asking, Session(), "say", text="你好吗？"))
    screens = ask(asking, session, "more")
    running = drawn(screens[0])[-1]
    assert running["running"] and "end" not in running
    offered = last(screens)
    cards = next(line for line in drawn(screens[-1]) if "cards" in line)
    scores = [card["logprob"] for card in cards["cards"]]
    assert scores == sorted(scores, reverse=True) and all(c["mmi"] for c in cards["cards"])
    assert len({card["text"] for card in cards["cards"]}) == len(scores)
    by_mmi = altering.look(request(), offered, *wishes(by="mmi"))
    cards = next(line for line in map(json.loads, by_mmi[1].splitlines()) if "cards" in line)
    worth = [card["mmi"] for card in cards["cards"]]
    assert worth == sorted(worth, reverse=True)
    session = by_mmi[0]
    chosen = altering.alter(event("choose", session, card=1), request(), session, *wishes(by="mmi"))
    assert texts(chosen.session) == ["你好吗？", cards["cards"][1]["text"]]
    assert chosen.session.cards is None
    assert texts(chosen.session.history.undo().current and Session(chosen.session.history.undo()))


def test_a_search_has_no_candidates(asking: Asking, said: list[str]) -> None:
    session = last(ask(asking, Session(), "say", text="你好吗？"))
    kept = last(ask(asking, session, "more", *wishes(STRATEGIES["su_beam"])))
    assert texts(kept) == texts(session) and "束搜索" in said[0]


def test_who_needs_help_gets_people_and_no_model(asking: Asking, models: TextModels) -> None:
    session = last(ask(asking, Session(), "say", text="你好吗？"))
    screens = ask(asking, session, "say", text="我不想活了")
    assert len(screens) == 1
    chat = last(screens).chat
    assert [bubble.author for bubble in chat] == ["person", "model", "call", "help"]
    assert "12356" in chat[-1].text and "findahelpline.com" in chat[-1].text
    assert [turn.text for turn in conversation(chat).turns] == texts(session)
    went_on = last(ask(asking, last(screens), "say", text="去吃什么？"))
    assert went_on.chat[-1].author == "model" and went_on.chat[-1].seen == 3


def test_help_comes_wherever_the_words_come_from(asking: Asking) -> None:
    session = last(ask(asking, Session(), "say", text="你好吗？"))
    edited = last(ask(asking, session, "edit", index=0, text="我想自杀"))
    assert [bubble.author for bubble in edited.chat] == ["call", "help"]
    linked = Session().push((Bubble(0, "person", "我想死"),)).next()
    assert last(ask(asking, linked, "answer")).chat[-1].author == "help"
    assert last(ask(asking, linked, "more")).chat == linked.chat


def test_help_speaks_the_language_of_who_calls() -> None:
    assert "988" in help_text("I want to die", "zh")
    assert "緒" in help_text("我想結束自己的生命", "en")
    assert "情绪通" in help_text("我不想活了", "en")


def test_traditional_is_read_simplified_and_answered_traditional(asking: Asking) -> None:
    session = last(ask(asking, Session(), "say", text="你們來嗎？說什麼？"))
    assert conversation(session.chat).turns[0].text == "你们来吗？说什么？"
    for _ in range(30):
        session = last(ask(asking, session, "again", *wishes(seed=None), index=1))
        draft = session.chat[1].draft
        assert draft is not None
        if "吗" in draft.text:
            assert "嗎" in session.chat[1].text and "吗" not in session.chat[1].text
            return
    pytest.fail("no reply with 吗 in 30 tries")


def test_what_cannot_be_answered_is_said_and_nothing_is_lost(
    asking: Asking, said: list[str]
) -> None:
    session = last(ask(asking, Session(), "say", text="你好吗？"))
    for text in ("", " \n", "\x00\x1b", "好" * 20_001, None, 5, ["你好"]):
        screens = ask(asking, session, "say", text=text)
        assert texts(last(screens)) == texts(session)
        assert drawn(screens[-1])[0]["ack"] == 0 and "end" in drawn(screens[-1])[-1]
    assert len(said) == 7
    for act in ("drop", None, 3):
        assert texts(last(ask(asking, session, act))) == texts(session)
    for index in (-1, 9, "0", None, 1.5):
        assert texts(last(ask(asking, session, "again", index=index))) == texts(session)


def test_a_long_message_is_cut_and_that_is_said(asking: Asking) -> None:
    screens = ask(asking, Session(), "say", text="今天天气不错，" * 2000)
    seen = json.loads(screens[-2].context if isinstance(screens[-2].context, str) else "{}") or (
        json.loads(next(s.context for s in screens if isinstance(s.context, str)))
    )
    assert "没有给模型看" in seen["note"]
    assert last(screens).chat[-1].author == "model"


def test_a_model_that_is_not_here_is_not_fetched(asking: Asking, said: list[str]) -> None:
    screens = ask(asking, Session(), "say", *wishes(model="nezha-dialog"), text="你好吗？")
    assert texts(last(screens)) == ["你好吗？"]
    assert "--preload nezha-dialog" in said[0]
    kept = ask(asking, Session(), "say", *wishes(model="gpt2"), text="你好吗？")
    assert last(kept).chat == () and len(said) == 2


def test_controls_of_any_kind_are_refused(asking: Asking, said: list[str]) -> None:
    good = wishes()
    for place in range(len(good)):
        for bad in (None, "x", [], {}, -5, 1e99, float("nan")):
            values = list(good)
            values[place] = bad
            screens = ask(asking, Session(), "say", *values, text="你好吗？")
            assert isinstance(last(screens), Session)
        asking.limiter._times.clear()


def test_an_old_click_changes_nothing(asking: Asking, altering: Altering, said: list[str]) -> None:
    session = last(ask(asking, Session(), "say", text="你好吗？"))
    old = event("again", session, index=1)
    newer = last(ask(asking, session, "say", text="去吗？"))
    assert texts(last(list(asking.ask(old, request(), newer, *wishes())))) == texts(newer)
    late = event("fresh", session)
    assert texts(altering.alter(late, request(), newer, *wishes()).session) == texts(newer)
    assert len(said) == 2


def test_too_many_requests_wait(asking: Asking, said: list[str]) -> None:
    for _ in range(asking.limiter.calls):
        asking.limiter.check(request(), "zh")
    screens = ask(asking, Session(), "say", text="你好吗？")
    assert last(screens).chat == () and "秒后再试" in said[0]


def test_stop_keeps_what_was_written_and_frees_the_place(tmp_path: Path) -> None:
    models = TextModels(chat_models(tmp_path, "slow"), NAMES)
    asking, altering = Asking(models), Altering(models)
    strategy = Strategy(settings=Settings(), max_tokens=150)
    screens = asking.ask(
        event("say", Session(), text="你好吗？"), request(), Session(), *wishes(strategy, None)
    )
    for screen in screens:
        if screen.session.chat[-1].text:
            break
    screens.close()
    stopped = altering.settle(request(), screen.session, *wishes())
    draft = stopped.session.chat[-1].draft
    assert draft is not None and draft.finish == "closed" and draft.tokens
    assert "已停下" in stopped.chat and '"end"' in stopped.chat
    assert stopped.saved["chat"][1]["text"] == stopped.session.chat[1].text
    batcher = shared_batcher(models.get("dialogue", "zh"))
    deadline = time.monotonic() + 10
    while batcher.load and time.monotonic() < deadline:
        time.sleep(0.02)
    assert batcher.load == 0


def test_a_stop_before_the_first_word_leaves_the_question(
    asking: Asking, altering: Altering
) -> None:
    screens = asking.ask(event("say", Session(), text="你好吗？"), request(), Session(), *wishes())
    first = next(screens)
    screens.close()
    stopped = altering.settle(request(), first.session, *wishes()).session
    assert texts(stopped) == ["你好吗？"]
    more = last(ask(asking, stopped, "say", text="去哪里"))
    assert conversation(more.chat).turns[0].text == "你好吗？去哪里"
    answered = last(ask(asking, stopped, "answer"))
    assert len(answered.chat) == 2


def test_a_person_of_invented_turns(altering: Altering, asking: Asking) -> None:
    session = Session()
    with_person = altering.alter(
        event("persona", session, key="child"), request(), session, *wishes()
    )
    assert texts(with_person.session) == list(PERSONAS["child"].turns)
    renamed = last(ask(asking, with_person.session, "edit", index=1, text="我叫小雪。"))
    assert texts(renamed) == [
        PERSONAS["child"].turns[0],
        "我叫小雪。",
        *PERSONAS["child"].turns[2:],
    ]
    talked = last(ask(asking, renamed, "say", text="你好吗？"))
    assert talked.chat[-1].seen == 5
    unknown = altering.alter(event("persona", session, key="x"), request(), session, *wishes())
    assert unknown.session.chat == ()


def watch(models: TextModels, *values: Any) -> Iterator[Screen]:
    given = values or ("今天去哪里？", 4, "dialogue", "su_top_k", "dialogue", "top_p")
    return Watching(models).watch(request(), Session(), *given, *wishes())


def test_two_speakers_talk_and_the_visitor_goes_on(
    models: TextModels, asking: Asking, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    monkeypatch.setattr("app.pages.dialogue.watching._PAUSE", 0.0)
    screens = list(watch(models))
    assert all('"end"' not in screen.chat for screen in screens[:-1])
    session = last(screens)
    assert [bubble.side for bubble in session.chat] == [0, 1, 0, 1, 0][: len(session.chat)]
    assert session.chat[1].name.startswith("乙 · top-p") and not session.watching
    went_on = last(ask(asking, session, "say", text="我也去吗？"))
    assert went_on.chat[-1].author == "model"


def test_a_talk_is_not_begun_with_bad_values(models: TextModels, said: list[str]) -> None:
    good = ["今天去哪里？", 4, "dialogue", "su_top_k", "dialogue", "top_p"]
    for place, bad in ((0, ""), (0, "好" * 501), (1, 0), (1, 99), (2, "gpt2"), (3, "x"), (5, None)):
        values = list(good)
        values[place] = bad
        assert last(list(watch(models, *values))).chat == ()
    assert len(said) == 7
    called = last(list(watch(models, "我想自杀", *good[1:])))
    assert [bubble.author for bubble in called.chat] == ["call", "help"]


def test_a_reload_shows_the_conversation_with_its_shades(
    models: TextModels, asking: Asking, said: list[str]
) -> None:
    screens = ask(asking, Session(), "say", text="你好吗？")
    kept = json.loads(json.dumps(screens[-1].saved))
    screen, link = opened(models, kept, request())
    assert link is None and texts(screen.session) == texts(last(screens))
    tokens = [line for line in drawn(screen) if isinstance(line, list)]
    assert [t[0] for t in tokens] == [t[0] for t in drawn(screens[-1]) if isinstance(t, list)]
    for lie in (5, [], {"chat": 3}, {"chat": [1]}, {"chat": [{"author": "model"}]}):
        screen, _ = opened(models, lie, request())
        assert screen.session.chat == ()
        tell(lie, request())
    tell(kept, request())
    assert len(said) == 5


def test_nothing_grows_without_bound() -> None:
    chat = tuple(Bubble(i % 2, "person", SENTENCES[0]) for i in range(MAX_BUBBLES + 41))
    session = Session().push(chat)
    assert len(session.chat) <= MAX_BUBBLES and session.chat[0].side == 0


def test_a_stop_waits_until_the_run_is_over(tmp_path: Path) -> None:
    models = TextModels(chat_models(tmp_path, "slow"), NAMES)
    asking, altering = Asking(models), Altering(models)
    session = Session()
    screens = asking.ask(event("say", session, text="你好吗？"), request(), session, *wishes())
    early = next(screens)
    with ThreadPoolExecutor(1) as thread:
        settled = thread.submit(altering.settle, request(), early.session, *wishes())
        # The run goes on for a while after the Stop, as one in a thread of gradio's does.
        later = [next(screens) for _ in range(4)][-1]
        screens.close()
        shown = settled.result().session
    assert texts(shown) == [bubble.text for bubble in later.session.chat if bubble.text]
    assert shown.seq > later.session.seq and shown.ongoing.runs == 0
