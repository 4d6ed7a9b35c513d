"""Settings: what they refuse and how they say it, JSON, and the chain they build."""

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from engine.generation.constraints import BadWords, Forbidden, MinLength, NoRepeatNGram
from engine.generation.penalties import (
    FrequencyPenalty,
    LogitBias,
    PresencePenalty,
    RepetitionPenalty,
)
from engine.generation.processors import SamplingContext
from engine.generation.sampling import Chain, Greedy, MinP, Temperature, TopK, TopP, Typical
from engine.generation.settings import Settings
from engine.models.errors import GenerationError

EVERYTHING = Settings(
    temperature=0.7,
    top_k=40,
    top_p=0.9,
    min_p=0.05,
    typical_p=0.95,
    repetition_penalty=1.2,
    frequency_penalty=0.5,
    presence_penalty=-0.5,
    no_repeat_ngram=3,
    bad_words=[[5, 6], [7]],
    logit_bias={12: -3},
    forbidden_ids=[0],
    min_length=4,
    stop_ids=[2],
)


def test_the_order_of_the_chain() -> None:
    assert EVERYTHING.sampler() == Chain(
        Forbidden([0]),
        BadWords([[5, 6], [7]]),
        NoRepeatNGram(3),
        MinLength(4, [2]),
        LogitBias({12: -3}),
        RepetitionPenalty(1.2),
        FrequencyPenalty(0.5),
        PresencePenalty(-0.5),
        Temperature(0.7),
        TopK(40),
        TopP(0.9),
        MinP(0.05),
        Typical(0.95),
    )


@pytest.mark.parametrize(
    "neutral",
    [
        {},
        {"temperature": 1},
        {"top_p": 1, "typical_p": 1, "min_p": 0},
        {"repetition_penalty": 1, "frequency_penalty": 0, "presence_penalty": 0},
        {"bad_words": [], "logit_bias": {}, "forbidden_ids": [], "min_length": 0},
        {"top_k": None, "temperature": None},
    ],
    ids=str,
)
def test_what_changes_nothing_costs_nothing(neutral: dict[str, Any]) -> None:
    assert Settings.from_dict(neutral).sampler() == Chain()


def test_temperature_0_takes_the_best_whatever_the_filters() -> None:
    sampler = Settings(temperature=0, typical_p=0.2, top_k=3, repetition_penalty=2).sampler()
    assert sampler == Chain(RepetitionPenalty(2), Greedy())
    logits = np.array([3.0, 2.0, 1.0])
    assert sampler(logits, SamplingContext((), (0,), 1)).tolist() == [0, 1, 0]


def test_there_and_back_through_json() -> None:
    text = json.dumps(EVERYTHING.to_dict())
    assert Settings.from_dict(json.loads(text)) == EVERYTHING
    assert Settings().to_dict() == {}
    assert Settings(temperature=0).to_dict() == {"temperature": 0}


def test_numbers_come_as_browsers_send_them() -> None:
    settings = Settings.from_dict({"top_k": 5.0, "temperature": 1, "logit_bias": {"7": 1}})
    assert (settings.top_k, type(settings.top_k)) == (5, int)
    assert settings.logit_bias == {7: 1.0}


def test_settings_are_values() -> None:
    assert hash(EVERYTHING) == hash(Settings.from_dict(EVERYTHING.to_dict()))
    words = [[5, 6]]
    settings = Settings(bad_words=words)
    words.append([7])
    assert settings.bad_words == ((5, 6),)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"temperature": -0.1}, "temperature must be a number from 0 to 10, not -0.1"),
        ({"temperature": "hot"}, "temperature must be a number from 0 to 10, not 'hot'"),
        ({"temperature": float("nan")}, "temperature must be a number from 0 to 10, not nan"),
        ({"temperature": True}, "temperature must be a number from 0 to 10, not True"),
        ({"temperature": [1]}, "temperature must be a number from 0 to 10, not [1]"),
        (
            {"temperature": 1e-9},
            "temperature must be 0 (the most probable token) or from 0.01 to 10, not 1e-09",
        ),
        ({"top_k": 0}, "top_k must be an integer of at least 1, not 0"),
        ({"top_k": 2.5}, "top_k must be an integer of at least 1, not 2.5"),
        ({"top_k": float("inf")}, "top_k must be an integer of at least 1, not inf"),
        ({"top_k": True}, "top_k must be an integer of at least 1, not True"),
        ({"top_p": 0}, "top_p must be a number above 0 and at most 1, not 0"),
        ({"typical_p": 1.1}, "typical_p must be a number above 0 and at most 1, not 1.1"),
        ({"min_p": -1}, "min_p must be a number from 0 to 1, not -1"),
        (
            {"repetition_penalty": 0},
            "repetition_penalty must be a number above 0 and at most 10, not 0",
        ),
        ({"frequency_penalty": 3}, "frequency_penalty must be a number from -2 to 2, not 3"),
        ({"presence_penalty": -3}, "presence_penalty must be a number from -2 to 2, not -3"),
        ({"no_repeat_ngram": 0}, "no_repeat_ngram must be an integer of at least 1, not 0"),
        ({"bad_words": "敏感"}, "bad_words must be a list of lists of token ids, not '敏感'"),
        ({"bad_words": [3]}, "bad_words must be a list of token ids, not 3"),
        ({"bad_words": [[]]}, "bad_words must not have an empty sequence: it is everywhere"),
        ({"logit_bias": [1]}, "logit_bias must map token ids to numbers, not [1]"),
        (
            {"logit_bias": {"五": 1}},
            "an id in logit_bias must be an integer of at least 0, not '五'",
        ),
        (
            {"logit_bias": {"5": 101}},
            "logit_bias of id 5 must be a number from -100 to 100, not 101",
        ),
        ({"forbidden_ids": 0}, "forbidden_ids must be a list of token ids, not 0"),
        (
            {"min_length": -1, "stop_ids": [1]},
            "min_length must be an integer of at least 0, not -1",
        ),
        ({"min_length": 3}, "min_length 3 needs stop_ids: the ids that it holds back"),
    ],
    ids=str,
)
def test_names_the_field_the_value_and_the_range(values: dict[str, Any], message: str) -> None:
    for make in (Settings.from_dict, lambda v: Settings(**v)):
        with pytest.raises(GenerationError) as caught:
            make(values)
        assert str(caught.value) == message


def test_refuses_names_it_does_not_know() -> None:
    with pytest.raises(GenerationError, match="no setting 'temprature'; there are: temperature, "):
        Settings.from_dict({"temprature": 1})


def test_needs_none_of_the_slow_libraries() -> None:
    program = (
        "import sys, engine.generation.strategy\n"
        "print([m for m in ('keras', 'tensorflow', 'jax', 'torch') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
