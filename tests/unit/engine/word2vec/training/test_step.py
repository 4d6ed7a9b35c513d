"""Loss and gradients against sums written out pair by pair, and against differences of the loss."""

from typing import Any

import numpy as np
import pytest
from keras import ops
from numpy.typing import NDArray

from engine import backend
from engine.word2vec.huffman import Huffman
from engine.word2vec.training.recipe import Recipe
from engine.word2vec.training.step import LONGEST, gradients, make_step
from engine.word2vec.training.targets import PathTargets

Floats = NDArray[np.float64]
GROUPS, POSITIONS, CENTRES, ROWS, SIZE = 3, 6, 4, 7, 5
CASES = [
    (architecture, output)
    for architecture in ("skipgram", "cbow")
    for output in ("hierarchical", "negative", "random_softmax")
]


def _batch(output: str) -> tuple[Floats, Floats, NDArray[np.uint8], NDArray[np.int8]]:
    random = np.random.default_rng(3)
    vectors = random.normal(size=(GROUPS, POSITIONS, SIZE))
    rows = random.normal(size=(GROUPS, ROWS, SIZE))
    band = random.integers(0, 2, (GROUPS, POSITIONS, CENTRES), np.uint8)
    band[0, :, 2] = 0  # a centre without a word around it
    if output == "hierarchical":
        labels = random.integers(-1, 2, (GROUPS, CENTRES, ROWS)).astype(np.int8)
    else:
        labels = np.full((GROUPS, CENTRES, ROWS), -1, np.int8)
        labels[:, :, :CENTRES] = np.eye(CENTRES)
        labels[1, 1, CENTRES] = 0  # a random word that is the centre
    return vectors, rows, band, labels


def _loss(
    recipe: Recipe, vectors: Floats, rows: Floats, band: Any, labels: Any, groups: int = GROUPS
) -> float:
    """The definition, one prediction at a time."""
    total = 0.0
    for group in range(groups):
        for centre in range(CENTRES):
            around = vectors[group][band[group, :, centre] > 0]
            if recipe.architecture == "cbow" and len(around):
                around = around.mean(axis=0, keepdims=True)
            for hidden in around:
                scores, signs = rows[group] @ hidden, labels[group, centre].astype(float)
                if recipe.output == "random_softmax":
                    choices = scores[signs != 0]
                    total += np.log(np.exp(choices).sum()) - scores[signs > 0].sum()
                else:
                    total += np.log1p(np.exp(-signs * scores))[signs != 0].sum()
    return total


@pytest.mark.parametrize(("architecture", "output"), CASES)
def test_gradients_are_those_of_the_loss(architecture: Any, output: Any) -> None:
    recipe = Recipe(architecture=architecture, output=output)
    vectors, rows, band, labels = _batch(output)
    found = gradients(
        recipe,
        ops.convert_to_tensor(vectors.astype("float32")),
        ops.convert_to_tensor(rows.astype("float32")),
        ops.convert_to_tensor(band),
        ops.convert_to_tensor(labels),
    )
    for values, gradient in ((vectors, found.inputs), (rows, found.outputs)):
        expected = np.zeros_like(values)
        for place in np.ndindex(values.shape):
            kept = values[place]
            sides = []
            for step in (1e-5, -1e-5):
                values[place] = kept + step
                sides.append(_loss(recipe, vectors, rows, band, labels))
            values[place] = kept
            expected[place] = -(sides[0] - sides[1]) / 2e-5
        assert backend.to_numpy(gradient) == pytest.approx(expected, abs=2e-4)
    # The loss is that of the first of these three groups.
    loss = _loss(recipe, vectors, rows, band, labels, groups=1)
    assert float(found.loss) == pytest.approx(loss, rel=1e-4)
    pairs = band[0].sum() if architecture == "skipgram" else (band[0].sum(axis=0) > 0).sum()
    assert float(found.pairs) == pairs


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_the_loss_is_that_of_p_of_the_word_in_the_huffman_tree(architecture: Any) -> None:
    counts = np.array([9, 7, 4, 2, 1])
    huffman, random = Huffman(counts), np.random.default_rng(1)
    nodes = random.normal(size=(len(counts), SIZE)).astype("float32")
    vectors = random.normal(size=(1, 3, SIZE)).astype("float32")
    centres = np.array([[4, 1]], np.int32)
    rows, labels = PathTargets(huffman).of(centres, random)
    band = np.array([[[1, 0], [1, 1], [0, 1]]], np.uint8)
    recipe = Recipe(architecture=architecture)
    arrays = (vectors, nodes[rows], band, labels)
    found = gradients(recipe, *map(ops.convert_to_tensor, arrays))
    ways = [(4, vectors[0, :2]), (1, vectors[0, 1:])]
    if architecture == "cbow":
        ways = [(word, around.mean(axis=0, keepdims=True)) for word, around in ways]
    expected = sum(
        -huffman.log_probabilities(around, nodes[:-1])[:, word].sum() for word, around in ways
    )
    assert float(found.loss) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("architecture", "output"), CASES)
def test_curvatures_are_bounds(architecture: Any, output: Any) -> None:
    recipe = Recipe(architecture=architecture, output=output)
    vectors, rows, band, labels = _batch(output)
    arrays = (vectors.astype("float32"), rows.astype("float32"), band, labels)
    found = gradients(recipe, *map(ops.convert_to_tensor, arrays))
    random = np.random.default_rng(0)
    for values, bounds in ((vectors, found.input_curvature), (rows, found.output_curvature)):
        for place in np.ndindex(values.shape[:2]):
            kept = values[place].copy()
            way = random.normal(size=SIZE)
            way *= 1e-3 / np.linalg.norm(way)
            losses = []
            for step in (way, 0 * way, -way):
                values[place] = kept + step
                losses.append(_loss(recipe, vectors, rows, band, labels))
            values[place] = kept
            bent = (losses[0] - 2 * losses[1] + losses[2]) / 1e-6
            assert bent <= float(bounds[place]) + 1e-4


def test_an_update_follows_the_gradient_and_less_far_for_rows_that_are_often_in_it() -> None:
    recipe = Recipe(output="negative")
    vectors, rows, band, labels = (array.astype("float32") for array in _batch("negative"))
    found = gradients(recipe, *map(ops.convert_to_tensor, (vectors, rows, band, labels)))
    positions = np.zeros((GROUPS, POSITIONS), np.int32)
    positions[0] = np.arange(1, POSITIONS + 1)  # words that occur once; all others are word 0
    places = np.arange(GROUPS * ROWS, dtype=np.int32).reshape(GROUPS, ROWS)
    step = make_step(recipe, (POSITIONS + 1, GROUPS * ROWS))
    inputs = (positions, places, band, labels, np.float32(0.04))
    (moved, _), _ = step((vectors, rows), *map(ops.convert_to_tensor, inputs))
    got, gradient = backend.to_numpy(moved), backend.to_numpy(found.inputs)
    bounds = backend.to_numpy(found.input_curvature)
    assert bounds[0].max() < LONGEST / 0.04 < bounds[1:].sum()
    assert got[0] == pytest.approx(0.04 * gradient[0], rel=1e-4)
    assert got[1:] == pytest.approx(LONGEST * gradient[1:] / bounds[1:].sum(), rel=1e-4)
