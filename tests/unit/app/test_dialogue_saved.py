"""What the browser keeps, what a link holds, and files: in, out, and forged."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from app.pages.dialogue.handlers import preset_of
from app.pages.dialogue.handlers.replies import compared
from app.pages.dialogue.inputs import examples
from app.pages.dialogue.saved import SAVED, Kept, shared
from app.pages.dialogue.state import (
    Bubble,
    Dialogue,
    Visit,
    conversation,
    model_text,
    next_side,
    script,
)
from app.pages.dialogue.view import export
from app.text.drafts import Draft
from app.web.inputs import SavedError
from app.web.limits import Refusal
from app.web.saved import decode, encode
from engine.dialogue import context, is_call_for_help
from engine.generation import STRATEGIES, Token
from engine.generation.text import Alternative
from tests.dialogue_models import ChatModel

DRAFT = Draft(
    "dialogue",
    "你好",
    (Token("好", 5, -0.25, (Alternative("好", 5, -0.25),)), Token("啊", 6, -1.5)),
    STRATEGIES["su_top_k"],
    7,
    "stop",
    0.5,
)
CHAT = (
    Bubble(0, "person", "你好"),
    Bubble(1, "model", "好啊", DRAFT, seen=1),
    Bubble(0, "call", "我不想活了"),
    Bubble(1, "help", "请打 12356"),
    Bubble(0, "person", "去吗*_[x](y)\n<b>"),
)
SETTINGS: dict[str, Any] = {
    **{"model": "dialogue", "strategy": STRATEGIES["typical"], "seed": 7, "last": 5}
}


def kept(chat: tuple[Bubble, ...]) -> Any:
    """What the browser has of it."""
    return json.loads(json.dumps(SAVED.kept.dump(Kept.of(chat))))


def linked(chat: tuple[Bubble, ...]) -> Any:
    """What is in the address."""
    link, _ = shared(chat, **SETTINGS)
    return decode(encode(SAVED.link.dump(link)))


def test_the_browser_keeps_everything_but_the_alternatives() -> None:
    chat = SAVED.kept.load(kept(CHAT)).bubbles()
    assert [b.text for b in chat] == [b.text for b in CHAT]
    assert [b.author for b in chat] == [b.author for b in CHAT]
    draft = chat[1].draft
    assert draft is not None and draft.seed == 7 and draft.strategy == DRAFT.strategy
    assert [(t.text, t.id, t.logprob, t.alternatives) for t in draft.tokens] == [
        ("好", 5, -0.25, ()),
        ("啊", 6, -1.5, ()),
    ]


def test_the_browser_keeps_the_end_of_a_long_conversation() -> None:
    chat = tuple(Bubble(i % 2, "person", str(i)) for i in range(99))
    found = SAVED.kept.load(kept(chat)).bubbles()
    assert found == chat[40:]


def test_a_probability_of_nothing_is_kept_as_a_number() -> None:
    draft = replace(DRAFT, tokens=(Token("好", 5, -math.inf), Token("啊", 6, 1e-9)))
    found = SAVED.kept.load(kept((CHAT[0], replace(CHAT[1], draft=draft)))).bubbles()
    assert found[1].draft is not None
    assert [token.logprob for token in found[1].draft.tokens] == [-1e4, 0]


def test_a_link_holds_the_conversation_but_no_call_for_help() -> None:
    link, dropped = shared(CHAT, **SETTINGS)
    assert dropped == 0 and "不想活" not in json.dumps(linked(CHAT), ensure_ascii=False)
    assert SAVED.link.load(linked(CHAT)) == link
    assert [b.text for b in link.bubbles()] == ["你好", "好啊", CHAT[4].text]
    assert {name: getattr(link, name) for name in SETTINGS} == SETTINGS


def test_a_link_has_room_for_the_last_turns() -> None:
    chat = tuple(Bubble(i % 2, "person", f"{i}" + "很长的一句话" * 20) for i in range(40))
    link, dropped = shared(chat, **SETTINGS)
    assert dropped > 0 and dropped % 2 == 0
    assert SAVED.link.load(linked(chat)).bubbles() == link.bubbles() == chat[dropped:]


def test_a_turn_that_no_link_holds_is_refused() -> None:
    link, _ = shared((Bubble(0, "person", "好" * 5000),), **SETTINGS)
    with pytest.raises(Refusal, match="too long"):
        SAVED.link_box(link, "en")


@pytest.mark.parametrize(
    "lie",
    [
        {"turns": "x"},
        {"turns": json.dumps([[0, "help", "号码", ""]])},
        {"turns": json.dumps([[2, "person", "好", ""]])},
        {"turns": json.dumps([[0, "person", 5, ""]])},
        {"turns": json.dumps([[0, "person", "好"]])},
        {"turns": json.dumps({"0": 1})},
        {"turns": "[" * 9999},
        {"seed": -1},
        {"seed": True},
        {"last": 9.5},
        {"model": 5},
        {"strategy": "{}x"},
        {"strategy": '{"beams": 99}'},
        {"strategy": '{"kind": ["x"]}'},
        {"strategy": '{"settings": {"top_k": -1}}'},
    ],
)
def test_a_forged_link_is_refused(lie: dict[str, Any]) -> None:
    with pytest.raises(SavedError):
        SAVED.link.load({**linked(CHAT), **lie})


def test_a_link_may_hold_settings_only() -> None:
    assert SAVED.link.load({**linked(CHAT), "turns": "[]"}).bubbles() == ()


@pytest.mark.parametrize(
    "change",
    [
        {"side": 2},
        {"author": "root"},
        {"text": "好" * 20_001},
        {"text": None},
        {"name": 5},
        {"seen": -1},
        {"draft": {}},
        {"draft": {"tokens": [["好", 5, 1.0]]}},
        {"draft": {"tokens": [["好", -5, -1.0]]}},
        {"draft": {"tokens": [5]}},
        {"draft": {"finish": None}},
        {"draft": {"strategy": {"x": 1}}},
        {"draft": {"seconds": "1"}},
    ],
)
def test_a_forged_store_is_refused(change: dict[str, Any]) -> None:
    forged = kept(CHAT)
    bubble = forged["chat"][1]
    bubble |= {k: {**bubble["draft"], **v} if k == "draft" and v else v for k, v in change.items()}
    with pytest.raises(SavedError):
        SAVED.kept.load(forged)


def test_files_say_who_said_what() -> None:
    told = export(CHAT, "txt", "zh")
    assert told.splitlines()[:2] == ["您：你好", "模型：好啊"]
    marked = export(CHAT, "md", "en")
    assert "**You**: 你好" in marked and r"去吗\*\_\[x\]\(y\)" in marked and r"\<b\>" in marked
    assert "`dialogue` · seed 7" in marked
    turns = json.loads(export(CHAT, "json", "zh"))["turns"]
    assert turns[1]["draft"]["tokens"][0]["alternatives"][0]["text"] == "好"
    assert turns[0] == {"side": 0, "author": "person", "text": "你好"}


def test_turns_of_one_side_are_one_turn_to_the_model() -> None:
    chat = (Bubble(0, "person", "你好！"), Bubble(0, "person", "在嗎"), Bubble(0, "person", "喂"))
    assert [turn.text for turn in conversation(chat).turns] == ["你好！在吗，喂"]
    assert next_side(chat) == 1 and script(chat) == "traditional"
    assert next_side(()) == 0 and next_side(CHAT[:4]) == 0
    assert model_text(CHAT[1]) == "好啊"


def test_ways_to_begin_are_harmless_and_whole() -> None:
    found = examples()
    said = [*found.openings, *found.topics]
    said += [turn for one in found.personas.values() for turn in one.turns]
    assert len(said) == len(set(said)) and all(text.strip() == text for text in said)
    assert not any(map(is_call_for_help, said))
    for one in found.personas.values():
        assert len(one.turns) % 2 == 0 and set(one.name) == {"zh", "en"}


def test_a_comparison_answers_the_last_question() -> None:
    model, dialogue = ChatModel(positions=600), Dialogue()
    dialogue.push(CHAT[:2])
    told = ("dialogue", model, STRATEGIES["su_random_sample"], 7, "zh")
    plan = compared(*told, Visit(dialogue))
    assert (plan.prompt_text, plan.cut, plan.seed) == ("你好 ", 0, 7)
    assert plan.prompt == context(model, conversation(CHAT[:1]), 256).prompt
    assert plan.strategy.keep == ()
    with pytest.raises(Refusal):
        compared(*told, Visit())


def test_a_strategy_is_recognized_as_a_preset() -> None:
    assert preset_of(STRATEGIES["typical"]) == "typical"
    assert preset_of(DRAFT.strategy) == "su_top_k"
