"""A text cut into groups of neighbouring words, whose windows overlap and so are computed at once.

A group is T centres in a row and the positions up to ``window`` before and behind them, S in all.
A band matrix tells which positions are in the window of which centre. So the vector of a position
is read once for all centres that it belongs to, and one matrix product gives all their scores.

Where there is no position (before the text, in another sentence, outside of the window), the band
is 0: such a position has no part in any sum. Its number is ``n``, that of no word.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.word2vec.training.recipe import Recipe
from engine.word2vec.training.vocabulary import Tokens

CHUNK: Final = 1 << 18
"""Tokens that are subsampled, cut into groups and shuffled at once."""
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Groups:
    """B groups of T centres.

    Attributes:
        positions: the words of all positions [B, S]; n where there is none.
        band: 1 where a position is in the window of a centre, else 0 [B, S, T].
        centres: the words of the centres [B, T]; n where there is none.
        read: how many words of the chunk are read after them, before subsampling.
    """

    positions: Ints
    band: NDArray[np.uint8]
    centres: Ints
    read: int


class Batches:
    """The groups of every update of a training run, the same whenever they are made.

    Args:
        tokens: the text.
        counts: how often each word occurs in it [n].

    Attributes:
        words: of the text.
        chunks: parts that it is cut into.
    """

    def __init__(self, tokens: Tokens, counts: NDArray[np.int64], recipe: Recipe) -> None:
        self._tokens, self._recipe, self._size = tokens, recipe, len(counts)
        self.words = len(tokens)
        self.chunks = -(-len(tokens) // CHUNK)
        self._together = recipe.groups(len(tokens))
        self._keep = keep_probabilities(counts, recipe.sample)

    def of_chunk(self, epoch: int, chunk: int) -> Iterator[Groups]:
        """The groups of one chunk in one pass, shuffled; the last update may be padded."""
        random = np.random.default_rng((self._recipe.seed, epoch, chunk))
        begin, end = chunk * CHUNK, min((chunk + 1) * CHUNK, self.words)
        ids = np.asarray(self._tokens.ids[begin:end], np.int32)
        kept = random.random(len(ids), np.float32) < self._keep[ids]
        sentences = self._tokens.sentences(begin, end)[kept]
        ids = ids[kept]
        order = self._order(ids, random)
        updates = len(order)
        reach = random.integers(1, self._recipe.window + 1, len(ids), np.int32)
        edges = np.linspace(0, end - begin, updates + 1).astype(np.int64)
        for update in range(updates):
            read = int(edges[update + 1])
            yield self._groups(ids, sentences, reach, order[update], read)

    def _order(self, ids: Ints, random: np.random.Generator) -> NDArray[np.int64]:
        """Which groups come together in each update [updates, groups].

        Groups of equally rare words, since groups of rare words have to do with more rows of the
        output table than others, and all groups of an update are filled up to the same number.
        """
        width, together = self._recipe.group, self._together
        groups = -(-len(ids) // width)
        rarity = np.zeros(groups * width)
        rarity[: len(ids)] = np.log1p(ids)
        order = np.full(-(-groups // together) * together, groups, np.int64)
        order[:groups] = np.argsort(rarity.reshape(groups, width).sum(axis=1))
        return random.permuted(random.permutation(order.reshape(-1, together)), axis=1)

    def _groups(
        self, ids: Ints, sentences: Ints, reach: Ints, chosen: NDArray[np.int64], read: int
    ) -> Groups:
        width, window = self._recipe.group, self._recipe.window
        centres = chosen[:, None] * width + np.arange(width)
        around = chosen[:, None] * width + np.arange(-window, width + window)
        far = np.abs(np.arange(-window, width + window)[:, None] - np.arange(width)).astype(
            np.int32
        )
        within = far <= _taken(reach, centres, 0)[:, None, :]
        same = _taken(sentences, around, -1)[:, :, None] == _taken(sentences, centres, -2)[:, None]
        band = within & same & (far > 0)
        return Groups(
            _taken(ids, around, self._size),
            band.view(np.uint8),
            _taken(ids, centres, self._size),
            read,
        )


def keep_probabilities(counts: NDArray[np.int64], sample: float) -> NDArray[np.float32]:
    """How probably an occurrence of each word is kept by subsampling [n], as in word2vec.c."""
    if not sample:
        return np.ones(len(counts), np.float32)
    ratio = sample * counts.sum() / counts
    return np.asarray(np.minimum(np.sqrt(ratio) + ratio, 1), np.float32)


def _taken(values: Ints, places: NDArray[np.int64], default: int) -> Ints:
    """values[places], and the default where there is no such place."""
    inside = (places >= 0) & (places < len(values))
    return np.where(inside, values[np.where(inside, places, 0)], np.int32(default))
