"""The parse-tree page without its page: raw requests, and gradio's own client."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from gradio_client import Client

from app.pages.parse_tree import page as parse_tree
from app.pages.parse_tree.inputs import Choices
from app.settings import Settings
from app.shell import build, launch_options
from tests.conftest import free_port
from tests.http.test_story_http import Visitor
from tests.onlstm_models import onlstm_models

SWITCHES = Choices().values()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    models = onlstm_models(tmp_path_factory.mktemp("onlstm"))
    models.get("onlstm")
    demo = build(models, (parse_tree,))
    options = launch_options(Settings(port=free_port()))
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, **options)
    yield address.rstrip("/")
    demo.close()


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=300, trust_env=False) as connection:
        yield connection


def drawn(visitor: Visitor) -> str:
    (value,) = [v for v in visitor.outputs if isinstance(v, str) and '"sentences"' in v]
    return value


def test_a_sentence_is_drawn_over_http(client: httpx.Client) -> None:
    visitor = Visitor(client, "draws")
    assert visitor.call("parse-go", [None, "苹果的颜色是什么？", *SWITCHES]) == ""
    assert '"words":["苹果","的","颜色","是","什么"]' in drawn(visitor)


@pytest.mark.parametrize("text", ["", "😀", "好" * 10_000])
def test_what_cannot_be_drawn_is_answered_with_a_sentence(client: httpx.Client, text: str) -> None:
    visitor = Visitor(client, f"empty{len(text)}")
    assert visitor.call("parse-go", [None, text, *SWITCHES]) == ""
    value = drawn(visitor)
    assert '"sentences":[]' in value and '"message":""' not in value


@pytest.mark.parametrize(
    "data",
    [
        *([None, "花" * 60_000, *SWITCHES], [None, "花"], [None, "花", *SWITCHES[:4], None]),
        *([None, "花", "xx", *SWITCHES[1:]], [None, "花", *SWITCHES[:4], "layer-99"]),
    ],
)
@pytest.mark.parametrize("button", ["parse-go", "parse-score"])
def test_values_of_another_kind_are_refused(
    client: httpx.Client, button: str, data: list[Any]
) -> None:
    visitor = Visitor(client, f"odd{button}{data!r:.30}{len(data)}")
    said = visitor.call(button, data)
    assert said and visitor.outputs == []
    assert "Traceback" not in said and "site-packages" not in said


@pytest.mark.parametrize("index", [None, -1, 99, "x", [1]])
def test_an_example_that_there_is_not_is_refused(client: httpx.Client, index: object) -> None:
    visitor = Visitor(client, f"example{index}")
    said = visitor.call("parse-texts", [index])
    assert said and "Traceback" not in said


def test_the_named_endpoint_answers_gradios_client(url: str) -> None:
    client = Client(url, verbose=False)
    named = client.view_api(return_format="dict")["named_endpoints"]
    assert set(named) == {"/parse"}
    sentences = client.predict("我们在公园里看花。The old cat sleeps.", api_name="/parse")
    assert [sentence["language"] for sentence in sentences] == ["zh", "en"]
    english = sentences[1]
    assert english["words"] == ["The", "old", "cat", "sleeps"]
    assert [0, 4] in english["spans"] and len(english["spans"]) == 3
    assert english["brackets"].count("(") == 3 and english["known"] == [True] * 4
    (chinese,) = client.predict("花。", model="lstm-word", parser="shen", api_name="/parse")
    assert (chinese["model"], chinese["parser"], chinese["layer"]) == ("zh-lstm", "shen", 2)
    for bad in ({"text": "😀"}, {"text": "花", "layer": "0"}, {"text": "花", "model": "../zh"}):
        with pytest.raises(Exception, match=r"word|choice|词|选项"):
            client.predict(**bad, api_name="/parse")
