"""Masks and positions as arrays: who may look at whom, and how far apart they are."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.transformer.config import TransformerConfig

Floats = NDArray[np.float32]
Ids = NDArray[np.int32]

MASKED = -1e9
"""Added to the score of what must not be seen; exp of it is 0 in every dtype used."""


@cache
def sinusoids(count: int, width: int) -> Floats:
    """Sine and cosine [count, width] in turns of positions 0 to count - 1 (Vaswani et al. 2017)."""
    angles = np.arange(count)[:, None] / 10000 ** (np.arange(0, width, 2) / width)
    table = np.empty((count, width), np.float32)
    table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
    return table


def nezha_table(distance: int, width: int) -> Floats:
    """Sinusoids [2 * distance + 1, width] of the clipped relative positions (Wei et al. 2019)."""
    return sinusoids(2 * distance + 1, width)


@cache
def rotary_tables(count: int, width: int) -> tuple[Floats, Floats]:
    """Sine and cosine [count, width] of each pair's angle, twice each (Su et al. 2021)."""
    table = sinusoids(count, width)
    return table[:, 0::2].repeat(2, axis=1), table[:, 1::2].repeat(2, axis=1)


@cache
def rotary_swap(width: int) -> Floats:
    """A matrix [width, width] that takes (x0, x1) of each pair to (-x1, x0)."""
    swap = np.zeros((width, width), np.float32)
    even = np.arange(0, width, 2)
    swap[even + 1, even] = -1
    swap[even, even + 1] = 1
    return swap


def relative_ids(config: TransformerConfig, query: Ids, key: Ids, *, bidirectional: bool) -> Ids:
    """Rows of the table of relative positions for queries [..., S] and keys [..., K].

    NEZHA clips key - query to its distance; T5 puts distances into buckets that grow
    logarithmically, with half of them for keys to the right where those can be seen.
    """
    difference = key[..., None, :].astype(np.int32) - query[..., :, None].astype(np.int32)
    if config.position == "nezha":
        limit = config.relative_distance
        return np.clip(difference, -limit, limit) + limit
    return _t5_buckets(config, difference, bidirectional)


def _t5_buckets(config: TransformerConfig, difference: Ids, bidirectional: bool) -> Ids:
    buckets = config.relative_buckets
    offset = np.zeros_like(difference)
    if bidirectional:
        buckets //= 2
        offset = np.where(difference > 0, buckets, 0)
        distance = np.abs(difference)
    else:
        distance = np.maximum(-difference, 0)
    exact = buckets // 2
    spread = np.log(np.maximum(distance, 1) / exact, dtype=np.float32)
    spread = spread / np.float32(np.log(config.relative_distance / exact)) * (buckets - exact)
    far = np.minimum(exact + spread.astype(np.int32), buckets - 1)
    return (offset + np.where(distance < exact, distance, far)).astype(np.int32)
