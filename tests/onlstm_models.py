"""ON-LSTMs of random weights: Chinese and English ones, and a plain LSTM that is Chinese."""

from pathlib import Path
from typing import Any

import numpy as np

from engine.models.catalogue import ModelSpec
from engine.models.registry import Models
from engine.onlstm import weights
from engine.onlstm.config import OnLstmConfig, shapes
from engine.onlstm.vocabulary import Vocabulary

WORDS = {
    "zh": "苹果 的 颜色 是 什么 我们 在 公园 里 看 花",
    "en": "the old cat saw a young dog in park sleeps",
}


def save_model(
    folder: Path, language: str, words: str = "", *, seed: int = 0, **options: Any
) -> Path:
    """Two layers of six levels, of which the second has the best trees.

    Args:
        words: of the vocabulary; WORDS of the language without any.
        options: further fields of OnLstmConfig.
    """
    counts = dict.fromkeys((words or WORDS[language]).split(), 1)
    vocabulary = Vocabulary.build(counts, 40, language)
    config = OnLstmConfig(
        vocabulary_size=len(vocabulary),
        embedding_size=12,
        hidden_sizes=(12, 12),
        chunk_size=2,
        language=language,
        **options,
    )
    rng = np.random.default_rng(seed)
    arrays = {
        name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes(config).items()
    }
    weights.save(folder, weights.Settings(config, 1, "unbiased"), vocabulary, arrays)
    return folder


def onlstm_models(folder: Path, *, english: bool = True) -> Models:
    """A catalogue of the bundle alone.

    Args:
        english: whether the bundle has an English model.
    """
    save_model(folder / "zh", "zh")
    save_model(folder / "zh-lstm", "zh", seed=1, cell="lstm")
    if english:
        save_model(folder / "en", "en", seed=2)
    return Models([spec(folder)])


def spec(folder: Path) -> ModelSpec:
    """The bundle's line of a catalogue."""
    return ModelSpec(
        name="onlstm",
        family="ordered-neurons LSTM",
        source="local",
        location=str(folder),
        loader="engine.onlstm.analysis:OnLstmModels.load",
        licence="Apache-2.0",
    )
