"""Names and shapes of a Transformer's weights: what every checkpoint format is brought to.

Kernels are [in, out]; query, key and value are one kernel [H, 3 * heads * d] in that order.
Encoder-decoders have their encoder's weights under ``encoder/``.
"""

from collections.abc import Iterator
from typing import Protocol

from engine.transformer.config import TransformerConfig
from engine.weights.mapped import Shape
from engine.weights.quantization import Array


class Weights(Protocol):
    """A checkpoint, whatever its format: one array at a time, under the names of this module."""

    def read(self, name: str) -> Array:
        """The array, of the shape that ``shapes`` says, in the dtype it was stored in.

        Raises CheckpointError where it is damaged or not finite.
        """


def shapes(config: TransformerConfig) -> dict[str, Shape]:
    """Every weight's shape, in the order in which a forward pass meets them."""
    hidden = config.hidden_size
    found: dict[str, Shape] = {"embeddings/token": (config.vocab_size, hidden)}
    if config.position == "learned":
        found["embeddings/position"] = (config.max_positions, hidden)
    if config.num_segments and not config.segments_as_tokens:
        found["embeddings/segment"] = (config.num_segments, hidden)
    if config.condition_size:
        found["embeddings/condition"] = (config.num_segments, config.condition_size)
    if config.embedding_norm:
        found |= _norm("embeddings/norm", config)
    if config.encoder_layers:
        found |= _stack("encoder/", config.encoder_layers, config, cross=False)
    found |= _stack("", config.num_layers, config, cross=config.encoder_layers > 0)
    found |= _head(config)
    return found


def _stack(prefix: str, layers: int, config: TransformerConfig, *, cross: bool) -> dict[str, Shape]:
    found: dict[str, Shape] = {}
    if config.position == "t5":
        found[f"{prefix}relative_bias"] = (config.relative_buckets, config.num_heads)
    for layer in range(layers):
        found |= dict(_layer(f"{prefix}layers/{layer}", config, cross=cross))
    if config.final_norm:
        found |= _norm(f"{prefix}final_norm", config)
    return found


def _layer(name: str, config: TransformerConfig, *, cross: bool) -> Iterator[tuple[str, Shape]]:
    hidden, inner, heads = config.hidden_size, config.intermediate_size, config.attention_size
    yield from _dense(f"{name}/attention/query_key_value", hidden, 3 * heads, config)
    yield from _dense(f"{name}/attention/output", heads, hidden, config)
    # GPT2_ML has no norm of its own for attention: its first is the feed-forward layer's input.
    yield from _block_norm(f"{name}/attention_norm", config).items()
    if cross:
        yield from _dense(f"{name}/cross_attention/query", hidden, heads, config)
        yield from _dense(f"{name}/cross_attention/key_value", hidden, 2 * heads, config)
        yield from _dense(f"{name}/cross_attention/output", heads, hidden, config)
        yield from _norm(f"{name}/cross_attention_norm", config).items()
    if config.gated:
        yield from _dense(f"{name}/feed_forward/gate", hidden, inner, config)
    yield from _dense(f"{name}/feed_forward/up", hidden, inner, config)
    yield from _dense(f"{name}/feed_forward/down", inner, hidden, config)
    yield from _block_norm(f"{name}/feed_forward_norm", config).items()


def _head(config: TransformerConfig) -> dict[str, Shape]:
    if config.head == "untied":
        return {"head/kernel": (config.hidden_size, config.vocab_size)}
    if config.head == "tied":
        return {}
    dense = dict(_dense("head/dense", config.hidden_size, config.hidden_size, config))
    return dense | _norm("head/norm", config) | {"head/bias": (config.vocab_size,)}


def _dense(
    name: str, rows: int, columns: int, config: TransformerConfig
) -> list[tuple[str, Shape]]:
    kernel = (f"{name}/kernel", (rows, columns))
    return [kernel, (f"{name}/bias", (columns,))] if config.biases else [kernel]


def _norm(name: str, config: TransformerConfig) -> dict[str, Shape]:
    scale: dict[str, Shape] = {f"{name}/scale": (config.hidden_size,)}
    return scale if config.norm == "rms" else scale | {f"{name}/bias": (config.hidden_size,)}


def _block_norm(name: str, config: TransformerConfig) -> dict[str, Shape]:
    """A norm, and what makes its scale and then its bias out of a condition [C, 2 * H]."""
    condition: dict[str, Shape] = {}
    if config.condition_size:
        condition[f"{name}/condition/kernel"] = (config.condition_size, 2 * config.hidden_size)
    return _norm(name, config) | condition
