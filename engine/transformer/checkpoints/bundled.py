"""The format of the bundled models: safetensors in shards under 10 MB, matrices in int8.

A matrix W [..., out] is kept as int8 with one float32 scale for each output channel under the
name ``NAME.scale``, so that W = int8 * scale; a token table [V, H] has one for each row [V, 1].
Vectors are kept in float16. The same format holds models in float32, bfloat16 or float16, without
scales. Shards are named as on the Hugging Face hub, ``model-00001-of-00002.safetensors``; a tensor
larger than a shard is cut into ``NAME:0``, ``NAME:1``, ...

A language model's folder also has config.json, ``{"model": {fields of TransformerConfig},
"tokenizer": {arguments of load_tokenizer}}``, and the files of its tokenizer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final, Literal

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from engine.errors import CheckpointError
from engine.transformer.checkpoints.canonical import check_finite, listed
from engine.transformer.checkpoints.formats.source import TensorSource, open_source
from engine.transformer.checkpoints.sharded import Planned, part_name, write_shards
from engine.transformer.config import TransformerConfig
from engine.transformer.quantization import quantize_columns, quantize_rows
from engine.transformer.weights import Array, Quantized, shapes

Arrays = dict[str, NDArray[Any]]
Dtype = Literal["float32", "bfloat16", "float16", "int8"]

SHARD_BYTES = 9_500_000
"""A Space refuses a plain git push of files over 10 MB."""
SCALE = ".scale"

_FLOATS: Final[dict[str, np.dtype[Any]]] = {
    "float32": np.dtype(np.float32),
    "bfloat16": np.dtype(ml_dtypes.bfloat16),
    "float16": np.dtype(np.float16),
}


def save(weights: Mapping[str, NDArray[Any]], folder: Path) -> None:
    """Write the weights as int8 shards into ``folder``, in place of those that are there."""
    packed: Arrays = {}
    for name, array in weights.items():
        if array.ndim >= 2:
            packed[name], packed[name + SCALE] = quantize_columns(array)
        else:
            packed[name] = array.astype(np.float16)
    plan = [Planned(name, array.dtype, array.shape) for name, array in packed.items()]
    for _ in write_shards(folder, plan, packed.items(), SHARD_BYTES):
        pass


def load(folder: Path) -> Arrays:
    """All weights of ``folder`` as float32; CheckpointError where a shard is missing or broken."""
    with _open_shards(folder) as source:
        stored = _Stored(source)
        return {name: _as_float(stored.read(name)) for name in stored.names()}


def assign(variables: Mapping[str, Any], weights: Arrays, *, source: Path) -> None:
    """Put the weights into Keras variables of the same names and shapes.

    CheckpointError names the tensor that is missing, not wanted, of another shape or not finite.
    """
    missing, extra = variables.keys() - weights.keys(), weights.keys() - variables.keys()
    if missing or extra:
        raise CheckpointError(
            f"{source}: missing tensors {_some(missing)}, unexpected tensors {_some(extra)}"
        )
    for name, variable in variables.items():
        if tuple(variable.shape) != weights[name].shape:
            raise CheckpointError(
                f"{source}: {name} is {weights[name].shape}, expected {tuple(variable.shape)}"
            )
        if not np.isfinite(weights[name]).all():
            raise CheckpointError(f"{source}: {name} holds values that are not finite")
        variable.assign(weights[name])


class BundledWeights:
    """The weights of a language model's folder; matrices in int8 are Quantized.

    Raises:
        CheckpointError: a shard or a tensor is missing, damaged or of another shape than the
            folder's config.json says; by ``read``, a value is not finite.
    """

    def __init__(self, folder: Path, config: TransformerConfig) -> None:
        self.config = config
        self._folder = folder
        self._stored = _Stored(_open_shards(folder))
        expected = shapes(config)
        missing = [name for name in expected if name not in self._stored.names()]
        extra = [name for name in self._stored.names() if name not in expected]
        if missing or extra:
            raise CheckpointError(
                f"{folder}: missing tensors {listed(missing) or 'none'}, "
                f"unexpected tensors {listed(extra) or 'none'}"
            )
        for name, shape in expected.items():
            found = self._stored.shape(name)
            if found != shape:
                raise CheckpointError(f"{folder}: {name} is {found}, expected {shape}")
            scale, wanted = self._stored.scale_shape(name), _scale_shape(name, shape)
            if scale not in (None, wanted):
                raise CheckpointError(f"{folder}: {name + SCALE} is {scale}, expected {wanted}")

    def read(self, name: str) -> Array:
        """The array as it is stored."""
        array = self._stored.read(name)
        numbers = array.scale if isinstance(array, Quantized) else array
        check_finite(numbers, f"{self._folder}: {name}")
        return array

    def close(self) -> None:
        """Close the files."""
        self._stored.source.close()


class _Stored:
    """Tensors of the shards with their parts and scales put together."""

    def __init__(self, source: TensorSource) -> None:
        self.source = source
        self._parts: dict[str, list[str]] = {}
        for stored in source.names():
            name, colon, number = stored.rpartition(":")
            parts = self._parts.setdefault(name if colon and number.isdigit() else stored, [])
            parts.append(stored)
        for name, parts in self._parts.items():
            if len(parts) > 1:
                self._parts[name] = [part_name(name, i) for i in range(len(parts))]

    def names(self) -> list[str]:
        return [name for name in self._parts if not name.endswith(SCALE)]

    def shape(self, name: str) -> tuple[int, ...]:
        found = [self.source.shape(part) for part in self._parts[name]]
        if len(found) == 1:
            return found[0]
        return (sum(shape[0] for shape in found), *found[0][1:])

    def scale_shape(self, name: str) -> tuple[int, ...] | None:
        return self.shape(name + SCALE) if name + SCALE in self._parts else None

    def read(self, name: str) -> Array:
        array = self._joined(name)
        if array.dtype != np.int8:
            return array
        if name + SCALE not in self._parts:
            raise CheckpointError(f"{self.source.path}: {name} is int8 and lacks {name + SCALE}")
        return Quantized(array, self._joined(name + SCALE))

    def _joined(self, name: str) -> NDArray[Any]:
        parts = [self.source.read(part) for part in self._parts[name]]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


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
            narrow = _as_float(array).astype(kept, copy=False)
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


def _as_float(array: Array) -> NDArray[Any]:
    if isinstance(array, Quantized):
        return array.dequantize()
    return array.astype(np.float32, copy=False)


def _open_shards(folder: Path) -> TensorSource:
    if not any(folder.glob("model-*.safetensors")):
        raise CheckpointError(f"no model-*.safetensors in {folder}")
    return open_source(folder)


def _some(names: set[str]) -> str:
    return listed(sorted(names)) or "none"
