"""Tiny models with random weights of every family."""

import numpy as np
from numpy.typing import NDArray

from engine.transformer.config import TransformerConfig
from engine.transformer.families import family_config
from engine.transformer.weights import shapes

CAUSAL = ("gpt2_ml", "cpm", "gpt2", "gpt", "cdial", "nezha", "bert_lm", "t5", "bundled")
SIZES = {
    "vocab_size": 60,
    "hidden_size": 16,
    "num_layers": 2,
    "num_heads": 2,
    "intermediate_size": 24,
    "max_positions": 200,
}


class RandomWeights:
    """Weights large enough that a wrong order, epsilon or activation shows."""

    def __init__(self, config: TransformerConfig, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        self.arrays: dict[str, NDArray[np.float32]] = {
            name: random.normal(0, 0.4, shape).astype(np.float32)
            for name, shape in shapes(config).items()
        }

    def read(self, name: str) -> NDArray[np.float32]:
        return self.arrays[name]


MORE = {"t5": {"encoder_layers": 2}, "bundled": {"num_segments": 7, "condition_size": 5}}


def tiny_config(family: str, **changes: int) -> TransformerConfig:
    return family_config(family, **(SIZES | MORE.get(family, {}) | changes))


def source(config: TransformerConfig) -> list[int] | None:
    """Tokens for the encoder, if there is one."""
    return [3, 4, 5, 6, 7] if config.encoder_layers else None


def tokens(count: int, seed: int = 1) -> list[int]:
    return np.random.default_rng(seed).integers(0, SIZES["vocab_size"], count).tolist()


def segments(config: TransformerConfig, count: int) -> list[int] | None:
    """Segments that change in the middle, where they are read everywhere; else the usual ones."""
    if not config.condition_size:
        return None
    return np.random.default_rng(2).integers(0, config.num_segments, count).tolist()
