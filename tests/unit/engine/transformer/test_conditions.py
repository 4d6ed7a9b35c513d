"""Conditional Layer Normalization: norms whose scale and bias depend on a token's segment."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from engine.transformer.checkpoints import bundled
from engine.transformer.checkpoints.convert import convert
from engine.transformer.checkpoints.loading import load_checkpoint
from engine.transformer.config import TransformerConfig
from engine.transformer.decoder import Chunk
from engine.transformer.language_model import LanguageModel
from engine.transformer.positions import rotary_tables
from engine.transformer.weights import shapes
from engine.weights import bundle
from engine.weights.writing import write_shards
from tests.unit.engine.transformer.tiny import RandomWeights, segments, tiny_config, tokens

CONFIG = tiny_config("bundled")
TEXT, MARKS = tokens(12), segments(CONFIG, 12) or []


def conditional_norm(
    arrays: dict[str, np.ndarray], name: str, x: list[float], segment: int
) -> list[float]:
    """One token, number by number, as kexue.fm/archives/7124 has it."""
    size = len(x)
    mean = sum(x) / size
    deviation = (sum((v - mean) ** 2 for v in x) / size + CONFIG.norm_epsilon) ** 0.5
    condition = arrays["embeddings/condition"][segment]
    kernel = arrays[f"{name}/condition/kernel"]
    found = []
    for i, value in enumerate(x):
        scale, bias = arrays[f"{name}/scale"][i], arrays[f"{name}/bias"][i]
        for j, c in enumerate(condition):
            scale += c * kernel[j, i]
            bias += c * kernel[j, size + i]
        found.append((value - mean) / deviation * scale + bias)
    return found


def reference(config: TransformerConfig, arrays: dict[str, np.ndarray]) -> np.ndarray:
    """Logits [S, V] of TEXT, by NumPy alone."""
    count, heads, width = len(TEXT), config.num_heads, config.key_size
    x = arrays["embeddings/token"][TEXT] + arrays["embeddings/segment"][MARKS]
    sine, cosine = rotary_tables(count, width)

    def norm(name: str, x: np.ndarray) -> np.ndarray:
        rows = [conditional_norm(arrays, name, *row) for row in zip(x, MARKS or (), strict=True)]
        return np.array(rows)

    def rotated(x: np.ndarray) -> np.ndarray:
        turned = np.stack([-x[..., 1::2], x[..., 0::2]], axis=-1).reshape(x.shape)
        return x * cosine + turned * sine

    for layer in range(config.num_layers):
        name = f"layers/{layer}"
        fused = (
            norm(f"{name}/attention_norm", x) @ arrays[f"{name}/attention/query_key_value/kernel"]
        )
        q, k, v = fused.reshape(count, 3, heads, width).transpose(1, 2, 0, 3)
        scores = rotated(q) @ rotated(k).transpose(0, 2, 1) / width**0.5
        scores = np.where(np.tri(count, dtype=bool), scores, -np.inf)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (weights / weights.sum(axis=-1, keepdims=True)) @ v
        x = (
            x
            + mixed.transpose(1, 0, 2).reshape(count, -1)
            @ arrays[f"{name}/attention/output/kernel"]
        )
        inner = norm(f"{name}/feed_forward_norm", x) @ arrays[f"{name}/feed_forward/up/kernel"]
        inner = 0.5 * inner * (1 + np.tanh((2 / np.pi) ** 0.5 * (inner + 0.044715 * inner**3)))
        x = x + inner @ arrays[f"{name}/feed_forward/down/kernel"]
    centred = x - x.mean(axis=-1, keepdims=True)
    x = centred / np.sqrt(x.var(axis=-1, keepdims=True) + config.norm_epsilon)
    x = x * arrays["final_norm/scale"] + arrays["final_norm/bias"]
    return x @ arrays["embeddings/token"].T


@pytest.mark.parametrize("runtime", ["openvino", "keras"])
def test_it_is_what_the_article_says(runtime: str) -> None:
    weights = RandomWeights(CONFIG)
    model = LanguageModel.build(CONFIG, weights, runtime=runtime)
    expected = reference(CONFIG, {name: a.astype(float) for name, a in weights.arrays.items()})
    np.testing.assert_allclose(model.logits(TEXT, MARKS), expected, atol=1e-4)


def test_a_condition_may_change_in_the_middle_of_a_text_that_is_read_in_parts() -> None:
    model = LanguageModel.build(CONFIG, RandomWeights(CONFIG), runtime="openvino")
    whole = model.logits(TEXT, MARKS)
    other = model.logits(TEXT, [*MARKS[:6], *((mark + 1) % 7 for mark in MARKS[6:])])
    np.testing.assert_allclose(other[:6], whole[:6], atol=1e-5)
    assert (np.abs(other[6:] - whole[6:]).max(axis=-1) > 0.01).all()
    decoder = model.decoder()
    slot = decoder.open()
    parts = [decoder.extend([Chunk(slot, TEXT[i : i + 4], MARKS[i : i + 4])]) for i in (0, 4, 8)]
    np.testing.assert_allclose([part[0] for part in parts], whole[[3, 7, 11]], atol=1e-5)


def test_without_a_kernel_it_is_layer_normalization() -> None:
    weights = RandomWeights(CONFIG)
    for name, array in weights.arrays.items():
        if name.endswith("condition/kernel"):
            array[:] = 0
    plain = tiny_config("bundled", condition_size=0)
    expected = LanguageModel.build(plain, weights, runtime="openvino").logits(TEXT, MARKS)
    found = LanguageModel.build(CONFIG, weights, runtime="openvino").logits(TEXT, MARKS)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_one_layer_a_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = RandomWeights(CONFIG)
    whole = LanguageModel.build(CONFIG, weights, runtime="openvino").logits(TEXT, MARKS)
    monkeypatch.setattr("engine.transformer.runtimes.openvino_runtime.GRAPH_BYTES", 1)
    parts = LanguageModel.build(CONFIG, weights, runtime="openvino")
    assert len(parts.runtime.groups) == CONFIG.num_layers  # type: ignore[attr-defined]
    np.testing.assert_allclose(parts.logits(TEXT, MARKS), whole, atol=1e-5)


def test_in_int8_the_table_of_conditions_stays_as_it_is(tmp_path: Path) -> None:
    weights = RandomWeights(CONFIG)
    plan = bundled.plan(CONFIG, "float32")
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    list(write_shards(source, plan, iter(weights.arrays.items()), bundle.SHARD_BYTES))
    import json

    (source / "config.json").write_text(json.dumps({"model": bundled.model_settings(CONFIG)}))
    convert(source, target, "int8")
    stored = bundle.load(target)
    table = weights.arrays["embeddings/condition"]
    np.testing.assert_array_equal(stored["embeddings/condition"], table.astype(np.float16))
    small = load_checkpoint(target, tokenizer=False)
    assert (small.dtype, small.config) == ("int8", CONFIG)
    whole = LanguageModel.build(CONFIG, weights, runtime="openvino").logits(TEXT, MARKS)
    keras = load_checkpoint(target, tokenizer=False, runtime="keras", dtype="int8")
    for model in (small, keras):
        error = np.abs(model.logits(TEXT, MARKS) - whole).max()
        assert 0 < error < 0.1 * np.abs(whole).max()


def test_a_condition_needs_segments() -> None:
    with pytest.raises(ValueError, match="condition_size"):
        TransformerConfig(**{**asdict(CONFIG), "num_segments": 0})
    assert "layers/0/attention_norm/condition/kernel" in shapes(CONFIG)
    assert not any("condition" in name for name in shapes(tiny_config("gpt2")))
