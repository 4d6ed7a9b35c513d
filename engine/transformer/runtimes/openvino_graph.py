"""The forward pass as OpenVINO graphs; their constants are the weights, in their own dtype."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import openvino as ov
from openvino import opset13 as op

from engine.transformer.config import TransformerConfig
from engine.transformer.forward import Forward, Inputs
from engine.transformer.precision import CastWeights
from engine.transformer.runtimes import openvino_ops as ops
from engine.transformer.runtimes.spill import Spill
from engine.weights.quantization import Array, Quantized

_TYPES: Final = {"bfloat16": ov.Type.bf16, "float16": ov.Type.f16}


class Constants:
    """Parameters for forward.py as constants of a graph.

    Args:
        spill: where matrices are placed; None leaves them in ordinary memory.
    """

    def __init__(self, weights: CastWeights, spill: Spill | None = None) -> None:
        self._weights = weights
        self._spill = spill

    def vector(self, name: str) -> ops.Node:
        return op.constant(self._weights.vector(name))

    def constant(self, values: Any) -> ops.Node:
        return op.constant(np.asarray(values, np.float32))

    def rows(self, name: str, ids: ops.Node) -> ops.Node:
        table = self._matrix(self._weights.table(name))
        return op.convert(op.gather(table, ids, op.constant(np.int64(0))), "f32")

    def matmul(self, x: ops.Node, name: str) -> ops.Node:
        return multiplied(x, self._matrix(self._weights.transposed(name)))

    def project(self, x: ops.Node, name: str) -> ops.Node:
        return multiplied(x, self._matrix(self._weights.table(name)))

    def _matrix(self, array: Array) -> ops.Node:
        if self._spill is None:
            return matrix(array)
        if isinstance(array, Quantized):
            return matrix(Quantized(self._spill.place(array.values), array.scale), shared=True)
        return matrix(self._spill.place(array), shared=True)


def matrix(array: Array, *, shared: bool = False) -> ops.Node:
    """A matrix in its own dtype; int8 as the float32 product that kernels decompress to.

    Args:
        shared: use the array's memory, which must then outlive the graph.
    """
    if isinstance(array, Quantized):
        values = op.convert(op.constant(array.values, shared_memory=shared), "f32")
        return op.multiply(values, op.constant(array.scale))
    if array.dtype.name not in _TYPES:
        return op.constant(array, shared_memory=shared)
    words, kind, shape = array.view(np.uint16), _TYPES[array.dtype.name], ov.Shape(array.shape)
    if shared:
        return op.constant(ov.Tensor(words, shape, kind), shared_memory=True)
    tensor = ov.Tensor(kind, shape)
    tensor.data.view(np.uint16)[:] = words
    return op.constant(tensor)


def multiplied(x: ops.Node, constant: ops.Node) -> ops.Node:
    """x [..., in] times the transpose of a matrix [out, in].

    A matrix of two-byte floats is multiplied as it is: converted to float32 in the graph, it would
    be kept in float32 as well.
    """
    kind = constant.get_element_type()
    if kind == ov.Type.f32:
        return op.matmul(x, constant, False, True)
    return op.convert(op.matmul(op.convert(x, kind), constant, False, True), "f32")


def _parameter(name: str, shape: Sequence[int], dtype: Any = np.int32) -> ops.Node:
    return op.parameter(list(shape), dtype, name=name)


def _inputs() -> Inputs:
    return Inputs(
        tokens=_parameter("tokens", (-1, -1)),
        positions=_parameter("positions", (-1, -1)),
        segments=_parameter("segments", (-1, -1)),
        mask=_parameter("mask", (-1, 1, -1, -1), np.float32),
        relative=_parameter("relative", (-1, -1, -1)),
        select=_parameter("select", (-1, -1)),
    )


def decoder_graph(config: TransformerConfig, constants: Constants, layers: range) -> ov.Model:
    """Some layers as a graph; the first has the embeddings and the last the head."""
    forward = Forward(config, constants, ops)
    inputs, heads = _inputs(), (-1, config.num_heads, -1, config.key_size)
    pasts = [
        [_parameter(f"{kind}{layer}", heads, np.float32) for kind in ("key", "value")]
        for layer in layers
    ]
    crosses = []
    if config.encoder_layers:
        mask = _parameter("cross_mask", (-1, 1, 1, -1), np.float32)
        crosses = [
            [_parameter(f"cross_{kind}{n}", heads, np.float32) for kind in ("key", "value")]
            for n in layers
        ]
    first, last = layers.start == 0, layers.stop == config.num_layers
    entered = None if first else _parameter("hidden", (-1, -1, config.hidden_size), np.float32)
    x = forward.embed(inputs) if first else entered
    shared = forward.shared(inputs)
    keys, values = [], []
    for at, layer in enumerate(layers):
        cross = (*crosses[at], mask) if crosses else None
        x, key, value = forward.block(layer, x, inputs, shared, pasts[at], cross)
        keys.append(key)
        values.append(value)
    x = forward.logits(forward.finish(x), inputs) if last else x
    results = [x, ops.stack(keys, 0), ops.stack(values, 0)]
    given = [*vars(inputs).values(), *(p for pair in pasts + crosses for p in pair)]
    given += [mask] if crosses else []
    given += [] if first else [entered]
    return _model(results, given)


def encoder_graph(config: TransformerConfig, constants: Constants) -> ov.Model:
    """The encoder, and from its output each decoder layer's cross keys and values, stacked."""
    forward, decoder = Forward(config, constants, ops, "encoder/"), Forward(config, constants, ops)
    inputs = _inputs()
    x, shared = forward.embed(inputs), forward.shared(inputs)
    for layer in range(config.encoder_layers):
        x, _, _ = forward.block(layer, x, inputs, shared)
    x = forward.finish(x)
    cross = [decoder.cross_keys_values(layer, x) for layer in range(config.num_layers)]
    results = [ops.stack([pair[part] for pair in cross], 0) for part in (0, 1)]
    return _model(results, list(vars(inputs).values()))


def _model(results: list[ops.Node], given: list[ops.Node]) -> ov.Model:
    """The graph, without the parameters that this configuration makes no use of."""
    used = [node for node in given if node.output(0).get_target_inputs()]
    return ov.Model(results, used)
