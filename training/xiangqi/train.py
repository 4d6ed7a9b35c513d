"""Train the xiangqi language model on game records and teacher labels.

    python -m training.xiangqi.train PATH/TO/CORPUS --run runs/xiangqi --steps 20000

Runs on any Keras backend (KERAS_BACKEND=torch is fastest on a CPU with bfloat16, jax on a GPU).
Stops and resumes at will: everything is in the run folder. The learning rate is constant after a
warm-up and falls to zero over the last ``--decay`` steps, so a long run can be ended at any time
by resuming it with ``--steps`` a little ahead.
"""

import argparse
import json
import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops
from safetensors.numpy import load_file, save_file

from engine.xiangqi.model import XiangqiConfig, XiangqiModel
from engine.xiangqi.network import named_variables
from training.xiangqi.data import Games, Sampler, held_out, read_games, write_held_out

Tensor = Any
LOSSES = ("human", "teacher", "legality", "result", "score", "recite")
WEIGHTS = (1.0, 1.0, 1.0, 0.5, 1.0, 0.2)


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


class Learner(keras.Model):
    """The model with its losses, as one Keras model to fit."""

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
    def metrics(self) -> list[keras.metrics.Metric]:
        return [*super().metrics, *self.means]


class WarmupStableDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up, constant, then linear to zero over the last steps (arXiv 2404.06395)."""

    def __init__(self, peak: float, steps: int, decay: int, warmup: int = 100) -> None:
        self.peak, self.steps, self.decay, self.warmup = peak, steps, decay, warmup

    def __call__(self, step: Tensor) -> Tensor:
        step = ops.cast(step, "float32")
        left = (self.steps - step) / max(self.decay, 1)
        return self.peak * ops.clip(ops.minimum((step + 1) / self.warmup, left), 0.0, 1.0)

    def get_config(self) -> dict[str, float]:
        return {"peak": self.peak, "steps": self.steps, "decay": self.decay, "warmup": self.warmup}


class Checkpoint(keras.callbacks.Callback):
    """Weights and optimizer state into the run folder at the end of every epoch, and a log line."""

    def __init__(self, run: Path) -> None:
        super().__init__()
        self.run, self.began = run, time.time()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        save_state(self.model, self.run / "state.safetensors")
        step = int(self.model.optimizer.iterations.numpy())
        line = {"step": step, "seconds": round(time.time() - self.began), **(logs or {})}
        with (self.run / "log.jsonl").open("a") as file:
            file.write(json.dumps({k: round(float(v), 4) for k, v in line.items()}) + "\n")


def _state(learner: Learner) -> dict[str, Any]:
    state = {f"model/{name}": v for name, v in named_variables(learner.model).items()}
    return state | {f"optimizer/{i}": v for i, v in enumerate(learner.optimizer.variables)}


def save_state(learner: Learner, path: Path) -> None:
    """Everything needed to resume; written beside and renamed, so that a kill cannot spoil it."""
    arrays = {k: np.ascontiguousarray(ops.convert_to_numpy(v)) for k, v in _state(learner).items()}
    save_file(arrays, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").rename(path)


def load_state(learner: Learner, path: Path) -> None:
    """What ``save_state`` wrote."""
    arrays = load_file(path)
    for name, variable in _state(learner).items():
        variable.assign(arrays[name].reshape(variable.shape))


def prefetched(batches: Iterator[Any], depth: int = 3) -> Iterator[Any]:
    """Batches made in a thread, a few ahead, as (x, y) pairs for ``fit``."""
    ready: queue.Queue[Any] = queue.Queue(depth)

    def fill() -> None:
        for batch in batches:
            ready.put(batch)

    threading.Thread(target=fill, daemon=True).start()
    while True:
        batch = ready.get()
        yield batch, np.zeros((len(batch["moves"]),), dtype="float32")


def make_optimizer(name: str, schedule: WarmupStableDecay) -> keras.optimizers.Optimizer:
    """AdamW, or Muon for matrices with AdamW for the rest."""
    if name == "adamw":
        return keras.optimizers.AdamW(schedule, weight_decay=0.02, global_clipnorm=1.0)
    return keras.optimizers.Muon(
        schedule,
        adam_lr_ratio=1.0,
        weight_decay=0.02,
        adam_weight_decay=0.0,
        exclude_layers=["token_output"],
        global_clipnorm=1.0,
    )


def load_corpus(corpus: Path, cache: Path) -> Games:
    """The corpus as arrays, replayed once and then kept in the run folder."""
    if not (cache / "result.npy").exists():
        read_games(corpus).save(cache)
    return Games.load(cache)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "corpus", type=Path, help="folder of human_games.tsv and labels.tsv, or .xz"
    )
    parser.add_argument("--run", type=Path, default=Path("runs/xiangqi"))
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--decay", type=int, default=2_000)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--optimizer", choices=("muon", "adamw"), default="muon")
    parser.add_argument("--windows", type=int, default=32, help="windows of 48 plies a batch")
    parser.add_argument("--epoch", type=int, default=100, help="steps between checkpoints")
    for name, default in XiangqiConfig().to_dict().items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=default)
    args = parser.parse_args()

    keras.config.set_dtype_policy("mixed_bfloat16")
    args.run.mkdir(parents=True, exist_ok=True)
    config = XiangqiConfig(**{name: getattr(args, name) for name in XiangqiConfig().to_dict()})
    (args.run / "config.json").write_text(json.dumps(config.to_dict(), indent=1))
    games = load_corpus(args.corpus, args.run / "games")
    kept_out = held_out(games)
    write_held_out(args.corpus, kept_out, args.run / "held_out.tsv")
    chosen = np.flatnonzero(~kept_out & (np.diff(games.start) >= 10))
    learner = Learner(XiangqiModel(config))
    learner.build()
    learner.compile(
        optimizer=make_optimizer(
            args.optimizer, WarmupStableDecay(args.rate, args.steps, args.decay)
        ),
        jit_compile=keras.backend.backend() == "jax",
    )
    learner.optimizer.build(learner.trainable_variables)
    if (args.run / "state.safetensors").exists():
        load_state(learner, args.run / "state.safetensors")
    step = int(learner.optimizer.iterations.numpy())
    print(f"{learner.model.count_params():,} parameters, {len(chosen):,} games, from step {step}")
    blind = max(args.windows // 4, 1)
    sampler = Sampler(games, chosen, windows=args.windows, blind_windows=blind)
    epochs = -(-max(args.steps - step, 0) // args.epoch)
    learner.fit(
        prefetched(sampler.batches(seed=step)),
        steps_per_epoch=args.epoch,
        epochs=epochs,
        callbacks=[Checkpoint(args.run)],
        verbose=2,
    )


if __name__ == "__main__":
    main()
