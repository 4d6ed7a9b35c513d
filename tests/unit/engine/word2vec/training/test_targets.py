"""What centres are predicted by: Huffman paths, or the centre among random words."""

import numpy as np
import pytest

from engine.word2vec.huffman import Huffman
from engine.word2vec.training.recipe import Recipe
from engine.word2vec.training.targets import PathTargets, RandomTargets, make_targets

COUNTS = np.array([400, 200, 90, 60, 40, 9, 5, 3, 2, 1])
CENTRES = np.array([[0, 3, 9, 3], [10, 7, 10, 1]], np.int32)


def test_labels_are_the_bits_of_the_way_to_the_centre() -> None:
    huffman = Huffman(COUNTS)
    rows, labels = PathTargets(huffman).of(CENTRES, np.random.default_rng(0))
    for group, centres in enumerate(CENTRES):
        for place, word in enumerate(centres):
            used = np.flatnonzero(labels[group, place])
            got = dict(zip(rows[group, used].tolist(), labels[group, place, used], strict=True))
            if word == len(COUNTS):
                assert got == {}
                continue
            way = huffman.paths_to([word])
            bits = (1 - 2 * way.codes[0]).tolist()
            assert got == dict(zip(way.nodes[0].tolist(), bits, strict=True))


def test_a_node_on_several_ways_is_one_row_and_the_rest_is_behind_the_last() -> None:
    rows, labels = PathTargets(Huffman(COUNTS)).of(CENTRES, np.random.default_rng(0))
    for group in range(len(CENTRES)):
        used = rows[group] < len(COUNTS) - 1
        assert len(set(rows[group, used])) == used.sum()
        assert set(rows[group, ~used]) <= {len(COUNTS) - 1}
        assert not labels[group][:, ~used].any()


def test_random_words_follow_their_counts_and_are_never_the_number_of_no_word() -> None:
    recipe = Recipe(output="negative", negatives=500, exponent=0.75)
    centres = np.full((400, 1), len(COUNTS), np.int32)
    rows, _ = RandomTargets(COUNTS, recipe).of(centres, np.random.default_rng(0))
    drawn = np.bincount(rows[:, 1:].ravel(), minlength=len(COUNTS))
    expected = COUNTS**0.75 / (COUNTS**0.75).sum() * rows[:, 1:].size
    assert len(drawn) == len(COUNTS)
    assert drawn == pytest.approx(expected, rel=0.1)


def test_an_exponent_of_zero_draws_evenly() -> None:
    recipe = Recipe(output="negative", negatives=500, exponent=0)
    targets = RandomTargets(COUNTS, recipe)
    rows, _ = targets.of(np.zeros((200, 1), np.int32), np.random.default_rng(0))
    assert np.bincount(rows[:, 1:].ravel()) == pytest.approx(np.full(10, 10_000), rel=0.1)


@pytest.mark.parametrize("output", ["negative", "random_softmax"])
def test_a_random_word_that_is_the_centre_is_not_untrue_of_it(output: str) -> None:
    recipe = Recipe(output=output, negatives=64)  # type: ignore[arg-type]
    rows, labels = make_targets(COUNTS, recipe).of(CENTRES, np.random.default_rng(0))
    assert rows.shape == (2, 4 + 64) and labels.shape == (2, 4, 4 + 64)
    for group, centres in enumerate(CENTRES):
        for place, word in enumerate(centres):
            found = labels[group, place]
            if word == len(COUNTS):
                assert not found.any()
                continue
            assert np.flatnonzero(found > 0).tolist() == [place]
            hits = rows[group, 4:] == word
            assert (found[4:] == np.where(hits, 0, -1)).all()
    assert (rows[:, 4:] == 0).any()  # so some were hits
