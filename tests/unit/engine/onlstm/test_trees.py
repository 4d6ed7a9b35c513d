"""The two parsers beside the published algorithm, and trees that are deeper than Python's stack."""

import json
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.onlstm import trees
from engine.onlstm.trees import PARSERS, Mark, Split

DISTANCES = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40)
DISTINCT = st.lists(st.integers(-1000, 1000), min_size=1, max_size=40, unique=True)


def published(distances, words):
    """The algorithm of Shen et al.'s code: around the first of the largest distances, whatever is
    on its left, and then that word together with whatever is on its right; empty parts vanish."""
    if len(words) == 1:
        return words[0]
    top = max(range(len(words)), key=lambda place: (distances[place], -place))
    before, after = words[:top], words[top + 1 :]
    tree = words[top]
    if after:
        tree = (tree, published(distances[top + 1 :], after))
    if before:
        tree = (published(distances[:top], before), tree)
    return tree


def inside(start, stop, heights):
    """Whether every border within the words is lower than those around them."""
    edges = [heights[at] for at in (start, stop) if 0 < at < len(heights)]
    within = heights[start + 1 : stop]
    return not within or not edges or max(within) < min(edges)


def random_distances(rng):
    """Half of them with many equal ones, as saturated gates give them."""
    words = int(rng.integers(1, 41))
    if rng.random() < 0.5:
        return rng.integers(0, int(rng.integers(1, 6)), words) / 8
    return rng.random(words)


def test_shen_equals_the_published_algorithm_on_2000_inputs():
    rng = np.random.default_rng(0)
    tied = 0
    for _ in range(2_000):
        distances = random_distances(rng)
        tied += len(set(distances)) < len(distances)
        assert trees.shen(distances) == published(list(distances), list(range(len(distances))))
    assert tied > 500


@given(DISTINCT)
def test_unbiased_has_the_spans_that_higher_borders_enclose(distances):
    words = len(distances)
    expected = {
        (start, stop)
        for start in range(words)
        for stop in range(start + 2, words + 1)
        if inside(start, stop, distances)
    }
    assert trees.spans(trees.parse(distances, "unbiased")) == expected


@pytest.mark.parametrize("parser", PARSERS)
def test_of_equal_distances_the_first_divides(parser):
    assert trees.parse([0.5] * 6, parser) == trees.right(6)
    assert trees.parse([0.0, 0.2, 0.7, 0.7], "unbiased") == ((0, 1), (2, 3))
    assert trees.shen([0.0, 0.7, 0.7, 0.1]) == (0, (1, (2, 3)))


def test_what_the_two_parsers_make_of_the_same_distances():
    # The border before word 2 is the highest, then that before word 3.
    distances = [0.1, 0.2, 0.9, 0.5, 0.3]
    assert trees.parse(distances, "unbiased") == ((0, 1), (2, (3, 4)))
    assert trees.shen([0.9, 0.2, 0.5]) == (0, (1, 2))
    assert trees.parse([0.9, 0.2, 0.5], "unbiased") == ((0, 1), 2)


@given(DISTANCES, st.sampled_from(PARSERS))
def test_a_binary_tree_has_a_span_less_than_words(distances, parser):
    tree = trees.parse(distances, parser)
    assert len(trees.spans(tree)) == len(distances) - 1
    assert [step for step in trees.walk(tree) if not isinstance(step, Mark)] == list(
        range(len(distances))
    )


@given(
    st.lists(st.integers(-20, 20), min_size=1, max_size=40),
    st.sampled_from(PARSERS),
    st.sampled_from([np.tanh, np.exp, lambda x: x**3, lambda x: 7 * x - 2]),
)
def test_only_the_order_of_distances_counts(distances, parser, rising):
    heights = np.array(distances) / 20  # 41 values that none of the functions makes equal
    assert trees.parse(rising(heights), parser) == trees.parse(heights, parser)


@given(DISTANCES)
def test_the_first_distance_means_nothing_to_unbiased(distances):
    low, high = ([first, *distances[1:]] for first in (-1e6, 1e6))
    assert trees.parse(high, "unbiased") == trees.parse(low, "unbiased")


@given(DISTANCES, st.sampled_from(PARSERS))
def test_splits_fall_and_each_divides_a_part_that_is_there(distances, parser):
    parts = {(0, len(distances))}
    heights = []
    for start, stop, at, distance in trees.splits(distances, parser):
        parts.remove((start, stop))
        parts |= {(start, at), (at, stop)}
        heights.append(distance)
    assert parts == {(word, word + 1) for word in range(len(distances))}
    assert heights == sorted(heights, reverse=True)


def test_splits_of_shen_before_and_behind_a_word():
    assert trees.splits([0.1, 0.9, 0.3], "shen") == (Split(0, 3, 1, 0.9), Split(1, 3, 2, 0.9))
    assert trees.splits([0.1, 0.9, 0.3], "unbiased") == (Split(0, 3, 1, 0.9), Split(1, 3, 2, 0.3))


@given(DISTANCES, st.sampled_from(PARSERS), st.data())
def test_commas_divide_first_and_the_parser_divides_the_parts(distances, parser, data):
    words = len(distances)
    inside = st.integers(1, words - 1) if words > 1 else st.nothing()
    borders = sorted(data.draw(st.sets(inside) if words > 1 else st.just(set())))
    found = trees.splits(distances, parser, borders)
    assert {split.at for split in found[: len(borders)]} == set(borders)
    heights = [split.distance for split in found[: len(borders)]]
    assert heights == sorted(heights, reverse=True)
    made = trees.spans(trees.parse(distances, parser, borders))
    for start, stop in pairwise([0, *borders, words]):
        part = trees.spans(trees.parse(distances[start:stop], parser))
        assert {(a + start, b + start) for a, b in part} <= made
    assert trees.parse(distances, "unbiased", range(1, words)) == trees.parse(distances, "unbiased")


@pytest.mark.parametrize("border", [0, 3, -1])
def test_a_border_is_between_two_words(border):
    with pytest.raises(ValueError, match="between the 3 words"):
        trees.parse([0.1, 0.9, 0.3], "unbiased", [border])


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize("bad", [[], [[0.1, 0.2]], [0.1, float("nan")], [float("inf"), 0.2], 0.5])
def test_no_distances(parser, bad):
    with pytest.raises(ValueError, match=r"distances must be|finite"):
        trees.parse(bad, parser)


def test_trivial_trees():
    assert trees.left(4) == (((0, 1), 2), 3)
    assert trees.right(4) == (0, (1, (2, 3)))
    assert trees.balanced(5, "floor") == ((0, 1), (2, (3, 4)))
    assert trees.balanced(5, "ceil") == (((0, 1), 2), (3, 4))
    assert trees.balanced(3, "floor") == (0, (1, 2))
    assert [trees.left(1), trees.right(1), trees.balanced(1, "ceil")] == [0, 0, 0]
    with pytest.raises(ValueError, match="at least one word, not 0"):
        trees.right(0)


def test_random_trees_divide_anywhere_with_equal_probability():
    rng = np.random.default_rng(1)
    drawn = [trees.random(3, rng) for _ in range(4_000)]
    assert set(drawn) == {(0, (1, 2)), ((0, 1), 2)}
    assert abs(drawn.count((0, (1, 2))) / 4_000 - 0.5) < 0.04
    # Of four words a third each at 1, 2 and 3: the balanced tree is not one of five but of three.
    balanced = sum(trees.random(4, rng) == ((0, 1), (2, 3)) for _ in range(4_000))
    assert abs(balanced / 4_000 - 1 / 3) < 0.04
    again = [trees.random(9, np.random.default_rng(5)) for _ in range(2)]
    assert again[0] == again[1]


def test_pruned():
    tree = ((0, 1), (2, (3, 4)))
    assert trees.pruned(tree, [0, 1, 2, 3, 4]) == tree
    assert trees.pruned(tree, [1, 2, 4]) == (0, (1, 2))
    assert trees.pruned(tree, [3]) == 0
    assert trees.pruned(tree, []) is None


def test_nodes_of_one_child_count_once():
    assert trees.spans((((0, 1),), 2)) == {(0, 2), (0, 3)}
    assert trees.spans(0) == frozenset()
    assert (trees.depth(0), trees.depth((0, 1)), trees.depth(((0, 1), 2))) == (0, 1, 2)


def test_a_thousand_words_deep():
    falling = np.linspace(1, 0, 1_000)
    for tree in (trees.shen(falling), trees.parse(falling, "unbiased"), trees.right(1_000)):
        assert trees.spans(tree) == {(start, 1_000) for start in range(999)}
        assert trees.depth(tree) == 999
        assert trees.word_count(tree) == 1_000
    half = trees.pruned(trees.left(1_000), range(500))
    assert half is not None
    assert trees.spans(half) == trees.spans(trees.left(500))


def test_light_modules_need_no_deep_learning_library():
    names = ["trees", "formats", "evaluation", "treebanks", "sentences", "drawing", "analysis"]
    code = (
        "import sys, json\n"
        + "\n".join(f"import engine.onlstm.{name}" for name in names)
        + "\nprint(json.dumps([n for n in ('keras','tensorflow','torch','jax','jieba','opencc')"
        " if n in sys.modules]))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert json.loads(shown.stdout) == []
