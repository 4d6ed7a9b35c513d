"""Temperature and filters on distributions that fit in a head, the draw, and bad logits."""

import math

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from engine.generation.constraints import Forbidden
from engine.generation.penalties import FrequencyPenalty
from engine.generation.sampling import (
    Chain,
    Choice,
    Greedy,
    MinP,
    Sampler,
    SamplingContext,
    Temperature,
    TopK,
    TopP,
    Typical,
    choose,
    draw,
    random_generator,
)
from engine.generation.selection import best, crossing
from engine.models.errors import GenerationError

START = SamplingContext((), (), 0)
FIVE = np.log([0.1, 0.4, 0.05, 0.3, 0.15]).astype(np.float32)
SEED_2026 = [0.17174895248729471, 0.00637712572177529, 0.774576334588037]


class Uniforms:
    """A random generator that gives these numbers."""

    def __init__(self, *numbers: float) -> None:
        self.numbers = list(numbers)

    def random(self) -> float:
        return self.numbers.pop(0)


def drawn(probabilities: ArrayLike, uniform: float) -> int:
    return draw(np.array(probabilities), Uniforms(uniform))  # type: ignore[arg-type]


def support(sampler: Sampler, logits: NDArray[np.float32] = FIVE) -> list[int]:
    return np.flatnonzero(sampler(logits, START)).tolist()


@pytest.mark.parametrize(
    ("sampler", "expected"),
    [
        (Chain(), [0.1, 0.4, 0.05, 0.3, 0.15]),
        (Greedy(), [0, 1, 0, 0, 0]),
        (TopK(2), [0, 4 / 7, 0, 3 / 7, 0]),
        (TopK(9), [0.1, 0.4, 0.05, 0.3, 0.15]),
        (TopP(0.6), [0, 4 / 7, 0, 3 / 7, 0]),
        (TopP(0.71), [0, 8 / 17, 0, 6 / 17, 3 / 17]),
        (TopP(0.01), [0, 1, 0, 0, 0]),
        (TopP(1.0), [0.1, 0.4, 0.05, 0.3, 0.15]),
        (MinP(0.3), [0, 8 / 17, 0, 6 / 17, 3 / 17]),
        (MinP(1.0), [0, 1, 0, 0, 0]),
        (MinP(0.0), [0.1, 0.4, 0.05, 0.3, 0.15]),
        (Temperature(0.5), np.square([0.1, 0.4, 0.05, 0.3, 0.15]) / 0.285),
    ],
    ids=str,
)
def test_probabilities(sampler: Sampler, expected: ArrayLike) -> None:
    np.testing.assert_allclose(sampler(FIVE, START), expected, rtol=1e-6)


def test_typical_may_drop_the_most_probable_token() -> None:
    # Entropy 1.75 nats; the first token's surprise is 0.92, that of the others 2.30.
    logits = np.log([0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]).astype(np.float32)
    assert support(Typical(0.25), logits) == [1, 2, 3]
    assert support(Typical(0.7), logits) == [0, 1, 2, 3, 4, 5, 6]
    assert support(Typical(1.0), logits) == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("sampler", [TopK(2), TopP(0.4), Typical(0.4)], ids=str)
def test_ties_go_by_id(sampler: Sampler) -> None:
    for size in (5, 1000):
        assert (
            support(sampler, np.zeros(size, np.float32))
            == list(range(round(size * 0.4)))[: 2 if isinstance(sampler, TopK) else None]
        )


@pytest.mark.parametrize(
    "sampler",
    [Temperature(0.01), TopK(3), TopP(0.9), MinP(0.1), Typical(0.9), Greedy()],
    ids=str,
)
def test_excluded_tokens_stay_excluded(sampler: Sampler) -> None:
    logits = np.array([-np.inf, 3.0, -np.inf, 1.0, 2.9], np.float32)
    with np.errstate(all="raise", under="ignore"):
        probabilities = sampler(logits, START)
    assert probabilities[0] == probabilities[2] == 0
    assert probabilities.sum() == pytest.approx(1)


def test_one_token_left_is_enough_for_every_filter() -> None:
    logits = np.full(5, -np.inf, np.float32)
    logits[3] = -4.0
    chain = Chain(Temperature(3), TopK(2), TopP(0.5), MinP(0.5), Typical(0.5))
    assert support(chain, logits) == [3]


def test_the_coldest_temperature_does_not_overflow() -> None:
    logits = np.array([3e38, 2.9e38, -3e38], np.float32)
    with np.errstate(over="raise", invalid="raise"):
        assert Temperature(1e-300)(logits, START).tolist() == [1, 0, 0]


def test_a_chain_works_in_order_and_constraints_first() -> None:
    # TopK(1) would otherwise keep the forbidden token alone.
    assert support(Chain(TopK(1), Forbidden([1]))) == [3]
    assert support(Chain(TopK(3), TopP(0.7))) == [1, 3]
    # Of the three best, tokens 1 and 3 hold 0.82; of all, 0.7.
    assert support(Chain(TopP(0.75), TopK(3))) == [1, 3, 4]
    assert support(Chain(TopK(3), TopP(0.75))) == [1, 3]
    assert Chain(Chain(TopK(3), Forbidden([1])), TopP(0.5)) == Chain(
        Forbidden([1]), TopK(3), TopP(0.5)
    )


def test_what_shifts_logits_may_follow_a_filter() -> None:
    # Of 1, 3 and 4, the second is said too often, and Temperature keeps the order.
    chain = Chain(TopK(3), FrequencyPenalty(9), Temperature(2), TopK(2))
    context = SamplingContext((), (3,), 1)
    assert np.flatnonzero(chain(FIVE, context)).tolist() == [1, 4]


def test_a_long_tail_counts() -> None:
    # Half of the probability is one token's; of the rest, each has a 30,000th of that.
    logits = np.zeros(30_000, np.float32)
    logits[7] = math.log(29_999)
    probabilities = TopP(0.9)(logits, START)
    assert np.count_nonzero(probabilities) == pytest.approx(24_000, abs=2)
    assert (probabilities[[7, 0, 23_990, 24_010]] > 0).tolist() == [True, True, True, False]
    assert drawn(Chain()(logits, START), 0.9) == pytest.approx(24_000, abs=2)


def test_no_processor_changes_the_logits_it_is_given() -> None:
    logits = FIVE.astype(np.float64)
    before = logits.copy()
    context = SamplingContext((1, 2), (3, 3), 2)
    for processor in (
        Greedy(), Temperature(2), TopK(2), TopP(0.5), MinP(0.5), Typical(0.5),
        Forbidden([1]), FrequencyPenalty(1),
    ):  # fmt: skip
        processor.process(logits, context)
        assert np.array_equal(logits, before), processor


@pytest.mark.parametrize("bad", [np.nan, np.inf], ids=str)
def test_logits_that_are_not_finite(bad: float) -> None:
    logits = FIVE.copy()
    logits[2] = bad
    with pytest.raises(GenerationError, match="weights hold NaN or overflow"):
        Greedy()(logits, START)
    with pytest.raises(GenerationError, match="weights hold NaN or overflow"):
        choose(Chain(), logits, START, random_generator(1))


def test_overflow_of_half_precision_is_said() -> None:
    with np.errstate(over="ignore"):
        logits = np.array([1.0, 70_000.0]).astype(np.float16)
    with pytest.raises(GenerationError, match="overflow"):
        Chain()(logits, START)


def test_logits_all_minus_infinity_come_from_the_model() -> None:
    with pytest.raises(GenerationError, match="not finite"):
        Chain()(np.full(4, -np.inf, np.float32), START)


def test_logits_must_be_one_row() -> None:
    with pytest.raises(GenerationError, match=r"not of shape \(1, 5\)"):
        Chain()(FIVE[None], START)


def test_excluding_everything_says_what_to_relax() -> None:
    with pytest.raises(GenerationError, match=r"no token is left .* relax the forbidden ids"):
        Chain(Forbidden(range(5)), TopK(2), TopP(0.9))(FIVE, START)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Temperature(0), "temperature must be a number above 0, not 0"),
        (lambda: Temperature(math.nan), "temperature must be a number above 0, not nan"),
        (lambda: TopK(0), "top_k must be an integer of at least 1, not 0"),
        (lambda: TopK(2.5), "top_k must be an integer of at least 1, not 2.5"),  # type: ignore[arg-type]
        (lambda: TopP(1.5), "top_p must be a number above 0 and at most 1, not 1.5"),
        (lambda: MinP(-0.1), "min_p must be a number from 0 to 1, not -0.1"),
        (lambda: Typical(0), "typical_p must be a number above 0 and at most 1, not 0"),
    ],
)
def test_values_out_of_range(make: type, message: str) -> None:
    with pytest.raises(GenerationError) as caught:
        make()
    assert str(caught.value) == message


def test_draws_from_most_to_least_probable() -> None:
    probabilities = [0.1, 0.4, 0.05, 0.3, 0.15]
    edges = {0.0: 1, 0.39: 1, 0.41: 3, 0.69: 3, 0.71: 4, 0.84: 4, 0.86: 0, 0.94: 0, 0.96: 2}
    assert {u: drawn(probabilities, u) for u in edges} == edges


def test_draws_of_equals_go_by_id() -> None:
    assert [drawn([0.25] * 4, u) for u in (0, 0.25, 0.5, 0.75)] == [0, 1, 2, 3]


def test_never_draws_what_has_no_probability() -> None:
    nearly_one = math.nextafter(1, 0)
    assert drawn([0, 0.7, 0, 0.3, 0], nearly_one) == 3
    # Sums that rounding leaves above the running sum.
    tenths = [0.1] * 10 + [0] * 300
    for seed in range(50):
        shuffled = random_generator(seed).permutation(tenths)
        assert shuffled[drawn(shuffled, nearly_one)] > 0


@pytest.mark.parametrize("size", [3, 1000])
def test_a_mass_that_rounding_puts_out_of_reach_ends_at_the_last_token(size: int) -> None:
    weights = random_generator(size).random(size)
    assert crossing(-weights, weights, weights.sum() * 1.001) == weights.argmin()


@pytest.mark.parametrize("size", [3, 500, 30_000])
def test_a_draw_inverts_the_sorted_distribution(size: int) -> None:
    rng = random_generator(size)
    weights = rng.random(size) ** 8
    probabilities = weights / weights.sum()
    order = np.argsort(-probabilities, kind="stable")
    running = np.cumsum(probabilities[order])
    for uniform in rng.random(200):
        expected = order[np.searchsorted(running, uniform, side="right")]
        assert drawn(probabilities, uniform) == expected


@pytest.mark.parametrize("count", [1, 5, 100, 400])
def test_the_best_of_many_scores_wherever_they_stand(count: int) -> None:
    scores = random_generator(count).standard_normal(30_011)
    clumped, mostly_excluded = np.sort(scores), np.full(len(scores), -np.inf)
    mostly_excluded[7::301] = 1.0
    for row in (scores, clumped, clumped[::-1], scores.round(1), mostly_excluded):
        expected = np.argsort(-row, kind="stable")[:count]
        np.testing.assert_array_equal(best(row, count), expected)


def test_draws_follow_the_distribution() -> None:
    probabilities = Chain()(FIVE, START)
    rng = random_generator(5)
    counts = np.bincount([draw(probabilities, rng) for _ in range(20_000)], minlength=5)
    # Five standard deviations of a share near 0.4.
    np.testing.assert_allclose(counts / 20_000, probabilities, atol=5 * 0.0035)


def test_a_seed_always_gives_the_same_numbers() -> None:
    # As numpy 2.4 gave them: a release that changes them changes every text of a seed.
    assert random_generator(2026).random(3).tolist() == SEED_2026
    assert random_generator().random() != random_generator().random()


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, "7", True])
def test_bad_seeds(seed: int) -> None:
    with pytest.raises(GenerationError, match="seed must be an integer from 0 to"):
        random_generator(seed)


@pytest.mark.parametrize("probabilities", [[0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]], ids=str)
def test_draws_from_nothing(probabilities: list[float]) -> None:
    with pytest.raises(GenerationError, match="cannot draw"):
        drawn(probabilities, 0.5)


def test_a_choice_shows_the_models_own_distribution() -> None:
    chain = Chain(Temperature(0.2), TopK(1))
    choice = choose(chain, FIVE, START, random_generator(1), alternatives=3)
    assert choice.id == 1
    assert choice.logprob == pytest.approx(math.log(0.4))
    assert [i for i, _ in choice.alternatives] == [1, 3, 4]
    assert [math.exp(x) for _, x in choice.alternatives] == pytest.approx([0.4, 0.3, 0.15])


def test_a_choice_counts_forbidden_tokens_as_impossible() -> None:
    chain = Chain(FrequencyPenalty(1.0), Forbidden([1]))
    context = SamplingContext((), (3,), 1)
    choice = choose(chain, FIVE, context, Uniforms(0.0), alternatives=9)  # type: ignore[arg-type]
    # The penalty takes 3 from 0.3 to 0.11, below 4; the logprobs do not know it.
    assert choice.id == 4
    assert [i for i, _ in choice.alternatives] == [3, 4, 0, 2]
    assert math.exp(choice.logprob) == pytest.approx(0.15 / 0.6)


def test_a_choice_by_any_function() -> None:
    def last(logits: NDArray[np.float32], context: SamplingContext) -> NDArray[np.float64]:
        return np.eye(len(logits))[-1]

    choice = choose(last, FIVE, START, random_generator(1))
    assert choice == Choice(4, choice.logprob, ())
    assert choice.logprob == pytest.approx(math.log(0.15))
