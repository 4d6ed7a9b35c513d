"""Few-shot prompts, and what training must never see of them."""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.unit.training.corpus_folder import write_corpus
from training.corpus.fewshot.generated import numeral
from training.corpus.fewshot.prompts import (
    LONGEST_PROMPT,
    LOOKUP_SHARE,
    Task,
    held_out_tasks,
    is_held_out,
    lookup,
    prompt,
    prompts,
)
from training.corpus.fewshot.relation import Relation, make_relation
from training.corpus.fewshot.relations import read_relations
from training.corpus.reading import passage_around, reading


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def relations(data: Path) -> dict[str, Relation]:
    return {relation.name: relation for relation in read_relations(data)}


@pytest.fixture(scope="module")
def tasks(data: Path) -> dict[str, Task]:
    return {task.relation.name: task for task in held_out_tasks(data)}


def test_a_prompt_stops_where_the_answer_begins() -> None:
    relation = make_relation("capital", [], "{q}的首都是{a}")
    examples = [("美国", "华盛顿"), ("法国", "巴黎")]
    assert prompt(relation, relation.templates[0], examples, "日本") == (
        "美国的首都是华盛顿\n法国的首都是巴黎\n日本的首都是"
    )
    assert prompt(relation, "问：{q}\n答：{a}", examples[:1], "日本") == (
        "问：美国\n答：华盛顿\n\n问：日本\n答："
    )


def test_every_template_ends_with_the_answer(relations: dict[str, Relation]) -> None:
    assert len(relations) > 30
    for relation in relations.values():
        for template in relation.templates:
            assert re.fullmatch(r"[^{}]*\{q\}[^{}]*\{a\}", template), relation.name


def test_namesakes_are_left_out() -> None:
    relation = make_relation("city", [("朝阳区", "北京"), ("朝阳区", "长春"), ("海淀区", "北京")])
    assert relation.pairs == (("海淀区", "北京"),)


def test_answers_are_right(relations: dict[str, Relation]) -> None:
    answers = {name: dict(relation.pairs) for name, relation in relations.items()}
    assert answers["capital"]["甲国"] == "甲京"
    assert answers["next_line"]["甲前明月光"] == "疑是甲上霜"
    assert answers["poem_author"]["甲前明月光，疑是甲上霜"] == "李白"
    assert answers["idiom_meaning"]["甲山流水"] == "甲的乐曲很美妙"
    assert answers["word_meaning"]["甲词"] == "解释甲的话"
    assert answers["antonym"]["大"] == "小"
    assert answers["triple"].keys() and all(a.count("，") == 2 for a in answers["triple"].values())
    assert all(name in sentence for sentence, name in answers["subject"].items())
    for question, answer in [*answers["sum"].items(), *answers["difference"].items()]:
        assert eval(question) == int(answer)


def test_patterns_are_right(relations: dict[str, Relation]) -> None:
    answers = {name: dict(relation.pairs) for name, relation in relations.items()}
    wanted = {
        "copy": "长颈鹿",
        "twice": "长颈鹿长颈鹿",
        "first_character": "长",
        "last_character": "鹿",
        "backwards": "鹿颈长",
        "length": "3个字",
    }
    assert {name: answers[name]["长颈鹿"] for name in wanted} == wanted
    assert answers["after"]["春天"] == "夏天"
    assert answers["before"]["夏天"] == "春天"
    assert "冬天" not in answers["after"]
    assert [answers[name]["41"] for name in ("plus_one", "plus_two", "plus_ten")] == [
        "42", "43", "51",
    ]  # fmt: skip
    assert answers["colour"]["天空"] == "蓝色"
    assert answers["home"]["骆驼"] == "沙漠"
    assert answers["sum_in_words"]["甲有三个苹果，吃了一个，还有几个？"] == "两个"


def test_a_lookup_can_be_answered_from_the_prompt_alone() -> None:
    for seed in range(200):
        document = lookup(np.random.default_rng(seed))
        assert document.key == "lookup"
        *shown, asked = document.text.removesuffix("\n").split("\n")
        assert asked in shown
        assert len(set(shown)) >= 2


def test_lookups_are_among_what_is_trained_on_only(data: Path) -> None:
    trained = [d.key == "lookup" for d in prompts(data, 120_000, held_out=False, seed=1)]
    assert LOOKUP_SHARE - 0.03 < sum(trained) / len(trained) < LOOKUP_SHARE + 0.03
    assert not any(d.key == "lookup" for d in prompts(data, 60_000, held_out=True, seed=2))


@pytest.mark.parametrize(
    ("number", "wanted"),
    [(0, "零"), (10, "十"), (15, "十五"), (20, "二十"), (99, "九十九"), (100, "一百"),
     (101, "一百零一"), (110, "一百一十"), (215, "二百一十五"), (340, "三百四十")],
)  # fmt: skip
def test_numerals(number: int, wanted: str) -> None:
    assert numeral(number) == wanted


def test_training_never_sees_what_is_asked_later(
    data: Path, relations: dict[str, Relation], tasks: dict[str, Task]
) -> None:
    documents = list(prompts(data, 120_000, held_out=False, seed=1))
    held_out = {relation.name for relation in relations.values() if relation.held_out}
    assert held_out == {
        "city_country",
        "element_number",
        "numeral_value",
        "last_character",
        "plus_two",
    }
    assert not held_out & {document.key for document in documents}
    sums = "".join(document.text for document in documents if document.key == "sum")
    shown = set(re.findall(r"\d+\+\d+", sums))
    asked = {question for question, _ in tasks["sum"].items}
    assert len(shown) > 200
    assert len(asked) > 300
    assert not shown & asked


def test_held_out_prompts_ask_held_out_items(data: Path, relations: dict[str, Relation]) -> None:
    found = [d for d in prompts(data, 60_000, held_out=True, seed=2) if d.key == "sum"]
    assert found
    for document in found:
        *examples, asked = re.findall(r"\d+\+\d+", document.text)
        assert is_held_out(relations["sum"], asked)
        assert not any(is_held_out(relations["sum"], example) for example in examples)


def test_prompts_have_a_size_and_repeat_with_the_seed(data: Path) -> None:
    documents = list(prompts(data, 30_000, held_out=False, seed=3))
    assert 30_000 <= sum(len(document.text) for document in documents) < 31_000
    assert max(len(document.text) for document in documents) <= LONGEST_PROMPT
    assert documents == list(prompts(data, 30_000, held_out=False, seed=3))
    assert all(document.text.endswith("\n") for document in documents)


def test_tasks(tasks: dict[str, Task]) -> None:
    for task in tasks.values():
        assert not set(task.items) & set(task.examples), task.relation.name
        if task.candidates is not None:
            assert {answer for _, answer in task.items} <= set(task.candidates)
    assert tasks["review"].candidates == ("好评", "差评")
    assert tasks["sum"].candidates is None
    assert tasks["numeral_value"].relation.held_out


def test_passages_contain_the_answer(data: Path) -> None:
    first = next(iter(reading(data)))
    assert first.text == "段落：甲山很高。甲山在北方。\n问：在哪？\n答：北方\n"
    context = "".join(f"这是第{i}句，说的是别的事情。" for i in range(100)) + "答案在此。尾声。"
    passage = passage_around(context, ["答案"])
    assert "答案在此。" in passage
    assert len(passage) <= 360
    assert passage in context
