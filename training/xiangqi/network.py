"""The xiangqi model with its losses, as one keras.Model to train."""

from typing import Any, Final

import keras
from keras import ops

from engine.xiangqi.play.model import XiangqiModel
from engine.xiangqi.play.network import named_variables

Tensor = Any
LOSSES: Final = ("human", "teacher", "legality", "result", "score", "recite")
WEIGHTS: Final = (1.0, 1.0, 1.0, 0.5, 1.0, 0.2)


def masked_mean(loss: Tensor, target: Tensor) -> Tensor:
    """Mean over the plies whose target is not -1."""
    known = ops.cast(target >= 0, "float32")
    return ops.sum(loss * known) / ops.maximum(ops.sum(known), 1)


def cross_entropy(logits: Tensor, partition: Tensor, target: Tensor) -> Tensor:
    """-log p of each target [...], given logits [..., V] and their logsumexp [...]."""
    chosen = ops.take_along_axis(logits, ops.maximum(target, 0)[..., None], axis=-1)
    return partition - chosen[..., 0]


def score_loss(logit: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy with soft targets, -1 where they are unknown."""
    return masked_mean(ops.softplus(logit) - logit * target, target)


def causal_mask(length: int, horizon: Tensor) -> Tensor:
    """[B, T, T]: each ply sees itself and the plies less than ``horizon`` [B] before it."""
    ply = ops.arange(length)
    distance = (ply[:, None] - ply[None, :])[None]
    return ops.logical_and(distance >= 0, distance < horizon[:, None, None])


class Network(keras.Model):
    """The model with its losses."""

    def __init__(self, model: XiangqiModel) -> None:
        super().__init__(dtype="float32")  # or the targets would be rounded to bfloat16
        self.model = model
        self.means = [keras.metrics.Mean(name=name) for name in LOSSES]

    def build(self, *_: Any) -> None:
        self.model.build()
        self.built = True

    def call(self, batch: dict[str, Tensor], training: bool = False) -> Tensor:
        x = batch
        count, length = ops.shape(x["moves"])
        position = ops.broadcast_to(ops.arange(length), (count, length))
        out = self.model(x["moves"], x["codes"], position, causal_mask(length, x["horizon"]))
        partition = ops.logsumexp(out.policy, axis=-1)
        legal = ops.logsumexp(ops.where(x["legal"][:, :, None], out.policy, -1e9), axis=-1)
        targets = ops.stack([x["played"], x["best"]], axis=-1)
        policy = cross_entropy(out.policy, partition, targets)
        return ops.stack(
            [
                masked_mean(policy[..., 0], x["played"]),
                masked_mean(policy[..., 1], x["best"]),
                ops.mean(partition - legal),
                score_loss(out.value[..., 0], x["result"]),
                score_loss(out.value[..., 1], x["score"]),
                self._recite(x["blind_moves"], x["blind_played"]),
            ]
        )

    def _recite(self, moves: Tensor, played: Tensor) -> Tensor:
        count, length = ops.shape(moves)
        position = ops.broadcast_to(ops.arange(length), (count, length))
        whole = ops.full((count,), length, dtype="int32")
        logits = self.model(moves, None, position, causal_mask(length, whole)).policy[..., 0, :]
        loss = cross_entropy(logits, ops.logsumexp(logits, axis=-1), played)
        return masked_mean(loss, played)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        for i, mean in enumerate(self.means):
            mean.update_state(y_pred[i])
        return ops.sum(y_pred * ops.convert_to_tensor(WEIGHTS))

    @property
    def learned(self) -> dict[str, Any]:
        """The model's variables by name."""
        return named_variables(self.model)

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [*super().metrics, *self.means]
