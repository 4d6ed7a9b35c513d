"""The relations of the few-shot prompts: pairs of a question and its answer, and how to ask."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from training.common.files import corpus_file, read_lines, read_objects
from training.corpus.fewshot import words
from training.corpus.fewshot.generated import generated_relations
from training.corpus.fewshot.relation import Relation, make_relation, unique
from training.corpus.text import HAN, clean, fraction

POETS: Final = frozenset(
    """
    李白 杜甫 白居易 王维 孟浩然 李商隐 杜牧 王昌龄 岑参 高适 王之涣 刘禹锡 韩愈 柳宗元 元稹
    贺知章 王勃 骆宾王 陈子昂 张九龄 韦应物 温庭筠 李贺 贾岛 孟郊 王安石 苏轼 陆游 杨万里
    辛弃疾 李清照 欧阳修 柳永 范仲淹 晏殊 秦观 黄庭坚 文天祥 李煜
    """.split()
)
"""Their poems are asked for; a third of them, for they wrote many."""
ANTHOLOGIES: Final = frozenset(("水墨唐诗", "宋词三百首"))
"""Sources of which every poem is asked for."""

_COUPLET: Final = re.compile(rf"([{HAN}]{{5}}|[{HAN}]{{7}})，([{HAN}]{{5,7}})[。？！]")
_MEANT: Final = re.compile("^(现|后|今)?(多|也|常|用来|用以)?(比喻|形容|泛指|指|谓|犹言)")


def _rows(data: Path, name: str) -> Iterator[list[str]]:
    for line in read_lines(corpus_file(data / "qa", f"{name}.tsv")):
        yield line.split("\t")


def _jsonl(data: Path, name: str) -> Iterator[dict[str, Any]]:
    return read_objects(corpus_file(data, f"{name}.jsonl"))


def _facts(data: Path, name: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, subject, value in _rows(data, name):
        found.setdefault(kind, []).append((subject, value))
    return found


def _world(data: Path) -> Iterator[Relation]:
    facts = _facts(data, "facts_world")
    yield make_relation(
        "capital",
        facts["首都"],
        "{q}的首都是{a}",
        "问：{q}的首都是哪里？\n答：{a}",
        "{q}的首都在{a}",
        "国家：{q}，首都：{a}",
        weight=3,
        closed=True,
    )
    yield make_relation(
        "continent",
        facts["洲"],
        "{q}在{a}",
        "{q}位于{a}",
        "问：{q}在哪个洲？\n答：{a}",
        weight=1.5,
        closed=True,
    )
    yield make_relation("full_name", facts["国家全称"], "{q}的全称是{a}", "国名：{q}，全称：{a}")
    yield make_relation(
        "city_country",
        facts["城市所属国家"],
        "{q}在{a}",
        "{q}属于{a}",
        "问：{q}在哪个国家？\n答：{a}",
        held_out=True,
        closed=True,
    )


def _china(data: Path) -> Iterator[Relation]:
    facts = _facts(data, "facts_china_admin")
    yield make_relation(
        "province_capital",
        facts["省会"],
        "{q}的省会是{a}",
        "问：{q}的省会是哪里？\n答：{a}",
        "{q}省会：{a}",
        weight=2,
        closed=True,
    )
    yield make_relation(
        "province_abbreviation",
        facts["省份简称"],
        "{q}的简称是{a}",
        "{q}简称{a}",
        weight=1.5,
        closed=True,
    )
    yield make_relation(
        "city_province",
        facts["城市所属省份"],
        "{q}属于{a}",
        "{q}在{a}",
        "问：{q}在哪个省？\n答：{a}",
        weight=1.5,
        closed=True,
    )
    yield make_relation(
        "district_city", facts["区县所属城市"], "{q}属于{a}", "{q}在{a}", weight=0.7
    )


def _elements(data: Path) -> Iterator[Relation]:
    facts = _facts(data, "facts_elements")
    yield make_relation(
        "element_symbol",
        facts["元素符号"],
        "{q}的元素符号是{a}",
        "元素{q}的符号是{a}",
        "问：{q}的化学符号是什么？\n答：{a}",
        weight=1.5,
        closed=True,
    )
    yield make_relation(
        "element_number",
        facts["原子序数"],
        "{q}的原子序数是{a}",
        "元素{q}的序号是{a}",
        held_out=True,
        closed=True,
    )


def _meaning(explanation: str, longest: int) -> str:
    """The last short sentence of an explanation, which says what is meant; "" if there is none."""
    senses = [part for part in re.split(r"[①②◇★～]|\d\.(?=.)", explanation) if part.strip()]
    sentences = [part for part in re.split("[。；]", senses[0] if senses else "") if len(part) > 3]
    found = _MEANT.sub("", sentences[-1]).strip("：，、 ") if sentences else ""
    return found if 3 < len(found) <= longest and re.fullmatch(rf"[{HAN}，、]+", found) else ""


def _language(data: Path) -> Iterator[Relation]:
    idioms = [
        (row["word"], meaning)
        for row in _jsonl(data, "qa/idioms")
        if row["freq"] > 100
        and len(row["word"]) == 4
        and (meaning := _meaning(row["explanation"], 24))
        and row["word"] not in meaning
    ]
    yield make_relation(
        "idiom_meaning",
        idioms,
        "{q}的意思是{a}",
        "成语：{q}，意思：{a}",
        "问：{q}是什么意思？\n答：{a}",
        weight=2,
    )
    yield make_relation(
        "meaning_idiom",
        ((b, a) for a, b in idioms),
        "{q}，用成语说是{a}",
        "意思：{q}，成语：{a}",
        "问：哪个成语的意思是{q}？\n答：{a}",
        weight=1.5,
    )
    explained = [
        (word, meaning)
        for word, text in _rows(data, "words_explained")
        if 2 <= len(word) <= 4
        and (meaning := _meaning(text, 22))
        and word not in meaning
        and "见" not in meaning
    ]
    yield make_relation(
        "word_meaning",
        explained,
        "{q}的意思是{a}",
        "词语：{q}，解释：{a}",
        "{q}就是{a}",
        weight=1.5,
    )
    yield make_relation(
        "meaning_word", ((b, a) for a, b in explained), "{q}，叫做{a}", "解释：{q}，词语：{a}"
    )
    riddles = [
        (a, b.split("；")[0]) for a, b in _rows(data, "xiehouyu") if len(a) <= 12 and len(b) <= 16
    ]
    yield make_relation("xiehouyu", riddles, "{q}——{a}", "歇后语：{q}——{a}", plain=1)
    opposite = [(a, b) for pair in words.ANTONYMS for a, b in (pair, pair[::-1])]
    first: dict[str, str] = {}
    for a, b in opposite:
        first.setdefault(a, b)
    yield make_relation(
        "antonym",
        first.items(),
        "{q}的反义词是{a}",
        "{q}和{a}",
        "问：{q}的反义词是什么？\n答：{a}",
        weight=1.5,
    )
    yield make_relation("measure_word", words.MEASURES, "{q}的量词是{a}", "数{q}用{a}", closed=True)
    yield make_relation(
        "category",
        words.CATEGORIES,
        "{q}是一种{a}",
        "{q}属于{a}",
        "词语：{q}，类别：{a}",
        weight=1.5,
        closed=True,
    )


def _translation(data: Path) -> Iterator[Relation]:
    yield make_relation(
        "word_english",
        words.ENGLISH,
        "{q}翻译成英文是{a}",
        "{q}的英语是{a}",
        "中文：{q}，英文：{a}",
        weight=1.5,
    )
    yield make_relation(
        "english_word",
        ((b, a) for a, b in words.ENGLISH),
        "{q}翻译成中文是{a}",
        "英文：{q}，中文：{a}",
    )
    pairs = [
        (zh, en)
        for zh, en in _rows(data, "tatoeba_zh_en")
        if len(zh) <= 12 and len(en) <= 40 and not re.search("[A-Za-z]", zh)
    ]
    yield make_relation("chinese_english", pairs, "中文：{q}\n英文：{a}", plain=1, weight=1.5)
    yield make_relation(
        "english_chinese", ((b, a) for a, b in pairs), "英文：{q}\n中文：{a}", plain=1, weight=1.5
    )


def _poems(data: Path) -> Iterator[Relation]:
    lines: list[tuple[str, str]] = []
    authors: list[tuple[str, str]] = []
    for row in _jsonl(data, "qa/poems"):
        known = row["src"] in ANTHOLOGIES
        if not (known or (row["author"] in POETS and fraction(row["lines"][0]) < 0.35)):
            continue
        couplets = [
            found
            for line in row["lines"][: 6 if known else 2]
            if (found := _COUPLET.fullmatch(line)) and len(found[1]) == len(found[2])
        ]
        lines += [(c[1], c[2]) for c in couplets]
        if couplets and row["author"] in POETS:
            authors.append((f"{couplets[0][1]}，{couplets[0][2]}", row["author"]))
    yield make_relation(
        "next_line",
        lines,
        "{q}，{a}",
        "上句：{q}，下句：{a}",
        "问：“{q}”的下一句是什么？\n答：{a}",
        plain=1,
        weight=2.5,
    )
    yield make_relation(
        "poem_author",
        authors,
        "{q}。作者：{a}",
        "诗句：{q}。诗人：{a}",
        "问：“{q}”是谁写的？\n答：{a}",
        plain=1,
        closed=True,
    )


def _questions(data: Path) -> Iterator[Relation]:
    """Sums in words, and what is right to do."""
    for name, file, weight in (
        ("sum_in_words", "qa_primary_math", 0.5),
        ("right_deed", "qa_moral_scenes_cmoraleval", 2.0),
    ):
        rows = _jsonl(data, f"simple/{file}")
        pairs = [(clean(row["q"].replace("\n", "")), clean(row["a"])) for row in rows]
        short = [(q, a) for q, a in pairs if len(q) <= 160 and 0 < len(a) <= 60]
        yield Relation(name, unique(short), ("问：{q}\n答：{a}", "{q}\n{a}"), weight=weight)


@functools.lru_cache(maxsize=2)
def read_relations(data: Path) -> tuple[Relation, ...]:
    """All relations, from the files of facts in the folder `qa` and from our own lists."""
    cities = sorted({city for _, city in _facts(data, "facts_china_admin")["省会"]})
    return (
        *_world(data),
        *_china(data),
        *_elements(data),
        *_language(data),
        *_translation(data),
        *_poems(data),
        *_questions(data),
        *generated_relations(cities),
    )
