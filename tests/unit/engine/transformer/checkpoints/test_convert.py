import json
import tracemalloc

import numpy as np
import pytest
from safetensors.numpy import load_file

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints import huggingface, open_weights
from engine.transformer.checkpoints.convert import convert
from engine.weights import bundle, writing
from engine.weights.quantization import Quantized
from tests.unit.engine.transformer.checkpoints import published

LAYOUTS = {"gpt2": huggingface.GPT2, "bert": huggingface.BERT, "t5": huggingface.T5}


def make_source(folder, family="gpt2", **changes):
    config = published.tiny_config(family, **changes)
    weights = published.tiny_weights(config)
    published.write_safetensors(folder, published.publish(LAYOUTS[family], weights))
    settings = {
        "num_attention_heads": config.num_heads,
        "max_position_embeddings": config.max_positions,
    }
    (folder / "config.json").write_text(json.dumps(settings))
    return config, weights


@pytest.mark.parametrize("family", LAYOUTS)
@pytest.mark.parametrize(
    ("dtype", "tolerance"),
    [("float32", 0), ("bfloat16", 2**-8), ("float16", 2**-11), ("int8", 0.5 / 127 + 1e-6)],
)
def test_what_is_converted_opens_as_the_same_model(family, dtype, tolerance, tmp_path):
    config, weights = make_source(tmp_path / "source", family)
    target = convert(tmp_path / "source", tmp_path / "target", dtype)
    opened = open_weights(target)
    assert opened.config == config
    published.assert_equal(opened, weights, tolerance)


def test_int8_has_a_scale_for_each_output_and_each_word(tmp_path):
    _, weights = make_source(tmp_path / "source")
    opened = open_weights(convert(tmp_path / "source", tmp_path / "target", "int8"))
    table = opened.weights.read("embeddings/token")
    kernel = opened.weights.read("layers/0/feed_forward/up/kernel")
    assert isinstance(table, Quantized) and isinstance(kernel, Quantized)
    assert table.scale.shape == (50, 1) and kernel.scale.shape == (24,)
    by_word = np.abs(weights["embeddings/token"]).max(axis=1, keepdims=True)
    assert (np.abs(published.numbers(table) - weights["embeddings/token"]) <= by_word / 253).all()
    assert opened.weights.read("embeddings/position").dtype == np.float16
    assert opened.weights.read("layers/0/feed_forward/up/bias").dtype == np.float16


def test_int8_is_converted_again_without_loss(tmp_path):
    make_source(tmp_path / "source")
    once = convert(tmp_path / "source", tmp_path / "once", "int8")
    twice = convert(once, tmp_path / "twice", "int8")
    for path in sorted(once.iterdir()):
        assert path.read_bytes() == (twice / path.name).read_bytes(), path.name
    wide = open_weights(convert(once, tmp_path / "wide", "float32"))
    narrow = open_weights(once)
    name = "layers/1/attention/query_key_value/kernel"
    assert np.array_equal(wide.weights.read(name), published.numbers(narrow.weights.read(name)))


def test_shards_are_small_and_a_large_tensor_is_cut(tmp_path):
    config, weights = make_source(tmp_path / "source", vocab_size=3000)
    target = convert(tmp_path / "source", tmp_path / "target", shard_bytes=50_000)
    shards = sorted(target.glob("*.safetensors"))
    assert len(shards) > 4
    assert shards[0].name == f"model-00001-of-{len(shards):05}.safetensors"
    assert all(path.stat().st_size < 55_000 for path in shards)
    stored = {name for path in shards for name in load_file(path)}
    assert {"embeddings/token:0", "embeddings/token:3"} <= stored
    opened = open_weights(target)
    assert opened.config == config
    published.assert_equal(opened, weights)


def test_tokenizer_files_and_settings_go_along(tmp_path):
    make_source(tmp_path / "source")
    (tmp_path / "source" / "vocab.txt").write_text("[PAD]\n")
    (tmp_path / "source" / "README.md").write_text("...")
    target = convert(tmp_path / "source", tmp_path / "target")
    assert (target / "vocab.txt").read_text() == "[PAD]\n"
    assert not (target / "README.md").exists()
    settings = json.loads((target / "config.json").read_text())
    assert settings["model"]["family"] == "gpt2" and settings["model"]["final_norm"] is True
    assert "num_segments" not in settings["model"]


def test_progress_ends_with_all_bytes(tmp_path):
    make_source(tmp_path / "source")
    told = []
    convert(tmp_path / "source", tmp_path / "target", progress=lambda *bytes: told.append(bytes))
    assert told == sorted(told)
    assert len(told) > 20 and told[-1][0] == told[-1][1] > 0


def test_one_tensor_at_a_time_is_in_memory(tmp_path):
    config, _ = make_source(
        tmp_path / "source", hidden_size=256, intermediate_size=1024, num_layers=8, vocab_size=100
    )
    largest = 256 * 1024 * 4
    whole = 8 * 12 * 256 * 256 * 4
    assert config.num_layers == 8 and whole > 20 * largest
    tracemalloc.start()
    convert(tmp_path / "source", tmp_path / "target", "int8")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * largest


def test_what_was_there_stays_until_all_is_written(tmp_path):
    make_source(tmp_path / "source")
    target = convert(tmp_path / "source", tmp_path / "target", "int8")
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    tensors = load_file(tmp_path / "source" / "model.safetensors")
    tensors["ln_f.bias"][3] = np.nan
    published.write_safetensors(tmp_path / "source", tensors)
    with pytest.raises(CheckpointError, match=r"ln_f\.bias holds values that are not finite"):
        convert(tmp_path / "source", target, "float32", shard_bytes=4000)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    tensors["ln_f.bias"][3] = 0
    published.write_safetensors(tmp_path / "source", tensors)
    convert(tmp_path / "source", target, "float32", shard_bytes=4000)
    convert(tmp_path / "source", target, "float32")
    assert [path.name for path in target.glob("*.safetensors")] == [
        "model-00001-of-00001.safetensors"
    ]


def test_a_number_too_large_for_float16_is_no_silent_infinity(tmp_path):
    make_source(tmp_path / "source")
    tensors = load_file(tmp_path / "source" / "model.safetensors")
    tensors["wte.weight"][0, 0] = 70_000
    published.write_safetensors(tmp_path / "source", tensors)
    with pytest.raises(CheckpointError, match="embeddings/token in float16 holds values"):
        convert(tmp_path / "source", tmp_path / "target", "float16")


def test_the_source_is_not_written_over(tmp_path):
    make_source(tmp_path)
    with pytest.raises(CheckpointError, match="has the source itself in it"):
        convert(tmp_path, tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    make_source(tmp_path / "source")
    (tmp_path / "file").touch()
    with pytest.raises(CheckpointError, match="target cannot be written"):
        convert(tmp_path / "source", tmp_path / "file" / "target")


@pytest.fixture
def converted(tmp_path):
    make_source(tmp_path / "source")
    return convert(tmp_path / "source", tmp_path / "target", "int8")


def rewrite(folder, change):
    path = folder / "model-00001-of-00001.safetensors"
    tensors = load_file(path)
    change(tensors)
    plan = [writing.Planned(name, array.dtype, array.shape) for name, array in tensors.items()]
    for _ in writing.write_shards(folder, plan, tensors.items(), bundle.SHARD_BYTES):
        pass


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x.pop("final_norm/bias"), "missing tensors final_norm/bias, unexpected tensors"),
        (lambda x: x.update(other=np.ones(2, np.float32)), "unexpected tensors other"),
        (
            lambda x: x.update({"final_norm/bias": np.ones(15, np.float16)}),
            r"final_norm/bias is \(15,\), expected \(16,\)",
        ),
        (
            lambda x: x.update({"embeddings/token.scale": np.ones((49, 1), np.float32)}),
            r"embeddings/token\.scale is \(49, 1\), expected \(50, 1\)",
        ),
        (lambda x: x.pop("layers/0/feed_forward/up/kernel.scale"), "is int8 and lacks layers/0/"),
        (lambda x: x["embeddings/token.scale"].fill(np.nan), "embeddings/token holds values that"),
        (lambda x: x["final_norm/scale"].fill(np.inf), "final_norm/scale holds values that are"),
    ],
)
def test_a_damaged_bundle_is_named(converted, change, message):
    rewrite(converted, change)
    with pytest.raises(CheckpointError, match=message):
        opened = open_weights(converted)
        for name in ("embeddings/token", "final_norm/scale", "layers/0/feed_forward/up/kernel"):
            opened.weights.read(name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layers": 3}, r"config\.json: no fields layers"),
        ({"num_heads": 3}, r"config\.json: hidden_size 16 is no multiple of num_heads 3"),
        ({"vocab_size": 51}, r"embeddings/token is \(50, 16\), expected \(51, 16\)"),
    ],
)
def test_a_bundle_whose_configuration_is_wrong_is_named(converted, change, message):
    settings = json.loads((converted / "config.json").read_text())
    settings["model"] |= change
    (converted / "config.json").write_text(json.dumps(settings))
    with pytest.raises(CheckpointError, match=message):
        open_weights(converted)
