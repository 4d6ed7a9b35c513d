import json

import numpy as np
import pytest

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints import bert4keras, huggingface, open_weights
from tests.unit.engine.transformer.checkpoints import published


def folder_of(tmp_path, layout, family, settings=None, **changes):
    config = published.tiny_config(family, **layout.architecture, **changes)
    tensors = published.publish(layout, published.tiny_weights(config))
    folder = published.write_safetensors(tmp_path / "checkpoint", tensors)
    (folder / "config.json").write_text(json.dumps(published.SETTINGS | (settings or {})))
    return folder


@pytest.mark.parametrize(
    ("layout", "published_as"),
    [(huggingface.GPT2, "cpm"), (bert4keras.GPT2, "cpm"), (huggingface.GPT, "cdial")],
)
def test_vocabularies_of_well_known_sizes_say_the_family(tmp_path, layout, published_as):
    rows = {"cpm": 30_000, "cdial": 13_088}[published_as]
    folder = folder_of(tmp_path, layout, published_as, vocab_size=rows)
    assert open_weights(folder).config.family == published_as


def test_cpm_is_known_by_its_vocabulary_file(tmp_path):
    folder = folder_of(tmp_path, huggingface.GPT2, "cpm")
    assert open_weights(folder).config.family == "gpt2"
    (folder / "chinese_vocab.model").touch()
    assert open_weights(folder).config.family == "cpm"


@pytest.mark.parametrize(
    ("layout", "fields"),
    [
        (huggingface.GPT, {"norm_placement": "post", "final_norm": False}),
        (huggingface.GPT2, {"norm_placement": "pre", "final_norm": True}),
        (bert4keras.GPT, {"norm_placement": "post", "final_norm": False}),
    ],
)
def test_speakers_in_the_vocabulary_are_cdial(tmp_path, layout, fields):
    folder = folder_of(tmp_path, layout, "cdial")
    assert not open_weights(folder).config.segments_as_tokens
    (folder / "vocab.txt").write_text("[CLS]\n[PAD]\n[speaker1]\n[speaker2]\n")
    config = open_weights(folder).config
    assert config.family == "cdial"
    assert config.segments_as_tokens
    assert fields == {name: getattr(config, name) for name in fields}


@pytest.mark.parametrize("layout", [huggingface.NEZHA, bert4keras.NEZHA])
@pytest.mark.parametrize(
    ("settings", "family"),
    [
        ({"use_relative_position": True}, "nezha"),
        ({"max_relative_position": 32}, "nezha"),
        ({"model_type": "nezha"}, "nezha"),
        ({"model_type": "roformer"}, "roformer"),
        ({"model": "roformer"}, "roformer"),
    ],
)
def test_nezha_and_roformer_are_told_by_their_configuration(tmp_path, layout, settings, family):
    folder = folder_of(tmp_path, layout, "nezha", settings)
    config = open_weights(folder).config
    assert config.family == family
    assert config.position == {"nezha": "nezha", "roformer": "rotary"}[family]
    if family == "nezha":
        assert config.relative_distance == settings.get("max_relative_position", 64)


@pytest.mark.parametrize("layout", [huggingface.NEZHA, bert4keras.NEZHA])
def test_what_could_be_two_families_must_be_said(tmp_path, layout):
    folder = folder_of(tmp_path, layout, "nezha")
    with pytest.raises(CheckpointError, match=r"can be nezha or roformer.*say which with family="):
        open_weights(folder)
    assert open_weights(folder, "roformer").config.position == "rotary"


def test_the_prefix_of_a_class_tells_too(tmp_path):
    config = published.tiny_config("roformer")
    tensors = published.publish(
        huggingface.NEZHA, published.tiny_weights(config), prefix="roformer."
    )
    folder = published.write_safetensors(tmp_path, tensors)
    (folder / "config.json").write_text(json.dumps(published.SETTINGS))
    assert open_weights(folder).config == config


def test_a_bert_that_is_a_decoder_is_a_language_model(tmp_path):
    folder = folder_of(tmp_path, huggingface.BERT, "bert")
    assert open_weights(folder).config.attention == "bidirectional"
    assert open_weights(folder, "bert_lm").config.attention == "causal"
    (folder / "config.json").write_text(json.dumps(published.SETTINGS | {"is_decoder": True}))
    assert open_weights(folder).config.family == "bert_lm"


def test_what_is_not_recognised_says_what_was_looked_for(tmp_path):
    folder = published.write_safetensors(tmp_path, {"conv1.weight": np.ones(3, np.float32)})
    with pytest.raises(CheckpointError) as caught:
        open_weights(folder)
    message = str(caught.value)
    assert "is no checkpoint that is known" in message
    assert "Hugging Face GPT-2: wte.weight and h.0.attn.c_attn.weight" in message
    assert "GPT2_ML TensorFlow checkpoint: newslm/embeddings/word_embed" in message
    assert message.endswith("It has conv1.weight")


def test_a_family_that_was_asked_for_must_fit(tmp_path):
    folder = folder_of(tmp_path, huggingface.GPT2, "gpt2")
    with pytest.raises(
        CheckpointError, match=r"is no checkpoint of the family t5\. Looked for: Hug"
    ):
        open_weights(folder, "t5")
    with pytest.raises(CheckpointError, match="no family 'llama'; there are: gpt2_ml, cpm"):
        open_weights(folder, "llama")


def test_the_activation_is_what_transformers_means(tmp_path):
    of_transformers = {"model_type": "gpt2", "activation_function": "gelu"}
    folder = folder_of(tmp_path, huggingface.GPT2, "gpt2", of_transformers)
    assert open_weights(folder).config.activation == "gelu"
    # bert4keras and bert4torch call GPT-2's activation gelu, too, and mean theirs.
    (folder / "config.json").write_text(json.dumps(published.SETTINGS | {"hidden_act": "gelu"}))
    assert open_weights(folder).config.activation == "gelu_tanh"
    folder = folder_of(tmp_path, huggingface.GPT, "gpt", {"model_type": "gpt", "afn": "gelu"})
    assert open_weights(folder).config.activation == "gelu_tanh"


def test_heads_are_of_the_usual_width_where_nothing_says_how_many(tmp_path):
    sizes = {"hidden_size": 320, "intermediate_size": 8, "vocab_size": 9, "max_positions": 4}
    for family, heads in (("gpt2", 5), ("cpm", 4)):
        config = published.tiny_config(family, **sizes, num_heads=heads)
        tensors = published.publish(huggingface.GPT2, published.tiny_weights(config))
        folder = published.write_safetensors(tmp_path / family, tensors)
        assert open_weights(folder, family).config == config


def test_t5_has_its_heads_in_the_table_of_distances(tmp_path):
    config = published.tiny_config("t5", max_positions=512)
    tensors = published.publish(huggingface.T5, published.tiny_weights(config))
    assert open_weights(published.write_safetensors(tmp_path, tensors)).config == config
