"""Matrices in int8 with one scale an output channel: a quarter of float32's bytes to read."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.models.devices import available_cores

_ROWS = 128


class Quantized:
    """A matrix [in, out] as int8 with one float32 scale an output channel: values * scale.

    An embedding table [V, H] has one scale a row instead: ``scale`` is [V, 1] then, and [out]
    otherwise, so that ``values * scale`` holds for both.
    """

    def __init__(self, values: NDArray[np.int8], scale: NDArray[np.float32]) -> None:
        self.values = values
        self.scale = scale

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    def dequantize(self) -> NDArray[np.float32]:
        """The matrix as float32."""
        return self.values * self.scale


Array = NDArray[np.floating] | Quantized


def quantize_rows(matrix: NDArray[np.floating]) -> Quantized:
    """Symmetric int8 for each row of [out, in]: values = round(row / scale), scale = peak / 127.

    A few rows at a time, on every core: the float32 copies stay in the caches.
    """
    values = np.empty(matrix.shape, np.int8)
    scale = np.empty((len(matrix), 1), np.float32)

    def quantize(begin: int) -> None:
        rows = slice(begin, begin + _ROWS)
        part = np.array(matrix[rows], np.float32)
        peak = np.maximum(part.max(axis=1), -part.min(axis=1))
        scale[rows] = (np.maximum(peak, 1e-12) / 127)[:, None]
        part /= scale[rows]
        values[rows] = np.rint(part, out=part)

    with ThreadPoolExecutor(available_cores()) as cores:
        list(cores.map(quantize, range(0, len(matrix), _ROWS)))
    return Quantized(values, scale)


def quantize_columns(array: NDArray[Any]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """The same for each output channel of [..., out]: values of its shape, and the scales [out]."""
    found = quantize_rows(array.reshape(-1, array.shape[-1]).T)
    return np.ascontiguousarray(found.values.T).reshape(array.shape), found.scale[:, 0]
