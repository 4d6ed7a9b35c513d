"""Samplers against two other implementations: transformers' processors and bert4keras's decoder.

The fixtures are made by the scripts in tests/parity/sampling, in environments of their own.
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.generation.processors import SamplingContext
from engine.generation.sampling import draw
from engine.generation.settings import Settings
from engine.generation.strategy import bert4keras

FOLDER = Path(__file__).parent / "sampling"
TRANSFORMERS = dict(np.load(FOLDER / "transformers.npz"))
BERT4KERAS = json.loads((FOLDER / "bert4keras.json").read_text())
EXACT = [draw for draw in BERT4KERAS["draws"] if draw["settings"] != {"top_k": 5}]
UNORDERED = [draw for draw in BERT4KERAS["draws"] if draw["settings"] == {"top_k": 5}]


@pytest.mark.parametrize("case", range(len(TRANSFORMERS["settings"])))
def test_probabilities_are_those_of_transformers(case: int) -> None:
    settings = json.loads(str(TRANSFORMERS["settings"][case]))
    sampler = Settings.from_dict(settings).sampler()
    generated = TRANSFORMERS["generated"].tolist()
    context = SamplingContext(TRANSFORMERS["prompt"].tolist(), generated, len(generated))
    for logits, kept, expected in zip(
        TRANSFORMERS["logits"],
        TRANSFORMERS["kept"][case],
        TRANSFORMERS["probabilities"][case],
        strict=True,
    ):
        scores = sampler.process(logits.astype(np.float64), context)
        assert np.array_equal(np.isfinite(scores), kept), settings
        actual = sampler(logits, context)
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-8, err_msg=str(settings))


class LegacyUniforms:
    """The uniform numbers that numpy.random.seed(seed) gives to numpy.random.choice."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.RandomState(seed).random_sample


@pytest.mark.parametrize("recorded", EXACT, ids=lambda r: f"{r['settings']}-{r['seed']}")
def test_draws_the_ids_of_bert4keras(recorded: dict[str, Any]) -> None:
    sampler = bert4keras(**recorded["settings"]).sampler()
    uniforms = LegacyUniforms(recorded["seed"])
    table = np.array(BERT4KERAS["table"])
    ids: list[int] = []
    last = recorded["first"]
    while len(ids) < BERT4KERAS["steps"] and last != BERT4KERAS["end"]:
        context = SamplingContext([recorded["first"]], ids, len(ids))
        last = draw(sampler(table[last], context), uniforms)  # type: ignore[arg-type]
        ids.append(last)
    assert ids == recorded["ids"]


@pytest.mark.parametrize("recorded", UNORDERED, ids=lambda r: f"{r['settings']}-{r['seed']}")
def test_top_k_alone_draws_from_the_tokens_of_bert4keras(recorded: dict[str, Any]) -> None:
    # In which order it lays out the k tokens is left to numpy's argpartition.
    sampler = bert4keras(**recorded["settings"]).sampler()
    table = np.array(BERT4KERAS["table"])
    text = [recorded["first"], *recorded["ids"]]
    for before, token in pairwise(text):
        assert sampler(table[before], SamplingContext([before], [], 0))[token] > 0
