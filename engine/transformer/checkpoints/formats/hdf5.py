"""Keras 2's HDF5: what Model.save_weights, or Model.save, wrote to a .h5 or .weights file.

Groups are layers, listed in the attribute layer_names; each lists its datasets in weight_names
(keras/engine/saving.py of Keras 2.3). A list too long for one attribute is cut into several,
layer_names0, layer_names1, and so on.
"""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import count, takewhile
from pathlib import Path
from typing import Any, Self

import h5py
import numpy as np
from numpy.typing import NDArray

from engine.errors import CheckpointError
from engine.transformer.checkpoints.formats.mapped import DAMAGED, Shape, no_such_tensor

MAX_NAMES_BYTES = 16_000_000
MAX_COMPRESSION = 1100
"""Deflate's best ratio is 1032."""
_ERRORS = (OSError, KeyError, ValueError, TypeError, RuntimeError, AttributeError)


def open_keras_hdf5(path: Path) -> "KerasHDF5Source":
    """The weights in a file of Keras 2; each under its name in weight_names, "NAME/kernel:0".

    A name that several layers use has its layer's name and a slash in front.

    Raises:
        CheckpointError: the file is truncated, damaged, or not one of Keras 2.
    """
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise CheckpointError(f"{path} is no complete HDF5 file ({error}); {DAMAGED}") from error
    try:
        return KerasHDF5Source(path, file, _datasets(file))
    except _ERRORS as error:
        file.close()
        raise CheckpointError(f"{path}: {error}; {DAMAGED}") from error


def _datasets(file: Any) -> dict[str, Any]:
    root = file.get("model_weights", file)
    if "layer_names" not in root.attrs and "layer_names0" not in root.attrs:
        raise CheckpointError(
            "it lists no layers as Keras 2 does; if Keras 3 wrote it, load it there and "
            "convert the weights to safetensors"
        )
    found = [
        (layer, weight, _dataset(root, layer, weight))
        for layer in _texts(root.attrs, "layer_names")
        for weight in _texts(_group(root, layer).attrs, "weight_names")
    ]
    uses = Counter(weight for _, weight, _ in found)
    return {
        (weight if uses[weight] == 1 else f"{layer}/{weight}"): dataset
        for layer, weight, dataset in found
    }


def _texts(attributes: Any, name: str) -> Iterator[str]:
    """A list of texts, whole or in numbered pieces."""
    if name in attributes:
        pieces = [name]
    else:
        pieces = list(takewhile(attributes.__contains__, (f"{name}{n}" for n in count())))
    for piece in pieces:
        attribute = attributes.get_id(piece)
        if math.prod(attribute.shape or (0,)) * attribute.dtype.itemsize > MAX_NAMES_BYTES:
            raise CheckpointError(f"its {piece} are longer than any model's")
        for text in np.ravel(attributes[piece]).tolist():
            yield text.decode() if isinstance(text, bytes) else str(text)


def _member(group: Any, name: str) -> Any:
    """What a group holds under a name, as long as it lies in this file."""
    for part in filter(None, name.split("/")):
        if not isinstance(group.get(part, getlink=True), h5py.HardLink):
            raise CheckpointError(f"{name} is missing, or lies elsewhere")
        group = group[part]
    return group


def _group(root: Any, layer: str) -> Any:
    group = _member(root, layer)
    if not isinstance(group, h5py.Group):
        raise CheckpointError(f"the layer {layer} is no group")
    return group


def _dataset(root: Any, layer: str, weight: str) -> Any:
    dataset = _member(_group(root, layer), weight)
    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind not in "fiub":
        raise CheckpointError(f"the weight {weight} is no array of numbers")
    if dataset.external or dataset.is_virtual:
        raise CheckpointError(f"the weight {weight} lies in another file")
    # Chunks that were never written take no room in the file, but as zeros in memory.
    if dataset.nbytes > MAX_COMPRESSION * dataset.id.get_storage_size():
        raise CheckpointError(f"the weight {weight} {dataset.shape} is larger than the file")
    return dataset


class KerasHDF5Source:
    """A TensorSource over the datasets of an HDF5 file; reading copies."""

    def __init__(self, path: Path, file: Any, datasets: dict[str, Any]) -> None:
        self.path = path
        self._file = file
        self._datasets = datasets

    def names(self) -> tuple[str, ...]:
        """Names of all weights, in the model's order."""
        return tuple(self._datasets)

    def shape(self, name: str) -> Shape:
        """The weight's shape; nothing is read."""
        return tuple(self._dataset(name).shape)

    def dtype(self, name: str) -> np.dtype[Any]:
        """The weight's dtype, in this machine's byte order."""
        dtype: np.dtype[Any] = self._dataset(name).dtype
        return dtype.newbyteorder("=")

    def read(self, name: str) -> NDArray[Any]:
        """The weight's values; CheckpointError if there is none of that name, or damaged."""
        dataset = self._dataset(name)
        try:
            return np.asarray(dataset[()], self.dtype(name))
        except _ERRORS as error:
            raise CheckpointError(
                f"{self.path}: {name} cannot be read ({error}); {DAMAGED}"
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _dataset(self, name: str) -> Any:
        if name not in self._datasets:
            raise no_such_tensor(self.path, name, self.names())
        if not self._file:
            raise CheckpointError(f"{self.path} has been closed: open it again to read {name}")
        return self._datasets[name]
