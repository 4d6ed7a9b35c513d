"""The Huffman tree: its shape, and the probabilities down its paths."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.word2vec.errors import Word2VecError
from engine.word2vec.huffman import Huffman

COUNTS = st.lists(st.integers(0, 10_000), min_size=2, max_size=60)


def codes(tree: Huffman) -> list[str]:
    paths = tree.paths
    return [
        "".join(map(str, bits[:length]))
        for bits, length in zip(paths.codes.tolist(), paths.lengths, strict=True)
    ]


def test_a_tree_that_is_known() -> None:
    """Made by hand: 5 and 4 are joined first (node 0), then 6 and those 9 (1)."""
    tree = Huffman([20, 10, 6, 5, 4])
    assert codes(tree) == ["0", "10", "110", "1111", "1110"]
    assert tree.paths.nodes[3].tolist() == [3, 2, 1, 0]
    assert tree.paths.nodes[1].tolist() == [3, 2, 0, 0]
    assert tree.paths.mask[1].tolist() == [True, True, False, False]


def test_equal_counts_are_joined_as_in_word2vec_c() -> None:
    """A word goes before an inner node only where it is rarer: 1+1=2 is taken before the word 2."""
    assert codes(Huffman([2, 1, 1])) == ["1", "01", "00"]


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_no_code_begins_another_and_none_could_be_shorter(counts: list[int]) -> None:
    found = codes(Huffman(counts))
    assert sum(2.0 ** -len(code) for code in found) == 1
    assert len(set(found)) == len(counts)
    for code in found:
        assert sum(other.startswith(code) for other in found) == 1
    cost = sum(count * len(code) for count, code in zip(counts, found, strict=True))
    assert cost == least_cost(counts)


def least_cost(counts: list[int]) -> int:
    """Bits of the best prefix code: the sum of all inner nodes' counts."""
    left, cost = sorted(counts), 0
    while len(left) > 1:
        joined = left.pop(0) + left.pop(0)
        cost += joined
        left = sorted([*left, joined])
    return cost


@settings(max_examples=30, deadline=None)
@given(COUNTS, st.integers(0, 2**32 - 1), st.sampled_from([0.1, 1.0, 20.0]))
def test_all_words_together_have_probability_one(
    counts: list[int], seed: int, width: float
) -> None:
    random = np.random.default_rng(seed)
    tree = Huffman(counts)
    nodes = (width * random.normal(size=(len(counts) - 1, 5))).astype(np.float32)
    inputs = random.normal(size=(3, 5)).astype(np.float32)
    logs = tree.log_probabilities(inputs, nodes)
    assert logs.shape == (3, len(counts))
    np.testing.assert_allclose(np.exp(logs.astype(float)).sum(axis=1), 1, atol=1e-4)


def scalar_walk(tree: Huffman, word: int, x: list[float], nodes: list[list[float]]) -> float:
    """log p(word | x) in Python's numbers, up from the word to the root."""
    total, place = 0.0, word
    while (parent := int(tree.parents[place])) >= 0:
        z = sum(a * b for a, b in zip(x, nodes[parent], strict=True))
        p = 1 / (1 + math.exp(-z))
        total += math.log(1 - p if tree.bits[place] else p)
        place = tree.size + parent
    return total


def test_every_probability_is_that_of_a_walk_down_the_tree() -> None:
    random = np.random.default_rng(3)
    counts = (1000 / np.arange(1, 301)).astype(int)
    tree = Huffman(counts)
    nodes = random.normal(size=(299, 6)).astype(np.float32)
    inputs = random.normal(size=(2, 6)).astype(np.float32)
    logs = tree.log_probabilities(inputs, nodes)
    for row, x in enumerate(inputs.tolist()):
        walked = [scalar_walk(tree, word, x, nodes.tolist()) for word in range(300)]
        np.testing.assert_allclose(logs[row], walked, rtol=1e-4, atol=1e-5)
    some = [5, 299, 0, 5]
    found = tree.log_probabilities_of(some, inputs, nodes)
    np.testing.assert_allclose(found, logs[:, some], rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(tree.log_probabilities(inputs[0], nodes).shape, (300,))


def test_words_in_any_order_get_the_codes_of_their_counts() -> None:
    counts = np.array([3, 900, 20, 77, 5])
    lengths = Huffman(counts).paths.lengths
    assert lengths[1] < lengths[3] < lengths[2] < lengths[4] == lengths[0]


@pytest.mark.parametrize("counts", [[], [5], [3, -1], [[1, 2], [3, 4]]])
def test_counts_that_make_no_tree(counts: list[int]) -> None:
    with pytest.raises(Word2VecError, match="at least two words"):
        Huffman(counts)
