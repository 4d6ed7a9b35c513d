"""The functions of keras.ops that the forward pass uses, building an OpenVINO graph instead.

Tensors are nodes of openvino.opset13; Python's operators work on them already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from openvino import Output
from openvino import opset13 as op

Node = Any


@dataclass(frozen=True)
class Dimension:
    """One entry of a shape that is known only when the graph runs."""

    node: Node
    axis: int

    def __sub__(self, other: "Dimension") -> Node:
        return op.subtract(self.scalar(), other.scalar())

    def scalar(self) -> Node:
        """The entry as a node."""
        axis = op.constant(np.array([self.axis], np.int64))
        return op.gather(op.shape_of(self.node), axis, op.constant(np.int64(0)))


def shape(x: Node) -> tuple[Dimension, ...]:
    output = x if isinstance(x, Output) else x.output(0)
    return tuple(Dimension(x, axis) for axis in range(len(output.get_partial_shape())))


def reshape(x: Node, target: Sequence[int | Dimension]) -> Node:
    """A Dimension must stand where it stands in ``x``: OpenVINO's 0 copies it from there."""
    sizes = [0 if isinstance(size, Dimension) else size for size in target]
    return op.reshape(x, op.constant(np.array(sizes, np.int64)), special_zero=True)


def transpose(x: Node, axes: Sequence[int]) -> Node:
    return op.transpose(x, op.constant(np.array(axes, np.int64)))


def split(x: Node, parts: int | Sequence[Node], axis: int) -> list[Node]:
    """Into equal parts, or in two at a node's index."""
    dimension = op.constant(np.int64(axis))
    if isinstance(parts, int):
        return [output for output in op.split(x, dimension, parts).outputs()]
    lengths = op.concat([parts[0], op.constant(np.array([-1], np.int64))], axis=0)
    return list(op.variadic_split(x, dimension, lengths).outputs())


def matmul(x: Node, y: Node) -> Node:
    return op.matmul(x, y, False, False)


def add(x: Node, y: Node) -> Node:
    """For what ``split`` gives, which knows no operators."""
    return op.add(x, y)


def concatenate(parts: Sequence[Node], axis: int) -> Node:
    return op.concat(list(parts), axis)


def stack(parts: Sequence[Node], axis: int) -> Node:
    return op.concat([expand_dims(part, axis) for part in parts], axis)


def expand_dims(x: Node, axis: int) -> Node:
    return op.unsqueeze(x, op.constant(np.int64(axis)))


def take(x: Node, ids: Node, axis: int) -> Node:
    return op.gather(x, ids, op.constant(np.int64(axis)))


def take_along_axis(x: Node, ids: Node, axis: int) -> Node:
    """Whole rows [B, N, H] of x [B, S, H] at ids [B, N, 1]."""
    return op.gather(x, squeeze(ids, -1), op.constant(np.int64(axis)), batch_dims=1)


def softmax(x: Node, axis: int) -> Node:
    return op.softmax(x, axis)


def squeeze(x: Node, axis: int) -> Node:
    return op.squeeze(x, op.constant(np.int64(axis)))


def layer_normalization(
    x: Node, gamma: Node | None = None, beta: Node | None = None, epsilon: float = 1e-3
) -> Node:
    x = op.mvn(x, op.constant(np.array([-1], np.int64)), True, epsilon, "inside_sqrt")
    x = x if gamma is None else op.multiply(x, gamma)
    return x if beta is None else op.add(x, beta)


def rms_normalization(x: Node, scale: Node, epsilon: float) -> Node:
    """The pattern that OpenVINO makes one kernel of."""
    square = op.reduce_mean(op.multiply(x, x), op.constant(np.array([-1], np.int64)), True)
    root = op.sqrt(op.add(square, op.constant(np.float32(epsilon))))
    return op.multiply(op.multiply(x, op.divide(op.constant(np.float32(1)), root)), scale)


def relu(x: Node) -> Node:
    return op.relu(x)


def gelu(x: Node, approximate: bool) -> Node:
    return op.gelu(x, "tanh" if approximate else "erf")
