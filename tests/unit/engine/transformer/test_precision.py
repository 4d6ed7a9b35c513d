"""Weights come out in the dtype that was asked for, and damaged ones do not."""

import ml_dtypes
import numpy as np
import pytest

from engine.models.errors import CheckpointError
from engine.transformer.decoder import Chunk
from engine.transformer.language_model import LanguageModel
from engine.transformer.precision import CastWeights
from engine.weights.quantization import Quantized, quantize_rows
from tests.unit.engine.transformer.tiny import RandomWeights, tiny_config, tokens

CONFIG = tiny_config("gpt2")
KERNEL = "layers/0/feed_forward/up/kernel"


def test_int8_is_within_half_a_step_and_leaves_the_weights_alone() -> None:
    matrix = np.random.default_rng(0).normal(size=(300, 40)).astype(np.float32)
    before = matrix.copy()
    quantized = quantize_rows(matrix)
    np.testing.assert_array_equal(matrix, before)
    assert quantized.values.dtype == np.int8
    assert (np.abs(quantized.values).max(axis=1) == 127).all()
    error = np.abs(quantized.dequantize() - matrix)
    assert (error <= quantized.scale / 2 + 1e-6).all()


def test_kernels_are_turned_whatever_they_are_held_in() -> None:
    weights = RandomWeights(CONFIG)
    kernel = weights.arrays[KERNEL]
    floats = CastWeights(CONFIG, weights, "float32").transposed(KERNEL)
    np.testing.assert_array_equal(floats, kernel.T)
    half = CastWeights(CONFIG, weights, "bfloat16").transposed(KERNEL)
    assert half.dtype == ml_dtypes.bfloat16  # type: ignore[union-attr]
    int8 = CastWeights(CONFIG, weights, "int8").transposed(KERNEL)
    assert isinstance(int8, Quantized)
    weights.arrays[KERNEL] = Quantized(int8.values.T, int8.scale[:, 0])  # type: ignore[assignment]
    again = CastWeights(CONFIG, weights, "int8").transposed(KERNEL)
    assert isinstance(again, Quantized)
    np.testing.assert_array_equal(again.dequantize(), int8.dequantize())


@pytest.mark.parametrize("runtime", ["openvino", "keras"])
def test_a_weight_of_the_wrong_shape_is_named(runtime: str) -> None:
    weights = RandomWeights(CONFIG)
    weights.arrays[KERNEL] = weights.arrays[KERNEL][:, :-1]
    with pytest.raises(CheckpointError, match=r"is \(16, 23\), expected \(16, 24\)"):
        LanguageModel.build(CONFIG, weights, runtime=runtime)


@pytest.mark.parametrize("runtime", ["openvino", "keras"])
@pytest.mark.parametrize("dtype, close", [("bfloat16", 0.1), ("float16", 0.02), ("int8", 0.3)])
def test_other_dtypes_stay_close_to_float32(runtime: str, dtype: str, close: float) -> None:
    weights, text = RandomWeights(CONFIG), tokens(30)
    exact = LanguageModel.build(CONFIG, weights, dtype="float32", runtime=runtime).logits(text)
    model = LanguageModel.build(CONFIG, weights, dtype=dtype, runtime=runtime)  # type: ignore[arg-type]
    assert model.dtype == dtype
    difference = np.abs(model.logits(text) - exact).max()
    assert 0 < difference < close * exact.std()


def test_float16_that_overflows_spoils_only_the_text_that_it_happened_in() -> None:
    weights = RandomWeights(CONFIG)
    for table in ("token", "position"):
        weights.arrays[f"embeddings/{table}"][:, 0] = 0
    weights.arrays["embeddings/token"][5] = np.eye(1, CONFIG.hidden_size) * 100
    weights.arrays["layers/0/attention_norm/scale"][:] = 1
    weights.arrays["layers/0/attention_norm/bias"][:] = 0
    weights.arrays["layers/0/attention/query_key_value/kernel"][0] = 2e4  # 4 times that is inf
    weights.arrays["layers/0/attention/output/kernel"][:] *= 0.01
    model = LanguageModel.build(CONFIG, weights, dtype="float16", runtime="keras")
    decoder = model.decoder(slots=2)
    other, bad = decoder.open(), decoder.open()
    _, spoilt = decoder.extend([Chunk(other, [1, 2]), Chunk(bad, [1, 2, 3, 5])])
    assert not np.isfinite(spoilt).any()
    decoder.close(bad)
    again = decoder.open()
    for begun in ([1], [2]):
        for logits in decoder.extend([Chunk(other, [3]), Chunk(again, begun)]):
            assert np.isfinite(logits).all()
    (logits,) = decoder.extend([Chunk(again, [3])])
    np.testing.assert_array_equal(logits, model.logits([1, 2, 3])[-1])


def test_in_int8_only_the_weights_are_rounded() -> None:
    """A seed would not give its text again if the activations were too: how they are rounded
    depends on the last bit, and so on how many tokens are read at once."""
    config = tiny_config("gpt2", hidden_size=64, intermediate_size=128)
    weights = RandomWeights(config)
    for name, array in weights.arrays.items():
        if name.endswith("kernel"):
            weights.arrays[name] = quantize_rows(array.T).dequantize().T
        elif array.ndim == 2:
            weights.arrays[name] = quantize_rows(array).dequantize()
    floats, int8 = (LanguageModel.build(config, weights, dtype=d) for d in ("float32", "int8"))
    np.testing.assert_allclose(int8.logits(tokens(20)), floats.logits(tokens(20)), atol=1e-4)
