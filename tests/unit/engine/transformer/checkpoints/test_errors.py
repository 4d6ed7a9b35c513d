import json

import ml_dtypes
import numpy as np
import pytest

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints import bert4keras, huggingface, open_weights
from engine.transformer.checkpoints.canonical import MappedWeights
from engine.weights.bundle import check_finite
from tests.unit.engine.transformer.checkpoints import published


@pytest.fixture
def config():
    return published.tiny_config("gpt2")


@pytest.fixture
def tensors(config):
    weights = published.tiny_weights(config)
    return published.publish(huggingface.GPT2, weights, "transformer.")


def opening(tensors, config, layout=huggingface.GPT2):
    return MappedWeights(published.Memory(tensors), layout, config)


def test_missing_tensors_are_named(config, tensors):
    del tensors["transformer.h.1.mlp.c_fc.bias"], tensors["transformer.ln_f.weight"]
    with pytest.raises(CheckpointError, match=r"it lacks h\.1\.mlp\.c_fc\.bias, ln_f\.weight$"):
        opening(tensors, config)


def test_one_of_query_key_and_value_can_be_missing():
    config = published.tiny_config("gpt2_ml")
    tensors = published.publish(bert4keras.GPT2_ML, published.tiny_weights(config))
    del tensors["newslm/layer01/key_layer/kernel"]
    with pytest.raises(CheckpointError, match=r"it lacks newslm/layer01/key_layer/kernel$"):
        opening(tensors, config, bert4keras.GPT2_ML)


def test_unknown_tensors_are_named_as_the_file_has_them(config, tensors):
    tensors["transformer.h.0.attn.rotary"] = np.ones(3, np.float32)
    tensors["value_head.weight"] = np.ones(3, np.float32)
    with pytest.raises(
        CheckpointError, match=r"known of transformer\.h\.0\.attn\.rotary, value_head\.weight$"
    ):
        opening(tensors, config)


def test_of_many_names_a_few_are_given(config, tensors):
    for number in range(1000):
        tensors[f"extra.{number}"] = np.ones(1, np.float32)
    with pytest.raises(CheckpointError, match=r"extra\.7 and 992 more$"):
        opening(tensors, config)


def test_a_wrong_shape_is_given_with_the_expected_one(config, tensors):
    tensors["transformer.h.0.mlp.c_fc.weight"] = np.ones((24, 16), np.float32)
    with pytest.raises(
        CheckpointError, match=r"h\.0\.mlp\.c_fc\.weight is \(24, 16\), expected \(16, 24\)$"
    ):
        opening(tensors, config)


def test_shapes_are_those_of_the_file_where_it_has_them_transposed_or_apart():
    config = published.tiny_config("bert")
    tensors = published.publish(huggingface.BERT, published.tiny_weights(config))
    tensors["encoder.layer.0.attention.self.key.weight"] = np.ones((16, 8), np.float32)
    tensors["encoder.layer.0.intermediate.dense.weight"] = np.ones((16, 24), np.float32)
    with pytest.raises(CheckpointError) as caught:
        opening(tensors, config, huggingface.BERT)
    message = str(caught.value)
    assert "self.key.weight is (16, 8), expected (16, 16)" in message
    assert "intermediate.dense.weight is (16, 24), expected (24, 16)" in message
    assert "query" not in message


def test_one_message_says_everything(config, tensors):
    del tensors["transformer.wpe.weight"]
    tensors["other"] = np.ones(3, np.float32)
    tensors["transformer.ln_f.bias"] = np.ones(15, np.float32)
    with pytest.raises(CheckpointError) as caught:
        opening(tensors, config)
    assert str(caught.value) == (
        "memory is read as Hugging Face GPT-2, but it lacks wpe.weight; nothing is known of other; "
        "other shapes were expected: ln_f.bias is (15,), expected (16,)"
    )


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.float32, np.float64])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_none_is_found_in_its_tensor(config, tensors, dtype, bad):
    name = "transformer.h.1.attn.c_proj.weight"
    tensors[name] = tensors[name].astype(dtype)
    tensors[name][-1, -1] = bad
    weights = opening(tensors, config)
    weights.read("layers/0/attention/output/kernel")
    with pytest.raises(CheckpointError, match=f"{name} holds values that are not finite"):
        weights.read("layers/1/attention/output/kernel")


def test_large_tensors_are_looked_through_to_their_end():
    large = np.zeros((5000, 2000), np.float16)
    check_finite(large, "large")
    check_finite(large.T, "transposed")
    large[4999, 1999] = np.nan
    with pytest.raises(CheckpointError, match=r"^large holds"):
        check_finite(large, "large")
    with pytest.raises(CheckpointError, match=r"^transposed holds"):
        check_finite(large.T, "transposed")


def test_the_largest_numbers_are_finite():
    check_finite(np.array([np.finfo(np.float32).max, -np.finfo(np.float32).max]), "float64")
    for dtype in (np.float16, np.float32):
        check_finite(np.array([np.finfo(dtype).max, np.finfo(dtype).min], dtype), "extremes")


def test_integers_are_no_weights(config, tensors):
    tensors["transformer.ln_f.bias"] = np.ones(16, np.int64)
    with pytest.raises(CheckpointError, match=r"ln_f\.bias holds int64, not floating-point"):
        opening(tensors, config).read("final_norm/bias")


def test_an_output_of_its_own_is_not_taken_for_the_embedding(config, tensors):
    tensors["lm_head.weight"] = tensors["transformer.wte.weight"] + 1
    with pytest.raises(CheckpointError, match=r"lm_head\.weight is no copy of the embedding"):
        opening(tensors, config)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_layer": 3}, r"it lacks h\.2\.attn\.c_attn\.weight"),
        ({"n_layer": 1}, r"nothing is known of transformer\.h\.1"),
        ({"vocab_size": 51}, r"wte\.weight is \(50, 16\), expected \(51, 16\)"),
        ({"n_positions": 21}, r"wpe\.weight is \(20, 16\), expected \(21, 16\)"),
        ({"n_inner": 64}, r"c_fc\.weight is \(16, 24\), expected \(16, 64\)"),
        ({"n_embd": 32}, r"wte\.weight is \(50, 16\), expected \(50, 32\)"),
        ({"n_head": 3}, "hidden_size 16 is no multiple of num_heads 3"),
        ({"n_head": None}, "put a config.json with num_attention_heads"),
        ({"n_head": "two"}, "the configuration says 'two' for num_heads"),
        ({"model_type": "gpt2", "activation_function": "swish"}, "no activation 'swish'"),
    ],
)
def test_a_configuration_of_another_model_is_noticed(tmp_path, tensors, settings, message):
    folder = published.write_safetensors(tmp_path, tensors)
    (folder / "config.json").write_text(json.dumps({"n_head": 2} | settings))
    with pytest.raises(CheckpointError, match=message):
        open_weights(folder)


@pytest.mark.parametrize(
    ("text", "message"), [("{", "is no JSON"), ("[1]", "is no JSON object"), ("", "is no JSON")]
)
def test_a_damaged_configuration_is_named(tmp_path, tensors, text, message):
    folder = published.write_safetensors(tmp_path, tensors)
    (folder / "config.json").write_text(text)
    with pytest.raises(CheckpointError, match=rf"config\.json {message}"):
        open_weights(folder)


@pytest.mark.parametrize("place", ["missing/model.bin", "/nowhere/at/all", "", "a b/c"])
def test_a_path_that_leads_nowhere_is_named(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "missing").mkdir()
    with pytest.raises(CheckpointError, match=r"there is no|no weights"):
        open_weights(place)
