"""The ON-LSTM language model as a keras.Model to train."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from engine.onlstm.config import OnLstmConfig, shapes
from training.language_model.network import count_targets, cross_entropy
from training.onlstm.recurrence import LayerKind, recurrence

Tensor = Any


@dataclass(frozen=True)
class Dropouts:
    """Shares that are dropped in training, and penalties (Merity, Keskar & Socher 2018).

    Attributes:
        words: of the embedding's rows, for a whole window.
        embedding, hidden, output: of what the first layer reads, of what lies between layers, of
            what the last one says; the same neurons at every step of a window.
        recurrent: of the recurrent kernels' entries (DropConnect).
        activation: times the mean square of the dropped output.
        temporal: times the mean square of the output's change from step to step.
    """

    words: float = 0.0
    embedding: float = 0.0
    hidden: float = 0.0
    output: float = 0.0
    recurrent: float = 0.0
    activation: float = 0.0
    temporal: float = 0.0


class Network(keras.Model):
    """The layers over windows that follow each other, and their loss.

    Matrices are multiplied in ``precision``; everything else is float32.

    Args:
        streams, length: texts B that are read side by side, and words T of a step of training; the
            states of each text are kept.
        running: whether a sentence goes on with the state of the one before.
    """

    def __init__(
        self,
        config: OnLstmConfig,
        *,
        streams: int,
        length: int,
        running: bool,
        dropouts: Dropouts = Dropouts(),
        precision: str = "float32",
        seed: int = 0,
    ) -> None:
        super().__init__(dtype="float32")
        self.config, self.precision, self.dropouts = config, precision, dropouts
        self.streams, self.length, self.running = streams, length, running
        self.nats = keras.metrics.Mean(name="nats")
        self.random = keras.random.SeedGenerator(seed)
        self.learned: dict[str, keras.Variable] = {}
        self.states: list[tuple[keras.Variable, keras.Variable]] = []

    def build(self, *_: Any) -> None:
        for name, shape in shapes(self.config).items():
            initializer = _initializer(name, shape, self.config)
            self.learned[name] = self.add_weight(
                name=name.replace("/", "_"), shape=shape, initializer=initializer
            )
        for size in self.config.hidden_sizes:
            h, c = (
                self.add_weight(
                    name=name, shape=(self.streams, size), initializer="zeros", trainable=False
                )
                for name in ("h", "c")
            )
            self.states.append((h, c))
        self.built = True

    def call(self, batch: dict[str, Tensor], training: bool = False) -> Tensor:
        """The last layer's output [T, B, H] over "tokens" [T, B], a window that goes on where the
        one before ended."""
        # TensorFlow may have forgotten how long a window is, which its loops must know.
        ids = ops.reshape(batch["tokens"], (self.length, self.streams))
        drop = self.dropouts if training else Dropouts()
        table = self._dropped(self._weight("embeddings/word"), drop.words, (-1, 1))
        x = self._dropped(ops.take(table, ids, axis=0), drop.embedding, (1, -1, -1))
        keep = ops.ones_like(ids[..., None]) if self.running else ids[..., None] != 0
        keep = ops.cast(keep, "float32")
        for layer, states in enumerate(self.states):
            kernel = self._weight(f"layers/{layer}/recurrent/kernel")
            kernel = self._dropped(kernel, drop.recurrent, (-1, -1))
            # Copies, since PyTorch assigns in place what the way back still reads.
            before = (ops.copy(state) for state in states)
            y, c = recurrence(self._kind(layer), self._project(layer, x), kernel, keep, *before)
            states[0].assign(ops.stop_gradient(y[-1]))
            states[1].assign(c)
            shared = drop.hidden if layer + 1 < self.config.layers else drop.output
            x = self._dropped(y, shared, (1, -1, -1))
        if drop.activation or drop.temporal:
            change = ops.mean(ops.square(y[1:] - y[:-1]))
            self.add_loss(drop.activation * ops.mean(ops.square(x)) + drop.temporal * change)
        return x

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        """Mean of -log p over the targets, x["targets"] [T, B], and the penalties; -1 is none."""
        loss = self.total(x, y_pred) / count_targets(x)
        self.nats.update_state(loss)
        return loss + sum(self.losses)

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [*super().metrics, self.nats]

    def total(self, batch: dict[str, Tensor], output: Tensor) -> Tensor:
        """Sum of -log p over the targets."""
        targets = ops.reshape(batch["targets"], (-1,))
        flat = ops.reshape(output, (-1, self.config.hidden_sizes[-1]))
        # The bias is one more column of the table.
        flat = ops.concatenate([flat, ops.ones_like(flat[:, :1])], axis=-1)
        table = self._weight("embeddings/word")
        if not self.config.tied:
            table = ops.transpose(self._weight("output/kernel"))
        table = ops.concatenate([table, self._weight("output/bias")[:, None]], axis=-1)
        known = ops.cast(targets >= 0, "float32")
        return cross_entropy(flat, table, ops.maximum(targets, 0), known, self.precision)

    def mean_nats(self, batches: Iterable[dict[str, np.ndarray]]) -> float:
        """Mean of -log p over windows that follow each other, from states of zeros; training goes
        on afterwards as if nothing had been."""
        states = [state for pair in self.states for state in pair]
        before = [(v, ops.convert_to_numpy(v).copy()) for v in (*states, *self.nats.variables)]
        for state in states:
            state.assign(ops.zeros_like(state))
        total, count = 0.0, 0
        for batch in batches:
            self.nats.reset_state()
            logs = self.test_on_batch(batch, batch["targets"], return_dict=True)
            targets = int((batch["targets"] >= 0).sum())
            total, count = total + float(logs["nats"]) * targets, count + targets
        for variable, value in before:
            variable.assign(value)
        return total / max(count, 1)

    def _project(self, layer: int, x: Tensor) -> Tensor:
        kernel = ops.cast(self._weight(f"layers/{layer}/input/kernel"), self.precision)
        product = ops.matmul(ops.cast(x, self.precision), kernel)
        return ops.cast(product, "float32") + self._weight(f"layers/{layer}/bias")

    def _kind(self, layer: int) -> LayerKind:
        config = self.config
        return LayerKind(
            config.hidden_sizes[layer],
            config.levels(layer),
            config.cell,
            config.master_input,
            self.precision,
        )

    def _weight(self, name: str) -> Tensor:
        # A copy, since TensorFlow's custom gradients take no variables.
        return ops.copy(self.learned[name])

    def _dropped(self, x: Tensor, share: float, shape: tuple[int, ...]) -> Tensor:
        """x with a share of it dropped; -1 in ``shape`` where each entry of an axis is drawn."""
        if not share:
            return x
        drawn = tuple(x.shape[i] if size < 0 else size for i, size in enumerate(shape))
        kept = keras.random.uniform(drawn, seed=self.random) >= share
        return x * (ops.cast(kept, x.dtype) / (1.0 - share))


def _initializer(name: str, shape: tuple[int, ...], config: OnLstmConfig) -> Any:
    """Numbers large enough to be heard through all layers: with the usual ones a layer says a
    tenth of what it is told, and a model stays at the words' frequencies for hundreds of steps.

    Forget gates are open at first, so that gradients reach back.
    """
    if name == "embeddings/word":
        return keras.initializers.RandomNormal(stddev=0.3)
    if name.endswith("/kernel"):
        return keras.initializers.VarianceScaling(4.0, "fan_in", "uniform")
    bias = np.zeros(shape, np.float32)
    if name.startswith("layers/"):
        bias[: config.hidden_sizes[int(name.split("/")[1])]] = 1.0
    return lambda *_, **__: bias
