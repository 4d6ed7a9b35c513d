"""Selection: the best tokens, or those that reach a mass, without sorting a whole vocabulary."""

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Order = NDArray[np.intp]

_BINS: Final = 4096
_FEW: Final = 256
_COLUMN: Final = 64
_LIGHT: Final = 1e-4
"""Relative to the heaviest: few of a language model's 30,000 tokens are heavier than that."""


def heaviest(weights: Floats, mass: float) -> Order:
    """Positions, ascending, of enough of the heaviest weights [V] to exceed mass.

    Whether more than enough depends only on the weights; all above 0 where they are too light.
    """
    largest = weights.max()
    ids = np.flatnonzero(weights > _LIGHT * largest)
    if weights[ids].sum() > mass:
        return ids
    return np.flatnonzero(weights > 0)


def crossing(
    keys: Floats, weights: Floats, mass: float, side: Literal["left", "right"] = "left"
) -> int:
    """The position where the running sum of weights, in ascending order of keys, crosses mass.

    A histogram of the keys finds the bin where it happens, and a sort of that bin the position:
    an order of magnitude faster than sorting the 30,000 tokens of a vocabulary.

    Args:
        keys: [N], finite; equal ones go by position.
        weights: [N], above 0.
        mass: in the unit of the weights.
        side: "left": the first position where the sum is at least mass; "right": where it is
            greater. Where rounding keeps the whole sum below mass, the last position.
    """
    ids = np.arange(len(keys))
    while len(ids) > _FEW:
        low, high = float(keys.min()), float(keys.max())
        with np.errstate(over="ignore", divide="ignore"):
            scale = np.float64(_BINS - 1) / (high - low)
        if not np.isfinite(scale):  # all keys are equal, or as good as
            break
        bins = ((keys - low) * scale).astype(np.intp)
        sums = np.bincount(bins, weights).cumsum()
        at = min(int(np.searchsorted(sums, mass, side)), len(sums) - 1)
        if at:
            mass -= float(sums[at - 1])
        inside = np.flatnonzero(bins == at)
        ids, keys, weights = ids[inside], keys[inside], weights[inside]
    order = _ascending(keys)
    at = int(np.searchsorted(np.cumsum(weights[order]), mass, side))
    return int(ids[order[min(at, len(order) - 1)]])


def up_to(keys: Floats, weights: Floats, mass: float) -> NDArray[np.bool_]:
    """Which [N] of the positions, in ascending order of keys, it takes to reach mass."""
    last = crossing(keys, weights, mass)
    kept: NDArray[np.bool_] = keys < keys[last]
    kept[: last + 1] |= keys[: last + 1] == keys[last]
    return kept


def best(scores: Floats, count: int) -> Order:
    """Positions of the ``count`` highest scores, best first (ties by position)."""
    if count >= len(scores):
        return _ascending(-scores)
    columns = len(scores) // _COLUMN
    if columns > count:
        # As many columns as wanted have a maximum of at least this, so nothing below it counts.
        tops = scores[: columns * _COLUMN].reshape(_COLUMN, columns).max(axis=0)
        least = np.partition(tops, -count)[-count]
    else:
        least = np.partition(scores, -count)[-count]
    candidates = np.flatnonzero(scores >= least)
    return candidates[_ascending(-scores[candidates])][:count]


def _ascending(keys: Floats) -> Order:
    """numpy's stable argsort, several times faster: its quick one, with equal keys put right."""
    order = np.argsort(keys)
    ordered = keys[order]
    same = ordered[1:] == ordered[:-1]
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        order[tied] = order[tied][np.lexsort((order[tied], ordered[tied]))]
    return order
