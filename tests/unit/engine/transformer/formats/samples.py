"""Checkpoints in each format, written where a test wants them, and what they hold."""

import lzma
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from safetensors.numpy import save_file

from engine.transformer.checkpoints.formats import open_source

TORCH_FILES = Path(__file__).parents[4] / "parity" / "formats"

ARRAYS: dict[str, np.ndarray] = {
    "model/word": np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4),
    "model/bias": np.array([0.5, -2.0, 7.0], np.float32),
    "model/layer_1/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
    "step": np.array(100000, np.int64),
}


def torch_file(name: str, folder: Path) -> Path:
    """One of the files of tests/parity/formats, unpacked."""
    path = folder / name
    path.write_bytes(lzma.decompress((TORCH_FILES / f"{name}.xz").read_bytes()))
    return path


def write_safetensors(folder: Path) -> Path:
    save_file(ARRAYS, folder / "model.safetensors")
    return folder / "model.safetensors"


def write_bundle(folder: Path, arrays: Mapping[str, np.ndarray] = ARRAYS) -> Path:
    """TensorFlow's V2 format; its prefix."""
    import tensorflow as tf

    tf.raw_ops.SaveV2(
        prefix=str(folder / "model.ckpt-7"),
        tensor_names=list(arrays),
        shape_and_slices=[""] * len(arrays),
        tensors=[tf.constant(array) for array in arrays.values()],
    )
    return folder / "model.ckpt-7"


def write_v1(folder: Path) -> Path:
    """TensorFlow's V1 format."""
    import tensorflow as tf

    tf.raw_ops.Save(
        filename=str(folder / "model.ckpt"),
        tensor_names=list(ARRAYS),
        data=[tf.constant(array) for array in ARRAYS.values()],
    )
    return folder / "model.ckpt"


def write_hdf5(folder: Path, texts: Any = np.asarray) -> Path:
    """As save_weights of Keras 2 does it; `texts` makes an attribute of a list of bytes."""
    layers: dict[str, list[str]] = {}
    for name in ARRAYS:
        layers.setdefault(name.split("/")[0], []).append(name)
    path = folder / "model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = texts([layer.encode() for layer in layers])
        file.attrs["backend"] = b"tensorflow"
        for layer, names in layers.items():
            group = file.create_group(layer)
            group.attrs["weight_names"] = texts([name.encode() for name in names])
            for name in names:
                group.create_dataset(name, data=ARRAYS[name])
    return path


def contents(path: Path) -> dict[str, np.ndarray]:
    """All tensors of a checkpoint; reading agrees with what is said of each beforehand."""
    found = {}
    with open_source(path) as source:
        for name in source.names():
            array = source.read(name)
            assert array.shape == source.shape(name)
            assert array.dtype == source.dtype(name)
            assert array.flags.aligned
            found[name] = array
    return found


def same(found: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray] = ARRAYS) -> bool:
    """Whether names, shapes, dtypes and values are the same, to the bit."""
    return found.keys() == expected.keys() and all(
        found[name].dtype == array.dtype
        and found[name].shape == array.shape
        and found[name].tobytes() == array.tobytes()
        for name, array in expected.items()
    )
