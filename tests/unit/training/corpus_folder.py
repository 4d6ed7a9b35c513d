"""A corpus folder of a few lines a file, laid out as the large one."""

import json
import lzma
from pathlib import Path
from random import Random

from training.corpus.dialogues import DIALOGUES
from training.corpus.stories import GENERAL, SIMPLE, STORIES
from training.corpus.tokenizer import sentences, train

NUMERALS = "甲乙丙丁戊己庚辛壬癸"
WORDS = ["山", "水", "树木", "花草", "走", "看见", "老人", "白云", "一天", "后来", "，"]
TALES = [
    f"从前，{n}山下住着一只小兔子，它高兴地笑着，喜欢唱歌和跳舞，朋友很多，生活快乐极了。"
    f"{n}年的春天，小兔子在河边种了三棵树，后来树长得又高又大，结了好多果子。"
    for n in NUMERALS
]


def _sentences(random: Random, count: int) -> str:
    """Words at random, for a common passage would be taken for a repetition."""
    return "".join("".join(random.choices(WORDS, k=10)) + "。" for _ in range(count))


def _write(path: Path, lines: list[str]) -> None:
    """A file of a corpus folder, compressed as they mostly are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(f"{path}.xz", "wt", encoding="utf8") as file:
        file.writelines(f"{line}\n" for line in lines)


def _documents(path: Path, texts: list[str]) -> None:
    blocks = [(f'<doc title="{i}">', text, "</doc>") for i, text in enumerate(texts)]
    _write(path, [line for block in blocks for line in block])


def _facts(folder: Path) -> None:
    world = [
        ("首都", "国", "京"), ("洲", "国", "洲"), ("国家全称", "国", "共和国"),
        ("城市所属国家", "城", "国"),
    ]  # fmt: skip
    china = [
        ("省会", "省", "市"), ("省份简称", "省", "简"), ("城市所属省份", "市", "省"),
        ("区县所属城市", "区", "市"),
    ]  # fmt: skip
    elements = [("元素符号", "素", "X"), ("原子序数", "素", "1")]
    for name, kinds in (("world", world), ("china_admin", china), ("elements", elements)):
        rows = [f"{kind}\t{n}{a}\t{n}{b}" for kind, a, b in kinds for n in NUMERALS]
        _write(folder / f"facts_{name}.tsv", rows)
    idioms = [
        {"word": f"{n}山流水", "explanation": f"比喻{n}的乐曲很美妙。", "freq": 200}
        for n in NUMERALS
    ]
    _write(folder / "idioms.jsonl", [json.dumps(row) for row in idioms])
    poems = [
        {"title": n, "author": "李白", "src": "水墨唐诗", "lines": [f"{n}前明月光，疑是{n}上霜。"]}
        for n in NUMERALS
    ]
    _write(folder / "poems.jsonl", [json.dumps(row) for row in poems])
    _write(folder / "words_explained.tsv", [f"{n}词\t1.解释{n}的话。" for n in NUMERALS])
    _write(folder / "xiehouyu.tsv", [f"{n}过年\t一年不如{n}年" for n in NUMERALS])
    _write(folder / "tatoeba_zh_en.tsv", [f"我是{n}。\tI am {ord(n)}." for n in NUMERALS])
    reading = [
        {"title": n, "context": f"{n}山很高。{n}山在北方。", "question": "在哪？", "answer": "北方"}
        for n in NUMERALS
    ]
    _write(folder / "reading_comprehension.jsonl", [json.dumps(row) for row in reading])


def _simple(folder: Path, random: Random) -> None:
    for names in SIMPLE.values():
        for name in names:
            texts = [n + _sentences(random, 4) for n in NUMERALS * 10]
            _write(folder / f"{name}.jsonl", [json.dumps({"text": text}) for text in texts])
    for name in ("qa_primary_math", "qa_moral_scenes_cmoraleval"):
        rows = [{"q": f"{n}有三个苹果，吃了一个，还有几个？", "a": "两个"} for n in NUMERALS]
        _write(folder / f"{name}.jsonl", [json.dumps(row) for row in rows])


def write_corpus(folder: Path) -> Path:
    """Write all files that training.corpus.pack reads; returns the folder."""
    random = Random(1)
    files = [f"story/{name}" for names in STORIES.values() for name in names]
    for name in (*files, *(f"general/{name}" for name in GENERAL)):
        texts = [f"{tale[:30]}{_sentences(random, 20)}" for tale in TALES]
        _documents(folder / f"{name}.txt", texts)
    for file in DIALOGUES.values():
        talks = [[f"{i}{_sentences(random, 1)}", _sentences(random, 4)] for i in range(200)]
        _write(folder / f"{file}.jsonl", [json.dumps({"turns": turns}) for turns in talks])
    _simple(folder / "simple", random)
    _facts(folder / "qa")
    return folder


def write_tokenizer(folder: Path) -> Path:
    """Write a small chinese.model; returns the folder."""
    train(sentences(TALES * 20, 100_000, seed=1), folder / "chinese.model", vocabulary=329)
    return folder
