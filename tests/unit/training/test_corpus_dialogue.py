"""Dialogues: turns are clean, replies are short, and what does harm is left out."""

import json
from pathlib import Path

import pytest

from training.corpus.dialogues import DIALOGUES, SHARES, clean_turn, dialogues, shortened


def read(folder: Path, name: str, *talks: list[str]) -> list[list[str]]:
    path = folder / "dialogue" / f"{DIALOGUES[name]}.jsonl"
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


def test_only_a_counsellor_is_made_short(tmp_path: Path) -> None:
    long = "我理解你的感受，这样的事情很常见。" * 5
    (found,) = read(tmp_path, "cpsycoun", [long, long])
    assert found == [long, long[: 17 * 3]]
    (found,) = read(tmp_path, "lccc", [long, long])
    assert found == [long, long]


def test_stage_directions_and_emoji_of_a_counsellor_are_dropped(tmp_path: Path) -> None:
    assert read(tmp_path, "emollm", ["（叹气）我很累。", "💖别担心。"]) == [
        ["我很累。", "别担心。"]
    ]


@pytest.mark.parametrize("turn", ["我不想活了", "他说要自杀", "你这个傻逼"])
def test_harm_and_abuse_are_left_out(tmp_path: Path, turn: str) -> None:
    kept = ["今天天气很好", "是啊"]
    assert read(tmp_path, "lccc", ["你好", turn], kept) == [kept]


def test_a_dialogue_ends_where_a_turn_cannot_be_used(tmp_path: Path) -> None:
    talk = ["你好", "你好啊", "http://t.cn/x", "什么？"]
    assert read(tmp_path, "kdconv", talk, ["http://t.cn/x", "什么？"]) == [talk[:2]]


def test_a_share_of_a_large_file(tmp_path: Path) -> None:
    talks = [[f"问题{i}怎么办？", "别急。"] for i in range(400)]
    found = read(tmp_path, "smile", *talks)
    assert SHARES["smile"] - 0.1 < len(found) / 400 < SHARES["smile"] + 0.1
