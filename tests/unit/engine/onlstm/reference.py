"""The paper's equations in plain NumPy, one neuron's level after another (Shen et al. 2019)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Step(NamedTuple):
    hidden: Floats
    cell: Floats
    forget: Floats
    input: Floats


def sigmoid(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-x))


def cumax(z: Floats) -> Floats:
    shares = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.cumsum(shares / shares.sum(axis=-1, keepdims=True), axis=-1)


def from_right(z: Floats) -> Floats:
    """Su's master input gate: entry k is the sum of the softmax from k on."""
    shares = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    return np.stack([shares[..., k:].sum(axis=-1) for k in range(z.shape[-1])], axis=-1)


def step(z: Floats, c: Floats, chunk: int, form: str, cell: str = "onlstm") -> Step:
    """One step from z = x W + h U + b."""
    size = c.shape[-1]
    forget, input, output = (sigmoid(z[..., i * size : (i + 1) * size]) for i in range(3))
    candidate = np.tanh(z[..., 3 * size : 4 * size])
    levels = size // chunk
    if cell == "lstm":
        new = forget * c + input * candidate
        means = (g.reshape(-1, levels, chunk).mean(-1) for g in (forget, input))
        return Step(output * np.tanh(new), new, *means)
    columns = z[..., 4 * size :]
    master_forget = cumax(columns[..., :levels])
    second = columns[..., levels:]
    master_input = 1 - cumax(second) if form == "complement" else from_right(second)
    new = np.empty_like(c)
    for neuron in range(size):
        k = neuron // chunk
        both = master_forget[..., k] * master_input[..., k]
        ordinary = (
            forget[..., neuron] * c[..., neuron] + input[..., neuron] * candidate[..., neuron]
        )
        new[..., neuron] = (
            both * ordinary
            + (master_forget[..., k] - both) * c[..., neuron]
            + (master_input[..., k] - both) * candidate[..., neuron]
        )
    return Step(output * np.tanh(new), new, master_forget, master_input)


def layer(
    x: Floats,
    kernel: Floats,
    recurrent: Floats,
    bias: Floats,
    *,
    chunk: int,
    form: str,
    cell: str = "onlstm",
) -> list[Step]:
    """Every step over x [T, B, in] from a state of zeros."""
    h = c = np.zeros((x.shape[1], recurrent.shape[0]))
    found = []
    for now in x:
        found.append(step(now @ kernel + h @ recurrent + bias, c, chunk, form, cell))
        h, c = found[-1].hidden, found[-1].cell
    return found
