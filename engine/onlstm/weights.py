"""The format of the bundled ON-LSTM models.

A folder has config.json, ``{"family": "onlstm", "model": {fields of OnLstmConfig},
"default_layer": 0-based, "default_parser": "unbiased" or "shen"}``, words.txt, and the weights as
int8 shards (engine/weights/bundle.py). The embedding is stored transposed [E, V],
so that each word has a scale of its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from engine.models.errors import CheckpointError
from engine.onlstm.config import OnLstmConfig, shapes
from engine.onlstm.trees import PARSERS, Parser
from engine.onlstm.vocabulary import Vocabulary
from engine.weights import bundle

Arrays = dict[str, NDArray[np.float32]]
CONFIG: Final = "config.json"


@dataclass(frozen=True)
class Settings:
    """What config.json says.

    Attributes:
        default_layer: whose trees are best, counted from 0.
        default_parser: with which parser.
    """

    model: OnLstmConfig
    default_layer: int = 0
    default_parser: Parser = "unbiased"

    def __post_init__(self) -> None:
        if self.default_layer not in range(self.model.layers):
            raise ValueError(f"no layer {self.default_layer}: there are {self.model.layers}")
        if self.default_parser not in PARSERS:
            raise ValueError(f"no parser {self.default_parser!r}")


def save(
    folder: Path, settings: Settings, vocabulary: Vocabulary, arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write a model's folder, in place of what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "family": "onlstm",
        "model": settings.model.to_dict(),
        "default_layer": settings.default_layer,
        "default_parser": settings.default_parser,
    }
    (folder / CONFIG).write_text(json.dumps(document, indent=1) + "\n", encoding="utf8")
    vocabulary.save(folder)
    bundle.save({name: _turned(name, array) for name, array in arrays.items()}, folder)


def read_settings(folder: Path) -> Settings:
    """What config.json says; CheckpointError where it cannot be read or says something else."""
    path = folder / CONFIG
    try:
        document = json.loads(path.read_text(encoding="utf8"))
        return Settings(
            OnLstmConfig.from_dict(document["model"]),
            document["default_layer"],
            cast(Parser, document["default_parser"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path} is no configuration of an ON-LSTM: {error}") from error


def load(folder: Path) -> tuple[Settings, Vocabulary, Arrays]:
    """Read a model's folder; CheckpointError or TokenizerError where it is damaged."""
    settings = read_settings(folder)
    vocabulary = Vocabulary.load(folder, settings.model.language)
    if len(vocabulary) != settings.model.vocabulary_size:
        raise CheckpointError(
            f"{folder}: words.txt has {len(vocabulary)} words, "
            f"config.json says {settings.model.vocabulary_size}"
        )
    stored = bundle.load(folder)
    found = {name: _turned(name, array) for name, array in stored.items()}
    bundle.check_shapes(
        {name: array.shape for name, array in found.items()}, shapes(settings.model), folder
    )
    for name, array in found.items():
        bundle.check_finite(array, f"{folder}: {name}")
    return settings, vocabulary, found


def _turned(name: str, array: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(array.T) if name == "embeddings/word" else array
