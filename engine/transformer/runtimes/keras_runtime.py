"""The forward pass by Keras (TensorFlow, JAX or PyTorch): on a GPU, or without another runtime.

Weights and the past stay on the device. Matrices are multiplied in the dtype they are kept in
(int8 ones in the device's own dtype, scaled afterwards), everything between them in float32.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from keras import ops

from engine import backend
from engine.transformer.batches import bucket
from engine.transformer.config import TransformerConfig
from engine.transformer.decoder import NEW_TOKENS
from engine.transformer.forward import Forward, Inputs, Tensor
from engine.transformer.positions import MASKED
from engine.transformer.precision import CastWeights
from engine.transformer.runtimes import Dtype, Feeds, Floats, KeysValues
from engine.transformer.weights import Weights, shapes
from engine.weights.quantization import Quantized

# A text's first token has only itself to look at, and that is right.
warnings.filterwarnings("ignore", "You are using a softmax over axis")

Tensors = dict[str, Tensor]
_TABLES = ("embeddings/", "relative_bias")


class _Tensors:
    """Parameters for forward.py out of a dictionary of tensors.

    A matrix in int8 has its scales under its name + ".scale".
    """

    def __init__(self, tensors: Mapping[str, Tensor], dtype: str) -> None:
        self._tensors = tensors
        self._dtype = dtype

    def vector(self, name: str) -> Tensor:
        return self._tensors[name]

    def constant(self, values: Any) -> Tensor:
        return ops.convert_to_tensor(np.asarray(values, np.float32))

    def rows(self, name: str, ids: Tensor) -> Tensor:
        rows = ops.cast(ops.take(self._tensors[name], ids, axis=0), "float32")
        scale = self._tensors.get(f"{name}.scale")
        return rows if scale is None else rows * ops.take(scale, ids, axis=0)

    def matmul(self, x: Tensor, name: str) -> Tensor:
        return self._multiplied(x, name, ops.cast(self._tensors[name], self._dtype))

    def project(self, x: Tensor, name: str) -> Tensor:
        table = ops.cast(self._tensors[name], self._dtype)
        return self._multiplied(x, name, ops.transpose(table))

    def _multiplied(self, x: Tensor, name: str, kernel: Tensor) -> Tensor:
        y = ops.cast(ops.matmul(ops.cast(x, self._dtype), kernel), "float32")
        scale = self._tensors.get(f"{name}.scale")
        return y if scale is None else y * ops.reshape(scale, (-1,))


class KerasRuntime:
    """A model's weights on the device that Keras computes on, and its compiled passes."""

    def __init__(self, config: TransformerConfig, weights: Weights, dtype: Dtype) -> None:
        self.config = config
        self.dtype = dtype
        self.device = str(backend.device())
        self.compute_dtype = backend.compute_dtype() if dtype == "int8" else dtype
        self.tensors = _on_device(CastWeights(config, weights, dtype), config)
        # The weights are an argument because JAX would compile them into the program otherwise.
        self.step = backend.compile_step(self._step, donate=(1,))
        self.encode = backend.compile_step(self._encode)

    def cache(self) -> "KerasCache":
        return KerasCache(self)

    def _forward(self, tensors: Tensors, prefix: str = "") -> Forward:
        return Forward(self.config, _Tensors(tensors, self.compute_dtype), ops, prefix)

    def _step(
        self, tensors: Tensors, past: list[Any], cross: Any, given: dict[str, Tensor]
    ) -> tuple[Tensor, list[Any]]:
        """Logits [B, N, V] and the past with the new tokens in it."""
        forward, inputs = self._forward(tensors), _inputs(given)
        x, shared = forward.embed(inputs), forward.shared(inputs)
        length = given["mask"].shape[3] - given["mask"].shape[2]
        grown = []
        if self.compute_dtype == "float16":
            past = _map(lambda part: _begun_anew(part, given), past)
        for layer, pair in enumerate(past):
            before = [ops.cast(part[:, :, :length], "float32") for part in pair]
            looked_at = None
            if cross is not None:
                looked_at = (
                    *(ops.cast(part, "float32") for part in cross[layer]),
                    given["cross_mask"],
                )
            x, *new = forward.block(layer, x, inputs, shared, before, looked_at)
            grown.append([_placed(*both, given) for both in zip(pair, new, strict=True)])
        return forward.logits(forward.finish(x), inputs), grown

    def _encode(self, tensors: Tensors, given: dict[str, Tensor]) -> list[Any]:
        """Each decoder layer's keys and values [B, h, E, d] of the encoder's output."""
        encoder, inputs = self._forward(tensors, "encoder/"), _inputs(given)
        x, shared = encoder.embed(inputs), encoder.shared(inputs)
        for layer in range(self.config.encoder_layers):
            x, _, _ = encoder.block(layer, x, inputs, shared)
        x, decoder = encoder.finish(x), self._forward(tensors)
        pairs = (decoder.cross_keys_values(n, x) for n in range(self.config.num_layers))
        return [[ops.cast(part, self.compute_dtype) for part in pair] for pair in pairs]


def _on_device(weights: CastWeights, config: TransformerConfig) -> Tensors:
    tensors: Tensors = {}
    for name, shape in shapes(config).items():
        if len(shape) == 1 or name == "embeddings/condition":
            tensors[name] = ops.convert_to_tensor(weights.vector(name))
            continue
        is_table = any(part in name for part in _TABLES)
        array = weights.table(name) if is_table else weights.transposed(name)
        if isinstance(array, Quantized):
            tensors[f"{name}.scale"] = ops.convert_to_tensor(array.scale)
        values = array.values if isinstance(array, Quantized) else array
        tensor = backend.from_numpy(values)
        tensors[name] = tensor if is_table else ops.transpose(tensor)
    return tensors


def _inputs(given: Mapping[str, Tensor]) -> Inputs:
    names = ("tokens", "positions", "segments", "mask", "relative", "select")
    return Inputs(**{name: given.get(name) for name in names})


def _begun_anew(past: Tensor, given: Mapping[str, Tensor]) -> Tensor:
    """The past [B, h, T, d] with zeros in the rows where a text begins.

    float16 overflows, and what that left there is NaN even after multiplication by 0: the text of
    somebody else before must not spoil this one.
    """
    begins = ops.logical_and(given["starts"] == 0, given["counts"] > 0)
    return ops.where(ops.expand_dims(begins, (1, 2, 3)), ops.zeros_like(past), past)


def _placed(past: Tensor, new: Tensor, given: Mapping[str, Tensor]) -> Tensor:
    """The past [B, h, T, d] with each row's new tokens [B, h, S, d] from its start on."""
    length, width = past.shape[2], new.shape[2]
    offset = ops.arange(length, dtype="int32")[None] - given["starts"][:, None]
    is_new = ops.logical_and(offset >= 0, offset < given["counts"][:, None])
    source = ops.expand_dims(ops.clip(offset, 0, width - 1), (1, 3))
    moved = ops.take_along_axis(new, source, axis=2) if width > 1 else new
    return ops.where(ops.expand_dims(is_new, (1, 3)), ops.cast(moved, past.dtype), past)


class KerasCache:
    """Keys and values of each layer [rows, h, T, d], on the device, in the dtype of the matmuls."""

    def __init__(self, runtime: KerasRuntime) -> None:
        self._runtime = runtime
        self._dtype = runtime.compute_dtype
        self._item_bytes = 4 if self._dtype == "float32" else 2
        self._forget()

    def _forget(self) -> None:
        """Keep nothing, and look at nothing: a step that failed may have given the past up."""
        self._past = self._empty(0, 0)
        has_encoder = self._runtime.config.encoder_layers > 0
        self._cross = self._empty(0, 1) if has_encoder else None
        self._sources: list[int] = []

    def allocate(self, rows: int, length: int) -> None:
        if not rows:
            self._forget()
            return
        self._past = _map(lambda part: _padded(part, rows, length), self._past)
        if self._cross is not None:
            self._widen_cross(rows, 1)
            self._sources += [0] * (rows - len(self._sources))

    def run(self, first: int, feeds: Feeds) -> Floats:
        rows, count = slice(first, first + len(feeds.tokens)), len(feeds.tokens)
        given = _given(feeds)
        everything = count == len(self._past[0][0])
        past = self._past if everything else _map(lambda part: part[rows], self._past)
        cross = None
        if self._cross is not None:
            cross = _map(lambda part: part[rows], self._cross)
            given["cross_mask"] = ops.convert_to_tensor(self._cross_mask(rows))
        logits, past = self._runtime.step(self._runtime.tensors, past, cross, given)
        if everything:
            self._past = past
        else:
            self._past = _join(self._past, past, first)
        return np.asarray(backend.to_numpy(logits), np.float32)

    def encode(self, row: int, feeds: Feeds) -> None:
        pairs = self._runtime.encode(self._runtime.tensors, _given(feeds))
        self._put_cross(row, pairs, int(feeds.counts[0]))

    def move(self, sources: Sequence[int]) -> None:
        rows = len(self._past[0][0])
        order = ops.convert_to_tensor(np.array([*sources, *range(len(sources), rows)], np.int32))
        self._past = _map(lambda part: ops.take(part, order, axis=0), self._past)
        if self._cross is not None:
            self._cross = _map(lambda part: ops.take(part, order, axis=0), self._cross)
            self._sources[: len(sources)] = [self._sources[source] for source in sources]

    def read(self, row: int, length: int) -> KeysValues:
        kept = self._stacked(self._past, row, length)
        if self._cross is None:
            return KeysValues(self._item_bytes, *kept)
        return KeysValues(
            self._item_bytes, *kept, *self._stacked(self._cross, row, self._sources[row])
        )

    def write(self, row: int, past: KeysValues, length: int) -> None:
        pairs = _unstacked(past.keys[:, :, :length], past.values[:, :, :length])
        room = self._past[0][0].shape[2]
        wide = _map(lambda part: _padded(part, 1, room), pairs)
        self._past = _join(self._past, wide, row)
        if past.cross_keys is not None:
            cross = _unstacked(past.cross_keys, past.cross_values)
            self._put_cross(row, cross, past.cross_keys.shape[2])

    def _put_cross(self, row: int, pairs: list[Any], count: int) -> None:
        self._widen_cross(0, bucket(pairs[0][0].shape[2], NEW_TOKENS))
        assert self._cross is not None
        width = self._cross[0][0].shape[2]
        wide = _map(lambda part: _padded(part, 1, width), pairs)
        self._cross = _join(self._cross, wide, row)
        self._sources[row] = count

    def _widen_cross(self, rows: int, width: int) -> None:
        assert self._cross is not None
        have_rows, _, have_width, _ = self._cross[0][0].shape
        rows, width = max(rows, have_rows), max(width, have_width)
        self._cross = _map(lambda part: _padded(part, rows, width), self._cross)

    def _cross_mask(self, rows: slice) -> Floats:
        assert self._cross is not None
        seen = np.arange(self._cross[0][0].shape[2]) < np.array(self._sources[rows])[:, None]
        return np.where(seen, np.float32(0), np.float32(MASKED))[:, None, None]

    def _empty(self, rows: int, length: int) -> list[Any]:
        config = self._runtime.config
        shape = (rows, config.num_heads, length, config.key_size)
        return [[ops.zeros(shape, self._dtype) for _ in range(2)] for _ in range(config.num_layers)]

    def _stacked(self, pairs: list[Any], row: int, length: int) -> list[Tensor]:
        return [ops.stack([pair[part][row, :, :length] for pair in pairs]) for part in (0, 1)]


def _given(feeds: Feeds) -> dict[str, Tensor]:
    present = {name: value for name, value in vars(feeds).items() if value is not None}
    return {name: ops.convert_to_tensor(value) for name, value in present.items()}


def _map(function: Any, pairs: list[Any]) -> list[Any]:
    return [[function(part) for part in pair] for pair in pairs]


def _join(pairs: list[Any], rows: list[Any], first: int) -> list[Any]:
    """The cache with some of its rows replaced."""
    return [
        [ops.slice_update(old, (first, 0, 0, 0), new) for old, new in zip(*both, strict=True)]
        for both in zip(pairs, rows, strict=True)
    ]


def _unstacked(keys: Tensor, values: Tensor) -> list[Any]:
    return [[keys[layer][None], values[layer][None]] for layer in range(keys.shape[0])]


def _padded(part: Tensor, rows: int, length: int) -> Tensor:
    """[r, h, t, d] cut or filled with zeros to [rows, h, length, d]."""
    part = part[:rows, :, :length]
    missing = (rows - part.shape[0], length - part.shape[2])
    return ops.pad(part, ((0, missing[0]), (0, 0), (0, missing[1]), (0, 0)))
