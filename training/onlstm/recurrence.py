"""A layer of ON-LSTM or LSTM over a window of text, with its gradient written out.

Only what each step needs of the one before it is done step by step: a product with the recurrent
kernel and a few sums. Gates are computed for all steps at once, once more on the way back instead
of being kept, and the kernel's gradient is one product. Autodiff of the cell
(engine/onlstm/cell.py) gives the same numbers.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from keras import ops

from engine.onlstm.cell import gates, next_cell, reverse_cumsum
from engine.onlstm.config import Cell, MasterInput

Tensor = Any


@dataclass(frozen=True)
class LayerKind:
    """What a layer is, and the precision in which it multiplies matrices.

    Attributes:
        size: neurons H.
        levels: entries L of its master gates.
    """

    size: int
    levels: int
    cell: Cell
    master_input: MasterInput
    precision: str


class _Slopes(NamedTuple):
    """What gradients are multiplied with, for all steps [T, B, ...].

    With dh and dc the gradients of a step's h' and c' (dc without the part by way of h'):
    dc += dh * cell; the gate of z's first columns has dc * forget, dc * input, dh * output, dc *
    candidate; c has dc * past; the master gates F and I have sums of dc * master_forget and
    dc * master_input over each level's neurons, and p of their softmax.
    """

    cell: Tensor
    past: Tensor
    forget: Tensor
    input: Tensor
    output: Tensor
    candidate: Tensor
    master_forget: Tensor
    master_input: Tensor
    softmax: Tensor


def recurrence(
    kind: LayerKind, projected: Tensor, kernel: Tensor, keep: Tensor, h: Tensor, c: Tensor
) -> tuple[Tensor, Tensor]:
    """A layer's output [T, B, H] and its last c [B, H].

    Gradients go to ``projected`` and ``kernel`` through the output: not to the states before the
    window, nor through the last c (truncated backpropagation).

    Args:
        projected: x W + b [T, B, 4H + 2L], columns as in engine/onlstm/config.py.
        kernel: U [H, 4H + 2L].
        keep: 0 where a step begins from a state of zeros, else 1 [T, B, 1].
        h, c: the states before the first step [B, H].
    """

    @ops.custom_gradient
    def run(projected: Tensor, kernel: Tensor, keep: Tensor, h: Tensor, c: Tensor) -> Any:
        narrow = ops.cast(kernel, kind.precision)
        hidden, cells = _forward(kind, projected, narrow, keep, h, c)

        def gradient(*args: Tensor, upstream: Tensor = None) -> tuple[Tensor, ...]:
            upstream = args[0] if upstream is None else upstream  # as the library has it
            before_h = ops.concatenate([h[None], hidden[:-1]]) * keep
            before_c = ops.concatenate([c[None], cells[:-1]]) * keep
            before_h = ops.cast(before_h, kind.precision)
            z = projected + ops.cast(ops.matmul(before_h, narrow), projected.dtype)
            slopes = _slopes(kind, z, before_c, cells, keep)
            to_z = _backward(kind, slopes, upstream[:-1], narrow, keep)
            flat_h = ops.reshape(before_h, (-1, kind.size))
            flat_z = ops.cast(ops.reshape(to_z, (-1, to_z.shape[-1])), kind.precision)
            to_kernel = ops.cast(ops.matmul(ops.transpose(flat_h), flat_z), kernel.dtype)
            return to_z, to_kernel, *(ops.zeros_like(x) for x in (keep, h, c))

        return ops.concatenate([hidden, cells[-1:]]), gradient

    found = run(projected, kernel, keep, h, c)
    return found[:-1], ops.stop_gradient(found[-1])


def _forward(
    kind: LayerKind, projected: Tensor, kernel: Tensor, keep: Tensor, h: Tensor, c: Tensor
) -> tuple[Tensor, Tensor]:
    """h and c after each step [T, B, H]."""

    def step(state: tuple[Tensor, Tensor], now: tuple[Tensor, Tensor]) -> tuple[Any, Any]:
        z, kept = now
        before = ops.matmul(ops.cast(state[0] * kept, kind.precision), kernel)
        found = gates(z + ops.cast(before, z.dtype), kind.size, kind.cell, kind.master_input)
        c = next_cell(found, state[1] * kept)
        new = (found.output * ops.tanh(c), c)
        return new, new

    _, (hidden, cells) = ops.scan(step, (h, c), (projected, keep))
    return hidden, cells


def _backward(
    kind: LayerKind, slopes: _Slopes, upstream: Tensor, kernel: Tensor, keep: Tensor
) -> Tensor:
    """The gradient of z [T, B, 4H + 2L] from that of the output [T, B, H]."""
    columns = ops.transpose(kernel)
    # At each step: whether its h is seen by the next one.
    kept = ops.concatenate([keep[1:], ops.zeros_like(keep[:1])])

    def step(state: tuple[Tensor, Tensor], now: tuple[Any, ...]) -> tuple[Any, Any]:
        to_c, to_z = state
        to_h, kept, *rest = now
        slope = _Slopes(*rest, *([None] * (len(_Slopes._fields) - len(rest))))
        after = ops.matmul(ops.cast(to_z, kind.precision), columns)
        to_h = to_h + ops.cast(after, to_h.dtype) * kept
        to_c = to_c + to_h * slope.cell
        parts = [
            to_c * slope.forget,
            to_c * slope.input,
            to_h * slope.output,
            to_c * slope.candidate,
        ]
        if kind.cell == "onlstm":
            parts.append(_to_masters(kind, slope, to_c))
        new = (to_c * slope.past, ops.concatenate(parts, axis=-1))
        return new, new

    given = [slope for slope in slopes if slope is not None]
    start = (
        ops.zeros_like(upstream[0]),
        ops.zeros((upstream.shape[1], kernel.shape[-1]), dtype=upstream.dtype),
    )
    _, (_, to_z) = ops.scan(step, start, (upstream, kept, *given), reverse=True)
    return to_z


def _to_masters(kind: LayerKind, slope: _Slopes, to_c: Tensor) -> Tensor:
    """The gradient of the master gates' columns [B, 2L]."""
    to_gates = []
    for gate in (slope.master_forget, slope.master_input):
        by_neuron = ops.reshape(to_c * gate, (-1, kind.levels, kind.size // kind.levels))
        to_gates.append(ops.sum(by_neuron, axis=-1))
    forget = reverse_cumsum(to_gates[0])
    if kind.master_input == "complement":
        input = -reverse_cumsum(to_gates[1])
    else:
        input = ops.cumsum(to_gates[1], axis=-1)
    to_shares = ops.stack([forget, input], axis=1)
    shares = ops.reshape(slope.softmax, (-1, 2, kind.levels))
    mean = ops.sum(shares * to_shares, axis=-1, keepdims=True)
    return ops.reshape(shares * (to_shares - mean), (-1, 2 * kind.levels))


def _slopes(kind: LayerKind, z: Tensor, before: Tensor, cells: Tensor, keep: Tensor) -> _Slopes:
    """From z [T, B, 4H + 2L], and c before and after each step [T, B, H]."""
    found = gates(z, kind.size, kind.cell, kind.master_input)
    bent = ops.tanh(cells)
    forget, input, output, candidate = found[:4]
    sigmoid_forget, sigmoid_input = forget * (1.0 - forget), input * (1.0 - input)
    straight = 1.0 - candidate * candidate
    outer = (output * (1.0 - bent * bent), bent * output * (1.0 - output))
    if kind.cell == "lstm":
        by_forget, by_input = before * sigmoid_forget, candidate * sigmoid_input
        return _Slopes(
            outer[0], forget * keep, by_forget, by_input, outer[1], input * straight, *(None,) * 3
        )
    master_forget, master_input = (_by_neuron(kind, gate) for gate in found[4:])
    overlap = master_forget * master_input
    changed = (forget - 1.0) * before + (input - 1.0) * candidate
    return _Slopes(
        cell=outer[0],
        past=(master_forget + overlap * (forget - 1.0)) * keep,
        forget=overlap * before * sigmoid_forget,
        input=overlap * candidate * sigmoid_input,
        output=outer[1],
        candidate=(master_input + overlap * (input - 1.0)) * straight,
        master_forget=before + master_input * changed,
        master_input=candidate + master_forget * changed,
        softmax=_shares(kind, z),
    )


def _by_neuron(kind: LayerKind, gate: Tensor) -> Tensor:
    """A master gate [..., L] for each neuron [..., H]."""
    return ops.repeat(gate, kind.size // kind.levels, axis=-1)


def _shares(kind: LayerKind, z: Tensor) -> Tensor:
    """The softmaxes of both master gates, one behind the other [T, B, 2L]."""
    shape = ops.shape(z)
    columns = ops.reshape(z[..., 4 * kind.size :], (*shape[:-1], 2, kind.levels))
    return ops.reshape(ops.softmax(columns, axis=-1), (*shape[:-1], 2 * kind.levels))
