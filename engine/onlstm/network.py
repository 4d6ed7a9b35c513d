"""The language model's forward pass, as functions over a dict of weights (config.shapes).

Arrays are time-major: T steps, B sentences.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from keras import ops

from engine.onlstm.cell import Gates, gates, next_cell
from engine.onlstm.config import OnLstmConfig

Tensor = Any
Weights = Mapping[str, Tensor]


class LayerTrace(NamedTuple):
    """What a layer did.

    Attributes:
        hidden: its output [T, B, H].
        forget, input: the master gates [T, B, levels]; of an LSTM, which has none, the mean of
            its own gates over each chunk.
    """

    hidden: Tensor
    forget: Tensor
    input: Tensor


def run_layer(config: OnLstmConfig, weights: Weights, layer: int, x: Tensor) -> LayerTrace:
    """A layer over a sequence x [T, B, in], from a state of zeros."""
    name, size = f"layers/{layer}", config.hidden_sizes[layer]
    projected = ops.matmul(x, weights[f"{name}/input/kernel"]) + weights[f"{name}/bias"]
    recurrent = weights[f"{name}/recurrent/kernel"]

    def found(z: Tensor, h: Tensor) -> Gates:
        return gates(z + ops.matmul(h, recurrent), size, config.cell, config.master_input)

    def step(state: tuple[Tensor, Tensor], z: Tensor) -> tuple[Any, Any]:
        opened = found(z, state[0])
        c = next_cell(opened, state[1])
        h = opened.output * ops.tanh(c)
        return (h, c), (h, c)

    start = ops.zeros((ops.shape(x)[1], size))
    _, (hidden, _) = ops.scan(step, (start, start), projected)
    # Not handed out of the loop, which may only return what looks like its state.
    opened = found(projected, ops.concatenate([start[None], hidden[:-1]]))
    if config.cell == "lstm":
        shape = (*ops.shape(hidden)[:2], config.levels(layer), config.chunk_size)
        own = (ops.mean(ops.reshape(gate, shape), axis=-1) for gate in opened[:2])
        return LayerTrace(hidden, *own)
    return LayerTrace(hidden, opened.master_forget, opened.master_input)


def forward(config: OnLstmConfig, weights: Weights, ids: Tensor) -> list[LayerTrace]:
    """All layers over ids [T, B]."""
    x = ops.take(weights["embeddings/word"], ids, axis=0)
    traces: list[LayerTrace] = []
    for layer in range(config.layers):
        traces.append(run_layer(config, weights, layer, x))
        x = traces[-1].hidden
    return traces


def logits(config: OnLstmConfig, weights: Weights, hidden: Tensor) -> Tensor:
    """Scores of the next word [..., V] from the last layer's output [..., H]."""
    if config.tied:
        scores = ops.matmul(hidden, ops.transpose(weights["embeddings/word"]))
    else:
        scores = ops.matmul(hidden, weights["output/kernel"])
    return scores + weights["output/bias"]


def nats(config: OnLstmConfig, weights: Weights, hidden: Tensor, targets: Tensor) -> Tensor:
    """-log p of each target [T, B] from the last layer's output [T, B, H]."""
    scores = logits(config, weights, hidden)
    chosen = ops.take_along_axis(scores, targets[..., None], axis=-1)[..., 0]
    return ops.logsumexp(scores, axis=-1) - chosen
