"""The models that a page offers."""

import threading
from pathlib import Path

import pytest

from app.text.models import TextModels
from app.web.limits import Refusal
from engine.models.errors import ModelError
from engine.models.registry import State
from tests.story_model import StoryModel
from tests.text_page import NAMES, toy_models


@pytest.fixture
def models(tmp_path: Path) -> TextModels:
    return TextModels(toy_models(tmp_path), NAMES)


def test_labels_say_where_a_model_stands_and_in_whose_language(models: TextModels) -> None:
    zh = {name: label for label, name in models.choices("zh")}
    assert zh["story"] == "内置小模型（写作） · 在磁盘上，用时加载 · 4 B"
    assert zh["cpm"] == "CPM（清源） · 不在本机 · 2,597 百万参数"
    assert zh["gpt2"] == "GPT-2（英文） · 不在本机"
    en = {name: label for label, name in models.choices("en")}
    assert en["story"] == "Bundled small model (writing) · on disk, loads when used · 4 B"
    assert list(zh) == list(NAMES)


def test_a_model_that_is_here_is_loaded_once_and_then_ready(models: TextModels) -> None:
    assert not models.ready("story")
    model = models.get("story", "zh")
    assert isinstance(model, StoryModel)
    assert models.get("story", "en") is model
    assert models.ready("story")
    assert "就绪" in dict(map(reversed, models.choices("zh")))["story"]


@pytest.mark.parametrize("name", ["gpt2", "cpm"])
def test_a_model_that_is_not_here_is_refused_with_what_the_host_can_do(
    models: TextModels, name: str
) -> None:
    with pytest.raises(Refusal, match=f"--preload {name}.*--models"):
        models.get(name, "en")
    (status,) = models.models.status(name)
    assert status.state in (State.ABSENT, State.REMOTE)  # nothing was started


def test_a_model_that_failed_is_refused_without_its_path(models: TextModels) -> None:
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            models.get("mt5-small", "zh")
        assert "日志" in str(refused.value)
        assert "/a/path" not in str(refused.value)
    assert models.models.status("mt5-small")[0].state is State.FAILED


@pytest.mark.parametrize("name", ["nonsense", "", None, 5, ["story"], "xiangqi", "../story"])
def test_a_name_that_the_page_does_not_offer_is_refused(models: TextModels, name: object) -> None:
    with pytest.raises(Refusal):
        models.get(name, "zh")


def test_memory_that_the_others_need_is_not_given_away(tmp_path: Path) -> None:
    # Each of the toys counts four times its four bytes.
    models = TextModels(toy_models(tmp_path, budget=20), NAMES)
    models.get("story", "zh")
    with pytest.raises(Refusal, match="内存"):
        models.get("dialogue", "zh")
    models.get("story", "zh")


def test_whoever_comes_while_a_model_loads_waits_for_it(
    models: TextModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading, go = threading.Event(), threading.Event()

    def load(folder: Path) -> StoryModel:
        loading.set()
        assert go.wait(30)
        return StoryModel()

    monkeypatch.setattr("tests.text_page.quick", load)
    thread = models.models.preload(["story"])
    assert loading.wait(30)
    assert "正在加载" in models.choices("zh")[0][0]
    found: list[object] = []
    waiting = threading.Thread(target=lambda: found.append(models.get("story", "zh")))
    waiting.start()
    go.set()
    waiting.join(30)
    thread.join(30)
    assert isinstance(found[0], StoryModel)


def test_a_model_that_fails_while_somebody_waits_is_a_sentence(
    models: TextModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(name: str) -> object:
        raise ModelError(f"{name} cannot be loaded: OSError: /a/path")

    monkeypatch.setattr(models.models, "get", failing)
    with pytest.raises(Refusal) as refused:
        models.get("story", "zh")
    assert "/a/path" not in str(refused.value)
