"""A text in groups: whole windows, within a sentence, and nothing where there is no word."""

import numpy as np
import pytest

from engine.word2vec.training.batches import Batches, keep_probabilities
from engine.word2vec.training.recipe import Recipe
from engine.word2vec.training.vocabulary import Tokens

WORDS = 50


def _batches(recipe: Recipe, sizes: tuple[int, ...] = (40, 1, 0, 25, 70)) -> Batches:
    """A text in which every word occurs at most three times, near itself never."""
    ids = np.arange(sum(sizes), dtype=np.int32) % WORDS
    starts = np.cumsum((0, *sizes))
    return Batches(Tokens(ids, starts), np.full(WORDS, 3), recipe)


def _pairs(batches: Batches, epoch: int = 0) -> list[tuple[int, int]]:
    """Centre and neighbour of every pair in one pass."""
    found = []
    for groups in batches.of_chunk(epoch, 0):
        for group, position, centre in np.argwhere(groups.band):
            pair = groups.centres[group, centre], groups.positions[group, position]
            found.append((int(pair[0]), int(pair[1])))
    return found


def _widest(sizes: tuple[int, ...], window: int) -> set[tuple[int, int]]:
    """All pairs of words of one sentence with at most ``window`` steps between."""
    found, begin = set(), 0
    for size in sizes:
        places = range(begin, begin + size)
        found |= {
            (i % WORDS, j % WORDS) for i in places for j in places if 0 < abs(i - j) <= window
        }
        begin += size
    return found


@pytest.mark.parametrize("group", [1, 7, 32])
def test_windows_reach_as_far_behind_as_before_and_stay_in_the_sentence(group: int) -> None:
    sizes = (40, 1, 0, 25, 70)
    batches = _batches(Recipe(window=4, group=group, step_words=64, sample=0), sizes)
    seen: set[tuple[int, int]] = set()
    for epoch in range(60):
        seen |= set(_pairs(batches, epoch))
    # Every pair that there can be, none that there cannot: no window is one short, none crosses.
    assert seen == _widest(sizes, 4)


def test_windows_are_of_every_size_alike() -> None:
    ids = np.arange(20_000, dtype=np.int32)
    recipe = Recipe(window=5, group=16, sample=0)
    batches = Batches(Tokens(ids, np.array([0, len(ids)])), np.ones(len(ids), np.int64), recipe)
    steps = np.array([b - a for a, b in _pairs(batches)])
    for distance in range(1, 6):
        # A neighbour at this distance is in the windows of at least this reach.
        expected = len(ids) * (5 - distance + 1) / 5
        for sign in (1, -1):
            assert (steps == sign * distance).sum() == pytest.approx(expected, rel=0.05)


def test_every_word_is_a_centre_once_in_a_pass() -> None:
    batches = _batches(Recipe(window=3, group=8, step_words=32, sample=0))
    centres = np.concatenate([groups.centres.ravel() for groups in batches.of_chunk(0, 0)])
    counts = np.bincount(centres, minlength=WORDS + 1)
    assert counts[:WORDS].tolist() == np.bincount(np.arange(136) % WORDS).tolist()
    read = [groups.read for groups in batches.of_chunk(0, 0)]
    assert read == sorted(read) and read[-1] == 136


def test_what_is_no_word_is_in_no_window() -> None:
    batches = _batches(Recipe(window=6, group=8, step_words=64, sample=0))
    for groups in batches.of_chunk(0, 0):
        assert groups.positions.max() <= WORDS
        assert not groups.band[groups.positions == WORDS].any()
        assert not groups.band.transpose(0, 2, 1)[groups.centres == WORDS].any()


def test_passes_differ_and_come_again_the_same() -> None:
    batches = _batches(Recipe(window=3, group=4, sample=0))
    assert _pairs(batches, 0) == _pairs(batches, 0)
    assert _pairs(batches, 0) != _pairs(batches, 1)


def test_subsampling_keeps_rare_words_and_thins_out_frequent_ones() -> None:
    counts = np.array([90_000, 9_000, 900, 100])
    keep = keep_probabilities(counts, 1e-3)
    ratio = 1e-3 * counts.sum() / counts
    assert keep[:3] == pytest.approx(np.sqrt(ratio[:3]) + ratio[:3], rel=1e-5)
    assert keep[3] == 1
    ids = np.repeat(np.arange(4, dtype=np.int32), counts)
    order = np.random.default_rng(1).permutation(len(ids))
    tokens = Tokens(ids[order], np.array([0, len(ids)]))
    batches = Batches(tokens, counts, Recipe(sample=1e-3, window=2))
    centres = np.concatenate([groups.centres.ravel() for groups in batches.of_chunk(0, 0)])
    left = np.bincount(centres, minlength=5)[:4]
    assert left / counts == pytest.approx(keep, rel=0.05)


def test_a_text_of_which_nothing_is_left_has_no_updates() -> None:
    tokens = Tokens(np.zeros(3, np.int32), np.array([0, 3]))
    batches = Batches(tokens, np.array([10_000_000, 1]), Recipe(sample=1e-9))
    assert list(batches.of_chunk(0, 0)) == []
