"""Weights cast to the dtype they are computed in, one at a time, whatever they were stored in."""

import math
from collections.abc import Iterable

import ml_dtypes
import numpy as np

from engine.models.errors import CheckpointError
from engine.transformer.config import TransformerConfig
from engine.transformer.runtimes import Dtype, Floats
from engine.transformer.weights import Weights, shapes
from engine.weights.quantization import Array, Quantized, quantize_rows

_NUMPY = {
    "float32": np.dtype(np.float32),
    "float16": np.dtype(np.float16),
    "bfloat16": np.dtype(ml_dtypes.bfloat16),
}
_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}


class CastWeights:
    """Matrices in one dtype, vectors in float32; CheckpointError where one does not fit.
    Nothing is kept: every call reads its tensor."""

    def __init__(self, config: TransformerConfig, weights: Weights, dtype: Dtype) -> None:
        self._shapes = shapes(config)
        self._weights = weights
        self._dtype = dtype

    def vector(self, name: str) -> Floats:
        """A vector or a small table as float32."""
        array = self._read(name)
        array = array.dequantize() if isinstance(array, Quantized) else array
        return np.ascontiguousarray(array, np.float32)

    def table(self, name: str) -> Array:
        """A table [V, H]; in int8 with one scale a row [V, 1]."""
        return self._cast(self._read(name))

    def transposed(self, name: str) -> Array:
        """A kernel [in, out] as [out, in]; in int8 with one scale an output channel [out, 1]."""
        array = self._read(name)
        if isinstance(array, Quantized):
            values = np.ascontiguousarray(array.values.T)
            return self._cast(Quantized(values, array.scale.reshape(-1, 1)))
        return self._cast(array.T)

    @property
    def count(self) -> int:
        """How many weights there are."""
        return len(self._shapes)

    @property
    def nbytes(self) -> int:
        """Bytes of all of them, a tied table counted twice: it is an input and an output."""
        return self._bytes(self._shapes) + self._bytes(["embeddings/token"])

    @property
    def layer_bytes(self) -> int:
        """Bytes of one of the decoder's layers."""
        return self._bytes(name for name in self._shapes if name.startswith("layers/0/"))

    @property
    def table_bytes(self) -> int:
        """Bytes of the token table."""
        return self._bytes(["embeddings/token"])

    def _bytes(self, names: Iterable[str]) -> int:
        return _BYTES[self._dtype] * sum(math.prod(self._shapes[name]) for name in names)

    def _read(self, name: str) -> Array:
        array = self._weights.read(name)
        if tuple(array.shape) != self._shapes[name]:
            raise CheckpointError(f"{name} is {tuple(array.shape)}, expected {self._shapes[name]}")
        return array

    def _cast(self, array: Array) -> Array:
        """A matrix with its output channels first."""
        if self._dtype == "int8":
            return array if isinstance(array, Quantized) else quantize_rows(array)
        array = array.dequantize() if isinstance(array, Quantized) else array
        return np.ascontiguousarray(array, _NUMPY[self._dtype])
