"""What must hold for whatever logits and settings: Hypothesis looks for exceptions."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from engine.generation.processors import Filter, softmax
from engine.generation.sampling import (
    MinP,
    SamplingContext,
    Temperature,
    TopK,
    TopP,
    Typical,
    draw,
    random_generator,
)
from engine.generation.selection import best, crossing, up_to
from engine.generation.settings import Settings
from engine.generation.strategy import bert4keras

START = SamplingContext((), (), 0)
Row = NDArray[np.float64]

SCORES = st.one_of(
    st.floats(-30, 30, width=32),
    st.sampled_from([0.0, 1.0, -np.inf]),
    st.floats(width=32, allow_nan=False, allow_infinity=False),
)
"""Usual logits, ties, and anything that a float32 may be."""


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Logits [V], not all -inf; some longer than what is sorted at once."""
    row = draw(arrays.arrays(np.float32, st.integers(1, 40), elements=SCORES))
    row = np.tile(row, draw(st.sampled_from([1, 1, 1, 30])))
    row[draw(st.integers(0, len(row) - 1))] = draw(st.floats(-30, 30, width=32))
    return row.astype(np.float64)


shares = st.floats(0.001, 1)
filters = st.one_of(
    st.builds(TopK, st.integers(1, 50)),
    st.builds(TopP, shares),
    st.builds(MinP, st.floats(0, 1)),
    st.builds(Typical, shares),
)
all_settings = st.builds(
    Settings,
    temperature=st.none() | st.just(0) | st.floats(0.01, 10),
    top_k=st.none() | st.integers(1, 50),
    top_p=st.none() | shares,
    min_p=st.none() | st.floats(0, 1),
    typical_p=st.none() | shares,
    repetition_penalty=st.none() | st.floats(0.1, 10),
    frequency_penalty=st.none() | st.floats(-2, 2),
    presence_penalty=st.none() | st.floats(-2, 2),
)


@given(rows(), all_settings, st.data())
def test_probabilities_sum_to_one_and_draws_come_from_them(
    logits: Row, chosen: Settings, data: st.DataObject
) -> None:
    ids = st.lists(st.integers(0, len(logits) - 1), max_size=6)
    prompt, generated = data.draw(ids), data.draw(ids)
    context = SamplingContext(prompt, generated, len(generated))
    probabilities = chosen.sampler()(logits, context)
    assert probabilities.shape == logits.shape
    assert (probabilities >= 0).all()
    assert abs(probabilities.sum() - 1) < 1e-12
    assert (probabilities[np.isneginf(logits)] == 0).all()
    seed = data.draw(st.integers(0, 2**64 - 1))
    token = draw(probabilities, random_generator(seed))
    assert probabilities[token] > 0
    assert token == draw(probabilities, random_generator(seed))


@given(rows(), filters)
def test_filters_only_exclude(logits: Row, processor: Filter) -> None:
    kept = processor.process(logits, START)
    changed = kept != logits
    assert np.isneginf(kept[changed]).all()
    assert not np.isneginf(kept).all()
    positions = processor.keep(logits).tolist()
    assert positions == sorted(set(positions))


@given(rows(), st.integers(1, 50))
def test_top_k_keeps_k_and_none_better_is_lost(logits: Row, k: int) -> None:
    kept = np.isfinite(TopK(k).process(logits, START))
    assert kept.sum() == min(k, np.isfinite(logits).sum())
    lost = ~kept & np.isfinite(logits)
    assert not lost.any() or logits[lost].max() <= logits[kept].min()


@given(rows(), shares)
def test_a_nucleus_is_the_smallest_that_reaches_its_mass(logits: Row, p: float) -> None:
    probabilities = softmax(logits)
    kept = np.isfinite(TopP(p).process(logits, START)) & (probabilities > 0)
    mass = probabilities[kept].sum()
    assert mass >= p - 1e-9
    if p < 1:
        assert mass - probabilities[kept].min() < p + 1e-9
    lost = ~kept
    assert not lost.any() or probabilities[lost].max() <= probabilities[kept].min() + 1e-12


@given(rows(), shares, shares)
def test_more_mass_never_keeps_less(logits: Row, p: float, q: float) -> None:
    low, high = sorted((p, q))
    for kind in (TopP, Typical):
        less = np.isfinite(kind(low).process(logits, START))
        more = np.isfinite(kind(high).process(logits, START))
        assert not (less & ~more).any(), kind
    strict = np.isfinite(MinP(high).process(logits, START))
    loose = np.isfinite(MinP(low).process(logits, START))
    assert not (strict & ~loose).any()


@given(rows(), st.floats(0.01, 10), st.floats(0.01, 10))
def test_colder_is_never_less_sure(logits: Row, t: float, u: float) -> None:
    cold, warm = sorted((t, u))
    assert Temperature(cold)(logits, START).max() >= Temperature(warm)(logits, START).max() - 1e-12


@given(rows(), st.floats(0, 1, exclude_max=True), st.sampled_from(["left", "right"]))
def test_crossing_is_that_of_a_sorted_row(logits: Row, share: float, side: str) -> None:
    weights = np.exp(logits - logits.max())
    keys = -weights
    mass = share * weights.sum()
    order = np.argsort(keys, kind="stable")
    running = np.cumsum(weights[order])
    at = crossing(keys, weights, mass, side)  # type: ignore[arg-type]
    rank = int(np.flatnonzero(order == at)[0])
    # Sums in another order may differ in their last digits.
    slack = 1e-12 * weights.sum()
    assert weights[at] > 0
    assert running[rank] >= mass - slack
    assert rank == 0 or running[rank - 1] <= mass + slack
    kept = up_to(keys, weights, mass)
    assert set(np.flatnonzero(kept)) == set(order[: int(kept.sum())])


@given(rows(), st.integers(1, 60))
def test_best_is_a_stable_sort(logits: Row, count: int) -> None:
    assert best(logits, count).tolist() == np.argsort(-logits, kind="stable")[:count].tolist()


def published_draw(
    logits: Row, uniform: float, k: int | None, p: float | None, temperature: float
) -> int:
    """One step of AutoRegressiveDecoder.random_sample, restated from its description.

    Temperature on probabilities; the k best, renormalised; those sorted downwards, up to and
    with the one whose sum reaches p, renormalised; then numpy.random.choice, which divides the
    running sum by its last and takes the first above the uniform number.
    """
    probabilities = np.exp(logits) / np.exp(logits).sum()
    probabilities = probabilities ** (1 / temperature)
    probabilities = probabilities / probabilities.sum()
    ids = sorted(range(len(logits)), key=lambda i: -probabilities[i])
    if k is not None:
        ids = ids[:k]
    total = sum(probabilities[i] for i in ids)
    kept, reached = [], 0.0
    for i in ids:
        kept.append(i)
        reached += probabilities[i] / total
        if p is not None and reached >= p:
            break
    scale = sum(probabilities[i] for i in kept)
    running = 0.0
    for i in kept:
        running += probabilities[i] / scale
        if running > uniform:
            return i
    return kept[-1]


@settings(max_examples=300)
@given(
    st.integers(0, 2**32),
    st.integers(2, 400),
    st.none() | st.integers(1, 30),
    st.none() | st.floats(0.05, 0.99),
    st.floats(0.3, 2),
)
def test_draws_as_published(
    seed: int, size: int, k: int | None, p: float | None, temperature: float
) -> None:
    rng = random_generator(seed)
    logits = rng.standard_normal(size) * 3
    sampler = bert4keras(top_k=k, top_p=p, temperature=temperature).sampler()
    probabilities = sampler(logits, START)
    state = rng.bit_generator.state
    drawn = draw(probabilities, rng)
    rng.bit_generator.state = state
    assert drawn == published_draw(logits, rng.random(), k, p, temperature)
