"""The word2vec page's questions, asked as gradio asks them, of a few words made by hand."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest

from app.pages.word2vec.api import endpoint
from app.pages.word2vec.handlers import Handlers, opened, refuse, share, take
from app.pages.word2vec.handlers.map import Map, complete_function, points_function
from app.pages.word2vec.inputs import EXAMPLES, Page
from app.pages.word2vec.saved import SAVED
from app.pages.word2vec.spaces import NAME, Spaces
from app.pages.word2vec.state import Visit
from app.web import saved
from app.web.inputs import SavedError
from app.web.limits import Refusal
from engine.models.registry import Models
from engine.word2vec.model import Word2Vec
from tests.word2vec_model import PARTS, word2vec_model, word2vec_models

ENDS = ("男", "女", "旧", "新")


def request(language: str = "zh-CN", session: str = "a", **query: str) -> Any:
    return SimpleNamespace(
        headers={"accept-language": language}, query_params=query, session_hash=session
    )


def event(**values: Any) -> gr.EventData:
    return gr.EventData(None, values)


def words(value: str) -> list[str]:
    return [row["word"] for row in json.loads(value)["rows"]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def models(folder: Path) -> Models:
    return word2vec_models(folder)


@pytest.fixture
def spaces(models: Models) -> Spaces:
    return Spaces(models)


@pytest.fixture
def bare(spaces: Spaces) -> str:
    """The key of vectors without a tree."""
    return spaces.add(word2vec_model(tree=False), "mine.txt").key


# A word


def test_neighbours_and_what_comes_with_a_word_stand_side_by_side(spaces: Spaces) -> None:
    near, related = Handlers(spaces).look(NAME, request(), " 广州 ", 1)
    found = json.loads(near)
    assert words(near)[:3] == ["东莞", "深圳", "北京"]
    assert found["rows"][0]["cells"][0]["text"] == f"{found['rows'][0]['cells'][0]['share']:.3f}"
    assert "第 15 常见" in found["about"] and "1,302 次" in found["about"]
    assert len(words(related)) == 15 and "广州" not in words(related)
    shares = [row["cells"][0]["share"] for row in json.loads(related)["rows"]]
    assert shares == sorted(shares, reverse=True) and max(shares) == 1 and min(shares) > 0


def test_related_words_are_those_of_the_tree(spaces: Spaces) -> None:
    model = word2vec_model()
    logs = model.log_probabilities("猫") - 0.5 * np.log(model.counts / model.counts.sum())
    logs[model.vectors.index("猫")] = -np.inf
    _, related = Handlers(spaces).look(NAME, request(), "猫", 0.5)
    best = model.vectors.words[int(np.argmax(logs))]
    assert words(related)[0] == best
    assert json.loads(related)["rows"][0]["cells"][0]["text"] == f"{logs.max():.1f}"


def test_an_unknown_word_gets_near_spellings(spaces: Spaces) -> None:
    near, related = Handlers(spaces).look(NAME, request(), "白云飞机场", 1)
    found = json.loads(near)
    assert found["error"] and "白云飞机场" in found["note"] and found["near"][0] == "白云机场"
    assert json.loads(related)["rows"] == []
    nothing = json.loads(Handlers(spaces).look(NAME, request("en"), "qqq", 1).near)
    assert nothing["near"] == [] and "not in the vocabulary" in nothing["note"]


def test_without_a_tree_it_is_said_what_is_missing(spaces: Spaces, bare: str) -> None:
    near, related = Handlers(spaces).look(bare, request(), "广州", 1)
    assert words(near) and "霍夫曼树" in json.loads(related)["note"]


@pytest.mark.parametrize(
    "values",
    [
        (NAME, "", 1),
        (NAME, None, 1),
        (NAME, "长" * 50_000_000, 1),
        (NAME, "广州", 7),
        (NAME, "广州", "x"),
        ("nobody's key", "广州", 1),
        (None, "广州", 1),
        ("k" * 1000, "广州", 1),
    ],
)
def test_bad_values_are_refused_with_a_sentence(spaces: Spaces, values: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        Handlers(spaces).look(values[0], request(), *values[1:])
    assert 4 < len(str(refusal.value)) < 100


def test_vectors_that_are_not_there_are_named(folder: Path) -> None:
    spaces = Spaces(word2vec_models(folder, here=False))
    with pytest.raises(Refusal, match="word2vec"):
        Handlers(spaces).look(NAME, request(), "广州", 1)


# Arithmetic


@pytest.mark.parametrize("method", ["add", "mul"])
def test_an_analogy_is_answered_and_drawn(spaces: Spaces, method: str) -> None:
    answers, picture = Handlers(spaces).analogy(NAME, request(), "男人", "女人", "国王", method)
    assert words(answers)[0] == "女王" and not {"男人", "女人", "国王"} & set(words(answers))
    assert "国王 对 女王" in json.loads(answers)["note"]
    drawn = json.loads(picture)
    points = {point["word"]: np.array([point["x"], point["y"]]) for point in drawn["points"]}
    sum_ = points["女人"] - points["男人"] + points["国王"]
    assert np.allclose(points["b − a + c"], sum_, atol=1e-4)
    sides = [points[word] - points["男人"] for word in ("女人", "国王")]
    assert max(sides, key=np.linalg.norm)[1] == pytest.approx(0, abs=1e-4)
    # The nearest to where the arrow ends is the answer.
    apart = {word: np.linalg.norm(place - sum_) for word, place in points.items()}
    assert sorted(apart, key=apart.__getitem__)[1] == "女王"
    arrows = [(arrow["from"], arrow["to"]) for arrow in drawn["arrows"]]
    names = [point["word"] for point in drawn["points"]]
    assert ("男人", "女人") in [(names[start], names[end]) for start, end in arrows]


def test_words_that_are_all_the_same_are_no_crash(spaces: Spaces) -> None:
    _, picture = Handlers(spaces).analogy(NAME, request(), "猫", "猫", "猫", "add")
    assert all(np.isfinite([p["x"], p["y"]]).all() for p in json.loads(picture)["points"])


def test_two_words_are_compared_with_what_is_near_to_both(spaces: Spaces) -> None:
    value = Handlers(spaces).compare(NAME, request("en"), "猫", "狗")
    cosine = word2vec_model().vectors.similarity("猫", "狗")
    assert f"{cosine:.3f}" in json.loads(value)["note"]
    assert words(value)[0] == "兔子" and json.loads(value)["heads"] == ["猫", "狗"]


def test_the_odd_one_is_marked(spaces: Spaces) -> None:
    value = Handlers(spaces).odd(NAME, request(), "早餐，午餐 晚餐、汽车")
    assert words(value)[-1] == "汽车" and json.loads(value)["rows"][-1]["mark"] == "odd"


def test_words_fall_between_two_pairs_of_opposites(spaces: Spaces) -> None:
    asked = "国王 女王 手机 马车 不在词表里"
    value = json.loads(Handlers(spaces).axes(NAME, request(), *ENDS, asked))
    where = {point["word"]: (point["x"], point["y"]) for point in value["points"]}
    assert where["国王"][0] < 0 < where["女王"][0]
    assert where["马车"][1] < 0 < where["手机"][1]
    assert "不在词表里" in value["note"] and value["xaxis"] == ["男", "女"]
    several = json.loads(Handlers(spaces).axes(NAME, request(), "男 国王", *ENDS[1:], asked))
    assert several["xaxis"] == ["男 国王", "女"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("analogy", ("男人", None, "国王", "add")),
        ("analogy", ("男人", "女人", "不知道", "add")),
        ("analogy", ("男人", "女人", "国王", "divide")),
        ("compare", ("猫", "词表外")),
        ("odd", ("猫 狗",)),
        ("odd", (" ".join(map(str, range(99))),)),
        ("odd", ("猫 狗 不知道",)),
        ("axes", ("男", "男", "旧", "新", "猫")),
        ("axes", ("男", "女", "旧", "词表外", "猫")),
        ("axes", (*ENDS, "")),
    ],
)
def test_bad_arithmetic_is_refused(spaces: Spaces, name: str, values: Any) -> None:
    with pytest.raises(Refusal):
        getattr(Handlers(spaces), name)(NAME, request(), *values)


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("analogy", ("男人", " ", "国王", "add"), "“b”还空着"),
        ("compare", ("猫", ""), "“另一个词”还空着"),
        ("odd", ("",), "“几个词，用空格隔开”还空着"),
        ("odd", ("猫 狗",), "“几个词，用空格隔开”要 3 到 16 个"),
        ("axes", ("男", "女", "", "新", "猫"), "“下”还空着"),
        ("axes", (*ENDS, " ，"), "“放哪些词进去”还空着"),
    ],
)
def test_the_field_that_is_empty_is_named(
    spaces: Spaces, name: str, values: Any, said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        getattr(Handlers(spaces), name)(NAME, request(), *values)


def test_an_unknown_word_is_named_with_what_is_written_alike(spaces: Spaces) -> None:
    with pytest.raises(Refusal, match=r"“国玉”.*国王"):
        Handlers(spaces).analogy(NAME, request(), "男人", "女人", "国玉", "add")


# The map


def test_a_click_on_the_map_shows_neighbours(spaces: Spaces) -> None:
    value = json.loads(Map(spaces).pick(NAME, "map", event(word="猫"), request()))
    assert value["selected"] == "猫" and len(value["near"]) == 12
    assert {word for word, _ in value["near"][:2]} == {"狗", "兔子"}
    assert value["source"] == "word2vec:map"


def test_two_words_draw_the_pairs_that_differ_in_the_same_way(spaces: Spaces) -> None:
    picked = Map(spaces)
    value = json.loads(picked.pair(NAME, "map", event(words=["中国", "北京"]), request()))
    main, *others = [(arrow["from"], arrow["to"]) for arrow in value["arrows"]]
    assert main == ("中国", "北京")
    assert {("日本", "东京"), ("法国", "巴黎")} <= set(others)
    ends = [end for _, end in others]
    assert len(ends) == len(set(ends))
    third = json.loads(picked.pair(NAME, "map", event(words=["男人", "女人", "国王"]), request()))
    assert [arrow["to"] for arrow in third["arrows"]] == ["女人", "女王"]


@pytest.mark.parametrize(
    "sent", [None, "中国", ["中国"], ["中国"] * 4, ["中国", 7], ["中国", "无此词"]]
)
def test_pairs_that_no_map_sends_are_refused(spaces: Spaces, sent: Any) -> None:
    with pytest.raises(Refusal):
        Map(spaces).pair(NAME, "map", event(words=sent), request())


def test_the_points_come_in_one_piece(spaces: Spaces) -> None:
    points: Any = points_function(spaces)
    found = json.loads(points("word2vec:map", request()))
    assert found["words"].split("\n")[:2] == list(PARTS)[:2] and found["count"] == 200
    assert "error" in json.loads(points("nobody:map", request()))
    assert "error" in json.loads(points("word2vec:sideways", request()))
    assert "error" in json.loads(points({"a": 1}, request()))


@pytest.mark.slow
def test_a_map_can_be_arranged_anew(spaces: Spaces, bare: str) -> None:
    value = Map(spaces).show(bare, "tsne", request())
    assert json.loads(value)["source"] == f"{bare}:tsne"
    points: Any = points_function(spaces)
    assert points(f"{bare}:tsne", request()) != points(f"{bare}:map", request())


def test_words_are_completed(spaces: Spaces, bare: str) -> None:
    complete: Any = complete_function(spaces)

    def ask(value: object) -> Any:
        return json.loads(complete(value, request()))

    assert ask('{"key": "word2vec", "prefix": "白云"}') == ["白云机场"]
    assert ask(json.dumps({"key": bare, "prefix": "词1"}))[:2] == ["词1", "词10"]
    for bad in ("", "[]", "{}", '{"key": "x", "prefix": "白"}', None, "x" * 1000):
        assert ask(bad) == []


# Texts


def test_keywords_are_marked_where_they_stand(spaces: Spaces) -> None:
    text = "太阳是一颗恒星。\n地球不是！"
    passage, keywords = Handlers(spaces).keywords(NAME, request(), text, 3)
    pieces = json.loads(passage)["pieces"]
    assert "".join(piece for piece, _ in pieces) == text
    ranked = {piece: rank for piece, rank in pieces if rank is not None}
    assert [word for word, _ in sorted(ranked.items(), key=lambda one: one[1])] == words(keywords)
    assert len(ranked) == 3 and "不是" in json.loads(passage)["note"]


def test_sentences_are_compared_by_their_words(spaces: Spaces) -> None:
    value = json.loads(Handlers(spaces).matrix(NAME, request(), "猫和狗\n兔子\n\n早餐，午餐\nqq"))
    values = value["values"]
    assert values[0][1] > 0.6 > values[0][2] and values[0][1] == values[1][0]
    assert values[3] == [None] * 4  # no word of it is known
    assert ["和", False] in value["sentences"][0]["words"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("keywords", ("", 5)),
        ("keywords", ("。。。！", 5)),
        ("keywords", ("qq ww", 5)),
        ("keywords", ("猫" * 20_001, 5)),
        ("keywords", ("猫", 500)),
        ("keywords", (None, 5)),
        ("matrix", ("只有一句",)),
        ("matrix", ("猫\n" * 11,)),
        ("matrix", ("猫" * 6_000,)),
    ],
)
def test_texts_that_cannot_be_read_are_refused(spaces: Spaces, name: str, values: Any) -> None:
    with pytest.raises(Refusal):
        getattr(Handlers(spaces), name)(NAME, request(), *values)


def test_keywords_without_a_tree_say_so(spaces: Spaces, bare: str) -> None:
    _, keywords = Handlers(spaces).keywords(bare, request(), "猫", 3)
    assert "霍夫曼树" in json.loads(keywords)["note"]


# The page


def test_the_bundled_vectors_can_do_the_examples() -> None:
    model = Word2Vec.load(Path(__file__).parents[3] / "assets" / "models" / "word2vec")
    vectors = model.vectors
    answers = ("学校", "妹妹", "唐", "冬天", "失败", "伦敦", "小猫")
    for (a, b, c), answer in zip(EXAMPLES.analogies, answers, strict=True):
        assert vectors.most_similar([b, c], [a], 1)[0][0] == answer
    for group, odd in zip(EXAMPLES.odd, ("汽车", "苹果", "桌子"), strict=True):
        assert vectors.centrality(group.split())[-1][0] == odd
    asked = [*EXAMPLES.searches, *(word for pair in EXAMPLES.pairs for word in pair)]
    asked += [word for axes in EXAMPLES.axes for words in axes for word in words.split()]
    assert [word for word in asked if word not in vectors] == []


def test_the_page_opens_with_answers(spaces: Spaces) -> None:
    # What a visitor has typed before this answer comes stays.
    assert opened(None, request()) == [gr.skip()] * len(Page.names())
    screen = Handlers(spaces).begin(request(), *Page().values())
    assert "200 个词" in screen.about and words(screen.near) and words(screen.related)
    assert words(screen.answers)[0] == "学校" and words(screen.compared) and words(screen.found)
    assert json.loads(screen.plane)["points"]
    assert json.loads(screen.cloud)["source"] == "word2vec:map"


def test_it_opens_as_it_was_left_and_as_a_link_has_it(spaces: Spaces) -> None:
    def fields(kept: object, **query: str) -> dict[str, Any]:
        return dict(zip(Page.names(), opened(kept, request(**query)), strict=True))

    kept = Page(word="猫", alpha=0.5).model_dump()
    assert (fields(kept)["word"], fields(kept)["alpha"]) == ("猫", 0.5)
    shared = share(request(), *Page(word="日本", c="爷爷").values()).value
    encoded = shared.removeprefix("?word2vec=")
    assert saved.decode(encoded) == {"word": "日本", "c": "爷爷", "version": 1}
    linked = fields(kept, word2vec=encoded)
    assert (linked["word"], linked["c"]) == ("日本", "爷爷")


@pytest.mark.parametrize(
    "kept",
    [
        "text",
        {"word": 7},
        {"word": "长" * 100},
        {"alpha": 9},
        {"alpha": True},
        {"method": "magic"},
        {"placed": "猫" * 100_000},
    ],
)
def test_what_nobody_saved_is_not_restored(kept: Any) -> None:
    with pytest.raises(SavedError):
        SAVED.kept.load(kept)
    assert opened(kept, request()) == Page.updates()


def test_a_page_without_its_model_is_empty_and_silent(folder: Path) -> None:
    spaces = Spaces(word2vec_models(folder, here=False))
    screen = Handlers(spaces).begin(request(), *Page().values())
    panels = screen._asdict().keys() - {"word", "tabs", "completion"}
    texts = {"passage", "keywords", "matrix"}  # are read when their tab opens
    assert {getattr(screen, name) for name in panels - texts} == {""}


def test_a_search_stays_on_the_map_and_leaves_other_tabs(spaces: Spaces) -> None:
    handlers, asked = Handlers(spaces), ("map", request())
    on_map = handlers.search(Visit(tab="map"), NAME, *asked, "猫", 1)
    assert json.loads(on_map.cloud)["selected"] == "猫" and on_map.tabs == gr.skip()
    elsewhere = handlers.search(Visit(tab="axes"), NAME, *asked, "猫", 1)
    assert elsewhere.cloud == gr.skip() and elsewhere.tabs.selected == "look"
    unknown = handlers.search(Visit(tab="map"), NAME, *asked, "猫猫头", 1)
    assert unknown.tabs.selected == "look" and "猫猫头" in unknown.near


def test_a_word_of_a_list_is_looked_up(spaces: Spaces) -> None:
    screen = Handlers(spaces).pick(NAME, 1, event(word="狗"), request())
    assert (screen.word, screen.tabs.selected) == ("狗", "look")
    assert {"猫", "兔子"} == set(words(screen.near)[:2])
    with pytest.raises(Refusal):
        Handlers(spaces).pick(NAME, 1, event(word={"a": 1}), request())


def test_examples_are_taken_by_their_number() -> None:
    handler = take(EXAMPLES.analogies)
    assert handler(event(index=1), request()) == EXAMPLES.analogies[1]
    for index in (-1, 99, "0", None):
        with pytest.raises(Refusal):
            handler(event(index=index), request())


def test_a_paste_that_is_too_long_is_told_how_long_it_may_be() -> None:
    with pytest.raises(Refusal, match=r"50,000,000.*1,000,000"):
        refuse(event(length=50_000_000, maximum=1_000_000), request())


def test_programs_get_neighbours(spaces: Spaces) -> None:
    found = endpoint(spaces)("广州", request(), topn=3, alpha=0.9)
    assert [word for word, _ in found["neighbours"]] == ["东莞", "深圳", "北京"]
    assert len(found["related"]) == 3 and found["word"] == "广州"
    for bad in ({"word": ""}, {"word": "无此词"}, {"topn": 1000}, {"alpha": -1}):
        with pytest.raises(Refusal):
            endpoint(spaces)(**{"word": "广州", "request": request(), **bad})
