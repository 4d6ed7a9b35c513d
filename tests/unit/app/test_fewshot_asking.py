"""The handlers of the few-shot page, called as gradio calls them, with stand-ins for the models."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from app.pages.fewshot import store
from app.pages.fewshot.asking import NAMES, Asking
from app.pages.fewshot.form import Form
from app.pages.fewshot.masked import MASKED
from app.pages.fewshot.presets import GROUPS, presets
from app.pages.fewshot.task import examples_value, task_values
from app.pages.fewshot.view import Answers, Screen, no_answers
from app.pages.fewshot.words import PAGE
from app.text.drafts import Stop
from app.text.models import TextModels
from app.web import sharing
from app.web.limits import Refusal
from app.web.texts import catalogue
from engine.fewshot import Example
from tests.fewshot_model import FactsModel, fewshot_models

STRATEGY = ["greedy", "sample", 0, 0, 1, 1, 1, 0, 4, 0, 24, 7, False]
"""The values of the strategy's controls, in their order."""


def request(language: str = "zh-CN", session: str = "a", **query: str) -> Any:
    return SimpleNamespace(
        headers={"accept-language": language}, query_params=query, session_hash=session
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def models(folder: Path) -> Any:
    return fewshot_models(folder)


def both(models: Any) -> tuple[TextModels, TextModels]:
    offered = [name for name in NAMES if name in models.names]
    return TextModels(models, offered), TextModels(models, (MASKED,))


@pytest.fixture
def asking(models: Any) -> Asking:
    return Asking(*both(models))


@pytest.fixture
def form(models: Any) -> Form:
    return Form(*both(models))


def capital(**changes: Any) -> list[Any]:
    values = list(task_values(presets()["capital"], "zh"))
    names = ["examples", "pattern", "separator", "question", "candidates"]
    for name, value in changes.items():
        values[names.index(name)] = value
    return values


def ask(asking: Asking, answers: Answers | None = None, **changes: Any) -> list[Screen]:
    strategy = changes.pop("strategy", STRATEGY)
    model = changes.pop("model", "story")
    return list(
        asking.ask(
            *(answers or no_answers(), Stop(), model, "independent", request()),
            *capital(**changes),
            *strategy,
        )
    )


def lines(value: str) -> list[Any]:
    return [json.loads(line) for line in value.splitlines()]


def test_an_answer_then_its_candidates_then_the_gap(asking: Asking) -> None:
    screens = ask(asking)
    last = screens[-1]
    now = last.answers.current
    assert now is not None and now.draft.text == "北京" and now.draft.finish == "stop"
    head, *tokens, foot = lines(last.answer)
    assert head["prompt"] == "中国的首都是" and [token[0] for token in tokens][:2] == ["北", "京"]
    assert "写完了" in foot["status"]
    ranking = json.loads(last.ranking)
    assert ranking["methods"] == ["sum", "mean", "calibrated", "bert"]
    best = max(ranking["rows"], key=lambda row: row["shares"][0])
    assert best["text"] == "北京" and len(ranking["rows"]) == 8
    masked = json.loads(last.masked)
    assert masked["methods"] == ["sum", "mean", "calibrated"]
    assert "中国的首都是[MASK]" in masked["note"]
    assert last.seed == 7
    prompt = json.loads(last.prompt)
    assert prompt["text"] == "美国的首都是华盛顿\n法国的首都是巴黎\n日本的首都是东京\n中国的首都是"
    assert prompt["text"][prompt["at"] :] == "中国的首都是" and "3 个例子" in prompt["note"]


def test_without_bert_there_is_a_sentence_and_all_else_works(folder: Path) -> None:
    models = fewshot_models(folder, bert=False)
    last = ask(Asking(*both(models)))[-1]
    masked = json.loads(last.masked)
    assert masked["rows"] == [] and "--preload bert" in masked["note"]
    assert json.loads(last.ranking)["methods"] == ["sum", "mean", "calibrated"]
    alone = ask(Asking(both(models)[0], None))[-1]
    assert json.loads(alone.masked)["note"]


def test_without_candidates_there_is_only_the_answer(asking: Asking) -> None:
    last = ask(asking, candidates="\n \n")[-1]
    assert last.answers.current.draft.text == "北京" and last.answers.current.ranking is None
    assert json.loads(last.ranking)["rows"] == [] and json.loads(last.masked)["rows"] == []


def test_a_published_model_that_is_not_here_is_refused_with_what_to_do(asking: Asking) -> None:
    with pytest.raises(Refusal, match="--preload cpm"):
        ask(asking, model="cpm")
    for wrong in ("bert", "", None, 7, ["story"]):
        with pytest.raises(Refusal):
            ask(asking, model=wrong)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pattern": "{answer}{question}"}, "写法"),
        ({"pattern": "x" * 201}, "太长"),
        ({"pattern": None}, "文字"),
        ({"separator": "tab"}, "选项"),
        ({"question": "x" * 2001}, "太长"),
        ({"question": 5}, "文字"),
        ({"candidates": "\n".join(map(str, range(51)))}, "51"),
        ({"candidates": "长" * 61}, "太长"),
        ({"examples": "{"}, "JSON"),
        ({"examples": "[]"}, "一行一问一答"),
        ({"examples": '{"rows": [["a"]]}'}, "一行一问一答"),
        ({"examples": '{"rows": [["a", 5]]}'}, "文字"),
        ({"examples": json.dumps({"rows": [["a", "b"]] * 65})}, "65"),
        ({"examples": json.dumps({"rows": [["a" * 301, "b"]]})}, "太长"),
        ({"examples": "1" * 100_001}, "太长|JSON"),
        ({"strategy": STRATEGY[:-1]}, "参数"),
        ({"strategy": [*STRATEGY[:10], 97, 7, False]}, "96"),
    ],
)
def test_what_cannot_be_asked_is_named(asking: Asking, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        ask(asking, **changes)


def test_an_empty_page_is_refused_and_odd_characters_do_no_harm(asking: Asking) -> None:
    nothing = {"examples": '{"rows": []}', "pattern": "{question}{answer}", "question": "\x00 "}
    with pytest.raises(Refusal, match="先写一个问题"):
        ask(asking, **nothing)
    last = ask(asking, question="<img src=x onerror=alert(1)>\u202e\x07龘")[-1]
    prompt = json.loads(last.prompt)["text"]
    assert prompt.endswith("<img src=x onerror=alert(1)>龘的首都是")
    assert "<img" not in last.answer and "<img" not in last.prompt


def test_examples_that_do_not_fit_are_left_out_and_counted(asking: Asking) -> None:
    rows = [[f"第{number}个" * 20, "答案" * 10] for number in range(30)]
    last = ask(asking, examples=json.dumps({"rows": rows}))[-1]
    fitted = last.answers.current.fitted
    assert 0 < fitted.shots < 30 and fitted.left_out == 30 - fitted.shots
    assert f"{fitted.left_out} 个" in json.loads(last.prompt)["note"]
    assert "中国的首都是[MASK]" in json.loads(last.masked)["note"]


def event(**values: Any) -> Any:
    return SimpleNamespace(**values)


def test_a_branch_goes_on_from_another_token_and_keeps_the_candidates(asking: Asking) -> None:
    answers = ask(asking)[-1].answers
    before = answers.current
    others = before.draft.tokens[0].alternatives
    other = next(one for one in others if one.text.strip() and one.text != "北")
    chosen = event(seq=before.seq, index=0, id=other.id)
    last = list(asking.branch(answers, Stop(), "independent", chosen, request()))[-1]
    now = last.answers.current
    assert now.draft.text.startswith(other.text) and now.draft.begin == 1
    assert now.ranking is before.ranking and now.masked == before.masked
    assert last.undo.interactive and not last.redo.interactive
    undone = asking.undo(last.answers, request())
    assert undone.answers.current is not None and undone.redo.interactive
    assert undone.answers.current.draft.text == "北京"
    assert asking.redo(undone.answers, request()).answers.current.seq == now.seq


@pytest.mark.parametrize(
    "values", [{}, {"seq": -1}, {"index": 99}, {"index": "0"}, {"id": -5}, {"id": None}]
)
def test_branches_that_nobody_was_offered_are_refused(
    asking: Asking, values: dict[str, Any]
) -> None:
    answers = ask(asking)[-1].answers
    now = answers.current
    known = {"seq": now.seq, "index": 0, "id": now.draft.tokens[0].alternatives[0].id}
    wrong = event(**({} if not values else known | values))
    with pytest.raises(Refusal):
        list(asking.branch(answers, Stop(), "independent", wrong, request()))
    with pytest.raises(Refusal):
        list(asking.branch(no_answers(), Stop(), "independent", event(**known), request()))


def test_stop_keeps_what_is_there(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FactsModel, "pause", 0.15)
    wish = Stop()
    inputs = (no_answers(), wish, "story", "independent", request(), *capital(), *STRATEGY)
    run = asking.ask(*inputs)
    next(screen for screen in run if screen.answers.current.draft.tokens)
    wish.ask()
    *_, last = run
    now = last.answers.current
    assert now.draft.finish == "closed" and "北京".startswith(now.draft.text)
    assert "已停下" in lines(last.answer)[-1]["status"]
    assert now.ranking is None and json.loads(last.ranking)["note"] == ""


def test_stop_spares_the_comparison(asking: Asking) -> None:
    wish = Stop()
    inputs = (no_answers(), wish, "story", "independent", request(), *capital(), *STRATEGY)
    for last in asking.ask(*inputs):
        if last.answers.current.draft.finish == "stop":
            wish.ask()
    assert last.answers.current.ranking is None


def test_the_same_seed_writes_the_same_and_a_lucky_one_is_shown(asking: Asking) -> None:
    hot = ["own", "sample", 2, 0, 1, 1, 1, 0, 4, 0, 24, 5, False]
    first, second = (ask(asking, strategy=hot)[-1] for _ in range(2))
    assert first.answers.current.draft.text == second.answers.current.draft.text
    lucky = [*hot[:-1], True]
    seeds = {ask(asking, strategy=lucky)[-1].seed for _ in range(3)}
    assert len(seeds) == 3


# The form


def test_every_preset_can_be_asked_and_has_words() -> None:
    assert {preset.group for preset in presets().values()} == set(GROUPS)
    for preset in presets().values():
        assert preset.question and len(preset.examples) >= 3 and len(preset.test) >= 4
        assert all(preset.name.values()) and preset.template.pattern == preset.pattern
        assert len(set(preset.candidates)) == len(preset.candidates) >= 2
        shown = {example.question for example in preset.examples}
        assert preset.question not in shown
        assert not shown & {example.question for example in preset.test}
    for group in GROUPS:
        assert f"{PAGE}.group.{group}" in catalogue()


def test_the_prompt_follows_what_is_typed(form: Form) -> None:
    value, saved = form.preview("story", 24, "a,b", request(), *capital(question="英国"))
    assert json.loads(value)["text"].endswith("英国的首都是")
    assert store.restore(saved).question == "英国" and store.restore(saved).questions == "a,b"
    wrong, kept = form.preview("story", 24, "", request(), *capital(pattern="首都"))
    assert "question" in json.loads(wrong)["error"] and kept == gr.skip()
    english, _ = form.preview("story", 24, "", request("en"), *capital(pattern="首都"))
    assert "pattern" in json.loads(english)["error"]


def test_half_a_row_is_no_example_and_a_typed_line_break_is_one(form: Form) -> None:
    rows = examples_value([Example("a", ""), Example("", "b"), Example("c\nd", " e ")], "zh")
    value, _ = form.preview(
        *("story", 24, "", request()),
        *capital(examples=rows, pattern="问{question}\\n答{answer}", separator="blank"),
    )
    assert json.loads(value)["text"] == "问c d\n答e\n\n问中国\n答"


def test_a_prompt_is_shown_before_the_model_is_loaded(folder: Path) -> None:
    form = Form(*both(fewshot_models(folder, loaded=False)))
    value, _ = form.preview("story", 24, "", request(), *capital())
    assert json.loads(value)["text"].endswith("中国的首都是")
    assert "词元" not in json.loads(value)["note"]


def test_a_preset_fills_everything(form: Form) -> None:
    *fields, questions, prompt = form.pick("story", event(key="sum"), request())
    assert fields[1] == "{question}={answer}" and fields[3] == "12+7"
    assert questions.startswith("question,answer\n3+4,7\n")
    assert json.loads(prompt)["text"].endswith("\n12+7=")
    for wrong in ("nothing", None, 3, ["sum"]):
        with pytest.raises(Refusal):
            form.pick("story", event(key=wrong), request())


def test_answers_become_candidates(form: Form) -> None:
    table = examples_value([Example("a", "一"), Example("b", "二"), Example("c", "长" * 30)], "zh")
    assert form.collect(table, "q,三|叁\nr,一", request()) == "一\n二\n三"
    with pytest.raises(Refusal):
        form.collect('{"rows": []}', "", request())


class Controls:
    """What ``opened`` needs of the strategy's controls."""

    inputs = range(13)

    def values(self, preset: str, strategy: Any, seed: Any) -> list[Any]:
        return [preset, strategy, seed, *range(10)]


def test_a_share_link_opens_with_the_same_answer(asking: Asking, form: Form) -> None:
    answers = ask(asking, question="英国", candidates="伦敦\n巴黎")[-1].answers
    link = form.share(answers, request()).value
    assert link.startswith("?fewshot=")
    shared = request(fewshot=link.removeprefix("?fewshot="))
    opened = form.opened(None, Controls(), shared)  # type: ignore[arg-type]
    *fields, questions, prompt = opened[:7]
    model, strategy, is_shared = opened[7], opened[8:21], opened[21]
    assert is_shared is True and model.value == "story" and questions == ""
    assert strategy[0] == "greedy" and strategy[2] == 7
    values = [*STRATEGY[:10], strategy[1].max_tokens, strategy[2], False]
    again = list(
        asking.reopen(
            True, no_answers(), Stop(), "story", "independent", request(), *fields, *values
        )
    )[-1]
    before, after = answers.current, again.answers.current
    assert after.fitted == before.fitted and after.draft.text == before.draft.text == "伦敦"
    assert json.loads(prompt)["text"] == before.fitted.text
    waits = list(asking.reopen(False, no_answers(), Stop(), "story", "independent", request()))
    assert len(waits) == 1 and waits[0].answers.current is None


def test_damaged_links_and_storage_open_the_beginning(
    form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", said.append)
    whole = dict(store.save(store_task(), "{question}{answer}", "newline", ""))
    damages: list[dict[str, Any]] = [
        {"rows": "[[]]"},
        {"rows": 5},
        {"pattern": "x"},
        {"separator": "x"},
        {"question": None},
        {"candidates": 5},
        {"model": "bert"},
        {"strategy": "{"},
        {"strategy": '{"max_tokens": 5000}'},
        {"strategy": '{"max_tokens": 500}'},
        {"strategy": '{"settings": {"temperature": -1}}'},
        {"questions": "x" * 100_000},
    ]
    for damage in damages:
        broken = whole | damage
        with pytest.raises(store.StoreError):
            store.reopen(broken, ("story",))
    for link in ("x", "eyJhIjoxfQ", sharing.encode({"rows": "[]"})):
        opened = form.opened(None, Controls(), request(fewshot=link))  # type: ignore[arg-type]
        assert list(opened[:6]) == [gr.skip()] * 6 and opened[21] is False
    assert len(said) == 3
    for kept in (None, 5, [], {"rows": 3}, "x"):
        # What a visitor has typed meanwhile stays.
        opened = form.opened(kept, Controls(), request())  # type: ignore[arg-type]
        assert list(opened[:6]) == [gr.skip()] * 6


def store_task() -> Any:
    from app.pages.fewshot.task import read_task

    return read_task(capital(), "zh")


def test_what_the_browser_kept_comes_back(form: Form) -> None:
    saved = store.save(store_task(), "{question}→{answer}", "semicolon", "a,b\nc,d")
    opened = form.opened(saved, Controls(), request())  # type: ignore[arg-type]
    assert opened[1:5] == ("{question}→{answer}", "semicolon", "中国", opened[4])
    assert opened[5] == "a,b\nc,d" and opened[21] is False
    page = store.restore(saved)
    assert [one.answer for one in page.examples] == ["华盛顿", "巴黎", "东京"]
    assert replace(page, seed=None) == page


def test_too_long_for_a_link_is_said(asking: Asking, form: Form) -> None:
    rows = json.dumps({"rows": [["长" * 200, "答"]] * 20})
    answers = ask(asking, examples=rows, candidates="")[-1].answers
    with pytest.raises(Refusal, match="放不下"):
        form.share(answers, request())
    with pytest.raises(Refusal, match="还没有"):
        form.share(no_answers(), request())
