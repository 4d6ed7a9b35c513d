"""The forward pass on a CPU by OpenVINO, which reads the weights as fast as the memory gives them.

TensorFlow's kernels keep up in float32, and read int8 weights at a seventh of the speed
(benchmarks/README.md), which is why this runtime exists. The graph is built by the same forward.py,
and the keys and values of the past live in NumPy arrays that the graph reads in place.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import openvino as ov

from engine.transformer.config import TransformerConfig
from engine.transformer.positions import MASKED
from engine.transformer.precision import CastWeights
from engine.transformer.runtimes import Dtype, Feeds, Floats, KeysValues
from engine.transformer.runtimes.openvino_graph import Constants, decoder_graph, encoder_graph
from engine.transformer.runtimes.spill import Spill
from engine.transformer.weights import Weights

SPILL_BYTES: Final = 1_000_000_000
"""Weights from which a model is large enough to spare the second copy of them."""
EXACT_BYTES: Final = 100_000_000
"""Weights up to which activations are not rounded to int8 as well.

Rounded, the logits of a bundled model are off by up to 0.08, and differ by nearly as much with
how many tokens are read at once: what of a prompt is remembered from before would change how it
goes on, and a seed would not give its text again. Large models need the speed that it buys: the
bundled ones write a quarter less with ten users at once, but alone they are a tenth faster.
"""
GRAPH_BYTES: Final = 400_000_000
"""Weights of one compiled graph: compiling holds them twice, so a large model is many graphs."""
_CORE: Final = ov.Core()
logger = logging.getLogger(__name__)


class OpenVINORuntime:
    """A model's compiled graphs: the decoder's layers in groups, and the encoder if there is one.

    Args:
        weights: read once, group by group; nothing of them is kept.
        threads: cores to use.
    """

    device = "CPU (OpenVINO)"

    def __init__(
        self, config: TransformerConfig, weights: Weights, dtype: Dtype, threads: int
    ) -> None:
        self.config = config
        self.dtype = dtype
        cast = CastWeights(config, weights, dtype)
        settings = {
            "INFERENCE_NUM_THREADS": threads,
            "PERFORMANCE_HINT": "LATENCY",
            # Of what lies between the matrices; those are multiplied in their own dtype.
            "INFERENCE_PRECISION_HINT": "f32",
        }
        if cast.nbytes <= EXACT_BYTES:
            settings["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = 0
        self._settings = settings
        self._spill = _spill(cast)
        constants = Constants(cast, self._spill)
        self.encoder = None
        if config.encoder_layers:
            self.encoder = self._compiled(encoder_graph(config, constants))
        self.groups = [
            (layers, self._compiled(decoder_graph(config, constants, layers)))
            for layers in _layer_groups(config, cast)
        ]

    def cache(self) -> "OpenVINOCache":
        return OpenVINOCache(self)

    def _compiled(self, model: ov.Model) -> ov.CompiledModel:
        """The graph, after a first pass in which it brings its weights into the order that its
        kernels read: loading should take that time and memory, not the first question."""
        graph = _CORE.compile_model(model, "CPU", self._settings)
        graph.create_infer_request().infer(_smallest(graph))
        if self._spill is not None:
            self._spill.let_go()
        return graph


def _spill(weights: CastWeights) -> Spill | None:
    """A file for the constants of a large model, of which OpenVINO keeps a copy of its own and
    would keep these too; None for a small one, or where the disk has no room."""
    if weights.nbytes < SPILL_BYTES:
        return None
    try:
        return Spill(weights.nbytes, weights.count)
    except OSError as error:
        logger.warning("the weights take their room twice in memory: %s", error)
        return None


def _smallest(graph: ov.CompiledModel) -> dict[str, np.ndarray]:
    """Zeros for every input of a graph: one token without a past."""
    given = {}
    for item in graph.inputs:
        name = item.get_node().get_friendly_name()
        shape = [1 if size.is_dynamic else size.get_length() for size in item.get_partial_shape()]
        if name.startswith(("key", "value")):
            shape[2] = 0
        given[name] = np.zeros(
            shape, np.float32 if len(shape) > 3 or name == "hidden" else np.int32
        )
    return given


def _layer_groups(config: TransformerConfig, weights: CastWeights) -> Iterator[range]:
    """Layers [begin, end) of each graph, so that no graph is much larger than GRAPH_BYTES."""
    begin, size = 0, weights.table_bytes
    for layer in range(config.num_layers):
        if layer > begin and size + weights.layer_bytes > GRAPH_BYTES:
            yield range(begin, layer)
            begin, size = layer, 0
        size += weights.layer_bytes
    yield range(begin, config.num_layers)


@dataclass
class _Request:
    """One graph's inference request, the names of its inputs and the layers it computes."""

    request: Any
    names: frozenset[str]
    layers: range


class OpenVINOCache:
    """Keys and values in one NumPy array [2, L, rows, h, T, d], and those of the encoder's tokens
    in another: the graphs read them where they are."""

    def __init__(self, runtime: OpenVINORuntime) -> None:
        self._runtime = runtime
        self._requests = [
            _Request(graph.create_infer_request(), _names(graph), layers)
            for layers, graph in runtime.groups
        ]
        encoder = runtime.encoder
        self._encoder = None if encoder is None else encoder.create_infer_request()
        config = runtime.config
        self._shape = (config.num_layers, config.num_heads, config.key_size)
        self._past = self._empty(0, 0)
        self._cross = self._empty(0, 1)
        self._sources: list[int] = []  # tokens of each row's source

    def allocate(self, rows: int, length: int) -> None:
        self._past = self._grown(self._past, rows, length)
        if self._encoder is not None:
            self._cross = self._grown(self._cross, rows, self._cross.shape[4] if rows else 1)
            self._sources = [*self._sources[:rows], *[0] * (rows - len(self._sources))]

    def run(self, first: int, feeds: Feeds) -> Floats:
        rows = slice(first, first + len(feeds.tokens))
        past = self._past if feeds.starts.any() else self._past[..., :0, :]
        given = {name: value for name, value in vars(feeds).items() if value is not None}
        if self._encoder is not None:
            given["cross_mask"] = self._cross_mask(rows)
        x: Any = None
        for part in self._requests:
            if x is not None:
                given["hidden"] = x
            inputs = {name: given[name] for name in part.names if name in given}
            for layer in part.layers:
                inputs[f"key{layer}"], inputs[f"value{layer}"] = past[:, layer, rows]
                if self._encoder is not None:
                    cross = self._cross[:, layer, rows]
                    inputs[f"cross_key{layer}"], inputs[f"cross_value{layer}"] = cross
            x, keys, values = part.request.infer(
                inputs, share_inputs=True, share_outputs=True
            ).values()
            self._store(part.layers, first, feeds, (keys, values))
        return np.array(x, np.float32)

    def encode(self, row: int, feeds: Feeds) -> None:
        count, width = int(feeds.counts[0]), feeds.tokens.shape[1]
        assert self._encoder is not None
        names = _names(self._encoder.get_compiled_model())
        given = {name: getattr(feeds, name) for name in names}
        keys, values = self._encoder.infer(given, share_inputs=True).values()
        if width > self._cross.shape[4]:
            self._cross = self._grown(self._cross, self._cross.shape[2], width)
        self._cross[0, :, row, :, :width] = keys[:, 0]
        self._cross[1, :, row, :, :width] = values[:, 0]
        self._sources[row] = count

    def move(self, sources: Sequence[int]) -> None:
        moved = [row for row, source in enumerate(sources) if row != source]
        origins = [sources[row] for row in moved]
        self._past[:, :, moved] = self._past[:, :, origins]
        if self._encoder is not None:
            self._cross[:, :, moved] = self._cross[:, :, origins]
            lengths = [self._sources[origin] for origin in origins]
            for row, length in zip(moved, lengths, strict=True):
                self._sources[row] = length

    def read(self, row: int, length: int) -> KeysValues:
        keys, values = self._past[:, :, row, :, :length].copy()
        if self._encoder is None:
            return KeysValues(keys.itemsize, keys, values)
        cross = self._cross[:, :, row, :, : self._sources[row]].copy()
        return KeysValues(keys.itemsize, keys, values, cross[0], cross[1])

    def write(self, row: int, past: KeysValues, length: int) -> None:
        self._past[0, :, row, :, :length] = past.keys[:, :, :length]
        self._past[1, :, row, :, :length] = past.values[:, :, :length]
        if past.cross_keys is not None:
            count = past.cross_keys.shape[2]
            if count > self._cross.shape[4]:
                self._cross = self._grown(self._cross, self._cross.shape[2], count)
            self._cross[0, :, row, :, :count] = past.cross_keys
            self._cross[1, :, row, :, :count] = past.cross_values
            self._sources[row] = count

    def _empty(self, rows: int, length: int) -> Floats:
        layers, heads, width = self._shape
        return np.zeros((2, layers, rows, heads, length, width), np.float32)

    def _grown(self, old: Floats, rows: int, length: int) -> Floats:
        new = self._empty(rows, length)
        rows, length = min(rows, old.shape[2]), min(length, old.shape[4])
        new[:, :, :rows, :, :length] = old[:, :, :rows, :, :length]
        return new

    def _cross_mask(self, rows: slice) -> Floats:
        seen = np.arange(self._cross.shape[4]) < np.array(self._sources[rows])[:, None]
        return np.where(seen, np.float32(0), np.float32(MASKED))[:, None, None]

    def _store(self, layers: range, first: int, feeds: Feeds, new: Any) -> None:
        span = slice(layers.start, layers.stop)
        for at, (start, count) in enumerate(zip(feeds.starts, feeds.counts, strict=True)):
            for part in (0, 1):
                row = self._past[part, span, first + at]
                row[:, :, start : start + count] = new[part][:, at, :, :count]


def _names(graph: Any) -> frozenset[str]:
    return frozenset(item.get_node().get_friendly_name() for item in graph.inputs)
