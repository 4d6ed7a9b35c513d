"""What the centres of a group are predicted by: rows of the output table and labels for them.

Hierarchical softmax, negative sampling and random softmax differ in this alone and in the loss:
each centre has labels for the U output rows that its group looks at: 1 for what is true of it, -1
for what is not, 0 for rows that have nothing to do with it. Rows are filled up with one behind the
last, which no centre has a label for.
"""

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.word2vec.huffman import Huffman
from engine.word2vec.training.batches import Ints
from engine.word2vec.training.recipe import Recipe

Labels = NDArray[np.int8]
_TABLE: Final = 1 << 22
_ROUND: Final = 32
"""Rows of a group are filled up to a multiple of this, so that few shapes have to be compiled."""


class Targets(Protocol):
    """Makes the rows and labels of groups."""

    @property
    def rows(self) -> int:
        """How many rows the output table has, without the one behind the last."""

    def of(self, centres: Ints, random: np.random.Generator) -> tuple[Ints, Labels]:
        """For centres [B, T] (n where there is none): rows [B, U] and labels [B, T, U]."""


class PathTargets(Targets):
    """The inner nodes on the centres' ways in a Huffman tree; a bit 0 is what is true there."""

    def __init__(self, huffman: Huffman) -> None:
        paths = huffman.paths
        self._size = huffman.size
        # All ways one after another, and behind the last word's the empty way of no word.
        self._nodes = paths.nodes[paths.mask]
        self._labels = 1 - 2 * paths.codes[paths.mask]
        self._lengths = np.append(paths.lengths, np.int32(0))
        self._starts = np.cumsum(self._lengths) - self._lengths

    @property
    def rows(self) -> int:
        """One for each inner node."""
        return self._size - 1

    def of(self, centres: Ints, random: np.random.Generator) -> tuple[Ints, Labels]:
        """See Targets. A node that several centres of a group pass is one row."""
        groups, width = centres.shape
        words = centres.ravel()
        lengths = self._lengths[words]
        places = np.repeat(np.arange(len(words)), lengths)
        first = self._starts[words] - (np.cumsum(lengths) - lengths)
        steps = np.arange(len(places)) + first[places]
        keys = places // width * self._size + self._nodes[steps]

        used = np.zeros(groups * self._size, bool)
        used[keys] = True
        found = np.flatnonzero(used)
        owners = found // self._size
        columns = np.arange(len(found)) - np.searchsorted(owners, np.arange(groups))[owners]
        where = np.empty(len(used), np.int32)
        where[found] = columns

        height = -(-(int(columns.max(initial=0)) + 1) // _ROUND) * _ROUND
        rows = np.full((groups, height), self.rows, np.int32)
        rows[owners, columns] = found - owners * self._size
        labels = np.zeros((len(words), height), np.int8)
        labels[places, where[keys]] = self._labels[steps]
        return rows, labels.reshape(groups, width, height)


class RandomTargets(Targets):
    """The centres themselves, and random words that their group shares.

    A random word that is the centre has no label for it: it is not both true and untrue.

    Args:
        counts: how often each word occurs [n].
    """

    def __init__(self, counts: NDArray[np.int64], recipe: Recipe) -> None:
        self._rows = len(counts)
        self._negatives = recipe.negatives
        weights = counts.astype(np.float64) ** recipe.exponent
        ends = np.cumsum(weights / weights.sum())
        self._table = np.searchsorted(ends, (np.arange(_TABLE) + 0.5) / _TABLE).astype(np.int32)

    @property
    def rows(self) -> int:
        """One for each word."""
        return self._rows

    def of(self, centres: Ints, random: np.random.Generator) -> tuple[Ints, Labels]:
        """See Targets."""
        groups, width = centres.shape
        drawn = self._table[random.integers(0, _TABLE, (groups, self._negatives))]
        labels = np.empty((groups, width, width + self._negatives), np.int8)
        labels[:, :, :width] = np.eye(width, dtype=np.int8)
        labels[:, :, width:] = -(centres[:, :, None] != drawn[:, None, :]).astype(np.int8)
        labels[centres == self.rows] = 0
        return np.concatenate((centres, drawn), axis=1), labels


def make_targets(counts: NDArray[np.int64], recipe: Recipe) -> Targets:
    """Those of the recipe's output, for words with these counts [n]."""
    if recipe.output == "hierarchical":
        return PathTargets(Huffman(counts))
    return RandomTargets(counts, recipe)
