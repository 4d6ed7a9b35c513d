"""Dialogues: turns are clean, replies are short, and what does harm is left out."""

import json
from pathlib import Path

import pytest

from training.corpus.dialogues import (
    DIALOGUES,
    LONGEST_TURN,
    WRITTEN,
    clean_turn,
    dialogues,
    prose,
    shortened,
)


def read(folder: Path, name: str, *talks: list[str]) -> list[list[str]]:
    path = folder / f"{DIALOGUES[name]}.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps({"turns": turns}) + "\n" for turns in talks))
    return list(dialogues(folder, name))


@pytest.mark.parametrize(
    ("turn", "wanted"),
    [
        ("我 也 是 用 i Phone 的", "我也是用i Phone的"),
        ("给了3 1万", "给了31万"),
        ("哈哈哈哈哈哈", "哈哈哈"),
        ("看这里http://t.cn/abc", "看这里"),
        ("@某某 你好", "你好"),
        ("来访者：我很累", "我很累"),
    ],
)
def test_turns_are_cleaned(turn: str, wanted: str) -> None:
    assert clean_turn(turn) == wanted


def test_first_sentences_are_kept() -> None:
    assert shortened("一二三。四五六！七八九？", 9) == "一二三。四五六！"
    assert shortened("一二三四五六七八九，" * 4, 20) == ("一二三四五六七八九，" * 2)[:-1] + "。"
    assert shortened("字" * 100, 20) == ""


def test_replies_of_counsellors_are_whole(tmp_path: Path) -> None:
    long = "我理解你的感受，这样的事情很常见。" * 5
    for name in ("smile", "cpsycoun", "emollm"):
        assert read(tmp_path, name, ["我很累。", long]) == [["我很累。", long]]


def test_chat_is_made_short(tmp_path: Path) -> None:
    long = "我理解你的感受，这样的事情很常见。" * 15
    for name, longest in LONGEST_TURN.items():
        assert read(tmp_path, name, ["你好，你好。", long]) == [
            ["你好，你好。", long[: longest // 17 * 17]]
        ]


def test_a_short_turn_of_social_media_ends_a_dialogue(tmp_path: Path) -> None:
    talk = ["今天天气很好", "是啊，真好", "嗯", "那我们去走走"]
    assert read(tmp_path, "lccc", talk) == [talk[:2]]
    assert read(tmp_path, "kdconv", talk) == [talk]


def test_longer_turns_are_prose() -> None:
    long = "我理解你的感受，这样的事情很常见。" * 5
    assert list(prose([["你好", long, "谢谢"], [long[:39], long[:40]]])) == [long, long[:40]]


def test_dialogues_that_were_written_for_the_models() -> None:
    found = list(dialogues(Path("none"), WRITTEN))
    assert len(found) > 100
    assert all(len(turns) >= 2 and all(turns) for turns in found)


def test_stage_directions_and_emoji_of_a_counsellor_are_dropped(tmp_path: Path) -> None:
    assert read(tmp_path, "emollm", ["（叹气）我很累。", "💖别担心。"]) == [
        ["我很累。", "别担心。"]
    ]


@pytest.mark.parametrize("turn", ["我不想活了", "他说要自杀", "你这个傻逼"])
def test_harm_and_abuse_are_left_out(tmp_path: Path, turn: str) -> None:
    kept = ["今天天气很好", "是啊，真好"]
    assert read(tmp_path, "lccc", ["你好", turn], kept) == [kept]


def test_a_dialogue_ends_where_a_turn_cannot_be_used(tmp_path: Path) -> None:
    talk = ["你好", "你好啊", "http://t.cn/x", "什么？"]
    assert read(tmp_path, "kdconv", talk, ["http://t.cn/x", "什么？"]) == [talk[:2]]
