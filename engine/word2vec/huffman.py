"""Hierarchical softmax over a Huffman tree, as word2vec.c builds it (Mikolov et al. 2013).

A tree over n words has n - 1 inner nodes, numbered in the order in which they are made; the last
one is the root. At each inner node on its path a word has a bit of its code: with the node's
vector theta and an input vector x, p(0) = sigmoid(x . theta) and p(1) = 1 - p(0). The probability
of the word is the product over its path, so that all words together have probability 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.word2vec.errors import Word2VecError
from engine.word2vec.matrices import Floats

Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Paths:
    """The ways from the root to several words, padded at the end.

    Attributes:
        nodes: inner nodes [words, depth], the root first; 0 behind the end.
        codes: the bits of the code there [words, depth]; 0 behind the end.
        lengths: how many of them there are for each word [words].
    """

    nodes: Ints
    codes: NDArray[np.int8]
    lengths: Ints

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """Which entries are before the end [words, depth]."""
        within: NDArray[np.bool_] = np.arange(self.nodes.shape[1]) < self.lengths[:, None]
        return within


class Huffman:
    """The Huffman tree of words with these counts.

    Args:
        counts: how often each word occurred [n], at least two of them, none negative. Ties are
            decided as in word2vec.c when the most frequent come first.

    Attributes:
        size: n, how many words there are.
        parents: the inner node above each word (0 to n - 1) and each inner node (n + its number)
            [2n - 1]; -1 for the root.
        bits: the bit on the way down to each of them [2n - 1].

    Raises:
        Word2VecError: there are fewer than two counts, or one is negative.
    """

    def __init__(self, counts: Sequence[int] | NDArray[np.integer]) -> None:
        given = np.asarray(counts, np.int64)
        if given.ndim != 1 or len(given) < 2 or given.min() < 0:
            raise Word2VecError("a Huffman tree needs the counts of at least two words")
        self.size = len(given)
        self.parents, self.bits = _build(given)

    def __len__(self) -> int:
        return self.size

    @property
    def root(self) -> int:
        """The number of the root among the inner nodes."""
        return self.size - 2

    @cached_property
    def depths(self) -> Ints:
        """Steps from the root to each word and inner node [2n - 1]."""
        depths = np.zeros(2 * self.size - 1, np.int32)
        for nodes in self._levels:
            depths[nodes] = depths[self.size + self.parents[nodes]] + 1
        return depths

    @cached_property
    def paths(self) -> Paths:
        """The ways to all words."""
        return self.paths_to(np.arange(self.size))

    def paths_to(self, words: Sequence[int] | NDArray[np.integer]) -> Paths:
        """The ways to some words, given by their numbers [words]."""
        places: NDArray[np.integer] = np.asarray(words, np.int64)
        lengths = self.depths[places]
        depth = int(lengths.max(initial=0))
        nodes = np.zeros((len(places), depth), np.int32)
        codes = np.zeros((len(places), depth), np.int8)
        rows = np.arange(len(places))
        left = lengths.copy()
        while len(rows):  # up from the words, one step of every path at a time
            left[rows] -= 1
            nodes[rows, left[rows]] = self.parents[places]
            codes[rows, left[rows]] = self.bits[places]
            places = self.size + self.parents[places]
            below = left[rows] > 0
            rows, places = rows[below], places[below]
        return Paths(nodes, codes, lengths)

    @cached_property
    def _levels(self) -> list[Ints]:
        """Words and inner nodes by their distance from the root, from 1 on."""
        children = np.empty((self.size - 1, 2), np.int32)
        below_root = np.arange(2 * self.size - 2, dtype=np.int32)
        children[self.parents[below_root], self.bits[below_root]] = below_root
        levels = [children[[self.root]].ravel()]
        while len(inner := levels[-1][levels[-1] >= self.size] - self.size):
            levels.append(children[inner].ravel())
        return levels

    def log_probabilities(self, inputs: Floats, nodes: Floats) -> Floats:
        """log p(y | x) of every word y: down the whole tree, level by level.

        Args:
            inputs: vectors x [d] or [b, d].
            nodes: the inner nodes' vectors [n - 1, d].

        Returns [n], or [b, n].
        """
        dots = (nodes @ inputs.T).T
        total: Floats = np.zeros((*dots.shape[:-1], 2 * self.size - 1), np.float32)
        # Both branches of every inner node: log sigmoid(z) for bit 0 and log sigmoid(-z) for 1.
        branches = np.stack((log_sigmoid(dots), log_sigmoid(-dots)), axis=-1)
        for level in self._levels:
            parents = self.parents[level]
            total[..., level] = (
                total[..., self.size + parents] + branches[..., parents, self.bits[level]]
            )
        return total[..., : self.size]

    def log_probabilities_of(
        self, words: Sequence[int] | NDArray[np.integer], inputs: Floats, nodes: Floats
    ) -> Floats:
        """log p(y | x) of some words y only, given by their numbers: along their paths.

        Args:
            inputs: vectors x [b, d].
            nodes: the inner nodes' vectors [n - 1, d].

        Returns [b, words].
        """
        paths = self.paths_to(words)
        needed, places = np.unique(paths.nodes, return_inverse=True)
        dots = inputs @ nodes[needed].T
        steps = dots[:, places.reshape(paths.nodes.shape)]
        steps = log_sigmoid(np.where(paths.codes, -steps, steps))
        found: Floats = np.where(paths.mask, steps, 0).sum(axis=-1, dtype=np.float32)
        return found


def log_sigmoid(z: Floats) -> Floats:
    """log(1 / (1 + exp(-z))), without overflow."""
    return np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z)))


def _build(counts: NDArray[np.int64]) -> tuple[Ints, NDArray[np.int8]]:
    """Parents and bits of the tree, by two queues that are both in the order of their counts."""
    size = len(counts)
    order = np.argsort(-counts, kind="stable")
    weights = [*counts[order].tolist(), *[0] * (size - 1)]
    parents = np.full(2 * size - 1, -1, np.int64).tolist()
    bits = [0] * (2 * size - 1)
    word, inner = size - 1, size  # the rarest word that has no parent, and the oldest such node
    for made in range(size, 2 * size - 1):
        for bit in (0, 1):
            if word >= 0 and (inner == made or weights[word] < weights[inner]):
                chosen, word = word, word - 1
            else:
                chosen, inner = inner, inner + 1
            weights[made] += weights[chosen]
            parents[chosen] = made - size
            bits[chosen] = bit
    places = np.concatenate((order, np.arange(size, 2 * size - 1)))
    found, code = np.empty(2 * size - 1, np.int32), np.empty(2 * size - 1, np.int8)
    found[places], code[places] = parents, bits
    return found, code
