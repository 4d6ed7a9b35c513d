"""Loss and gradients of a batch of groups, written out: sparse, for the rows in use only.

B groups have S positions, T centres and U output rows (see batches.py and targets.py); H is what
predicts: the S positions of skip-gram, the T means of CBOW. The pairs of what predicts and what is
predicted are a matrix of weights [B, H, T], so a group takes a few matrix products.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from keras import ops

from engine.word2vec.training.recipe import Recipe

Tensor = Any
LONGEST: Final = 2.0
"""A row's step ends at this over its curvature: farther on, its loss might rise again."""
LOSS_SHARE: Final = 8
"""The loss is that of one group in so many: it is to be looked at, and takes time."""
Step = Callable[..., tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]]


class Gradients(NamedTuple):
    """Of the sum of the log-likelihoods over a batch.

    Attributes:
        inputs: for the vectors of the positions [B, S, d].
        outputs: for the output rows [B, U, d].
        input_curvature: for each position no less than how fast its gradient turns: a bound of
            the largest eigenvalue of the second derivatives [B, S].
        output_curvature: the same for each output row [B, U].
        loss: the negative of the sum over one group in LOSS_SHARE.
        pairs: how many predictions those groups have.
    """

    inputs: Tensor
    outputs: Tensor
    input_curvature: Tensor
    output_curvature: Tensor
    loss: Tensor
    pairs: Tensor


class _Judgement(NamedTuple):
    """Of scores [B, H, U]: their slopes, bounds of their curvatures, and the loss."""

    slopes: Tensor
    curvatures: Tensor
    loss: Tensor


def gradients(
    recipe: Recipe, vectors: Tensor, rows: Tensor, band: Tensor, labels: Tensor
) -> Gradients:
    """Loss and gradients of a batch.

    Args:
        vectors: of the positions [B, S, d].
        rows: of the output table [B, U, d].
        band: which positions are in the window of which centre [B, S, T].
        labels: of the output rows for each centre [B, T, U]: 1, -1 or 0.
    """
    dtype = vectors.dtype
    band, labels = ops.cast(band, dtype), ops.cast(labels, dtype)
    cbow = recipe.architecture == "cbow"
    share, hidden, pairs = band, vectors, band
    if cbow:
        # A centre without a word around it has a mean of zeros, and is predicted by nothing.
        share = band / ops.maximum(ops.sum(band, axis=1, keepdims=True), 1.0)
        hidden = ops.einsum("bst,bsd->btd", share, vectors)
        pairs = ops.max(band, axis=1)[:, :, None] * ops.eye(band.shape[2], dtype=dtype)
    judge = _softmax if recipe.output == "random_softmax" else _binary
    judged = judge(ops.einsum("bhd,bud->bhu", hidden, rows), pairs, labels)
    for_hidden = ops.einsum("bhu,bud->bhd", judged.slopes, rows)
    bounds = ops.einsum("bhu,bu->bh", judged.curvatures, ops.sum(rows * rows, axis=2))
    return Gradients(
        inputs=ops.einsum("bst,btd->bsd", share, for_hidden) if cbow else for_hidden,
        outputs=ops.einsum("bhu,bhd->bud", judged.slopes, hidden),
        input_curvature=ops.einsum("bst,bt->bs", share, bounds) if cbow else bounds,
        output_curvature=ops.einsum(
            "bhu,bh->bu", judged.curvatures, ops.sum(hidden * hidden, axis=2)
        ),
        loss=judged.loss,
        pairs=ops.sum(_sample(pairs)),
    )


def _binary(scores: Tensor, pairs: Tensor, labels: Tensor) -> _Judgement:
    """Each row by itself, true with probability sigmoid(score).

    The slope of log sigmoid(label * score) is (label - tanh(score / 2)) / 2, which never turns
    faster than 1 / 4.
    """
    halves = 0.5 * scores
    signs = ops.einsum("bht,btu->bhu", pairs, 0.5 * labels)
    terms = ops.einsum("bht,btu->bhu", pairs, 0.5 * ops.abs(labels))
    seen, sizes = _sample(halves), ops.abs(_sample(halves))
    cost = _sample(terms) * (sizes + ops.log1p(ops.exp(-2.0 * sizes))) - _sample(signs) * seen
    return _Judgement(signs - terms * ops.tanh(halves), 0.5 * terms, 2.0 * ops.sum(cost))


def _softmax(scores: Tensor, pairs: Tensor, labels: Tensor) -> _Judgement:
    """The true row of each pair among those that its centre has a label for."""
    scores = scores - ops.max(scores, axis=2, keepdims=True)
    powers, choices = ops.exp(scores), ops.abs(labels)
    totals = ops.einsum("bhu,btu->bht", powers, choices) + 1e-30
    true = ops.einsum("bht,btu->bhu", pairs, ops.maximum(labels, 0.0))
    expected = powers * ops.einsum("bht,btu->bhu", pairs / totals, choices)
    cost = ops.sum(_sample(pairs) * ops.log(_sample(totals))) - ops.sum(_sample(true * scores))
    return _Judgement(true - expected, expected, cost)


def _sample(values: Tensor) -> Tensor:
    """The first groups of a batch, which are in a random order: enough to know the loss by."""
    return values[: -(-values.shape[0] // LOSS_SHARE)]


def make_step(recipe: Recipe, sizes: tuple[int, int]) -> Step:
    """An update, for engine.backend.compile_row_updates.

    Args:
        sizes: how many rows the tables of input and of output vectors have.
    """

    def step(
        read: tuple[Tensor, Tensor],
        positions: Tensor,
        rows: Tensor,
        band: Tensor,
        labels: Tensor,
        rate: Tensor,
    ) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
        found = gradients(recipe, *read, band, labels)
        inputs = _rates(positions, found.input_curvature, rate, sizes[0]) * found.inputs
        outputs = _rates(rows, found.output_curvature, rate, sizes[1]) * found.outputs
        return (inputs, outputs), (found.loss, found.pairs)

    return step


def _rates(places: Tensor, curvature: Tensor, rate: Tensor, size: int) -> Tensor:
    """The rate for each row [B, K, 1]: less than ``rate`` where that would overshoot.

    A row may be in a batch very often (the root of the tree is in every prediction). The sum of so
    many gradients is followed no farther than LONGEST / curvature.
    """
    total = ops.segment_sum(
        ops.reshape(curvature, (-1,)), ops.reshape(places, (-1,)), num_segments=size
    )
    rates = rate / ops.maximum(rate * total / LONGEST, 1.0)
    return ops.expand_dims(ops.take(rates, places), -1)
