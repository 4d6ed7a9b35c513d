"""The published demo settings, and what bert4keras's decoder means by its arguments."""

import numpy as np
import pytest

from engine.errors import GenerationError
from engine.generation.constraints import Forbidden, MinLength
from engine.generation.presets import PRESETS, bert4keras
from engine.generation.processing import SamplingContext
from engine.generation.sampling import Chain, Temperature, TopK, TopP
from engine.transformer.families import FAMILIES


def test_presets_belong_to_families() -> None:
    assert set(PRESETS) <= set(FAMILIES)


def test_the_demonstrations_of_the_families() -> None:
    gpt2_ml, cpm, nezha, cdial = (PRESETS[f] for f in ("gpt2_ml", "cpm", "nezha", "cdial"))
    assert gpt2_ml.sampler() == Chain(TopP(0.95))
    assert (gpt2_ml.ends_from, gpt2_ml.max_tokens, gpt2_ml.stop) == (128, 256, ("。",))
    assert cpm.sampler() == Chain(Forbidden([0]), TopP(0.95))
    assert (cpm.max_tokens, cpm.stop) == (16, ("\n",))
    assert nezha.sampler() == Chain(TopK(5))
    assert (nezha.max_tokens, nezha.turns) == (32, None)
    assert cdial.sampler([2, 3]) == Chain(MinLength(1, [2, 3]), Temperature(0.7), TopP(0.9))
    assert (cdial.max_tokens, cdial.turns) == (30, 5)


def test_a_minimum_length_needs_to_know_what_ends_a_text() -> None:
    with pytest.raises(GenerationError, match="min_length 1 needs stop_ids"):
        PRESETS["cdial"].sampler()


def test_cpm_never_says_an_unknown_token() -> None:
    logits = np.array([9.0, 1.0, 0.5])
    probabilities = PRESETS["cpm"].sampler()(logits, SamplingContext((), (), 0))
    assert probabilities[0] == 0


def test_bert4keras_filters_after_temperature_and_p_after_k() -> None:
    sampler = bert4keras(top_k=9, top_p=0.5, temperature=0.7).sampler()
    assert sampler == Chain(Temperature(0.7), TopK(9), TopP(0.5))


def test_bert4keras_has_no_temperature_0() -> None:
    with pytest.raises(GenerationError, match="temperature must be above 0"):
        bert4keras(temperature=0)
