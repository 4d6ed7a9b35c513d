"""Tiny models with random weights of every family."""

import numpy as np
from numpy.typing import NDArray

from engine.transformer.config import TransformerConfig
from engine.transformer.families import family_config
from engine.transformer.weights import shapes

CAUSAL = ("gpt2_ml", "cpm", "gpt2", "gpt", "cdial", "nezha", "bert_lm", "t5")
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


def tiny_config(family: str, **changes: int) -> TransformerConfig:
    sizes = SIZES | ({"encoder_layers": 2} if family == "t5" else {}) | changes
    return family_config(family, **sizes)


def source(config: TransformerConfig) -> list[int] | None:
    """Tokens for the encoder, if there is one."""
    return [3, 4, 5, 6, 7] if config.encoder_layers else None


def tokens(count: int, seed: int = 1) -> list[int]:
    return np.random.default_rng(seed).integers(0, SIZES["vocab_size"], count).tolist()
