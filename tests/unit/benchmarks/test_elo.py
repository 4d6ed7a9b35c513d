"""Elo by maximum likelihood: known answers, symmetry, coverage of the error bars, bad input."""

import numpy as np
import pytest

from benchmarks.xiangqi.elo import PRIOR_GAMES, Pairing, expected_score, fit


def test_one_pairing_matches_the_formula() -> None:
    games = 10_000  # so many that the imaginary draw does not show
    rating = fit([Pairing("us", "anchor", 0.75 * games, games)], {"anchor": 1000.0})["us"]
    assert rating.elo == pytest.approx(1000 + 400 * np.log10(3), abs=0.1)
    # The binomial error of the share, carried to Elo by the slope of the logistic curve.
    slope = np.log(10) / 400 * 0.75 * 0.25
    assert rating.error == pytest.approx(1.96 * np.sqrt(0.75 * 0.25 / games) / slope, rel=0.01)


def test_clean_scores_have_finite_ratings() -> None:
    ratings = fit([Pairing("us", "random", 40, 40), Pairing("us", "master", 0, 40)], {"random": 0})
    expected = 400 * np.log10((40 + PRIOR_GAMES / 2) / (PRIOR_GAMES / 2))
    assert ratings["us"].elo == pytest.approx(expected, abs=0.1)
    assert ratings["master"].elo == pytest.approx(2 * expected, abs=0.2)
    assert ratings["random"].error == 0


def test_who_is_named_first_does_not_matter() -> None:
    one = fit([Pairing("us", "them", 30, 40), Pairing("them", "random", 35, 40)], {"random": 0})
    other = fit([Pairing("them", "us", 10, 40), Pairing("random", "them", 5, 40)], {"random": 0})
    for name in one:
        assert one[name].elo == pytest.approx(other[name].elo, abs=1e-3)
    assert (one["us"].games, one["us"].score) == (other["us"].games, other["us"].score) == (40, 30)


def test_anchors_far_apart_both_count() -> None:
    pairings = [Pairing("us", "weak", 27, 40), Pairing("us", "strong", 13, 40)]
    ratings = fit(pairings, {"weak": 1000.0, "strong": 1400.0})
    assert ratings["us"].elo == pytest.approx(1200, abs=0.1)
    assert (ratings["weak"].elo, ratings["strong"].elo) == (1000, 1400)


def test_the_truth_lies_within_the_error_bars() -> None:
    rng = np.random.default_rng(1)
    truth = {"a": 250.0, "b": 600.0, "c": 900.0}
    pairs = [("a", "random"), ("b", "a"), ("c", "b"), ("c", "a")]
    inside = trials = 0
    for _ in range(100):
        results = []
        for first, second in pairs:
            chance = expected_score(truth[first] - truth.get(second, 0.0))
            results.append(Pairing(first, second, float(rng.binomial(100, chance)), 100))
        ratings = fit(results, {"random": 0.0})
        for name, elo in truth.items():
            inside += abs(ratings[name].elo - elo) <= ratings[name].error
            trials += 1
    assert 0.92 <= inside / trials <= 0.99


def test_a_player_without_a_link_is_an_error() -> None:
    with pytest.raises(ValueError, match="b, c"):
        fit([Pairing("a", "random", 1, 2), Pairing("b", "c", 1, 2)], {"random": 0.0})
