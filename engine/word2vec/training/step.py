"""Loss and gradients of a batch of groups, written out: sparse, for the rows in use only.

B groups have S positions, T centres and U output rows (see batches.py and targets.py); H is what
predicts: the S positions of skip-gram, the T means of CBOW. The pairs of what predicts and what is
predicted are a matrix of weights [B, H, T], so a group takes a few matrix products.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from keras import ops

from engine.word2vec.training.recipe import Recipe

Tensor = Any
Step = Callable[..., tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]]


class Gradients(NamedTuple):
    """Of the sum of the log-likelihoods over a batch.

    Attributes:
        inputs: for the vectors of the positions [B, S, d].
        outputs: for the output rows [B, U, d].
        input_terms: how many pairs each position has part in [B, S].
        output_terms: how many judgements each output row has part in [B, U].
        loss: the negative of the sum.
        pairs: how many predictions the sum has.
    """

    inputs: Tensor
    outputs: Tensor
    input_terms: Tensor
    output_terms: Tensor
    loss: Tensor
    pairs: Tensor


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
    if recipe.architecture == "cbow":
        # A centre without a word around it has a mean of zeros, and is predicted by nothing.
        share = band / ops.maximum(ops.sum(band, axis=1, keepdims=True), 1.0)
        hidden = ops.einsum("bst,bsd->btd", share, vectors)
        pairs = ops.max(band, axis=1)[:, :, None] * ops.eye(band.shape[2], dtype=dtype)
    else:
        share, hidden, pairs = band, vectors, band
    scores = ops.einsum("bhd,bud->bhu", hidden, rows)
    judge = _softmax if recipe.output == "random_softmax" else _binary
    slope, terms, loss = judge(scores, pairs, labels)
    for_hidden = ops.einsum("bhu,bud->bhd", slope, rows)
    for_rows = ops.einsum("bhu,bhd->bud", slope, hidden)
    if recipe.architecture == "cbow":
        for_hidden = ops.einsum("bst,btd->bsd", share, for_hidden)
    return Gradients(
        for_hidden, for_rows, ops.sum(share, axis=2), ops.sum(terms, axis=1), loss, ops.sum(pairs)
    )


def _binary(scores: Tensor, pairs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Each row by itself, true with probability sigmoid(score): slope, terms [B, H, U], loss."""
    terms = ops.einsum("bht,btu->bhu", pairs, ops.abs(labels))
    true = 0.5 * (terms + ops.einsum("bht,btu->bhu", pairs, labels))
    loss = ops.sum(terms * ops.softplus(scores) - true * scores)
    return true - terms * ops.sigmoid(scores), terms, loss


def _softmax(scores: Tensor, pairs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The true row of each pair among those with a label: slope and terms [B, H, U], loss."""
    choices, true = ops.abs(labels), ops.maximum(labels, 0.0)
    scores = scores - ops.max(scores, axis=2, keepdims=True)
    powers = ops.exp(scores)
    total = ops.einsum("bhu,btu->bht", powers, choices) + 1e-30
    terms = ops.einsum("bht,btu->bhu", pairs, choices)
    right = ops.einsum("bht,btu->bhu", pairs, true)
    loss = ops.sum(pairs * ops.log(total)) - ops.sum(right * scores)
    expected = powers * ops.einsum("bht,btu->bhu", pairs / total, choices)
    return right - expected, terms, loss


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
        inputs = _scale(positions, found.input_terms, sizes[0]) * rate * found.inputs
        outputs = _scale(rows, found.output_terms, sizes[1]) * rate * found.outputs
        return (inputs, outputs), (found.loss, found.pairs)

    def _scale(places: Tensor, terms: Tensor, size: int) -> Tensor:
        """1 [B, K, 1], and less for rows with more terms in the batch than ``most``."""
        total = ops.segment_sum(
            ops.reshape(terms, (-1,)), ops.reshape(places, (-1,)), num_segments=size
        )
        return ops.expand_dims(ops.take(recipe.most / ops.maximum(total, recipe.most), places), -1)

    return step
