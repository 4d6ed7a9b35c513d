import json

import numpy as np
import pytest

from engine.transformer.checkpoints import bert4keras, huggingface, megatron, open_weights
from engine.transformer.checkpoints.canonical import MappedWeights
from engine.transformer.checkpoints.layouts import Recipe
from engine.transformer.checkpoints.recognition import LAYOUTS
from tests.unit.engine.transformer.checkpoints import published

FAMILIES = [(layout, family) for layout in LAYOUTS for family in layout.families]


@pytest.mark.parametrize(
    ("layout", "family"), FAMILIES, ids=[f"{x.title}-{family}" for x, family in FAMILIES]
)
def test_every_layout_gives_back_what_was_published(layout, family):
    config = published.tiny_config(family, **layout.architecture)
    weights = published.tiny_weights(config)
    source = published.Memory(published.publish(layout, weights))
    mapped = MappedWeights(source, layout, config)
    for name, array in weights.items():
        assert np.array_equal(mapped.read(name), array), name


@pytest.mark.parametrize("layout", LAYOUTS, ids=[x.title for x in LAYOUTS])
def test_no_layout_takes_the_tensors_of_another(layout):
    config = published.tiny_config(layout.families[0], **layout.architecture)
    names = published.publish(layout, published.tiny_weights(config)).keys()
    assert [x.title for x in LAYOUTS if x.recognises(names)] == [layout.title]


@pytest.mark.parametrize(
    ("layout", "family", "write"),
    [
        (huggingface.GPT2, "gpt2", published.write_safetensors),
        (huggingface.GPT2_ML, "gpt2_ml", published.write_bin),
        (huggingface.T5, "t5", published.write_safetensors),
        (bert4keras.GPT2_ML, "gpt2_ml", published.write_tensorflow),
        (bert4keras.T5, "t5", published.write_tensorflow),
        (bert4keras.KERAS_BERT, "bert_lm", published.write_keras_hdf5),
    ],
)
def test_files_are_recognised_and_measured_by_themselves(layout, family, write, tmp_path):
    config = published.tiny_config(family)
    weights = published.tiny_weights(config)
    path = write(tmp_path, published.publish(layout, weights))
    (tmp_path / "config.json").write_text(json.dumps(published.SETTINGS))
    opened = open_weights(path)
    assert opened.config == config
    assert opened.folder == tmp_path
    published.assert_equal(opened, weights)


def test_the_output_bias_has_two_names_in_keras_files(tmp_path):
    weights = published.tiny_weights(published.tiny_config("bert_lm"))
    named = published.publish(bert4keras.KERAS_BERT, weights)
    named["MLM-Bias/beta:0"] = named.pop("MLM-Bias/bias:0")
    path = published.write_keras_hdf5(tmp_path, named)
    (tmp_path / "config.json").write_text(json.dumps(published.SETTINGS))
    published.assert_equal(open_weights(path), weights)


@pytest.mark.parametrize(
    ("layout", "family", "prefix"),
    [
        (huggingface.GPT2, "gpt2", "transformer."),
        (huggingface.GPT2, "gpt2", "module.transformer."),
        (huggingface.GPT, "gpt", "transformer."),
        (huggingface.BERT, "bert", "bert."),
        (huggingface.NEZHA, "nezha", "nezha."),
        (huggingface.NEZHA, "nezha", "bert."),
        (huggingface.NEZHA, "roformer", "roformer."),
    ],
)
def test_names_may_have_the_prefix_of_their_class(layout, family, prefix):
    config = published.tiny_config(family)
    weights = published.tiny_weights(config)
    source = published.Memory(published.publish(layout, weights, prefix))
    mapped = MappedWeights(source, layout, config)
    for name, array in weights.items():
        assert np.array_equal(mapped.read(name), array), name


def test_what_is_no_weight_is_passed_over():
    config = published.tiny_config("gpt2")
    weights = published.tiny_weights(config)
    tensors = published.publish(huggingface.GPT2, weights, "transformer.")
    tensors["transformer.h.0.attn.bias"] = np.ones((1, 1, 20, 20), np.bool_)
    tensors["transformer.h.1.attn.masked_bias"] = np.array(-1e4, np.float32)
    tensors["lm_head.weight"] = weights["embeddings/token"]
    MappedWeights(published.Memory(tensors), huggingface.GPT2, config)

    config = published.tiny_config("gpt2_ml")
    tensors = published.publish(bert4keras.GPT2_ML, published.tiny_weights(config))
    kernel = "newslm/layer00/query_layer/kernel"
    for slot in ("adafactor_vr", "adafactor_vc", "adafactor_v", "adam_m", "adam_v"):
        tensors[f"{kernel}/{slot}"] = np.ones(16, np.float32)
    tensors["global_step"] = np.array(7, np.int64)
    MappedWeights(published.Memory(tensors), bert4keras.GPT2_ML, config)

    config = published.tiny_config("bert")
    tensors = published.publish(huggingface.BERT, published.tiny_weights(config), "bert.")
    tensors["bert.pooler.dense.weight"] = np.ones((16, 16), np.float32)
    tensors["cls.seq_relationship.bias"] = np.ones(2, np.float32)
    tensors["bert.embeddings.position_ids"] = np.arange(20)[None]
    tensors["cls.predictions.decoder.weight"] = tensors["bert.embeddings.word_embeddings.weight"]
    MappedWeights(published.Memory(tensors), huggingface.BERT, config)


def test_the_first_names_of_layer_norms_are_known():
    config = published.tiny_config("bert")
    weights = published.tiny_weights(config)
    tensors = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): array
        for name, array in published.publish(huggingface.BERT, weights, "bert.").items()
    }
    assert "bert.embeddings.LayerNorm.gamma" in tensors
    mapped = MappedWeights(published.Memory(tensors), huggingface.BERT, config)
    assert np.array_equal(mapped.read("embeddings/norm/scale"), weights["embeddings/norm/scale"])


def test_mt5_calls_its_norms_otherwise():
    config = published.tiny_config("t5")
    weights = published.tiny_weights(config)
    tensors = {
        name.replace("final_layer_norm", "rms_norm").replace("layer_norm", "rms_norm"): array
        for name, array in published.publish(bert4keras.T5, weights).items()
    }
    assert {"encoder/rms_norm/scale", "decoder/block_001/layer_002/rms_norm/scale"} <= set(tensors)
    mapped = MappedWeights(published.Memory(tensors), bert4keras.T5, config)
    for name, array in weights.items():
        assert np.array_equal(mapped.read(name), array), name


def test_keras_counts_dense_layers_from_anywhere():
    config = published.tiny_config("bert_lm")
    weights = published.tiny_weights(config)
    tensors = published.publish(bert4keras.KERAS_BERT, weights)
    # In Su's file the first layer has dense_1 to dense_6, the second dense_7 to dense_12, ...
    started = {}
    for name, array in tensors.items():
        layer, dense, rest = name.split("/") if name.count("/") == 2 else (name, "", "")
        if dense:
            number = int(dense.removeprefix("dense_")) + 6 * int(layer.split("-")[1]) + 95
            number += 4 * layer.endswith("FeedForward")
            name = f"{layer}/dense_{number}/{rest}"
        started[name] = array
    assert "Transformer-1-FeedForward/dense_107/kernel:0" in started
    # A session's dense_99 comes before its dense_100, though not in the alphabet.
    assert "Transformer-0-MultiHeadSelfAttention/dense_99/kernel:0" in started
    mapped = MappedWeights(published.Memory(started), bert4keras.KERAS_BERT, config)
    for name, array in weights.items():
        assert np.array_equal(mapped.read(name), array), name


def test_a_line_of_a_layout_says_what_is_read():
    query_key_value = "layers/11/attention/query_key_value"
    assert bert4keras.GPT2_ML.recipe(f"{query_key_value}/bias") == Recipe(
        (
            "newslm/layer11/query_layer/bias",
            "newslm/layer11/key_layer/bias",
            "newslm/layer11/value_layer/bias",
        )
    )
    assert huggingface.GPT2.recipe(f"{query_key_value}/kernel") == Recipe(
        ("h.11.attn.c_attn.weight",)
    )
    assert huggingface.BERT.recipe("head/dense/kernel") == Recipe(
        ("cls.predictions.transform.dense.weight",), transposed=True
    )
    assert megatron.CPM.recipe("layers/3/attention_norm/scale") == Recipe(
        ("transformer.layers.3.input_layernorm.weight",)
    )
    assert huggingface.T5.recipe("encoder/layers/0/feed_forward/gate/kernel") == Recipe(
        ("encoder.block.0.layer.1.DenseReluDense.wi_0.weight",), transposed=True
    )
    assert huggingface.GPT2.recipe("encoder/final_norm/scale") is None
