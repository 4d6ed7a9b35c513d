"""Tiny random models, published in the layouts of other people."""

from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np
import pytest
from safetensors.numpy import save_file

from engine.transformer.checkpoints.recognition import LAYOUTS
from engine.transformer.config import TransformerConfig
from engine.transformer.families import family_config
from engine.transformer.weights import shapes
from engine.weights.quantization import Quantized

SIZES = {
    "vocab_size": 50,
    "hidden_size": 16,
    "num_layers": 2,
    "num_heads": 2,
    "intermediate_size": 24,
    "max_positions": 20,
}
SETTINGS = {"num_attention_heads": 2, "max_position_embeddings": 20}
"""What no tensor says."""


def layout(title):
    return next(x for x in LAYOUTS if x.title == title)


def tiny_config(family, **changes) -> TransformerConfig:
    changes = {"encoder_layers": 1, "head_size": 4} | changes if family == "t5" else changes
    return family_config(family, **SIZES | changes)


def tiny_weights(config, seed=0) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {
        name: random.normal(size=shape).astype(np.float32) for name, shape in shapes(config).items()
    }


def publish(layout, weights: Mapping[str, np.ndarray], prefix="") -> dict[str, np.ndarray]:
    """The tensors as the layout has them; the prefix goes before all but heads."""
    tensors = {}
    for name, array in weights.items():
        recipe = layout.recipe(name)
        for part, share in zip(
            recipe.parts, np.split(array, len(recipe.parts), axis=-1), strict=True
        ):
            whole = part if part.startswith(("cls", "lm_head")) else prefix + part
            tensors[whole] = np.ascontiguousarray(share.T if recipe.transposed else share)
    return tensors


class Memory:
    """A TensorSource of arrays in memory."""

    def __init__(self, tensors, path="memory"):
        self.tensors = dict(tensors)
        self.path = Path(path)

    def names(self):
        return tuple(self.tensors)

    def shape(self, name):
        return self.tensors[name].shape

    def dtype(self, name):
        return self.tensors[name].dtype

    def read(self, name):
        return self.tensors[name]

    def close(self):
        self.tensors = {}


def write_safetensors(folder: Path, tensors) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    save_file(dict(tensors), folder / "model.safetensors")
    return folder


def write_bin(folder: Path, tensors) -> Path:
    torch = pytest.importorskip("torch", reason="only PyTorch writes its files")

    folder.mkdir(parents=True, exist_ok=True)
    state = {name: torch.from_numpy(array) for name, array in tensors.items()}
    torch.save(state, folder / "pytorch_model.bin")
    return folder


def write_tensorflow(folder: Path, tensors) -> Path:
    """A TF bundle; the path is its prefix."""
    import tensorflow as tf

    folder.mkdir(parents=True, exist_ok=True)
    prefix = folder / "model.ckpt-1"
    arrays = list(tensors.values())
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=list(tensors),
        shape_and_slices=[""] * len(arrays),
        tensors=[tf.constant(array) for array in arrays],
    )
    return prefix


def write_keras_hdf5(folder: Path, tensors) -> Path:
    """As Keras 2.3's save_weights: a group a layer, its datasets listed in weight_names."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "best_model.weights"
    layers: dict[str, list[str]] = {}
    for name in tensors:
        layers.setdefault(name.partition("/")[0], []).append(name)
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.encode() for layer in layers]
        file.attrs["keras_version"] = b"2.3.1"
        file.attrs["backend"] = b"tensorflow"
        for layer, names in layers.items():
            group = file.create_group(layer)
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name in names:
                group.create_dataset(name, data=tensors[name])
    return path


def numbers(array) -> np.ndarray:
    """Float32, whatever it is held in."""
    if isinstance(array, Quantized):
        return array.dequantize()
    return array.astype(np.float32)


def assert_equal(opened, weights, tolerance=0.0):
    """The opened weights are these, to this part of each tensor's largest number."""
    assert shapes(opened.config).keys() == weights.keys()
    for name, array in weights.items():
        found = numbers(opened.weights.read(name))
        assert found.shape == array.shape, name
        assert np.abs(found - array).max() <= tolerance * np.abs(array).max(), name
