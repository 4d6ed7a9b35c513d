"""Words as points of the plane: PCA, t-SNE (van der Maaten and Hinton 2008) and clusters."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.word2vec.errors import Word2VecError
from engine.word2vec.matrices import Floats
from engine.word2vec.vectors import Vectors

_COMPONENTS: Final = 50
"""Dimensions that t-SNE sees of longer vectors, as its authors advise."""


@dataclass(frozen=True)
class WordMap:
    """Where the first m words of a vocabulary lie.

    Attributes:
        positions: x and y [m, 2]; the longer side of the map goes from -1 to 1.
        clusters: the group of each word [m], 0 to 126.
    """

    positions: Floats
    clusters: NDArray[np.int8]


def pca(points: Floats, dimensions: int = 2) -> Floats:
    """The points [n, d] along their first principal axes [n, dimensions].

    Signs are settled: of each axis the coordinate that is largest by size is positive. Missing
    axes, where points or dimensions are fewer, are zero.
    """
    centred = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    found = centred @ axes[:, ::-1][:, :dimensions]
    peaks = found[np.abs(found).argmax(axis=0), np.arange(found.shape[1])]
    found *= np.where(peaks < 0, -1, 1)
    placed = np.zeros((len(points), dimensions), np.float32)
    placed[:, : found.shape[1]] = found
    return placed


def tsne(points: Floats, *, perplexity: float = 30, seed: int = 0) -> Floats:
    """The points [n, d] in the plane, so that neighbours stay neighbours [n, 2].

    Cosine distances, as of the words. Takes minutes from some ten thousand points on.

    Raises:
        Word2VecError: there are fewer than four points.
    """
    if len(points) < 4:
        raise Word2VecError("a t-SNE map needs at least four words")
    from sklearn.manifold import TSNE

    units = _units(points)
    if units.shape[1] > _COMPONENTS:
        units = pca(units, _COMPONENTS)
    method: Any = TSNE(
        perplexity=min(perplexity, (len(points) - 1) / 3),
        init="pca",
        learning_rate="auto",
        random_state=seed,
    )
    found: Floats = method.fit_transform(units).astype(np.float32)
    return found


def clusters(points: Floats, number: int, *, seed: int = 0) -> NDArray[np.int8]:
    """Groups of points [n, d] by k-means over their directions [n]; group 0 is the largest.

    Raises:
        Word2VecError: the number is not 1 to 127, or there are fewer points.
    """
    if not 1 <= number <= 127 or number > len(points):
        raise Word2VecError(f"{len(points)} words cannot be put into {number} groups of 1 to 127")
    from sklearn.cluster import MiniBatchKMeans

    method: Any = MiniBatchKMeans(number, n_init=3, random_state=seed)
    labels: NDArray[np.int32] = method.fit_predict(_units(points))
    order = np.argsort(-np.bincount(labels, minlength=number), kind="stable")
    ranks: NDArray[np.int8] = np.argsort(order).astype(np.int8)
    return ranks[labels]


def word_map(
    vectors: Vectors, count: int = 20_000, groups: int = 24, *, method: str = "tsne", seed: int = 0
) -> WordMap:
    """A map of the first ``count`` words, by "tsne" or "pca".

    Raises:
        Word2VecError: the method is neither, or there are too few words for it or the groups.
    """
    if method not in ("tsne", "pca"):
        raise Word2VecError(f"no method {method!r} for a map; there are tsne and pca")
    points = vectors.matrix[:count] / vectors.norms[:count, None]
    positions = tsne(points, seed=seed) if method == "tsne" else pca(points)
    return WordMap(fitted(positions), clusters(points, min(groups, len(points)), seed=seed))


def fitted(positions: Floats) -> Floats:
    """Positions [n, 2] moved and scaled so that the longer side goes from -1 to 1."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    span = (high - low).max()
    placed: Floats = (2 * positions - low - high) / np.float32(span if span > 0 else 1)
    return placed


def _units(points: Floats) -> Floats:
    lengths: Floats = np.sqrt(np.einsum("nd,nd->n", points, points))[:, None]
    lengths[lengths == 0] = 1
    found: Floats = points / lengths
    return found
