"""A visitor's own vectors: trained here, brought along, measured and taken away."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_args

import gradio as gr
import numpy as np
import pytest

from app.pages.word2vec.handlers import Handlers, training
from app.pages.word2vec.handlers.files import NAMES, Files, damage
from app.pages.word2vec.handlers.training import Screen, Training, new_words
from app.pages.word2vec.inputs import EXAMPLES, MAX_CHARS, Page, contents
from app.pages.word2vec.inputs import Training as Settings
from app.pages.word2vec.spaces import NAME, Space, Spaces
from app.pages.word2vec.state import Visit
from app.web.limits import Refusal
from engine.models.registry import Models
from engine.word2vec.errors import FormatError, FormatProblem
from engine.word2vec.formats import read, read_tsv, write, write_tsv
from engine.word2vec.model import Word2Vec
from engine.word2vec.vectors import Vectors
from tests.unit.app.test_word2vec_handlers import request
from tests.word2vec_model import word2vec_model, word2vec_models

SETTINGS: Final = Settings(size=16, window=3, min_count=1, epochs=2)
TEXT = "\n".join(
    f"{one}在{place}看{thing}，{thing}很好看。"
    for one in ("猫", "狗", "老师", "学生", "医生", "司机", "农民", "工人")
    for place in ("学校", "公园", "医院", "家里", "路上", "车站")
    for thing in (
        *("电影", "小说", "地图", "花", "月亮", "报纸", "比赛", "照片"),
        *("衣服", "汽车", "马车", "手机", "电视", "风景", "大海", "雪山", "石头", "树叶"),
    )
)
PAIRS = "猫\t狗\t9\n猫\t早餐\t1\n男人\t女人\t7\n太阳\t词表外\t9.5\n"
ANALOGIES = """: capital
中国 北京 日本 东京
中国 北京 法国 东京
中国 北京 月球 环形山
: family
男人 女人 国王 女王
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    return word2vec_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def spaces(models: Models) -> Spaces:
    return Spaces(models)


def some_vectors(count: int = 30, size: int = 8) -> Vectors:
    random = np.random.default_rng(3)
    matrix = random.normal(size=(count, size)).astype(np.float32)
    return Vectors([f"字{number}" for number in range(count)], matrix)


def newest(spaces: Spaces, screen: Any) -> Space:
    """The vectors that a screen chooses."""
    assert screen.space.value == screen.visit.own[-1]
    return spaces.get(screen.visit.own[-1], "zh")


# Training


def train(
    spaces: Spaces,
    text: Any = TEXT,
    file: Any = None,
    *,
    visit: Visit | None = None,
    **changes: Any,
) -> Iterator[Screen]:
    values = SETTINGS.model_copy(update={"text": text, **changes}).values()
    return Training(spaces).train(visit or Visit(), file, request(), *values)


def test_a_text_is_trained_on_with_a_loss_and_a_map(spaces: Spaces) -> None:
    visit = Visit()
    seen = list(train(spaces, visit=visit))
    progress = [json.loads(screen.progress) for screen in seen]
    assert all(one["running"] for one in progress[:-1]) and not progress[-1]["running"]
    shares = [one["share"] for one in progress]
    assert shares == sorted(shares) and shares[-1] == 1
    assert progress[-1]["points"][-1][1] < 4 and "练好了" in progress[-1]["status"]
    inline = json.loads(seen[-1].live)["inline"]
    space = newest(spaces, seen[-1])
    assert "电影" in inline["words"].split("\n") and "电影" in space.vectors
    assert space.model.has_probabilities and space.vectors.size == 16
    assert all(screen.space == gr.skip() for screen in seen[:-1])
    assert seen[-1].space.value == space.key and visit.own == (space.key,)


def test_new_words_are_found_and_kept_whole(spaces: Spaces) -> None:
    random = np.random.default_rng(2)
    letters = list("天地人日月山水火木金土石田禾米竹马牛羊鸟鱼虫花草云雨雪风雷电春夏秋冬东南西北")
    lines = ["".join(random.choice(letters, 14)) for _ in range(500)]
    text = "\n".join(f"{line[:7]}{random.choice(['魃魈', '魍魉鬾'])}{line[7:]}" for line in lines)
    *_, last = train(spaces, text, discover=True)
    assert {"魃魈", "魍魉鬾"} <= set(new_words(text))
    assert "魃魈" in newest(spaces, last).vectors
    assert "新词" in json.loads(last.progress)["status"]


def test_a_file_is_trained_on_instead_of_the_text(spaces: Spaces) -> None:
    settings = {"architecture": "cbow", "output": "negative", "window": 2, "epochs": 1}
    *_, last = train(spaces, "", TEXT.encode("gb18030"), **settings)
    assert not newest(spaces, last).model.has_probabilities


def test_stop_keeps_the_vectors_as_they_are(spaces: Spaces) -> None:
    visit = Visit()
    screens = train(spaces, TEXT * 12, visit=visit, epochs=50)
    for screen in screens:
        if json.loads(screen.progress)["points"]:
            break
    Training(spaces).stop(visit)
    *_, last = screens
    assert "停在" in json.loads(last.progress)["status"] and len(newest(spaces, last).vectors)


def test_a_training_that_was_overtaken_shows_nothing_more(spaces: Spaces) -> None:
    visit = Visit()
    screens = train(spaces, TEXT * 12, visit=visit, epochs=50)
    next(screens)
    *_, last = train(spaces, visit=visit)
    assert list(screens) == [] and visit.own == (newest(spaces, last).key,)


def test_stop_while_words_are_cut_leaves_nothing(spaces: Spaces) -> None:
    visit = Visit()
    screens = train(spaces, TEXT * 30, visit=visit)
    next(screens)
    Training(spaces).stop(visit)
    (last,) = screens
    assert last.space == gr.skip() and not json.loads(last.progress)["running"]


def test_time_is_up(spaces: Spaces) -> None:
    values = SETTINGS.model_copy(update={"text": TEXT * 12, "epochs": 50}).values()
    *_, last = Training(spaces, seconds=0).train(Visit(), None, request(), *values)
    assert "时间到" in json.loads(last.progress)["status"] and last.visit.own


def test_a_closed_training_makes_room_for_the_next(
    spaces: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "AT_ONCE", 1)
    handlers = Training(spaces)
    values = SETTINGS.model_copy(update={"text": TEXT * 30}).values()
    running = handlers.train(Visit(), None, request(), *values)
    next(running)
    with pytest.raises(Refusal, match="太多"):
        next(handlers.train(Visit(), None, request(), *values))
    running.close()
    again = next(handlers.train(Visit(), None, request(), *values))
    assert json.loads(again.progress)["running"]


def test_a_text_that_is_too_short_ends_with_a_sentence(spaces: Spaces) -> None:
    *_, last = train(spaces, "猫 狗")
    progress = json.loads(last.progress)
    assert "太短" in progress["status"] and not progress["running"] and last.space == gr.skip()


@pytest.mark.parametrize(
    ("text", "file", "changes", "said"),
    [
        ("", None, {}, "先贴"),
        ("   \n", None, {}, "先贴"),
        (None, None, {}, "文字"),
        ("长" * 50_000_000, None, {}, "50000000.*1000000"),
        ("", "长".encode() * 3_000_000, {}, "KiB"),
        ("", b"\xff\x80\x00\x80" * 9, {}, "UTF-8"),
        ("", {"path": "/etc/passwd"}, {}, "文件"),
        (TEXT, None, {"architecture": "transformer"}, "选项"),
        (TEXT, None, {"output": None}, "选项"),
        (TEXT, None, {"size": 100_000}, "维数"),
        (TEXT, None, {"window": -1}, "窗口"),
        (TEXT, None, {"min_count": "x"}, "几次"),
        (TEXT, None, {"epochs": 10**9}, "遍数"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(
    spaces: Spaces, text: Any, file: Any, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        list(train(spaces, text, file, **changes))


# Files


@pytest.mark.parametrize("name", ["v.txt", "v.bin", "v.npz"])
def test_a_file_of_vectors_becomes_a_choice(spaces: Spaces, tmp_path: Path, name: str) -> None:
    write(some_vectors(), tmp_path / name)
    screen = Files(spaces).upload(Visit(), [str(tmp_path / name)], request())
    space = newest(spaces, screen)
    assert np.allclose(space.vectors.matrix, some_vectors().matrix, atol=1e-5)
    assert any(name in str(label) for label, _ in screen.space.choices)
    assert name in space.about("zh") and "没有霍夫曼树" in space.about("zh")


def test_a_projectors_pair_in_any_order(spaces: Spaces, tmp_path: Path) -> None:
    paths = [tmp_path / "a.tsv", tmp_path / "b.tsv"]
    for order in (1, -1):
        write_tsv(some_vectors(), *paths)
        files = [str(path) for path in paths[::order]]
        space = newest(spaces, Files(spaces).upload(Visit(), files, request()))
        assert space.vectors.words[:2] == ["字0", "字1"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x80\x04\x95\x10\x00\x00", "pickle"),
        (b"", "空的"),
        ("猫 0.1 0.2\n狗 0.1\n".encode(), "2: 狗 0.1"),
        ("猫 0.1 0.2\n".encode(), "一个词"),
        (b"99999 300\n", "99,999 × 300"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        ("猫 nan 0.2\n狗 0.1 0.3\n".encode(), "“猫”"),
        ("猫 0.1 0.2\n猫 0.1 0.3\n".encode(), "“猫”出现了两次"),
        ("猫 0.1 0.2\n狗 0.1 0.3\n".encode("gb18030"), "UTF-8"),
    ],
)
def test_a_file_that_holds_no_vectors_is_refused(
    spaces: Spaces, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "bad.bin"
    path.write_bytes(content)
    sentences = {"zh-CN": f"^(?=“?[\u4e00-\u9fff]).*{said}", "en": "^[“A-Z]"}
    for language, sentence in sentences.items():
        with pytest.raises(Refusal, match=sentence):
            Files(spaces).upload(Visit(), [str(path)], request(language))


def test_whatever_is_wrong_with_a_file_has_its_sentence_in_both_languages() -> None:
    for kind in get_args(FormatProblem):
        error = FormatError("why", kind, "7: x")
        chinese, english = (damage(error, lang) for lang in ("zh", "en"))
        assert chinese != english and ("7: x" in chinese) == ("7: x" in english)


def test_too_many_files_and_too_large_ones_are_refused(
    spaces: Spaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "v.txt"
    path.write_text("x" * 5000)
    monkeypatch.setattr("app.pages.word2vec.handlers.files.MAX_UPLOAD_BYTES", 4096)
    for paths, said in (
        ([], "文件"),
        (None, "文件"),
        ([str(path)] * 3, "文件"),
        ([str(path)], "KiB"),
    ):
        with pytest.raises(Refusal, match=said):
            Files(spaces).upload(Visit(), paths, request())


def test_what_is_taken_away_can_be_read_again(spaces: Spaces, tmp_path: Path) -> None:
    files = Files(spaces)
    contents = {}
    for name in NAMES:
        saved = json.loads(files.saving(name)(NAME, request()))
        assert saved["name"] == name
        contents[name] = saved["content"].encode()
    whole = word2vec_model().vectors
    pair = read_tsv(contents["vectors.tsv"], contents["metadata.tsv"])
    for found in (pair, read(contents["vectors.txt"])):
        assert found.words == whole.words and np.allclose(found.matrix, whole.matrix, rtol=1e-4)
    with pytest.raises(Refusal):
        files.saving("vectors.tsv")("nobody's key", request())


def test_the_oldest_make_room(models: Models) -> None:
    spaces = Spaces(models, maximum=3 * 4 * 200 * 48)
    keys = [spaces.add(word2vec_model(tree=False), str(number)).key for number in range(3)]
    spaces.get(keys[0], "zh")  # in use, so the second is the oldest
    spaces.add(word2vec_model(tree=False), "3")
    assert spaces.get(keys[0], "zh").title == "0"
    with pytest.raises(Refusal, match="不在服务器"):
        spaces.get(keys[1], "zh")
    assert spaces.get(NAME, "zh").key == NAME


def test_own_vectors_change_the_page_and_it_can_go_back(spaces: Spaces) -> None:
    key = spaces.add(word2vec_model(tree=False), "mine").key
    radio = spaces.choice([key], "zh")
    assert [value for _, value in radio.choices] == [NAME, key] and radio.value == key
    screen = Handlers(spaces).change(key, request(), *Page().values())
    assert (screen.word, screen.completion) == (Page().word, key)
    assert "mine" in screen.about and "霍夫曼树" in screen.related
    assert json.loads(screen.cloud)["source"] == f"{key}:map"


def test_a_word_that_other_vectors_lack_makes_room_for_one_of_theirs(spaces: Spaces) -> None:
    words = [*"的了是我", *(f"字{number}" for number in range(80))]
    matrix = np.random.default_rng(1).normal(size=(84, 8)).astype(np.float32)
    key = spaces.add(Word2Vec(Vectors(words, matrix)), "mine").key
    screen = Handlers(spaces).change(key, request(), *Page().values())
    assert screen.word == "字56" and json.loads(screen.near)["rows"]


# Tests


def measured(spaces: Spaces, text: Any, file: Any = None, **options: Any) -> list[Any]:
    method, whole = options.get("method", "add"), options.get("whole", False)
    asked = (NAME, file, request(), text, method, whole)
    return [json.loads(scores) for scores in Files(spaces).measure(Visit(), *asked)]


def test_word_similarity_with_its_coverage(spaces: Spaces) -> None:
    (value,) = measured(spaces, PAIRS)
    spearman, pearson = value["rows"]
    assert spearman["scored"] == "100.0" and "3/4" in spearman["covered"]
    assert pearson["coverage"] == 0.75 and "4 对里有 3 对" in value["note"]
    (whole,) = measured(spaces, "", PAIRS.encode(), whole=True)
    assert whole["rows"][0]["scored"] != "100.0"


@pytest.mark.parametrize("method", ["add", "mul"])
def test_analogies_by_sections_with_a_total(spaces: Spaces, method: str) -> None:
    *_, last = measured(spaces, ANALOGIES, method=method)
    rows = {row["name"]: row for row in last["rows"]}
    assert rows["capital"]["scored"] == "50.0% (1/2)" and "(2/3)" in rows["capital"]["covered"]
    assert rows["family"]["score"] == 1 and rows["合计"]["scored"] == "66.7% (2/3)"
    assert not last["running"] and rows["合计"]["total"]
    *_, whole = measured(spaces, ANALOGIES, whole=True)
    assert whole["rows"][-1]["scored"] == "50.0% (2/4)"


def test_a_long_section_is_counted_as_one_and_two_of_a_name_are_not(
    spaces: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.pages.word2vec.handlers.files._SCORES", 1)  # a view a question
    twice = f"{ANALOGIES}: family\n男人 女人 父亲 母亲\n"
    first, *views, last = measured(spaces, twice)
    assert [len(view["rows"]) for view in views] == [1, 1, 1, 2, 3] and first["rows"] == []
    assert [row["name"] for row in last["rows"]] == ["capital", "family", "family", "合计"]
    assert (
        last["rows"][0]["scored"] == "50.0% (1/2)" and last["rows"][-1]["scored"] == "75.0% (3/4)"
    )


def test_the_examples_can_be_trained_on_and_measured(spaces: Spaces) -> None:
    ((novel, file),) = contents(EXAMPLES.novels)
    assert "呼兰河" in novel and 50_000 < len(novel) < MAX_CHARS and file is None
    sets = [measured(spaces, text)[-1] for text, _ in contents(EXAMPLES.tests)]
    assert all(len(found["rows"]) > 1 and not found.get("running") for found in sets)


def test_a_stopped_test_says_what_it_has(spaces: Spaces) -> None:
    visit, files = Visit(), Files(spaces)
    views = files.measure(visit, NAME, None, request(), ANALOGIES, "add", False)
    assert json.loads(next(views))["running"]
    files.stop(visit)
    *_, last = views
    assert "一部分" in json.loads(last)["note"] and not json.loads(last)["running"]


@pytest.mark.parametrize(
    ("text", "file", "said"),
    [
        ("", None, "先贴"),
        (None, None, "文字"),
        ("no test", None, "没有一行是两个词加一个分数"),
        (": empty\n", None, "没有一行是四个词"),
        ("猫 狗 猫 狗\n: late\n猫 狗 猫 狗", None, "第 1 行"),
        ("", b"\xff\xff", "UTF-8"),
        ("", b"a\tb\t1\n" * 500_000, "KiB"),
        ("\n" * 50_000 + PAIRS, None, "行"),
        ("没有\t这词\t1\n也没\t那词\t2\n", None, "几乎"),
    ],
)
def test_what_is_no_test_is_refused(spaces: Spaces, text: Any, file: Any, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        measured(spaces, text, file)
