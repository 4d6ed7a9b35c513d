"""A matrix that may be stored in int8 and is computed with in float32."""

from threading import Lock

from engine.weights.quantization import Quantized
from engine.word2vec.ranking import Floats


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
