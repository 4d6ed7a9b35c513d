"""The words about a model that a visitor reads."""

import re

import pytest

from app.web.model_status import status_html
from app.web.texts import LANGUAGES, Language
from engine.models.registry import ModelStatus, State


def words(status: ModelStatus, lang: Language) -> str:
    return re.sub(r"(<[^>]*>)+", " ", status_html(status, lang)).strip()


def test_loading_says_for_how_long() -> None:
    status = ModelStatus("xiangqi", State.LOADING, 11 * 2**20, seconds=3.4)
    assert words(status, "en") == "Model loading for 3 s 11.0 MiB"
    assert words(status, "zh") == "模型 加载中，已 3 秒 11.0 MiB"


def test_ready_says_how_large_and_where() -> None:
    status = ModelStatus("xiangqi", State.READY, 11 * 2**20, "CPU × 2", 2.0)
    assert words(status, "en") == "Model ready 11.0 MiB CPU × 2"


def test_a_failure_keeps_the_servers_own_words_to_itself() -> None:
    status = ModelStatus("xiangqi", State.FAILED, 0, error="OSError: /home/somebody/secret")
    for lang in LANGUAGES:
        assert "secret" not in status_html(status, lang)


@pytest.mark.parametrize("state", State)
def test_every_state_has_words_and_is_announced(state: State) -> None:
    for lang in LANGUAGES:
        shown = status_html(ModelStatus("xiangqi", state, 1), lang)
        assert 'role="status"' in shown
        assert f'data-state="{state}"' in shown


def test_a_device_cannot_write_html() -> None:
    status = ModelStatus("xiangqi", State.READY, 1, "<script>")
    assert "<script>" not in status_html(status, "en")
