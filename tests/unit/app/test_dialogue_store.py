"""What the browser keeps, what a link holds, and files: in, out, and forged."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from app.pages.dialogue import store
from app.pages.dialogue.exchange import export
from app.pages.dialogue.page import _compared, _preset_of
from app.pages.dialogue.presets import OPENINGS, PERSONAS, TOPICS
from app.pages.dialogue.session import Bubble, Session, conversation, model_text, next_side, script
from app.pages.dialogue.store import Link, StoreError
from app.text.drafts import Draft
from app.web import sharing
from app.web.limits import Refusal
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
LINK = Link(CHAT, "dialogue", STRATEGIES["typical"], 7, 5)


def test_the_browser_keeps_everything_but_the_alternatives() -> None:
    kept = store.restore(json.loads(json.dumps(store.save(CHAT))))
    assert [b.text for b in kept] == [b.text for b in CHAT]
    assert [b.author for b in kept] == [b.author for b in CHAT]
    draft = kept[1].draft
    assert draft is not None and draft.seed == 7 and draft.strategy == DRAFT.strategy
    assert [(t.text, t.id, t.logprob, t.alternatives) for t in draft.tokens] == [
        ("好", 5, -0.25, ()),
        ("啊", 6, -1.5, ()),
    ]


def test_a_link_holds_the_conversation_but_no_call_for_help() -> None:
    state, dropped = store.share(LINK)
    assert dropped == 0 and "不想活" not in json.dumps(state, ensure_ascii=False)
    link = store.reopen(sharing.decode(sharing.encode(state)))
    assert [b.text for b in link.chat] == ["你好", "好啊", CHAT[4].text]
    assert (link.model, link.strategy, link.seed, link.last) == ("dialogue", LINK.strategy, 7, 5)


def test_a_link_has_room_for_the_last_turns() -> None:
    chat = tuple(Bubble(i % 2, "person", f"{i}" + "很长的一句话" * 20) for i in range(40))
    state, dropped = store.share(Link(chat, "dialogue", STRATEGIES["greedy"], 1, 0))
    assert dropped > 0 and dropped % 2 == 0
    link = store.reopen(state)
    assert link.chat == chat[dropped:]


@pytest.mark.parametrize(
    "lie",
    [
        {"turns": "x"},
        {"turns": "[]"},
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
    state, _ = store.share(LINK)
    if lie == {"turns": "[]"}:
        assert store.reopen({**state, **lie}).chat == ()
        return
    with pytest.raises(StoreError):
        store.reopen({**state, **lie})


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
    kept = json.loads(json.dumps(store.save(CHAT)))
    bubble = kept["chat"][1]
    bubble |= {k: {**bubble["draft"], **v} if k == "draft" and v else v for k, v in change.items()}
    with pytest.raises(StoreError):
        store.restore(kept)


def test_files_say_who_said_what() -> None:
    told = export(CHAT, "txt", "zh")
    assert told.splitlines()[:2] == ["您：你好", "模型：好啊"]
    marked = export(CHAT, "md", "en")
    assert "**You**: 你好" in marked and r"去吗\*\_\[x\](y)" in marked and r"\<b\>" in marked
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
    said = [*OPENINGS, *TOPICS, *(turn for one in PERSONAS.values() for turn in one.turns)]
    assert len(said) == len(set(said)) and all(text.strip() == text for text in said)
    assert not any(map(is_call_for_help, said))
    for one in PERSONAS.values():
        assert len(one.turns) % 2 == 0 and set(one.name) == {"zh", "en"}


def test_a_comparison_answers_the_last_question() -> None:
    model = ChatModel(positions=600)
    chat = CHAT[:2]
    told = ("dialogue", model, STRATEGIES["su_random_sample"], 7, "zh")
    plan = _compared(*told, Session().push(chat))
    assert (plan.prompt_text, plan.cut, plan.seed) == ("你好 ", 0, 7)
    assert plan.prompt == context(model, conversation(chat[:1]), 256).prompt
    assert plan.strategy.keep == ()
    with pytest.raises(Refusal):
        _compared(*told, Session())


def test_a_link_opens_with_its_own_settings() -> None:
    assert _preset_of(STRATEGIES["typical"]) == "typical"
    assert _preset_of(DRAFT.strategy) == "su_top_k"
    request = SimpleNamespace(query_params={"dialogue": sharing.encode(store.share(LINK)[0])})
    assert sharing.from_request("dialogue", request) is not None  # type: ignore[arg-type]
