"""The handlers of the few-shot page, called as gradio calls them, with stand-ins for the models."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from app.pages.fewshot import PAGE
from app.pages.fewshot.handlers import Handlers, collect, compared, redo, stop, undo
from app.pages.fewshot.inputs import GROUPS, MODELS, Inputs, Task, presets
from app.pages.fewshot.masked import MASKED
from app.pages.fewshot.saved import SAVED
from app.pages.fewshot.state import Answered, Visit
from app.pages.fewshot.view import Screen, filled
from app.pages.fewshot.widgets import examples_value
from app.text.models import TextModels
from app.web.limits import Refusal
from app.web.texts import catalogue
from engine.fewshot import Example
from engine.generation import STRATEGIES
from tests.fewshot_model import FactsModel, fewshot_models

STRATEGY = {
    "preset": "greedy",
    "kind": "sample",
    "temperature": 0,
    "top_k": 0,
    "top_p": 1,
    "typical_p": 1,
    "repetition_penalty": 1,
    "no_repeat_ngram": 0,
    "beams": 4,
    "length_penalty": 0,
    "max_tokens": 24,
    "seed": 7,
    "lucky": False,
}


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
    offered = [name for name in MODELS if name in models.names]
    return TextModels(models, offered), TextModels(models, (MASKED,))


@pytest.fixture
def handlers(models: Any) -> Handlers:
    return Handlers(*both(models))


def capital(**changes: Any) -> list[Any]:
    """The values of Task."""
    values = filled(presets()["capital"].page, "zh") | changes
    return [values[name] for name in Task.names()]


def asked(**changes: Any) -> list[Any]:
    """The values of Inputs."""
    told = {"model": "story", "filling": "independent"} | STRATEGY
    values = filled(presets()["capital"].page, "zh") | told | changes
    return [values[name] for name in Inputs.names()]


def ask(handlers: Handlers, visit: Visit | None = None, **changes: Any) -> list[Screen]:
    return list(handlers.ask(visit or Visit(), request(), *asked(**changes)))


def current(screen: Screen) -> Answered:
    now = screen.visit.answers.current
    assert now is not None
    return now


def lines(value: str) -> list[Any]:
    return [json.loads(line) for line in value.splitlines()]


def test_an_answer_then_its_candidates_then_the_gap(handlers: Handlers) -> None:
    screens = ask(handlers)
    last = screens[-1]
    now = current(last)
    assert now.draft.text == "北京" and now.draft.finish == "stop"
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
    last = ask(Handlers(*both(models)))[-1]
    masked = json.loads(last.masked)
    assert masked["rows"] == [] and "--preload bert" in masked["note"]
    assert json.loads(last.ranking)["methods"] == ["sum", "mean", "calibrated"]
    alone = ask(Handlers(both(models)[0], None))[-1]
    assert json.loads(alone.masked)["note"]


def test_without_candidates_there_is_only_the_answer(handlers: Handlers) -> None:
    last = ask(handlers, candidates="\n \n")[-1]
    assert current(last).draft.text == "北京" and current(last).ranking is None
    assert json.loads(last.ranking)["rows"] == [] and json.loads(last.masked)["rows"] == []


def test_a_published_model_that_is_not_here_is_refused_with_what_to_do(handlers: Handlers) -> None:
    with pytest.raises(Refusal, match="--preload cpm"):
        ask(handlers, model="cpm")
    for wrong in ("bert", "", None, 7, ["story"]):
        with pytest.raises(Refusal):
            ask(handlers, model=wrong)


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
        ({"temperature": None}, "温度"),
        ({"max_tokens": 97}, "96"),
        ({"filling": "sideways"}, "选项"),
    ],
)
def test_what_cannot_be_asked_is_named(
    handlers: Handlers, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        ask(handlers, **changes)


def test_an_empty_page_is_refused_and_odd_characters_do_no_harm(handlers: Handlers) -> None:
    nothing = {"examples": '{"rows": []}', "pattern": "{question}{answer}", "question": "\x00 "}
    with pytest.raises(Refusal, match="先写一个问题"):
        ask(handlers, **nothing)
    last = ask(handlers, question="<img src=x onerror=alert(1)>\u202e\x07龘")[-1]
    prompt = json.loads(last.prompt)["text"]
    assert prompt.endswith("<img src=x onerror=alert(1)>龘的首都是")
    assert "<img" not in last.answer and "<img" not in last.prompt


def test_examples_that_do_not_fit_are_left_out_and_counted(handlers: Handlers) -> None:
    rows = [[f"第{number}个" * 20, "答案" * 10] for number in range(30)]
    last = ask(handlers, examples=json.dumps({"rows": rows}))[-1]
    fitted = current(last).fitted
    assert 0 < fitted.shots < 30 and fitted.left_out == 30 - fitted.shots
    assert f"{fitted.left_out} 个" in json.loads(last.prompt)["note"]
    assert "中国的首都是[MASK]" in json.loads(last.masked)["note"]


def event(**values: Any) -> Any:
    return SimpleNamespace(**values)


def test_a_branch_goes_on_from_another_token_and_keeps_the_candidates(handlers: Handlers) -> None:
    visit = Visit()
    before = current(ask(handlers, visit)[-1])
    others = before.draft.tokens[0].alternatives
    other = next(one for one in others if one.text.strip() and one.text != "北")
    chosen = event(seq=before.seq, index=0, id=other.id)
    last = list(handlers.branch(visit, "independent", chosen, request()))[-1]
    now = current(last)
    assert now.draft.text.startswith(other.text) and now.draft.begin == 1
    assert now.ranking is before.ranking and now.masked == before.masked
    assert last.undo.interactive and not last.redo.interactive
    undone = undo(visit, request())
    assert undone.redo.interactive and current(undone).draft.text == "北京"
    assert current(redo(visit, request())).seq == now.seq
    assert [draft.text for draft in visit.drafts] == ["北京", now.draft.text]


@pytest.mark.parametrize(
    "values", [{}, {"seq": -1}, {"index": 99}, {"index": "0"}, {"id": -5}, {"id": None}]
)
def test_branches_that_nobody_was_offered_are_refused(
    handlers: Handlers, values: dict[str, Any]
) -> None:
    visit = Visit()
    now = current(ask(handlers, visit)[-1])
    known = {"seq": now.seq, "index": 0, "id": now.draft.tokens[0].alternatives[0].id}
    wrong = event(**({} if not values else known | values))
    with pytest.raises(Refusal):
        list(handlers.branch(visit, "independent", wrong, request()))
    with pytest.raises(Refusal):
        list(handlers.branch(Visit(), "independent", event(**known), request()))


def test_stop_keeps_what_is_there(handlers: Handlers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FactsModel, "pause", 0.15)
    visit = Visit()
    run = handlers.ask(visit, request(), *asked())
    next(screen for screen in run if current(screen).draft.tokens)
    stop(visit)
    *_, last = run
    now = current(last)
    assert now.draft.finish == "closed" and "北京".startswith(now.draft.text)
    assert "已停下" in lines(last.answer)[-1]["status"]
    assert now.ranking is None and json.loads(last.ranking)["note"] == ""


def test_stop_spares_the_comparison(handlers: Handlers) -> None:
    visit = Visit()
    for last in handlers.ask(visit, request(), *asked()):
        if current(last).draft.finish == "stop":
            stop(visit)
    assert current(last).ranking is None


def test_a_newer_question_overtakes_and_a_refused_one_does_not(handlers: Handlers) -> None:
    visit = Visit()
    older = handlers.ask(visit, request(), *asked())
    next(older)
    with pytest.raises(Refusal):
        ask(handlers, visit, pattern="首都")
    next(older)
    last = ask(handlers, visit, question="英国")[-1]
    assert list(older) == [] and current(last).draft.text == "伦敦"


def test_the_same_seed_writes_the_same_and_a_lucky_one_is_shown(handlers: Handlers) -> None:
    hot = {"preset": "own", "temperature": 2, "seed": 5}
    first, second = (current(ask(handlers, **hot)[-1]) for _ in range(2))
    assert first.draft.text == second.draft.text
    seeds = {ask(handlers, **hot, lucky=True)[-1].seed for _ in range(3)}
    assert len(seeds) == 3


def test_what_is_compared_is_the_question_and_ends_with_its_line(models: Any) -> None:
    told = ("story", models.get("story"), STRATEGIES["greedy"], 7, "zh")
    plan = compared(*told, 24, *capital(question="英国"))
    assert plan.prompt_text.endswith("英国的首都是") and plan.strategy.stop == ("\n",)
    for wrong in ((97, *capital()), (24, *capital(pattern="首都"))):
        with pytest.raises(Refusal):
            compared(*told, *wrong)


# The fields


def test_every_preset_can_be_asked_and_has_words() -> None:
    assert {preset.group for preset in presets().values()} == set(GROUPS)
    for preset in presets().values():
        page = preset.page
        assert page.question and len(page.examples) >= 3 and len(preset.test) >= 4
        assert all(preset.name.values()) and page.template.pattern == page.pattern
        assert len(set(page.candidates)) == len(page.candidates) >= 2
        shown = {example.question for example in page.examples}
        assert page.question not in shown
        assert not shown & {example.question for example in preset.test}
    for group in GROUPS:
        assert f"{PAGE}.group.{group}" in catalogue()


def test_the_prompt_follows_what_is_typed(handlers: Handlers) -> None:
    value, saved = handlers.preview("story", 24, "a,b", request(), *capital(question="英国"))
    assert json.loads(value)["text"].endswith("英国的首都是")
    kept = SAVED.kept.load(saved)
    assert kept.question == "英国" and kept.questions == "a,b"
    wrong, unchanged = handlers.preview("story", 24, "", request(), *capital(pattern="首都"))
    assert "question" in json.loads(wrong)["error"] and unchanged == gr.skip()
    english, _ = handlers.preview("story", 24, "", request("en"), *capital(pattern="首都"))
    assert "pattern" in json.loads(english)["error"]


def test_half_a_row_is_no_example_and_a_typed_line_break_is_one(handlers: Handlers) -> None:
    rows = examples_value([Example("a", ""), Example("", "b"), Example("c\nd", " e ")], "zh")
    value, _ = handlers.preview(
        *("story", 24, "", request()),
        *capital(examples=rows, pattern="问{question}\\n答{answer}", separator="blank"),
    )
    assert json.loads(value)["text"] == "问c d\n答e\n\n问中国\n答"


def test_a_prompt_is_shown_before_the_model_is_loaded(folder: Path) -> None:
    handlers = Handlers(*both(fewshot_models(folder, loaded=False)))
    value, _ = handlers.preview("story", 24, "", request(), *capital())
    assert json.loads(value)["text"].endswith("中国的首都是")
    assert "词元" not in json.loads(value)["note"]


def test_a_preset_fills_everything(handlers: Handlers) -> None:
    *fields, questions, prompt = handlers.pick("story", event(key="sum"), request())
    assert fields[1] == "{question}={answer}" and fields[3] == "12+7"
    assert questions.startswith("question,answer\n3+4,7\n")
    assert json.loads(prompt)["text"].endswith("\n12+7=")
    for wrong in ("nothing", None, 3, ["sum"]):
        with pytest.raises(Refusal):
            handlers.pick("story", event(key=wrong), request())


def test_answers_become_candidates() -> None:
    table = examples_value([Example("a", "一"), Example("b", "二"), Example("c", "长" * 30)], "zh")
    assert collect(table, "q,三|叁\nr,一", request()) == "一\n二\n三"
    with pytest.raises(Refusal):
        collect('{"rows": []}', "", request())
