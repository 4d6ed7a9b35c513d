"""Matrices that may be stored in int8 and are computed with in float32; the best of many scores."""

from collections.abc import Collection
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from engine.weights.quantization import Quantized

Floats = NDArray[np.float32]


class Matrix:
    """A matrix [n, d] in float32, or in int8 with a scale [n, 1] for each row.

    int8 becomes float32 when it is first used, and is let go of then.
    """

    def __init__(self, stored: Floats | Quantized) -> None:
        self.shape = stored.shape
        self._stored = stored
        self._lock = Lock()

    @property
    def floats(self) -> Floats:
        """The matrix in float32 [n, d], one copy for everybody."""
        with self._lock:
            if isinstance(self._stored, Quantized):
                self._stored = self._stored.dequantize()
            return self._stored


def best(scores: Floats, topn: int, without: Collection[int] = ()) -> NDArray[np.intp]:
    """Indices of the highest scores [n], best first, of equal ones the lower index.

    Args:
        topn: how many; all that there are where it is more.
        without: indices that shall not come.
    """
    size = len(scores)
    wanted = min(max(topn, 0) + len(without), size)
    found: NDArray[np.intp]
    if wanted < size:
        found = np.argpartition(scores, size - wanted)[size - wanted :]
    else:
        found = np.arange(size)
    found = found[np.lexsort((found, -scores[found]))]
    if without:
        found = found[~np.isin(found, list(without))]
    return found[: max(topn, 0)]
