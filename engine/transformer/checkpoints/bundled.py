"""A bundled language model: its weights, and what its config.json says.

The weights are a bundle (engine/weights/bundle.py), where the token table [V, H] has a scale for
each row. config.json is ``{"model": {fields of TransformerConfig}, "tokenizer": {arguments of
load_tokenizer}}``; the files of the tokenizer lie beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final, Literal

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from engine.models.errors import CheckpointError
from engine.transformer.config import TransformerConfig
from engine.transformer.weights import shapes
from engine.weights.bundle import SCALE, Bundle, as_float, check_finite, check_shapes, listed
from engine.weights.quantization import Array, Quantized, quantize_columns, quantize_rows
from engine.weights.writing import Planned

Dtype = Literal["float32", "bfloat16", "float16", "int8"]


_FLOATS: Final[dict[str, np.dtype[Any]]] = {
    "float32": np.dtype(np.float32),
    "bfloat16": np.dtype(ml_dtypes.bfloat16),
    "float16": np.dtype(np.float16),
}


class BundledWeights:
    """The weights of a language model's folder; matrices in int8 are Quantized.

    Raises:
        CheckpointError: a shard or a tensor is missing, damaged or of another shape than the
            folder's config.json says; by ``read``, a value is not finite.
    """

    def __init__(self, folder: Path, config: TransformerConfig) -> None:
        self.config = config
        self._folder = folder
        self._bundle = Bundle(folder)
        expected = shapes(config)
        found = {name: self._bundle.shape(name) for name in self._bundle.names()}
        check_shapes(found, expected, folder)
        for name, shape in expected.items():
            scale, wanted = self._bundle.scale_shape(name), _scale_shape(name, shape)
            if scale not in (None, wanted):
                raise CheckpointError(f"{folder}: {name + SCALE} is {scale}, expected {wanted}")

    def read(self, name: str) -> Array:
        """The array as it is stored."""
        array = self._bundle.read(name)
        numbers = array.scale if isinstance(array, Quantized) else array
        check_finite(numbers, f"{self._folder}: {name}")
        return array

    def close(self) -> None:
        """Close the files."""
        self._bundle.close()


def is_bundled(settings: Mapping[str, Any]) -> bool:
    """Whether a folder with this config.json is a language model in the bundled format."""
    model = settings.get("model")
    return isinstance(model, dict) and {"family", "hidden_size"} <= model.keys()


def read_config(settings: Mapping[str, Any], folder: Path) -> TransformerConfig:
    """The model that config.json says; CheckpointError where it says something else."""
    model = settings["model"]
    unknown = model.keys() - {field.name for field in fields(TransformerConfig)}
    if unknown:
        raise CheckpointError(f"{folder / 'config.json'}: no fields {listed(sorted(unknown))}")
    try:
        return TransformerConfig(**model)
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{folder / 'config.json'}: {error}") from error


def tokenizer_options(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What load_tokenizer needs to know beside the folder's files; nothing for other formats."""
    options = settings.get("tokenizer", {}) if is_bundled(settings) else {}
    return dict(options) if isinstance(options, dict) else {}


def plan(config: TransformerConfig, dtype: Dtype) -> list[Planned]:
    """What the shards of a model hold."""
    planned = []
    for name, shape in shapes(config).items():
        kept = _kept_dtype(name, dtype)
        planned.append(Planned(name, kept, shape))
        if kept == np.int8:
            scale = Planned(name + SCALE, np.dtype(np.float32), _scale_shape(name, shape))
            planned.append(scale)
    return planned


def pack(name: str, array: Array, dtype: Dtype) -> Iterator[tuple[str, NDArray[Any]]]:
    """A weight as the shards hold it: itself, or int8 and its scale.

    Raises:
        CheckpointError: a number is too large for the dtype.
    """
    kept = _kept_dtype(name, dtype)
    if kept != np.int8:
        with np.errstate(over="ignore"):
            narrow = as_float(array).astype(kept, copy=False)
        check_finite(narrow, f"{name} in {kept}")
        yield name, narrow
    elif isinstance(array, Quantized):
        yield from ((name, array.values), (name + SCALE, array.scale))
    elif _is_table(name):
        table = quantize_rows(array)
        yield from ((name, table.values), (name + SCALE, table.scale))
    else:
        values, scale = quantize_columns(array)
        yield from ((name, values), (name + SCALE, scale))


def model_settings(config: TransformerConfig) -> dict[str, Any]:
    """The fields of config.json's "model" that are not the default ones."""
    given = asdict(config)
    defaults = {field.name: field.default for field in fields(TransformerConfig)}
    return {name: value for name, value in given.items() if value != defaults[name]}


def _kept_dtype(name: str, dtype: Dtype) -> np.dtype[Any]:
    matrix = _is_table(name) or name.endswith("/kernel")
    if dtype == "int8":
        return np.dtype(np.int8 if matrix else np.float16)
    # Eight bits of a bias or a norm's scale would be lost for nothing.
    return _FLOATS[dtype if matrix or dtype == "float16" else "float32"]


def _scale_shape(name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    return (shape[0], 1) if _is_table(name) else shape[-1:]


def _is_table(name: str) -> bool:
    return name == "embeddings/token"
