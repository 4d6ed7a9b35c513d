"""Small ON-LSTM models with weights at random."""

from pathlib import Path
from typing import Any

import numpy as np

from engine.onlstm.config import OnLstmConfig, shapes
from engine.onlstm.vocabulary import Vocabulary
from engine.onlstm.weights import Arrays, Settings, save

WORDS = {word: 9 - i for i, word in enumerate("我 喜欢 北京 的 秋天 树叶 红 了".split())}


def config(**changes: Any) -> OnLstmConfig:
    """Two layers, of 6 and 3 levels."""
    fields = {"embedding_size": 6, "hidden_sizes": (12, 6), "chunk_size": 2, **changes}
    return OnLstmConfig(vocabulary_size=len(vocabulary(fields.get("language", "zh"))), **fields)


def vocabulary(language: Any = "zh") -> Vocabulary:
    return Vocabulary.build(WORDS, 100, language)


def arrays(config: OnLstmConfig, seed: int = 0) -> Arrays:
    random = np.random.default_rng(seed)
    return {n: random.normal(0, 0.5, s).astype(np.float32) for n, s in shapes(config).items()}


def write(folder: Path, **changes: Any) -> Path:
    """A model's folder."""
    made = config(**changes)
    save(folder, Settings(made, 1, "shen"), vocabulary(made.language), arrays(made))
    return folder
