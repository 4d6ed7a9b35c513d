"""The published demo settings, and what bert4keras's decoder means by its arguments."""

import numpy as np
import pytest

from engine.generation.constraints import Forbidden
from engine.generation.processors import SamplingContext
from engine.generation.sampling import Chain, Temperature, TopK, TopP
from engine.generation.strategy import PRESETS, bert4keras
from engine.models.errors import GenerationError, TokenizerError
from engine.tokenizers.vocabulary import Vocabulary
from engine.tokenizers.wordpiece import WordPieceTokenizer
from engine.transformer.families import FAMILIES


def test_presets_belong_to_families() -> None:
    assert set(PRESETS) <= set(FAMILIES)


def test_the_demonstrations_of_the_families() -> None:
    gpt2_ml, cpm, nezha, cdial = (PRESETS[f] for f in ("gpt2_ml", "cpm", "nezha", "cdial"))
    assert gpt2_ml.settings.sampler() == Chain(TopP(0.95))
    assert (gpt2_ml.ends_from, gpt2_ml.max_tokens, gpt2_ml.stop) == (128, 256, ("。",))
    assert cpm.settings.sampler() == Chain(Forbidden([0]), TopP(0.95))
    assert (cpm.max_tokens, cpm.stop) == (16, ("\n",))
    assert nezha.settings.sampler() == Chain(TopK(5))
    assert (nezha.max_tokens, nezha.turns) == (32, None)
    assert cdial.settings.sampler() == Chain(Temperature(0.7), TopP(0.9))
    assert (cdial.max_tokens, cdial.turns, cdial.min_length) == (30, 5, 1)


def test_a_full_stop_stays_and_a_newline_does_not() -> None:
    tokenizer = WordPieceTokenizer(Vocabulary(("[UNK]", "今", "。")))
    assert PRESETS["gpt2_ml"].stops(tokenizer) == (2,)
    assert PRESETS["cpm"].stops(tokenizer) == ("\n",)
    assert PRESETS["gpt2_ml"].stops(None) == ("。",)
    with pytest.raises(TokenizerError, match="。"):
        PRESETS["gpt2_ml"].stops(WordPieceTokenizer(Vocabulary(("[UNK]", "今"))))


def test_cpm_never_says_an_unknown_token() -> None:
    logits = np.array([9.0, 1.0, 0.5])
    probabilities = PRESETS["cpm"].settings.sampler()(logits, SamplingContext((), (), 0))
    assert probabilities[0] == 0


def test_bert4keras_filters_after_temperature_and_p_after_k() -> None:
    sampler = bert4keras(top_k=9, top_p=0.5, temperature=0.7).sampler()
    assert sampler == Chain(Temperature(0.7), TopK(9), TopP(0.5))


def test_bert4keras_has_no_temperature_0() -> None:
    with pytest.raises(GenerationError, match="temperature must be above 0"):
        bert4keras(temperature=0)
