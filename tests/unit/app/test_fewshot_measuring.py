"""Tables of questions in and out, and what is measured with them."""

import csv
import io
import itertools
import json
from typing import Any

import pytest

from app.pages.fewshot.handlers.measuring import (
    Measuring,
    all_candidates,
    saved_file,
    stop,
    upload,
)
from app.pages.fewshot.inputs import MODELS, Task
from app.pages.fewshot.state import Visit
from app.pages.fewshot.table import MAX_BYTES, read_questions, write_judged, write_questions
from app.pages.fewshot.view import Results, chance_level
from app.text.models import TextModels
from app.web.limits import Refusal
from engine.fewshot import Example, Judged
from tests.fewshot_model import fewshot_models
from tests.unit.app.test_fewshot_handlers import capital, request

QUESTIONS = "英国,伦敦\n德国,柏林\n月球,没有\n"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> TextModels:
    models = fewshot_models(tmp_path_factory.mktemp("models"))
    return TextModels(models, [name for name in MODELS if name in models.names])


@pytest.fixture
def measuring(models: TextModels) -> Measuring:
    return Measuring(models)


def accuracy(measuring: Measuring, visit: Visit, **changes: Any) -> list[Results]:
    values = capital(**changes)
    return list(measuring.accuracy(visit, "story", QUESTIONS, request(), *values))


# Tables


@pytest.mark.parametrize(
    "table",
    [
        "a,b\nc,d",
        "\n a , b \n\n\nc,d\n\n",
        "question,answer\na,b\nc,d",
        "答案,问题\nb,a\nd,c",
        "id\tQuestion\tnote\tAnswer\n1\ta\t\tb\n2\tc\tx\td",
        "a\tb\r\nc\td\r\n",
        '"a","b"\n"c","d"',
        "\ufeffa,b\nc,d",
    ],
)
def test_tables_as_people_have_them(table: str) -> None:
    examples = (Example("a", "b"), Example("c", "d"))
    assert read_questions(table, "zh") == examples
    assert upload(table.encode(), request()) == write_questions(examples)


def test_commas_quotes_and_line_breaks_inside_of_quotes() -> None:
    found = read_questions('"他说：""走,""","a\nb"', "zh")
    assert found == (Example('他说："走,"', "a b"),)
    assert read_questions("一，二\t三", "zh") == (Example("一，二", "三"),)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "还没有题目"),
        (" \n\n", "还没有题目"),
        ("question,answer\n", "还没有题目"),
        ("a,b\n\nc\n", "第 3 行有 1 列"),
        ("a,b\nc,d,e", "第 2 行有 3 列"),
        ("question,answer\na,b\nc", "第 3 行有 1 列"),
        ("a,b\nc, ", "第 2 行少了"),
        ('a,b\n"c,d\ne,f\n', "第 2 行起引号"),
        ('a,b\n"c"x,d', "第 2 行起引号"),
        (f"a,b\nc,{'长' * 301}", "第 2 行太长"),
        ("a,b\n" * 501, "501"),
        ("长" * (MAX_BYTES // 3 + 1), "KiB"),
        (None, "文字"),
        (5, "文字"),
    ],
)
def test_a_bad_table_is_answered_with_its_line(table: Any, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        read_questions(table, "zh")


def test_files_of_spreadsheets_and_files_that_are_no_text() -> None:
    assert upload("问题,答案\n天,地\n".encode("gb18030"), request()) == "question,answer\n天,地\n"
    with pytest.raises(Refusal, match="UTF-8"):
        upload(b"\xff\xfe\x00\x01\x80", request())
    with pytest.raises(Refusal, match="KiB"):
        upload(b"a,b\n" * MAX_BYTES, request())
    with pytest.raises(Refusal):
        upload("a,b", request())


def test_a_table_is_written_as_it_is_read() -> None:
    examples = (Example('a"b', "c,d"), Example("=1+1", "-5"))
    assert read_questions(write_questions(examples), "zh") == examples


# Measuring


def test_every_question_is_judged_and_summed_up(measuring: Measuring) -> None:
    screens = accuracy(measuring, Visit())
    head, *rows = [json.loads(line) for line in screens[-1].results.splitlines()]
    assert head["total"] == 3
    assert [row[2:5] for row in rows] == [
        ["伦敦", True, "伦敦"],
        ["柏林", True, "柏林"],
        ["", False, rows[2][4]],
    ]
    assert (
        "已答 3/3 题" in screens[-1].summary and "2/3 = **67%**（21%–94%）" in screens[-1].summary
    )
    assert screens[-1].save.visible and not screens[0].save.visible
    # Gradio sends what was added, so each value begins with the one before it.
    for before, after in itertools.pairwise(screens):
        assert after.results.startswith(before.results)


def test_the_file_has_everything(measuring: Measuring) -> None:
    visit = Visit()
    accuracy(measuring, visit)
    content = saved_file(visit, request())
    assert content.startswith("\ufeffquestion,expected,answer,exact,shots,chosen_sum")
    rows = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))
    assert [row["exact"] for row in rows] == ["1", "1", "0"]
    assert [row["right_sum"] for row in rows[:2]] == ["1", "1"]
    assert float(rows[0]["probability_sum"]) > 0.9 and rows[0]["shots"] == "3"
    with pytest.raises(Refusal):
        saved_file(Visit(), request())


def test_stop_keeps_what_was_judged(measuring: Measuring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.pages.fewshot.handlers.measuring._INTERVAL", 0)
    visit = Visit()
    run = measuring.accuracy(visit, "story", QUESTIONS, request(), *capital())
    for count in range(2):
        next(run)
        assert len(visit.measured.judged) == count
    stop(visit)
    (last,) = run
    assert len(visit.measured.judged) == 2 and "已答 2/3 题" in last.summary
    assert saved_file(visit, request()).count("\n") == 3


def test_stop_ends_a_curve_too(measuring: Measuring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.pages.fewshot.handlers.measuring._INTERVAL", 0)
    visit = Visit()
    run = measuring.curve(visit, "story", "英国,伦敦\n德国,柏林", 2, request(), *capital())
    next(run)
    stop(visit)
    (last,) = run
    assert json.loads(last.curve)["done"] == 1


def test_without_candidates_only_what_is_written_counts(measuring: Measuring) -> None:
    visit = Visit()
    last = accuracy(measuring, visit, candidates="")[-1]
    assert len(json.loads(last.results.splitlines()[1])) == 4
    assert "首选" not in last.summary
    header = write_judged(visit.measured.judged).splitlines()[0]
    assert header == "question,expected,answer,exact,shots"


def test_the_answers_of_the_table_join_the_candidates() -> None:
    asked = [Example("q", "甲|乙"), Example("r", "丙")]
    task = Task.read(capital(candidates="丙\n丁"), "zh")
    assert all_candidates(task, asked) == ("丙", "丁", "甲")
    assert chance_level(asked, ("丙", "丁", "甲")) == pytest.approx(1 / 3)
    many = [Example(str(number), f"答{number}") for number in range(60)]
    assert all_candidates(task, many) == ()


def test_the_curve_grows_seed_by_seed(
    measuring: Measuring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.pages.fewshot.handlers.measuring._INTERVAL", 0)
    screens = list(
        measuring.curve(Visit(), "story", "英国,伦敦\n德国,柏林", 2, request(), *capital())
    )
    last = json.loads(screens[-1].curve)
    assert [point["shots"] for point in last["points"]] == [0, 1, 2, 4]
    assert last["done"] == last["total"] == 16 and len(screens) == 17
    share, low, high = last["points"][0]["exact"]
    assert share == 1 and low == pytest.approx(0.3424, abs=1e-3) and high == 1
    assert last["points"][0]["seeds"] == [1, 1]
    assert last["chance"] == pytest.approx(1 / 8)
    assert "2 道题" in screens[-1].curve_note


@pytest.mark.parametrize(
    ("questions", "seeds", "said"),
    [("a,b\n" * 61, 2, "61"), (QUESTIONS, 6, "5"), (QUESTIONS, "2", "5"), ("a", 2, "第 1 行")],
)
def test_a_curve_that_cannot_be_drawn(
    measuring: Measuring, questions: Any, seeds: Any, said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        list(measuring.curve(Visit(), "story", questions, seeds, request(), *capital()))


def test_who_measures_all_the_time_is_told_to_wait(measuring: Measuring) -> None:
    for _ in range(6):
        next(measuring.accuracy(Visit(), "story", QUESTIONS, request(), *capital()))
    with pytest.raises(Refusal, match="秒"):
        next(measuring.accuracy(Visit(), "story", QUESTIONS, request(), *capital()))


def test_an_answer_may_be_one_of_several() -> None:
    judged = Judged(Example("q", "甲|乙"), "乙。", None, 0)
    assert judged.exact


def test_accuracy_and_curve_run_beside_each_other(measuring: Measuring) -> None:
    visit = Visit()
    many = measuring.accuracy(visit, "story", QUESTIONS, request(), *capital())
    drawn = measuring.curve(visit, "story", "英国,伦敦", 1, request(), *capital())
    next(many)
    next(drawn)
    assert json.loads([*drawn][-1].curve)["done"] == 4 - 1
    assert "已答 3/3 题" in [*many][-1].summary
