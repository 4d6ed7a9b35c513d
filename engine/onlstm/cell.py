"""The ordered-neurons LSTM cell (Shen, Tan, Sordoni & Courville, ICLR 2019) in keras.ops.

With levels k = 1 .. L, each over ``chunk_size`` neurons, all of a layer's columns in one product
z = x W + h U + b, and cumax(z) = cumsum(softmax(z)):

    f, i, o = sigmoid(z_f), sigmoid(z_i), sigmoid(z_o);  u = tanh(z_u)
    F = cumax(z_F);  I = 1 - cumax(z_I)      (Su's form: I = cumsum from the right of softmax(z_I))
    w = F * I
    c' = w * (f * c + i * u) + (F - w) * c + (I - w) * u
    h' = o * tanh(c')

The last level of Shen's I is always 0, the first of Su's always 1.
"""

from typing import Any, NamedTuple

from keras import ops

from engine.onlstm.config import Cell, MasterInput

Tensor = Any


class Gates(NamedTuple):
    """What a step makes of z [B, 4H + 2L].

    Attributes:
        forget, input, output, candidate: [B, H].
        master_forget, master_input: [B, L], or None in an LSTM.
    """

    forget: Tensor
    input: Tensor
    output: Tensor
    candidate: Tensor
    master_forget: Tensor
    master_input: Tensor


def cumax(z: Tensor) -> Tensor:
    """Cumulative sum of the softmax [..., L]: a soft step from 0 to 1."""
    return ops.cumsum(ops.softmax(z, axis=-1), axis=-1)


def reverse_cumsum(x: Tensor) -> Tensor:
    """Cumulative sum from the right [..., L]."""
    return ops.flip(ops.cumsum(ops.flip(x, axis=-1), axis=-1), axis=-1)


def master_input_gate(z: Tensor, form: MasterInput) -> Tensor:
    """The master input gate [..., L] in either form."""
    if form == "complement":
        return 1.0 - cumax(z)
    return reverse_cumsum(ops.softmax(z, axis=-1))


def gates(z: Tensor, size: int, cell: Cell, form: MasterInput) -> Gates:
    """The gates of z [B, 4H + 2L] with H = ``size``."""
    sigmoids = ops.sigmoid(z[..., : 3 * size])
    candidate = ops.tanh(z[..., 3 * size : 4 * size])
    forget, input, output = ops.split(sigmoids, 3, axis=-1)
    if cell == "lstm":
        return Gates(forget, input, output, candidate, None, None)
    first, second = ops.split(z[..., 4 * size :], 2, axis=-1)
    return Gates(forget, input, output, candidate, cumax(first), master_input_gate(second, form))


def next_cell(found: Gates, c: Tensor) -> Tensor:
    """c' [B, H] from c [B, H]."""
    if found.master_forget is None:
        return found.forget * c + found.input * found.candidate
    shape = ops.shape(c)
    levels = found.master_forget.shape[-1]
    forget, input, candidate, past = (
        ops.reshape(x, (-1, levels, shape[-1] // levels))
        for x in (found.forget, found.input, found.candidate, c)
    )
    master_forget, master_input = found.master_forget[..., None], found.master_input[..., None]
    overlap = master_forget * master_input
    kept = master_forget * past + master_input * candidate
    changed = overlap * ((forget - 1.0) * past + (input - 1.0) * candidate)
    return ops.reshape(kept + changed, shape)
