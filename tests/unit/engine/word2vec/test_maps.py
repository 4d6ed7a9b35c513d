"""Maps: principal axes, neighbours that stay neighbours, clusters."""

import numpy as np
import pytest

from engine.word2vec.errors import Word2VecError
from engine.word2vec.maps import clusters, fitted, pca, tsne, word_map
from engine.word2vec.vectors import Vectors


def blobs(each: int = 20, size: int = 60) -> np.ndarray:
    """Three groups of points in three directions, one group after the other."""
    random = np.random.default_rng(0)
    centres = np.repeat(4 * np.eye(3, size), each, axis=0)
    return (centres + 0.1 * random.normal(size=(3 * each, size))).astype(np.float32)


def test_pca_finds_the_longest_direction() -> None:
    along = np.linspace(-1, 1, 50)
    points = np.stack((3 * along, 4 * along, 0.1 * np.cos(9 * along)), axis=1).astype(np.float32)
    found = pca(points)
    np.testing.assert_allclose(np.abs(found[:, 0]), 5 * np.abs(along), atol=1e-5)
    np.testing.assert_array_equal(pca(-points[::-1])[0], pca(-points[::-1])[0])
    spread = found.std(axis=0)
    assert spread[0] > spread[1] > 0
    np.testing.assert_allclose(
        pca(points, 3).var(axis=0).sum(), points.var(axis=0).sum(), rtol=1e-5
    )


@pytest.mark.parametrize("shape", [(1, 5), (2, 1), (3, 2)])
def test_pca_of_few_points(shape: tuple[int, int]) -> None:
    assert pca(np.ones(shape, np.float32), 3).shape == (shape[0], 3)


@pytest.mark.slow
def test_tsne_keeps_groups_together() -> None:
    found = tsne(blobs())
    assert found.shape == (60, 2)
    distances = np.linalg.norm(found[:, None] - found[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    assert (distances.argmin(axis=1) // 20 == np.arange(60) // 20).all()
    assert tsne(blobs()[:4]).shape == (4, 2)
    with pytest.raises(Word2VecError):
        tsne(blobs()[:3])


def test_clusters_are_the_groups_largest_first() -> None:
    points = blobs()[:45]
    found = clusters(points, 3)
    assert found.dtype == np.int8
    assert np.bincount(found).tolist() == [20, 20, 5]
    assert len(set(found[:20])) == len(set(found[20:40])) == len(set(found[40:])) == 1
    assert clusters(10 * points, 3).tolist() == found.tolist()  # directions, not lengths
    for number in (0, 46, 128):
        with pytest.raises(Word2VecError):
            clusters(points, number)


@pytest.mark.parametrize("method", ["pca", pytest.param("tsne", marks=pytest.mark.slow)])
def test_a_map_of_the_first_words(method: str) -> None:
    points = blobs()
    vectors = Vectors([f"词{number}" for number in range(60)], points)
    made = word_map(vectors, 50, 3, method=method)
    assert made.positions.shape == (50, 2) and made.clusters.shape == (50,)
    low, high = made.positions.min(axis=0), made.positions.max(axis=0)
    np.testing.assert_allclose((high - low).max(), 2, rtol=1e-5)
    np.testing.assert_allclose(low + high, 0, atol=1e-5)
    with pytest.raises(Word2VecError, match="no method"):
        word_map(vectors, method="umap")


def test_a_single_place_fits_too() -> None:
    assert fitted(np.full((3, 2), 7, np.float32)).tolist() == [[0, 0]] * 3
