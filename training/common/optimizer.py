"""Schedules of the learning rate, and the optimizers of the language models."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import keras
from keras import ops

Tensor = Any
ADAM = ("condition", "segment")
"""Matrices that are no matrices at heart: tables, and kernels of a vector that hardly varies."""


class Schedule(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up to the peak, and down to zero at the last step.

    Args:
        decay: steps of a linear fall from the peak, which holds until then (warm-up, stable,
            decay: arXiv 2404.06395), or None for half a cosine from the warm-up on.
        parts: calls of the optimizer for one step: those of gradient accumulation.
    """

    def __init__(
        self, peak: float, steps: int, *, warmup: int, decay: int | None, parts: int = 1
    ) -> None:
        self.peak, self.steps, self.warmup, self.decay = peak, steps, max(warmup, 1), decay
        self.parts = parts

    def __call__(self, step: Tensor) -> Tensor:
        step = ops.floor(ops.cast(step, "float32") / self.parts)
        rise = (step + 1) / self.warmup
        if self.decay is None:
            done = (step - self.warmup) / max(self.steps - self.warmup, 1)
            fall = 0.5 + 0.5 * ops.cos(ops.clip(done, 0.0, 1.0) * 3.14159265)
        else:
            fall = (self.steps - step) / max(self.decay, 1)
        return self.peak * ops.clip(ops.minimum(rise, fall), 0.0, 1.0)

    def get_config(self) -> dict[str, Any]:
        return {
            "peak": self.peak,
            "steps": self.steps,
            "warmup": self.warmup,
            "decay": self.decay,
            "parts": self.parts,
        }


class PooledMuon(keras.optimizers.Muon):
    """Muon (Jordan et al. 2024; Liu et al. 2025) with its matrix products in bfloat16, as in the
    original, and with variables updated side by side.

    Args:
        pool: threads to use, or None.
    """

    def __init__(
        self, *args: Any, pool: ThreadPoolExecutor | None, precision: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._pool, self._precision = pool, precision

    def zeropower_via_newtonschulz5(self, x: Tensor, steps: int) -> Tensor:
        x = x / (ops.norm(x) + 1e-7)  # in float32: squares of small numbers
        narrow = super().zeropower_via_newtonschulz5(ops.cast(x, self._precision), steps)
        return ops.cast(narrow, "float32")

    def _backend_update_step(
        self, grads: Sequence[Tensor], trainable_variables: Sequence[Any], learning_rate: Tensor
    ) -> None:
        run: Callable[..., Any] = map if self._pool is None else self._pool.map
        rates = [learning_rate] * len(grads)
        list(run(self.update_step, grads, trainable_variables, rates))


def make_optimizer(
    name: str,
    schedule: Schedule,
    *,
    adam_ratio: float,
    weight_decay: float,
    precision: str,
    pool: ThreadPoolExecutor | None,
    adam: Sequence[str] = ADAM,
) -> keras.optimizers.Optimizer:
    """AdamW, or Muon for the matrices of the blocks with Adam for the rest.

    Only matrices of the blocks decay: no norms, no embeddings.

    Args:
        adam: parts of names of matrices that are Adam's.
    """
    parts = schedule.parts if schedule.parts > 1 else None
    if name == "muon":
        return PooledMuon(
            schedule,
            adam_lr_ratio=adam_ratio,
            adam_beta_2=0.95,
            weight_decay=weight_decay,
            adam_weight_decay=0.0,
            exclude_layers=list(adam),
            global_clipnorm=1.0,
            gradient_accumulation_steps=parts,
            precision=precision,
            pool=pool,
        )
    optimizer = keras.optimizers.AdamW(
        schedule,
        beta_2=0.95,
        weight_decay=weight_decay,
        global_clipnorm=1.0,
        gradient_accumulation_steps=parts,
    )
    optimizer.exclude_from_weight_decay(var_names=["embeddings", "norm", "bias", *adam])
    return optimizer
