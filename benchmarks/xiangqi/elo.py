"""Elo ratings from game results by maximum likelihood, with error bars.

The Bradley-Terry model on the Elo scale (400 points are odds of 10 to 1), a draw counted as half a
win and half a loss. Each pairing gets one imaginary draw, so that a clean score has a finite
rating; this pulls ratings slightly towards each other (a 40-0 reads as 763 points).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

ELO_SCALE = np.log(10) / 400
PRIOR_GAMES = 1.0


@dataclass(frozen=True)
class Pairing:
    """``score`` of ``first`` over ``games`` games against ``second``, a draw counting a half."""

    first: str
    second: str
    score: float
    games: int


@dataclass(frozen=True)
class Rating:
    """``error`` is the half-width of the 95% interval (0 for an anchor). It comes from the Fisher
    information, which takes each game as decided: with many draws it is on the safe side."""

    elo: float
    error: float
    games: int
    score: float


def expected_score(difference: float) -> float:
    """What the higher rated player scores per game at this Elo difference."""
    return float(1 / (1 + 10 ** (-difference / 400)))


def fit(pairings: Iterable[Pairing], anchors: Mapping[str, float]) -> dict[str, Rating]:
    """Ratings of everyone in ``pairings``; ``anchors`` keep the value given.

    ValueError where a player is not linked to an anchor by any chain of games, since then the
    games say nothing about its rating.
    """
    pairings = [pairing for pairing in pairings if pairing.games]
    names = sorted({name for p in pairings for name in (p.first, p.second)})
    _require_links(names, pairings, anchors)
    index = {name: i for i, name in enumerate(names)}
    first = np.array([index[p.first] for p in pairings], dtype=np.intp)
    second = np.array([index[p.second] for p in pairings], dtype=np.intp)
    games = np.array([p.games for p in pairings], float) + PRIOR_GAMES
    scores = np.array([p.score for p in pairings], float) + PRIOR_GAMES / 2
    free = np.array([i for i, name in enumerate(names) if name not in anchors], dtype=np.intp)
    ratings = np.array([anchors.get(name, 0.0) for name in names])
    information = np.zeros((len(names), len(names)))
    for _ in range(200):
        expected = 1 / (1 + np.exp(-ELO_SCALE * (ratings[first] - ratings[second])))
        gradient = np.zeros(len(names))
        np.add.at(gradient, first, ELO_SCALE * (scores - games * expected))
        np.add.at(gradient, second, -ELO_SCALE * (scores - games * expected))
        weight = ELO_SCALE**2 * games * expected * (1 - expected)
        information[:] = 0
        for a, b, sign in ((first, first, 1), (second, second, 1), (first, second, -1)):
            np.add.at(information, (a, b), sign * weight)
        np.add.at(information, (second, first), -weight)
        # A full Newton step overshoots where the curve is flat, so a step is at most 200 points.
        step = np.linalg.solve(information[np.ix_(free, free)], gradient[free])
        ratings[free] += np.clip(step, -200, 200)
        if np.abs(step).max(initial=0) < 1e-6:
            break
    errors = np.zeros(len(names))
    errors[free] = 1.96 * np.sqrt(np.diag(np.linalg.inv(information[np.ix_(free, free)])))
    return {
        name: Rating(float(ratings[i]), float(errors[i]), *_record(name, pairings))
        for i, name in enumerate(names)
    }


def _record(name: str, pairings: Iterable[Pairing]) -> tuple[int, float]:
    games, score = 0, 0.0
    for pairing in pairings:
        if name in (pairing.first, pairing.second):
            games += pairing.games
            won = pairing.score if name == pairing.first else pairing.games - pairing.score
            score += won
    return games, score


def _require_links(
    names: Iterable[str], pairings: Iterable[Pairing], anchors: Mapping[str, float]
) -> None:
    linked = set(anchors)
    pairs = [(p.first, p.second) for p in pairings]
    while True:
        reached = {b for pair in pairs for a, b in (pair, pair[::-1]) if a in linked} - linked
        if not reached:
            break
        linked |= reached
    lost = sorted(set(names) - linked)
    if lost:
        raise ValueError(f"no games link {', '.join(lost)} to an anchor")
