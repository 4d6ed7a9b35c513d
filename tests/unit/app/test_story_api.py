"""The endpoint's function, with a model of a few sentences."""

import pytest

from app.pages.story.api import endpoint
from app.text.models import TextModels
from app.web.limits import Refusal
from tests.story_model import story_models


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> TextModels:
    return TextModels(story_models(tmp_path_factory.mktemp("models")), ("story", "gpt2-ml-15g"))


def test_the_endpoint_answers_and_repeats_itself(models: TextModels) -> None:
    story = endpoint(models)
    first = story("山里", max_tokens=20, seed=3, sentence=False)
    again = story("山里", max_tokens=20, seed=3, sentence=False)
    assert first["text"] == again["text"] and first["tokens"] == 20 and first["seed"] == 3
    assert first["prompt"] == "山里" and first["cut"] == 0
    drawn = story("山裏，從前", max_tokens=20)
    assert drawn["seed"] >= 0 and not set(drawn["text"]) & set("说从来")


@pytest.mark.parametrize(
    "wrong",
    [
        *({"text": None}, {"text": "山" * 100_000}, {"genre": "facts"}, {"mood": 1}),
        *({"strategy": "x"}, {"max_tokens": -1}, {"max_tokens": "9"}, {"max_tokens": 10**6}),
        *({"seed": 2**60}, {"seed": 0.5}, {"model": "gpt2-ml-15g"}, {"model": None}),
    ],
)
def test_the_endpoint_refuses_what_makes_no_sense(
    models: TextModels, wrong: dict[str, object]
) -> None:
    with pytest.raises(Refusal):
        endpoint(models)(**{"text": "山里", **wrong})
