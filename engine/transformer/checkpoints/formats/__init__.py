"""File formats of published weights, read as data: nothing in them is executed."""

from engine.transformer.checkpoints.formats.hdf5 import open_keras_hdf5
from engine.transformer.checkpoints.formats.pickle_objects import UnsafePickleError
from engine.transformer.checkpoints.formats.pytorch import open_pytorch
from engine.transformer.checkpoints.formats.source import open_source
from engine.transformer.checkpoints.formats.tensorflow import open_tensorflow
from engine.weights.mapped import TensorSource
from engine.weights.safetensors import open_safetensors

__all__ = [
    "TensorSource",
    "UnsafePickleError",
    "open_keras_hdf5",
    "open_pytorch",
    "open_safetensors",
    "open_source",
    "open_tensorflow",
]
