"""What the parse-tree page answers, with models of random weights."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest
from starlette.datastructures import Headers

from app.pages.parse_tree.handlers import Handlers, Screen
from app.pages.parse_tree.inputs import TRIVIAL, Choices
from app.pages.parse_tree.models import Variants
from app.pages.parse_tree.state import Source, Visit, read_gold
from app.pages.parse_tree.view import explain
from app.web.limits import Refusal
from app.web.texts import LANGUAGES
from engine.models.registry import Models
from engine.onlstm import formats, sentences, trees
from engine.onlstm.formats import BracketError, from_brackets
from engine.onlstm.sentences import SentenceError
from tests.onlstm_models import onlstm_models, spec

TEXT = "苹果的颜色是什么？我们在公园里看花。"
MIXED = "我们在公园里看花。The old cat sleeps."
GOLD = "((苹果 的) (颜色 (是 什么)))"


def browser(language: str = "zh-CN", session: str = "one") -> Any:
    headers = Headers({"accept-language": language})
    return SimpleNamespace(headers=headers, session_hash=session, query_params={})


def choices(**changes: str) -> tuple[str, ...]:
    return tuple(Choices.model_construct(**changes).values())


def shown(screen: Screen) -> Any:
    return json.loads(screen.trees)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    found = onlstm_models(tmp_path_factory.mktemp("onlstm"))
    found.get("onlstm")
    return found


@pytest.fixture
def handlers(models: Models) -> Handlers:
    return Handlers(Variants(models, "onlstm"))


def parse(
    handlers: Handlers, text: object = TEXT, visit: Visit | None = None, **changes: str
) -> Any:
    return shown(handlers.draw(visit or Visit(), text, browser(), *choices(**changes)))


def test_each_sentence_has_its_words_its_tree_and_what_the_gates_did(handlers: Handlers) -> None:
    value = parse(handlers)
    assert [sentence["text"] for sentence in value["sentences"]] == [TEXT[:9], TEXT[9:]]
    first = value["sentences"][0]
    assert first["words"] == ["苹果", "的", "颜色", "是", "什么"]
    (panel,) = first["panels"]
    assert "第 2 层" in panel["title"] and "无偏" in panel["title"]
    assert len(panel["distance"]) == len(panel["surprisal"]) == 5
    assert {len(levels) for levels in (*panel["forget"], *panel["input"])} == {6}
    # The master gates are cumulative sums: one rises with the level, the other falls.
    assert all(levels == sorted(levels) for levels in panel["forget"])
    assert all(levels == sorted(levels, reverse=True) for levels in panel["input"])
    means = 1 - np.mean(panel["forget"], axis=1) / 100
    assert panel["distance"] == pytest.approx(means, abs=0.006)
    assert panel["unknown"] == []


@pytest.mark.parametrize("parser", trees.PARSERS)
@pytest.mark.parametrize("layer", ["1", "2"])
def test_the_tree_is_the_parsers_of_that_layer(handlers: Handlers, layer: str, parser: str) -> None:
    (panel,) = parse(handlers, TEXT[:9], layer=layer, parser=parser)["sentences"][0]["panels"]
    tree, words = from_brackets(panel["formats"]["brackets"])
    assert list(words) == ["苹果", "的", "颜色", "是", "什么"]
    expected = trees.parse(panel["distance"], parser)
    assert trees.spans(tree) == trees.spans(expected)
    assert json.loads(panel["formats"]["json"])["tree"] == panel["tree"]
    assert panel["formats"]["forest"].count("[{") == 5
    assert [split[2] for split in panel["splits"]] == [
        split.at for split in trees.splits(panel["distance"], parser)
    ]
    assert f"第 {layer} 层" in panel["title"]


def test_commas_divide_first_where_they_are_minded(handlers: Handlers) -> None:
    text = "苹果的颜色，是什么？"
    for source, handler in (
        (text, handlers.draw),
        ("((苹果 的) 颜色 ， (是 什么))", handlers.score),
    ):
        first = shown(handler(Visit(), source, browser(), *choices()))["sentences"][0]
        assert first["panels"][0]["splits"][0][:3] == [0, 5, 3]
        distances = first["panels"][0]["distance"]
        plain = shown(handler(Visit(), source, browser(), *choices(commas="ignored")))
        drawn = plain["sentences"][0]["panels"][0]["splits"]
        assert drawn[0][2] == 1 + int(np.argmax(distances[1:]))


def test_every_sentence_is_read_by_the_model_of_its_language(handlers: Handlers) -> None:
    visit: Any = Visit()
    value = parse(handlers, MIXED, visit)
    assert [len(sentence["words"]) for sentence in value["sentences"]] == [5, 4]
    assert {name for name, _ in visit.passage.analyses} == {"zh", "en"}
    # The plain LSTM is Chinese only: the English sentence keeps its model, and nothing that would
    # be the same stands beside it.
    beside = parse(handlers, MIXED, visit, beside="kind-lstm-word")
    assert [len(sentence["panels"]) for sentence in beside["sentences"]] == [2, 1]
    lstm = beside["sentences"][0]["panels"][1]
    assert lstm["gates"] == "plain" and "LSTM" in lstm["title"]


def test_a_switch_draws_again_without_reading_again(
    handlers: Handlers, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = Visit()
    parse(handlers, TEXT, visit)
    for model in models.get("onlstm").languages.values():
        monkeypatch.setattr(model, "analyse", None)
    for changes in ({"layer": "1"}, {"parser": "shen"}, {"beside": "layer-1"}):
        value = shown(handlers.change(visit, browser(), *choices(**changes)))
        assert len(value["sentences"]) == 2


def test_an_answer_that_was_overtaken_changes_nothing(
    handlers: Handlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = Visit()
    load, later = handlers.variants.load, []

    def slow(lang: Any) -> Any:
        monkeypatch.undo()
        later.append(handlers.draw(visit, "我们看花。", browser(), *choices()))
        return load(lang)

    monkeypatch.setattr(handlers.variants, "load", slow)
    early = handlers.draw(visit, TEXT, browser(), *choices())
    assert [*early] == [visit, *[gr.skip()] * 5]
    assert [sentence["text"] for sentence in shown(later[0])["sentences"]] == ["我们看花。"]
    again = shown(handlers.change(visit, browser(), *choices()))
    assert again["sentences"] == shown(later[0])["sentences"]


@pytest.mark.parametrize("beside", [*TRIVIAL, "parser", "layer-1", "kind-lstm-word"])
def test_another_tree_stands_beside(handlers: Handlers, beside: str) -> None:
    sentence = parse(handlers, TEXT[:9], beside=beside)["sentences"][0]
    first, second = sentence["panels"]
    assert first["title"] != second["title"]
    own, other = (
        trees.spans(from_brackets(panel["formats"]["brackets"])[0]) - {(0, 5)}
        for panel in (first, second)
    )
    assert f"{len(other)} 个括号里有 {len(own & other)} 个" in second["note"]
    assert (second["distance"] is None) == (beside in TRIVIAL)
    if beside == "right":
        assert other == {(1, 5), (2, 5), (3, 5)}


def test_what_is_offered_is_what_there_is(handlers: Handlers) -> None:
    screen = handlers.draw(Visit(), TEXT, browser("en"), *choices())
    assert [value for _, value in screen.kind.choices] == ["onlstm-complement-word", "lstm-word"]
    assert [value for _, value in screen.layer.choices] == ["auto", "1", "2"]
    besides = [value for _, value in screen.beside.choices]
    assert besides == ["none", "layer-1", "parser", "kind-lstm-word", *TRIVIAL]
    assert (screen.kind.value, screen.layer.value) == ("onlstm-complement-word", "auto")
    english = handlers.draw(Visit(), "The old cat sleeps.", browser("en"), *choices())
    assert [value for _, value in english.kind.choices] == ["onlstm-complement-word"]


def test_what_a_link_asks_for_and_no_model_has_is_neither_offered_nor_drawn(
    handlers: Handlers,
) -> None:
    asked = choices(kind="onlstm-reverse-character", layer="8", beside="layer-7")
    screen = handlers.draw(Visit(), TEXT, browser(), *asked)
    assert (screen.layer.value, screen.beside.value) == ("auto", "none")
    for sentence in shown(screen)["sentences"]:
        (panel,) = sentence["panels"]
        assert "第 2 层" in panel["title"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "请先写一句话"),
        (" \n\t\u200b", "请先写一句话"),
        ("😀🎉！？", "没有可以画成树的词"),
        ("好" * 10_000, "10,000 个字符"),
        ("花。" * 30, "30 句"),
        ("花，" * 150, "150 个词"),
        ("Привет, мир и все люди", "既不像中文也不像英文"),
        ("a" * 60, "60 个字符"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_nothing_is_lost(
    handlers: Handlers, text: str, words: str
) -> None:
    visit: Any = Visit()
    before = parse(handlers, TEXT, visit)
    value = parse(handlers, text, visit)
    assert words in value["message"]
    assert value["sentences"] == before["sentences"]
    assert visit.passage.source == Source(TEXT)


def test_every_fault_has_words_in_both_languages() -> None:
    values = {"count": 3, "limit": 2, "text": "苹果"}
    for lang in LANGUAGES:
        for kind in sentences._FAULTS:
            assert explain(SentenceError(kind, **values), lang)
        for kind in formats._FAULTS:
            assert explain(BracketError(kind, "(a (b c)", 3), lang)


def score(handlers: Handlers, gold: object, visit: Visit | None = None, **changes: str) -> Screen:
    return handlers.score(visit or Visit(), gold, browser("en"), *choices(**changes))


def test_a_bracketing_is_drawn_beside_with_f1(handlers: Handlers) -> None:
    screen = score(handlers, GOLD)
    (sentence,) = shown(screen)["sentences"]
    first, second = sentence["panels"]
    assert second["title"] == "The given bracketing" and second["splits"] == []
    assert second["formats"]["brackets"] == GOLD
    gold = {(0, 2), (2, 5), (3, 5)}
    own = trees.spans(from_brackets(first["formats"]["brackets"])[0]) - {(0, 5)}
    f1 = 100 * len(own & gold) / 3  # as many brackets in the one as in the other
    assert first["note"].startswith(f"F1 {f1:.1f}")
    assert f"**{f1:.1f}**" in screen.scores
    rows = dict(
        line.strip("| ").split(" | ") for line in screen.scores.splitlines() if line.count("|") == 3
    )
    assert rows["Right-branching"] == f"{100 * 2 / 3:.1f}"  # (2, 5) and (3, 5) of three
    assert rows["Left-branching"] == f"{100 / 3:.1f}"  # (0, 2)
    assert rows["Balanced (left smaller)"] == "100.0" and rows["Best binary tree"] == "100.0"
    assert 25 < float(rows["Random (mean)"]) < 60
    assert screen.scores.count("layer") == 4  # two layers of two models
    assert screen.beside.choices[0][1] == screen.beside.value == "gold"


def test_labels_and_punctuation_of_a_treebank_do_not_count(handlers: Handlers) -> None:
    pasted = "(TOP (S (NP (DT The) (NN cat)) (VP (VBZ sleeps)) (. .)))"
    (sentence,) = shown(score(handlers, pasted))["sentences"]
    assert sentence["words"] == ["The", "cat", "sleeps"]
    assert sentence["panels"][1]["formats"]["brackets"] == "((The cat) sleeps)"


def test_pasted_words_are_read_as_typed_ones_are() -> None:
    (english,) = read_gold("(They (’ve (won (3\\/4 back))))", None)
    assert english.forms == ("they", "'ve", "won", "3/4", "back")
    (chinese,) = read_gold("（（皇\u200b后 後來） （發 １２））", None)
    assert chinese.words == ("皇后", "後來", "發", "12")
    assert chinese.forms == ("皇后", "后来", "发", "12")


def test_several_bracketings_follow_each_other(handlers: Handlers) -> None:
    screen = score(handlers, f"{GOLD}\n（（我们 看） 花）")
    assert [len(s["words"]) for s in shown(screen)["sentences"]] == [5, 3]
    assert "sentences: 2, words: 8" in screen.scores


@pytest.mark.parametrize(
    ("gold", "words"),
    [
        ("", "Please paste a tree"),
        ("((苹果 的) 颜色", "never closed"),
        ("苹果 (的 颜色)", "outside"),
        ("(苹果 ())", "no word in it"),
        (f"{GOLD} )", "never opened"),
        ("(。 ！)", "no word to make a tree of"),
        ("(花 " * 150 + "花" + ")" * 150, "151 words"),
        ("((" * 3_000, "2,000"),
        ("(花)" * 21, "21 sentences"),
        (f"(花 {'a' * 51})", "51 characters"),
        ("(花\ud800\u200b", "(near “(花”)"),
    ],
)
def test_a_bad_bracketing_is_said_and_nothing_is_lost(
    handlers: Handlers, gold: str, words: str
) -> None:
    visit = Visit()
    before = shown(score(handlers, GOLD, visit))
    after = shown(score(handlers, gold, visit))
    assert words in after["message"]
    assert after["sentences"] == before["sentences"]


def test_a_deep_bracketing_of_a_hundred_words_is_drawn(handlers: Handlers) -> None:
    gold = "(花 " * 99 + "花" + ")" * 99
    (sentence,) = shown(score(handlers, gold))["sentences"]
    assert len(sentence["words"]) == 100


def test_from_a_bracketing_back_to_a_text_nothing_of_it_stays(handlers: Handlers) -> None:
    visit = Visit()
    score(handlers, GOLD, visit)
    screen = handlers.draw(visit, TEXT, browser(), *choices(beside="gold"))
    assert [len(sentence["panels"]) for sentence in shown(screen)["sentences"]] == [1, 1]
    assert screen.beside.value == "none" and screen.scores == ""


def test_another_language_reads_the_same_text_again(handlers: Handlers) -> None:
    visit: Any = Visit()
    parse(handlers, MIXED, visit)
    screen = handlers.change(visit, browser(), *choices(language="en"))
    assert {item.language for item in visit.passage.items} == {"en"}
    assert shown(screen)["message"] == ""


@pytest.mark.parametrize(
    "values",
    [
        (),
        ("auto",) * 6,
        *(
            tuple(bad if at == place else value for at, value in enumerate(Choices().values()))
            for place in range(5)
            for bad in (None, 3, "<script>", ["auto"], {"a": 1})
        ),
    ],
)
def test_switches_that_there_are_not_are_refused(
    handlers: Handlers, values: tuple[Any, ...]
) -> None:
    with pytest.raises(Refusal):
        handlers.draw(Visit(), TEXT, browser(), *values)
    with pytest.raises(Refusal):
        handlers.change(Visit(), browser(), *values)


@pytest.mark.parametrize("text", [None, 3, ["苹果"], {}, "花" * 60_000])
def test_what_is_no_text_is_refused(handlers: Handlers, text: object) -> None:
    with pytest.raises(Refusal):
        handlers.draw(Visit(), text, browser(), *choices())
    with pytest.raises(Refusal):
        handlers.score(Visit(), text, browser(), *choices())


def test_too_many_texts_a_minute_are_refused(handlers: Handlers) -> None:
    with pytest.raises(Refusal, match="太快"):
        for _ in range(100):
            handlers.draw(Visit(), "", browser(session="busy"), *choices())
    assert parse(handlers)["message"] == ""  # somebody else


def test_a_bundle_that_is_not_here_or_lacks_the_language_says_so(tmp_path: Path) -> None:
    absent = Handlers(Variants(Models([spec(tmp_path / "no")]), "onlstm"))
    assert "onlstm" in parse(absent)["message"]
    chinese = Handlers(Variants(onlstm_models(tmp_path, english=False), "onlstm"))
    assert "英语" in parse(chinese, "The old cat sleeps.")["message"]
