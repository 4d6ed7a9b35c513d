"""Orders of tokens, without sorting a whole vocabulary where a part of it will do."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Order = NDArray[np.intp]

_FIRST_LOOKS: Final = (128, 2048)
"""How many tokens are sorted first. Of a language model's 30,000, about so many hold most of the
probability, and finding them takes a tenth of the time of sorting all."""


def ranked(keys: Floats, weights: Floats, mass: float) -> tuple[Order, Floats]:
    """Positions of the smallest keys, ascending (ties by position), and their running weights.

    As many as it takes for the running sum to exceed ``mass``, and usually more; all [V] if it
    never does.
    """
    for size in _FIRST_LOOKS:
        if size >= len(keys):
            break
        # All that are as small as the size-th: equal keys must not depend on how it was found.
        first = np.flatnonzero(keys <= np.partition(keys, size - 1)[size - 1])
        ids = first[_ascending(keys[first])]
        running = np.cumsum(weights[ids])
        if running[-1] > mass:
            return ids, running
    ids = _ascending(keys)
    return ids, np.cumsum(weights[ids])


def best(scores: Floats, count: int) -> Order:
    """Positions of the ``count`` highest scores, best first (ties by position)."""
    if count >= len(scores):
        return _ascending(-scores)[:count]
    bound = np.partition(scores, -count)[-count]
    candidates = np.flatnonzero(scores >= bound)
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
