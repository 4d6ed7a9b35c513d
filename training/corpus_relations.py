"""The relations of the few-shot prompts: pairs of a question and its answer, and how to ask."""

import functools
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from training import corpus_words as words
from training.corpus_text import fraction
from training.xiangqi_data import corpus_file, read_lines

Pairs = Iterable[tuple[str, str]]

PLAIN: Final = ("{q} -> {a}", "{q}：{a}", "{q}={a}", "问：{q}\n答：{a}")
"""Templates that do not say what is asked: only the examples do."""

POETS: Final = frozenset(
    "李白 杜甫 白居易 王维 孟浩然 李商隐 杜牧 王昌龄 岑参 高适 王之涣 刘禹锡 韩愈 柳宗元 元稹 贺知章 "
    "王勃 骆宾王 陈子昂 张九龄 韦应物 温庭筠 李贺 贾岛 孟郊 王安石 苏轼 陆游 杨万里 辛弃疾 李清照 "
    "欧阳修 柳永 范仲淹 晏殊 秦观 黄庭坚 文天祥 李煜".split()
)
ANTHOLOGIES: Final = frozenset(("水墨唐诗", "宋词三百首"))


@dataclass(frozen=True)
class Relation:
    """Items that are asked and answered in the same way.

    Attributes:
        name: unique.
        pairs: (question, answer); questions are unique.
        templates: each with {q}, and {a} at the very end.
        held_out: never trained on.
        weight: how often it is drawn for training, beside the others.
        closed: whether the answers are few enough to choose from.
    """

    name: str
    pairs: tuple[tuple[str, str], ...]
    templates: tuple[str, ...]
    held_out: bool = False
    weight: float = 1.0
    closed: bool = False

    def end(self, template: str) -> str:
        """What ends an example: an empty line too, if the example itself has two lines."""
        return "\n\n" if "\n" in template else "\n"


def _unique(pairs: Pairs) -> tuple[tuple[str, str], ...]:
    """Without questions that have two answers, as namesakes do."""
    found = sorted(set(pairs))
    counts = Counter(question for question, _ in found)
    return tuple(pair for pair in found if counts[pair[0]] == 1)


def _relation(
    name: str, pairs: Pairs, *templates: str, plain: int = 3, **options: Any
) -> Relation:
    return Relation(name, _unique(pairs), templates + PLAIN[:plain], **options)


def _rows(data: Path, name: str) -> Iterator[list[str]]:
    for line in read_lines(corpus_file(data / "qa", f"{name}.tsv")):
        yield line.split("\t")


def _jsonl(data: Path, name: str) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, read_lines(corpus_file(data / "qa", f"{name}.jsonl")))


def _facts(data: Path, name: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for relation, subject, value in _rows(data, name):
        found.setdefault(relation, []).append((subject, value))
    return found


def _world(data: Path) -> Iterator[Relation]:
    facts = _facts(data, "facts_world")
    yield _relation(
        "capital", facts["首都"], "{q}的首都是{a}", "问：{q}的首都是哪里？\n答：{a}",
        "{q}的首都在{a}", "国家：{q}，首都：{a}", weight=3, closed=True,
    )
    yield _relation(
        "continent", facts["洲"], "{q}在{a}", "{q}位于{a}", "问：{q}在哪个洲？\n答：{a}",
        weight=1.5, closed=True,
    )
    yield _relation("full_name", facts["国家全称"], "{q}的全称是{a}", "国名：{q}，全称：{a}")
    yield _relation(
        "city_country", facts["城市所属国家"], "{q}在{a}", "{q}是{a}的城市",
        "问：{q}在哪个国家？\n答：{a}", held_out=True, closed=True,
    )


def _china(data: Path) -> Iterator[Relation]:
    facts = _facts(data, "facts_china_admin")
    yield _relation(
        "province_capital", facts["省会"], "{q}的省会是{a}", "问：{q}的省会是哪里？\n答：{a}",
        "{q}省会：{a}", weight=2, closed=True,
    )
    yield _relation(
        "province_abbreviation", facts["省份简称"], "{q}的简称是{a}", "{q}简称{a}",
        weight=1.5, closed=True,
    )
    yield _relation(
        "city_province", facts["城市所属省份"], "{q}属于{a}", "{q}在{a}",
        "问：{q}在哪个省？\n答：{a}", weight=1.5, closed=True,
    )
    yield _relation("district_city", facts["区县所属城市"], "{q}属于{a}", "{q}在{a}", weight=0.7)


def _elements(data: Path) -> Iterator[Relation]:
    facts = _facts(data, "facts_elements")
    yield _relation(
        "element_symbol", facts["元素符号"], "{q}的元素符号是{a}", "元素{q}的符号是{a}",
        "问：{q}的化学符号是什么？\n答：{a}", weight=1.5, closed=True,
    )
    yield _relation(
        "element_number", facts["原子序数"], "{q}的原子序数是{a}", "元素{q}的序号是{a}",
        held_out=True, closed=True,
    )


def _meaning(explanation: str, longest: int) -> str:
    """The last short sentence of an explanation, which says what is meant; "" if there is none."""
    text = re.split(r"[①②◇★～]|\d\.(?=.)", explanation.strip())
    plain = [part for part in text if part.strip()]
    sentences = [s for s in re.split("[。；]", plain[0] if plain else "") if len(s) > 3]
    if not sentences:
        return ""
    found = re.sub("^(现|后|今)?(多|也|常|用来|用以)?(比喻|形容|泛指|指|谓|犹言)", "", sentences[-1]).strip("：，、 ")
    plain_text = re.fullmatch(r"[\u4e00-\u9fff，、]+", found)
    return found if plain_text and 3 < len(found) <= longest else ""


def _language(data: Path) -> Iterator[Relation]:
    idioms = [
        (row["word"], meaning)
        for row in _jsonl(data, "idioms")
        if row["freq"] > 100 and len(row["word"]) == 4
        and (meaning := _meaning(row["explanation"], 24)) and row["word"] not in meaning
    ]
    yield _relation(
        "idiom_meaning", idioms, "{q}的意思是{a}", "成语：{q}，意思：{a}", "问：{q}是什么意思？\n答：{a}",
        weight=2,
    )
    yield _relation(
        "meaning_idiom", ((b, a) for a, b in idioms), "{q}，用成语说是{a}", "意思：{q}，成语：{a}",
        "问：哪个成语的意思是{q}？\n答：{a}", weight=1.5,
    )
    explained = [
        (word, meaning) for word, text in _rows(data, "words_explained")
        if 2 <= len(word) <= 4 and (meaning := _meaning(text, 22)) and word not in meaning
        and "见" not in meaning
    ]
    yield _relation(
        "word_meaning", explained, "{q}的意思是{a}", "词语：{q}，解释：{a}", "{q}就是{a}", weight=1.5
    )
    yield _relation("meaning_word", ((b, a) for a, b in explained), "{q}，叫做{a}", "解释：{q}，词语：{a}")
    riddles = [
        (a, b.split("；")[0]) for a, b in _rows(data, "xiehouyu") if len(a) <= 12 and len(b) <= 16
    ]
    yield _relation("xiehouyu", riddles, "{q}——{a}", "歇后语：{q}——{a}", plain=1)
    opposite = [
        (a, b) for pair in words.ANTONYMS for a, b in (pair, pair[::-1])
    ]
    first = {}
    for a, b in opposite:
        first.setdefault(a, b)
    yield _relation(
        "antonym", first.items(), "{q}的反义词是{a}", "{q}和{a}", "问：{q}的反义词是什么？\n答：{a}",
        weight=1.5,
    )
    yield _relation("measure_word", words.MEASURES, "{q}的量词是{a}", "数{q}用{a}", closed=True)
    yield _relation(
        "category", words.CATEGORIES, "{q}是一种{a}", "{q}属于{a}", "词语：{q}，类别：{a}",
        weight=1.5, closed=True,
    )


def _translation(data: Path) -> Iterator[Relation]:
    yield _relation(
        "word_english", words.ENGLISH, "{q}翻译成英文是{a}", "{q}的英语是{a}", "中文：{q}，英文：{a}",
        weight=1.5,
    )
    yield _relation(
        "english_word", ((b, a) for a, b in words.ENGLISH), "{q}翻译成中文是{a}", "英文：{q}，中文：{a}"
    )
    pairs = [
        (zh, en) for zh, en in _rows(data, "tatoeba_zh_en")
        if len(zh) <= 12 and len(en) <= 40 and not re.search("[A-Za-z]", zh)
    ]
    yield _relation("chinese_english", pairs, "中文：{q}\n英文：{a}", plain=1, weight=1.5)
    yield _relation(
        "english_chinese", ((b, a) for a, b in pairs), "英文：{q}\n中文：{a}", plain=1, weight=1.5
    )


def _poems(data: Path) -> Iterator[Relation]:
    lines: list[tuple[str, str]] = []
    authors: list[tuple[str, str]] = []
    for row in _jsonl(data, "poems"):
        known = row["src"] in ANTHOLOGIES
        if not (known or (row["author"] in POETS and fraction(row["lines"][0]) < 0.35)):
            continue
        couplets = [
            found for line in row["lines"][: 6 if known else 2]
            if (found := re.fullmatch(r"([\u4e00-\u9fff]{5}|[\u4e00-\u9fff]{7})，([\u4e00-\u9fff]{5,7})[。？！]", line))
            and len(found[1]) == len(found[2])
        ]
        lines += [(c[1], c[2]) for c in couplets]
        if couplets and row["author"] in POETS:
            authors.append((f"{couplets[0][1]}，{couplets[0][2]}", row["author"]))
    yield _relation(
        "next_line", lines, "{q}，{a}", "上句：{q}，下句：{a}", "问：“{q}”的下一句是什么？\n答：{a}",
        plain=1, weight=2.5,
    )
    yield _relation(
        "poem_author", authors, "{q}。作者：{a}", "诗句：{q}。诗人：{a}", "问：“{q}”是谁写的？\n答：{a}",
        plain=1, closed=True,
    )


_DIGITS: Final = "零一二三四五六七八九"


def numeral(number: int) -> str:
    """A number of 0 to 999 in Chinese numerals."""
    if number < 10:
        return _DIGITS[number]
    if number < 20:
        return "十" + _DIGITS[number % 10] * (number % 10 > 0)
    if number < 100:
        return _DIGITS[number // 10] + "十" + _DIGITS[number % 10] * (number % 10 > 0)
    rest = number % 100
    tail = "" if not rest else "零" + _DIGITS[rest] if rest < 10 else (
        "一" + numeral(rest) if rest < 20 else numeral(rest)
    )
    return f"{_DIGITS[number // 100]}百{tail}"


def _numbers() -> Iterator[Relation]:
    small = range(101)
    sums = [(f"{a}+{b}", str(a + b)) for a in small for b in small if a + b <= 100]
    yield Relation(
        "sum", tuple(sums), ("{q}={a}", "{q} = {a}", "问：{q}等于几？\n答：{a}", "{q}等于{a}"), weight=2.5
    )
    differences = [(f"{a}-{b}", str(a - b)) for a in small for b in small if a >= b]
    yield Relation(
        "difference", tuple(differences),
        ("{q}={a}", "{q} = {a}", "问：{q}等于几？\n答：{a}", "{q}等于{a}"), weight=1.5,
    )
    products = [(f"{a}{x}{b}", str(a * b)) for a in range(13) for b in range(13) for x in "×*"]
    yield Relation("product", tuple(products), ("{q}={a}", "{q} = {a}", "{q}等于{a}"), weight=1)
    numerals = [(str(n), numeral(n)) for n in range(1000)]
    yield _relation("numeral", numerals, "{q}写作{a}", "数字{q}，汉字{a}")
    yield _relation(
        "numeral_value", ((b, a) for a, b in numerals), "{q}写作{a}", "汉字{q}，数字{a}", held_out=True
    )
    larger = [(f"{a}和{b}", str(max(a, b))) for a in small for b in small if a != b]
    yield Relation("larger", tuple(larger), ("{q}，大的是{a}", "{q}中较大的是{a}"), weight=0.7)


_TRIPLES: Final = (
    ("{n}出生于{c}，{l}", "出生地", "c"),
    ("{n}的身高是{h}，{l}", "身高", "h"),
    ("{n}是一名{j}，{l}", "职业", "j"),
    ("{n}今年{y}岁，{l}", "年龄", "y"),
    ("{n}毕业于{c}大学，{l}", "毕业院校", "u"),
    ("{n}的妻子是{w}，{l}", "妻子", "w"),
    ("{n}的父亲叫{w}，{l}", "父亲", "w"),
    ("{n}住在{c}，{l}", "住址", "c"),
    ("{n}最喜欢的科目是{s}，{l}", "爱好", "s"),
)
_ENDINGS: Final = (
    "是很多人心目中的偶像。", "大家都认识他。", "后来去了国外。", "在当地很有名。", "朋友们都这么说。",
    "工作一直很认真。", "生活过得很平静。", "常常帮助别人。", "最近刚刚搬了家。", "经历非常丰富。",
)
_DOING: Final = (
    "从{y}岁起，{n}就在{c}学习{s}", "去年冬天，{n}和家人一起搬到了{c}", "在{c}的一所大学里，{n}教了多年{s}",
    "听说{n}要来{c}，大家都很高兴", "为了学好{s}，{n}每天早上六点起床", "下班以后，{n}常去{c}的老茶馆坐坐",
    "这本关于{s}的书是{n}写的", "当了多年{j}以后，{n}回到了{c}", "昨天下午，{n}在{c}做了一次{s}讲座",
    "作为一名{j}，{n}非常热爱自己的工作", "{n}在{c}边工作边学习{s}", "{j}{n}昨天来到了{c}",
)


def _people(data: Path, count: int, seed: int) -> Iterator[tuple[dict[str, str], np.random.Generator]]:
    random = np.random.default_rng(seed)
    cities = sorted({city for _, city in _facts(data, "facts_china_admin")["省会"]})

    def pick(items: Iterable[str]) -> str:
        choices = list(items)
        return choices[int(random.integers(len(choices)))]

    for _ in range(count):
        yield {
            "n": pick(words.SURNAMES) + pick(words.GIVEN),
            "w": pick(words.SURNAMES) + pick(words.GIVEN),
            "c": (city := pick(cities)),
            "u": city + "大学",
            "h": f"{random.integers(150, 212)}cm",
            "y": str(random.integers(18, 80)),
            "j": pick(words.JOBS),
            "s": pick(words.SUBJECTS),
            "l": pick(_ENDINGS),
        }, random


def _extraction(data: Path) -> Iterator[Relation]:
    subjects = []
    for person, random in _people(data, 4000, seed=11):
        sentence = _DOING[int(random.integers(len(_DOING)))].format(**person)
        subjects.append((sentence, person["n"]))
    yield Relation(
        "subject", _unique(subjects),
        ("{q} {a}", "{q} -> {a}", "句子：{q}\n人名：{a}", "{q}\n主语：{a}"), weight=1.5,
    )
    triples = []
    for person, random in _people(data, 4000, seed=12):
        sentence, name, key = _TRIPLES[int(random.integers(len(_TRIPLES)))]
        triples.append((sentence.format(**person), f"{person['n']}，{name}，{person[key]}"))
    yield Relation("triple", _unique(triples), ("{q} -> {a}", "{q}\n{a}", "句子：{q}\n三元组：{a}"), weight=1.5)
    reviews = [
        (f"{lead}{aspect}{verdict}", answer)
        for lead in words.LEADS for aspect in words.ASPECTS
        for answer, verdicts in (("好评", words.PRAISE), ("差评", words.BLAME)) for verdict in verdicts
    ]
    yield _relation(
        "review", reviews, "评论：{q}\n评价：{a}", "{q}。这是{a}", plain=2, weight=1.5, closed=True
    )


@functools.lru_cache(maxsize=2)
def read_relations(data: Path) -> tuple[Relation, ...]:
    """All relations, from the files of facts in the folder `qa` and from our own lists."""
    return (
        *_world(data), *_china(data), *_elements(data), *_language(data), *_translation(data),
        *_poems(data), *_numbers(), *_extraction(data),
    )
