"""A model of a few thousand random weights, for tests of what surrounds it."""

import json
from pathlib import Path

import keras

from engine.weights import bundle
from engine.xiangqi.play.model import XiangqiConfig, XiangqiModel
from engine.xiangqi.play.network import named_variables

SMALL = XiangqiConfig(
    channels=8, blocks=1, squeeze=4, width=32, layers=2, heads=2, policy_width=8, policy_query=4
)


def small_model(seed: int = 1) -> XiangqiModel:
    keras.utils.set_random_seed(seed)
    model = XiangqiModel(SMALL)
    model.build()
    return model


def save_small_model(folder: Path) -> Path:
    """The folder of a bundled model, with a level of every mode."""
    model = small_model()
    weights = {name: v.numpy() for name, v in named_variables(model).items()}
    bundle.save(weights, folder)
    (folder / "config.json").write_text(json.dumps({"model": SMALL.to_dict()}))
    levels = [
        {"key": mode, "mode": mode, "temperature": 0.0 if mode in ("masked", "recite") else 1.0}
        for mode in ("recite", "raw", "masked", "rerank")
    ]
    levels.append({"key": "search", "mode": "search", "simulations": 20})
    (folder / "levels.json").write_text(json.dumps(levels))
    return folder
