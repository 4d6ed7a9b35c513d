"""Relations of which any number of items can be made: sums, numerals, extraction, reviews."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from training.corpus.fewshot import words
from training.corpus.fewshot.relation import Relation, make_relation, unique

SENTENCES = 4000
"""Sentences of which the subject or a triple is asked."""

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
    if not rest:
        tail = ""
    elif rest < 10:
        tail = "零" + _DIGITS[rest]
    else:
        tail = "一" * (rest < 20) + numeral(rest)
    return f"{_DIGITS[number // 100]}百{tail}"


def _numbers() -> Iterator[Relation]:
    small = range(101)
    sums = [(f"{a}+{b}", str(a + b)) for a in small for b in small if a + b <= 100]
    yield Relation(
        "sum",
        tuple(sums),
        ("{q}={a}", "{q} = {a}", "问：{q}等于几？\n答：{a}", "{q}等于{a}"),
        weight=2.5,
    )
    differences = [(f"{a}-{b}", str(a - b)) for a in small for b in small if a >= b]
    yield Relation(
        "difference",
        tuple(differences),
        ("{q}={a}", "{q} = {a}", "问：{q}等于几？\n答：{a}", "{q}等于{a}"),
        weight=1.5,
    )
    products = [(f"{a}{x}{b}", str(a * b)) for a in range(13) for b in range(13) for x in "×*"]
    yield Relation("product", tuple(products), ("{q}={a}", "{q} = {a}", "{q}等于{a}"), weight=1)
    numerals = [(str(n), numeral(n)) for n in range(1000)]
    yield make_relation("numeral", numerals, "{q}写作{a}", "数字{q}，汉字{a}")
    yield make_relation(
        "numeral_value",
        ((b, a) for a, b in numerals),
        "{q}写作{a}",
        "汉字{q}，数字{a}",
        held_out=True,
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
    "是很多人心目中的偶像。",
    "大家都认识他。",
    "后来去了国外。",
    "在当地很有名。",
    "朋友们都这么说。",
    "工作一直很认真。",
    "生活过得很平静。",
    "常常帮助别人。",
    "最近刚刚搬了家。",
    "经历非常丰富。",
)
_DOING: Final = (
    "从{y}岁起，{n}就在{c}学习{s}",
    "去年冬天，{n}和家人一起搬到了{c}",
    "在{c}的一所大学里，{n}教了多年{s}",
    "听说{n}要来{c}，大家都很高兴",
    "为了学好{s}，{n}每天早上六点起床",
    "下班以后，{n}常去{c}的老茶馆坐坐",
    "这本关于{s}的书是{n}写的",
    "当了多年{j}以后，{n}回到了{c}",
    "昨天下午，{n}在{c}做了一次{s}讲座",
    "作为一名{j}，{n}非常热爱自己的工作",
    "{n}在{c}边工作边学习{s}",
    "{j}{n}昨天来到了{c}",
)


def _pick(items: Sequence[str], random: np.random.Generator) -> str:
    return items[int(random.integers(len(items)))]


def _person(cities: Sequence[str], random: np.random.Generator) -> dict[str, str]:
    """What there is to say of somebody, by the letters of the templates."""
    return {
        "n": _pick(words.SURNAMES, random) + _pick(words.GIVEN, random),
        "w": _pick(words.SURNAMES, random) + _pick(words.GIVEN, random),
        "c": (city := _pick(cities, random)),
        "u": city + "大学",
        "h": f"{random.integers(150, 212)}cm",
        "y": str(random.integers(18, 80)),
        "j": _pick(words.JOBS, random),
        "s": _pick(words.SUBJECTS, random),
        "l": _pick(_ENDINGS, random),
    }


def _extraction(cities: Sequence[str]) -> Iterator[Relation]:
    random = np.random.default_rng(11)
    subjects = []
    for _ in range(SENTENCES):
        person = _person(cities, random)
        subjects.append((_pick(_DOING, random).format(**person), person["n"]))
    yield Relation(
        "subject",
        unique(subjects),
        ("{q} {a}", "{q} -> {a}", "句子：{q}\n人名：{a}", "{q}\n主语：{a}"),
        weight=1.5,
    )
    random = np.random.default_rng(12)
    triples = []
    for _ in range(SENTENCES):
        person = _person(cities, random)
        sentence, name, key = _TRIPLES[int(random.integers(len(_TRIPLES)))]
        triples.append((sentence.format(**person), f"{person['n']}，{name}，{person[key]}"))
    yield Relation(
        "triple",
        unique(triples),
        ("{q} -> {a}", "{q}\n{a}", "句子：{q}\n三元组：{a}"),
        weight=1.5,
    )


def _reviews() -> Iterator[Relation]:
    verdicts = [(word, "好评") for word in words.PRAISE] + [(word, "差评") for word in words.BLAME]
    reviews = [
        (f"{lead}{aspect}{verdict}", answer)
        for lead, aspect, (verdict, answer) in itertools.product(
            words.LEADS, words.ASPECTS, verdicts
        )
    ]
    yield make_relation(
        "review",
        reviews,
        "评论：{q}\n评价：{a}",
        "{q}。这是{a}",
        plain=2,
        weight=1.5,
        closed=True,
    )


def _patterns() -> Iterator[Relation]:
    """What can be answered by looking at the examples alone: copies, parts, what comes next."""
    listed = [word for word, _ in words.CATEGORIES] + [word for word, _ in words.ENGLISH]
    listed += [word for pair in words.ANTONYMS for word in pair]
    things = sorted({word for word in listed if len(word) >= 2})
    plain = ("{q} -> {a}", "{q}：{a}", "{q}={a}", "{q}，{a}", "问：{q}\n答：{a}")
    copies = ("把“{q}”再说一遍：{a}", "跟我说{q}。{a}")
    yield Relation("copy", unique((w, w) for w in things), plain + copies, weight=2)
    yield Relation("twice", unique((w, w + w) for w in things), plain)
    first = ("{q}的第一个字是{a}", *plain)
    yield Relation("first_character", unique((w, w[0]) for w in things), first, weight=1.5)
    last = ("{q}的最后一个字是{a}", *plain)
    yield Relation("last_character", unique((w, w[-1]) for w in things), last, held_out=True)
    yield Relation("backwards", unique((w, w[::-1]) for w in things), plain)
    yield Relation("length", unique((w, f"{len(w)}个字") for w in things), plain[:3])
    after = [pair for order in words.ORDERS for pair in itertools.pairwise(order)]
    follows = ("{q}后面是{a}", "{q}到{a}", "{q}的下一个是{a}", *plain)
    yield Relation("after", unique(after), follows, weight=1.5)
    before = ("{q}前面是{a}", "{q}的上一个是{a}", *plain[:3])
    yield Relation("before", unique((b, a) for a, b in after), before)
    for name, step, kept in (
        ("plus_one", 1, False),
        ("plus_two", 2, True),
        ("plus_ten", 10, False),
    ):
        pairs = tuple((str(n), str(n + step)) for n in range(100))
        yield Relation(name, pairs, ("{q}后面是{a}", *plain), held_out=kept)
    colours = ("{q}的颜色是{a}", "问：{q}是什么颜色？\n答：{a}", *plain[:3])
    yield Relation("colour", unique(words.COLOURS), colours, weight=1.5, closed=True)
    homes = ("{q}住在{a}", "问：{q}住在哪里？\n答：{a}", *plain[:3])
    yield Relation("home", unique(words.HOMES), homes, closed=True)


def generated_relations(cities: Sequence[str]) -> Iterator[Relation]:
    """All of them. `cities`: where the people of the sentences live."""
    yield from _numbers()
    yield from _patterns()
    yield from _extraction(cities)
    yield from _reviews()
