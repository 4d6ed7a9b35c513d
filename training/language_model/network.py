"""The language model as a keras.Model to train: engine/transformer/forward.py over variables."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from engine.transformer.config import TransformerConfig
from engine.transformer.forward import Forward, Inputs
from engine.transformer.positions import MASKED
from engine.transformer.weights import shapes
from training.language_model.export import FACTORED

Tensor = Any
Arrays = dict[str, NDArray[np.float32]]

ROWS: Final = 1024
"""Positions whose logits are computed at once."""
_RESIDUAL: Final = ("attention/output/kernel", "feed_forward/down/kernel")


class Network(keras.Model):
    """A decoder and its loss, for windows of several documents.

    Matrices are multiplied in ``precision``; variables, norms, softmax and loss are float32.

    Args:
        factors: 0 or 1 [num_segments, F]; the tables of FACTORED are ``factors @ vectors``, and
            the vectors [F, ...] are what is learned.
        dropout: share of the outputs of the embeddings and of each block's two parts that is
            dropped in training (Radford et al. 2018).
        pool: threads that compute the gradients of some windows each; PyTorch only.
        parts: of a batch, for the threads to take: more than there are threads, so that one that
            something else holds up does not hold up all.
    """

    def __init__(
        self,
        config: TransformerConfig,
        factors: NDArray[np.float32],
        *,
        precision: str = "bfloat16",
        dropout: float = 0.0,
        pool: ThreadPoolExecutor | None = None,
        parts: int = 1,
    ) -> None:
        super().__init__(dtype="float32")
        self.config, self.precision = config, precision
        self.factors = np.asarray(factors, np.float32)
        self.dropout = keras.layers.Dropout(dropout, dtype="float32") if dropout else None
        self.pool, self.parts = pool, parts
        self.nats = keras.metrics.Mean(name="nats")
        self.learned: dict[str, keras.Variable] = {}

    def build(self, *_: Any) -> None:
        for name, shape in shapes(self.config).items():
            if name in FACTORED:
                shape = (self.factors.shape[1], shape[1])
            self.learned[name] = self.add_weight(
                name=name.replace("/", "_"),
                shape=shape,
                initializer=_initializer(name, shape, self.config),
            )
        self.built = True

    def call(self, batch: dict[str, Tensor], training: bool = False) -> Tensor:
        """The output of the last norm [B, S, H].

        Args:
            batch: int32 [B, S] each: "tokens", "segments", and "documents", the number of each
                token's document: a token sees those before it of its own.
        """
        parameters = _Parameters(self, training)
        forward = Forward(self.config, parameters, _MixedOps(self.precision))
        inputs = _inputs(batch, self.precision)
        x, shared = parameters.dropped(forward.embed(inputs)), forward.shared(inputs)
        for layer in range(self.config.num_layers):
            x, _, _ = forward.block(layer, x, inputs, shared)
        return forward.finish(x)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        """Mean of -log p over the targets, x["targets"] [B, S]; -1 is none."""
        loss = self._total(x, y_pred) / count_targets(x)
        self.nats.update_state(loss)
        return loss

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [*super().metrics, self.nats]

    def train_step(self, *args: Any) -> Any:
        """One step; with a pool, each thread has some of the windows."""
        if self.pool is None:
            return super().train_step(*args)
        batch = args[0][0]
        self.zero_grad()
        count, parts = count_targets(batch), min(self.parts, len(batch["targets"]))

        def backward(i: int) -> Tensor:
            part = {name: ids[i::parts] for name, ids in batch.items()}
            loss = self._total(part, self(part, training=True)) / count
            loss.backward()
            return loss.detach()

        self.nats.update_state(sum(self.pool.map(backward, range(parts))))
        variables = self.trainable_variables
        self.optimizer.apply([v.value.grad for v in variables], variables)
        return self.get_metrics_result()

    def _total(self, batch: dict[str, Tensor], hidden: Tensor) -> Tensor:
        hidden, targets = self._positions(hidden, batch)
        known = ops.cast(targets >= 0, "float32")
        return cross_entropy(hidden, self._table(), ops.maximum(targets, 0), known, self.precision)

    def mean_loss(self, batch: Any) -> float:
        """Mean of -log p over the targets of a batch of NumPy arrays, in nats."""
        losses = self.target_losses({k: ops.convert_to_tensor(v) for k, v in batch.items()})
        count = max(int((batch["targets"] >= 0).sum()), 1)
        return float(ops.sum(ops.stop_gradient(losses))) / count

    def target_losses(self, batch: dict[str, Tensor]) -> Tensor:
        """-log p of each target in nats [B, S]; 0 where there is none."""
        hidden, targets = self._positions(self(batch), batch)
        table = ops.transpose(ops.cast(self._table(), self.precision))
        found = []
        for part in _parts(len(targets)):
            logits = ops.cast(ops.matmul(ops.cast(hidden[part], self.precision), table), "float32")
            wanted = ops.maximum(targets[part], 0)[:, None]
            chosen = ops.take_along_axis(logits, wanted, axis=-1)[:, 0]
            found.append(ops.logsumexp(logits, axis=-1) - chosen)
        loss = ops.concatenate(found) * ops.cast(targets >= 0, "float32")
        return ops.reshape(loss, batch["targets"].shape)

    def _positions(self, hidden: Tensor, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        width = self.config.hidden_size
        return ops.reshape(hidden, (-1, width)), ops.reshape(batch["targets"], (-1,))

    def _table(self) -> Tensor:
        return ops.convert_to_tensor(self.learned["embeddings/token"])


def cross_entropy(
    x: Tensor, table: Tensor, targets: Tensor, weights: Tensor, precision: str
) -> Tensor:
    """Sum of weights [N] * -log p of the targets [N]; logits are x [N, H] @ table [V, H]'.

    The logits of a whole batch would be the largest arrays of a step by far, and reading and
    writing them most of its time: they live for ROWS rows at a time here, and the gradients are
    made of them at once.
    """

    @ops.custom_gradient
    def loss(x: Tensor, table: Tensor) -> tuple[Tensor, Any]:
        narrow, words = ops.cast(x, precision), ops.cast(table, precision)
        columns, weighted = ops.transpose(words), x * weights[:, None]
        # The gradients are those of the logsumexps, less those of the targets' own logits.
        to_table = -ops.segment_sum(weighted, targets, num_segments=table.shape[0])
        to_x, total = [], 0.0
        for part in _parts(x.shape[0]):
            share = ops.softmax(ops.matmul(narrow[part], columns), axis=-1)
            chosen = ops.take_along_axis(share, targets[part][:, None], axis=-1)[:, 0]
            chosen = ops.maximum(ops.cast(chosen, "float32"), 1e-30)
            total = total - ops.sum(ops.log(chosen) * weights[part])
            to_x.append(ops.matmul(share, words))
            added = ops.matmul(ops.transpose(share), ops.cast(weighted[part], precision))
            to_table = to_table + ops.cast(added, "float32")
        wanted = ops.cast(ops.take(words, targets, axis=0), "float32")
        to_x = (ops.cast(ops.concatenate(to_x), "float32") - wanted) * weights[:, None]

        def gradient(*args: Tensor, upstream: Tensor = None) -> tuple[Tensor, Tensor]:
            upstream = args[0] if upstream is None else upstream  # as the library has it
            return to_x * upstream, to_table * upstream

        return total, gradient

    return loss(x, table)


def count_targets(batch: dict[str, Tensor]) -> Tensor:
    """How many targets a batch has, and 1 for none."""
    return ops.maximum(ops.sum(ops.cast(batch["targets"] >= 0, "float32")), 1)


def _parts(count: int | None) -> list[slice]:
    """ROWS rows each; all at once where their number is not known while a graph is traced."""
    if count is None:
        return [slice(None)]
    return [slice(begin, min(begin + ROWS, count)) for begin in range(0, count, ROWS)]


class _Parameters:
    """Parameters for forward.py out of the network's variables."""

    def __init__(self, network: Network, training: bool) -> None:
        self._learned = network.learned
        self._factors = network.factors
        self._precision = network.precision
        self._dropout = network.dropout if training else None

    def vector(self, name: str) -> Tensor:
        value = ops.convert_to_tensor(self._learned[name])
        return ops.matmul(self.constant(self._factors), value) if name in FACTORED else value

    def constant(self, values: Any) -> Tensor:
        return ops.convert_to_tensor(np.asarray(values, np.float32))

    def rows(self, name: str, ids: Tensor) -> Tensor:
        return ops.take(self.vector(name), ids, axis=0)

    def matmul(self, x: Tensor, name: str) -> Tensor:
        y = self._multiplied(x, ops.cast(self._learned[name], self._precision))
        return self.dropped(y) if name.endswith(_RESIDUAL) else y

    def project(self, x: Tensor, name: str) -> Tensor:
        return self._multiplied(x, ops.transpose(ops.cast(self._learned[name], self._precision)))

    def dropped(self, x: Tensor) -> Tensor:
        return x if self._dropout is None else self._dropout(x, training=True)

    def _multiplied(self, x: Tensor, kernel: Tensor) -> Tensor:
        return ops.matmul(ops.cast(x, self._precision), kernel)


class _MixedOps:
    """keras.ops, but what is multiplied is brought to one precision first."""

    def __init__(self, precision: str) -> None:
        self._precision = precision

    def __getattr__(self, name: str) -> Any:
        return getattr(ops, name)

    def matmul(self, x: Tensor, y: Tensor) -> Tensor:
        return ops.matmul(ops.cast(x, self._precision), ops.cast(y, self._precision))


def _inputs(batch: dict[str, Tensor], precision: str) -> Inputs:
    documents = batch["documents"]
    place = ops.arange(documents.shape[1], dtype="int32")
    before = place[None, :] <= place[:, None]
    seen = ops.logical_and(before, documents[:, None, :] == documents[:, :, None])
    return Inputs(
        tokens=batch["tokens"],
        positions=ops.broadcast_to(place, ops.shape(documents)),
        segments=batch["segments"],
        mask=ops.cast(ops.where(seen, 0.0, MASKED), precision)[:, None],
        relative=None,
        select=None,
    )


def _initializer(name: str, shape: tuple[int, ...], config: TransformerConfig) -> Any:
    """The norms do nothing at first, conditions least of all, and blocks little."""
    if name.endswith("/scale"):
        return "ones"
    if name.endswith(("/bias", "/condition/kernel")):
        return "zeros"
    if name.endswith("/kernel"):
        spread = shape[0] ** -0.5
        if name.endswith(_RESIDUAL):
            spread *= (2 * config.num_layers) ** -0.5
    else:
        spread = 0.5 if name == "embeddings/condition" else 0.02
    return keras.initializers.RandomNormal(stddev=spread)
