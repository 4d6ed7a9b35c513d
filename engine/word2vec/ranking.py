"""The best few of very many scores."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


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
