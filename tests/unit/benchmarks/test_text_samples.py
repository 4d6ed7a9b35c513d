"""Variety, openings, questions and candidates."""

import random

import numpy as np
import pytest

from benchmarks.report import asked, share, table
from benchmarks.text import choices, fewshot, replies, samples
from engine.tokenizers.cpm import CPMTokenizer
from tests.unit.benchmarks.tiny_text import DIALOGUE, small_pack
from tests.unit.training.corpus_folder import write_tokenizer
from training.corpus.fewshot.prompts import Task
from training.corpus.fewshot.relation import Relation
from training.corpus.shard import Shard, add_dialogue
from training.language_model.documents import Document, Texts


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    folder = tmp_path_factory.mktemp("text")
    tokenizer = CPMTokenizer(write_tokenizer(folder) / "chinese.model", words=False)
    return small_pack(folder / "pack", tokenizer)


def test_distinct_and_repetition() -> None:
    assert samples.distinct(["山水山水", "山水"], 2) == pytest.approx(2 / 4)
    assert samples.distinct(["山水花"], 1) == 1
    assert samples.repetition("甲乙丙丁甲乙丙丁") == pytest.approx(1 / 5)
    assert samples.repetition("甲乙丙丁戊己") == 0
    assert samples.repetition("甲") == 0


def document(texts: Texts, text: str) -> Document:
    tokens = np.array(texts.pieces.tokenizer.encode(text))
    return Document(texts.pieces, tokens, np.full(len(tokens), 9), np.ones(len(tokens), int))


def test_an_opening_ends_with_a_clause_and_people_go_on(texts: Texts) -> None:
    text = "山" * 50 + "，" + "水" * 300
    other = "花" * 45 + "。" + "草" * 300
    short = document(texts, "山" * 100)
    documents = {"a": [short, document(texts, text)], "b": [document(texts, other)]}
    found = samples.openings(documents, 5)
    assert [(one.source, len(one.text)) for one in found] == [("a", 51), ("b", 46)]
    assert found[0].human == "水" * samples.LENGTH
    assert found[0].prompt.reply_segment == 9
    assert texts.pieces.tokenizer.decode(found[0].prompt.tokens) == found[0].text


def test_tables_and_shares() -> None:
    assert table(("a", "b"), [(1, "x")]) == "| a | b |\n| --- | ---: |\n| 1 | x |\n"
    assert share([True, False, True, True]) == "75.0% (30% to 95%)"
    assert share([]) == "-"
    assert asked(lambda number: number * 2, range(20)) == list(range(0, 40, 2))


def task(held_out: bool) -> Task:
    pairs = tuple((f"国{i}", f"京{i}") for i in range(20))
    relation = Relation("capital", pairs, ("{q}的首都是{a}",), held_out=held_out)
    return Task(relation, pairs[:12], pairs[12:], None)


def test_questions_have_their_answer_among_the_candidates() -> None:
    found = fewshot.questions([task(held_out=True), task(held_out=False)], 2, 3)
    assert len(found) == (3 + 2) * len(fewshot.SHOTS)
    for one in found:
        assert one.candidates.count(one.example.answer) == 1
        assert len(set(one.candidates)) == fewshot.CANDIDATES
        assert (one.example.question, one.example.answer) in one.task.items
    form = fewshot.template(found[0].task)
    assert form.question("法国") == "法国的首都是"
    assert form.stop == ("\n",)


def test_the_curve_tells_known_relations_from_others() -> None:
    asked_for = fewshot.questions([task(held_out=True), task(held_out=False)], 1, 1)
    found = [
        fewshot.Answered(one, "", one.task.relation.held_out, {"sum": False, "mean": True})
        for one in asked_for
    ]
    rows = fewshot.curve(found).splitlines()[2:]
    assert len(rows) == 2 * len(fewshot.SHOTS)
    assert "| 100.0% (21% to 100%) | 0.0% (0% to 79%) | 100.0% (21% to 100%) | 10.0% |" in rows[0]
    assert "| 1 | 0.0% (0% to 79%) |" in rows[-1]
    assert "capital (held out)" in fewshot.by_relation(found)


def test_idioms_are_found_in_passages() -> None:
    idioms = [f"甲乙丙{c}" for c in "一二三四五六七八九"]
    texts = ["没有。" * 20, "山" * 30 + "甲乙丙三" + "，他说。" * 20]
    ((before, candidates, after, right),) = choices.idiom_questions(texts, idioms, 5)
    assert (before, right, len(set(candidates))) == ("山" * 30, "甲乙丙三", choices.IDIOMS)
    assert right in candidates
    assert after.startswith("，他说。")


def test_the_next_sentence_has_others_from_other_stories() -> None:
    chance = random.Random(1)
    texts = [
        "".join("".join(chance.choices("山水花草树木", k=10)) + "。" for _ in range(9))
        for _ in range(4)
    ]
    found = choices.cloze_questions(texts, 50)
    assert found
    for before, candidates, right in found:
        (own,) = [text for text in texts if before + right in text]
        assert len(candidates) == choices.SENTENCES
        assert [one for one in candidates if one in own] == [right]


def test_exchanges_are_replies_with_others_of_their_source(texts: Texts) -> None:
    few = {"dialogue_lccc": list(texts.documents("dialogue_lccc"))}
    assert [one.others for one in replies.exchanges(few, 9)] == [()] * 4
    talks = [[f"{n}你好", f"我是{n}号"] for n in "一二三四五六七八九十甲乙"]
    many = {"dialogue_lccc": [dialogue(texts, talk) for talk in talks]}
    for one in replies.exchanges(many, 5):
        assert [*one.turns, one.human] in talks
        assert len(set(one.others)) == replies.AMONG - 1
        assert one.human not in one.others


def dialogue(texts: Texts, turns: list[str]) -> Document:
    shard = Shard()
    add_dialogue(shard, texts.pieces.tokenizer, turns)
    return Document(texts.pieces, *map(np.array, (shard.tokens, shard.segments, shard.loss)))


def test_replies_that_say_nothing_new_are_counted() -> None:
    exchange = replies.Exchange("a", tuple(DIALOGUE[:2]), DIALOGUE[2], ())
    kinds = {"model": [DIALOGUE[0].replace("？", "!"), "", "嗯。", "嗯"]}
    row = replies.variety([exchange] * 4, kinds).splitlines()[2]
    assert row.endswith("| 25.0% | 25.0% | 50.0% |")
