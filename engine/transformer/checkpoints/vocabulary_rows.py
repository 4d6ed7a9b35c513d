"""A checkpoint with some rows of its vocabulary: bert4keras's keep_tokens and compound_tokens."""

from dataclasses import replace

import numpy as np

from engine.models.errors import CheckpointError
from engine.tokenizers.vocabulary import EmbeddingRows
from engine.transformer.config import TransformerConfig
from engine.transformer.weights import Weights
from engine.weights.quantization import Array, Quantized


class ChosenRows:
    """Weights whose token table and output have the chosen rows only, in the chosen order.

    Attributes:
        config: the given one with the number of rows that there are now.

    Raises:
        CheckpointError: a row is beyond the published table.
    """

    def __init__(self, config: TransformerConfig, weights: Weights, rows: EmbeddingRows) -> None:
        used = [*rows.keep, *(row for item in rows.compounds for row in item.rows)]
        if not used or max(used) >= config.vocab_size or min(used) < 0:
            raise CheckpointError(
                f"rows up to {max(used, default=-1)} are to be kept of {config.vocab_size}: the "
                "vocabulary is not the one that the weights came with"
            )
        self.config = replace(config, vocab_size=len(rows.keep) + len(rows.compounds))
        self._weights = weights
        self._rows = rows

    def read(self, name: str) -> Array:
        """The array, cut to the chosen rows if it has one for every piece of the vocabulary."""
        array = self._weights.read(name)
        if name not in ("embeddings/token", "head/kernel", "head/bias"):
            return array
        if isinstance(array, Quantized):
            array = array.dequantize()
        if name == "head/kernel":
            return np.ascontiguousarray(self._rows.select(array.T).T)
        return self._rows.select(array)
