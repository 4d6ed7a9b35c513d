"""A run of training: its folder, its log, and how it goes on after a stop."""

import argparse
import json
import math
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import keras
import numpy as np
from keras import ops
from safetensors.numpy import load_file, save_file

from engine import conditions
from engine.transformer.checkpoints.bundled import model_settings
from engine.transformer.families import family_config
from training.language_model_data import Pack
from training.language_model_export import STATE
from training.language_model_network import Arrays, Network
from training.language_model_optimizer import Schedule, make_optimizer

LOG_SECONDS, SAVE_SECONDS, MEASURE_SECONDS = 30, 180, 360
HELD_OUT_WINDOWS: Final = 16


class Run:
    """Model, optimizer and data of a run, as its folder has them or new.

    Args:
        args: of training.language_model.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        keras.utils.set_random_seed(args.seed)
        self.args, self.folder = args, args.run
        self.folder.mkdir(parents=True, exist_ok=True)
        self.pack = Pack(args.pack)
        self.config = family_config(
            "bundled",
            vocab_size=args.vocabulary,
            hidden_size=args.hidden,
            num_layers=args.layers,
            num_heads=args.heads,
            intermediate_size=args.intermediate,
            max_positions=args.positions,
            num_segments=conditions.NUM_SEGMENTS,
            condition_size=args.condition,
        )
        pool = ThreadPoolExecutor(args.threads) if keras.backend.backend() == "torch" else None
        self.network = Network(
            self.config,
            conditions.factors(),
            precision=args.precision,
            dropout=args.dropout,
            pool=pool,
            parts=2 * args.threads if args.threads > 1 else 1,
        )
        self.network.build()
        decay = args.decay if args.schedule == "wsd" else None
        schedule = Schedule(
            args.rate, args.steps, warmup=args.warmup, decay=decay, parts=args.accumulate
        )
        self.network.compile(
            optimizer=make_optimizer(
                args.optimizer,
                schedule,
                adam_ratio=args.adam_ratio,
                weight_decay=args.weight_decay,
                precision=args.precision,
                pool=pool,
            ),
            jit_compile=keras.backend.backend() == "jax",
        )
        self.network.optimizer.build(self.network.trainable_variables)
        if (self.folder / STATE).exists():
            self._assign(load_file(self.folder / STATE))
        elif args.init is not None:
            state = load_file(args.init / STATE)
            self._assign({k: v for k, v in state.items() if k.startswith("model/")})
        self._write_settings()

    @property
    def step(self) -> int:
        """Steps done."""
        return int(self.network.optimizer.iterations)

    @property
    def tokens_a_step(self) -> int:
        return int(self.args.windows * self.args.window * self.args.accumulate)

    def description(self) -> str:
        """For people."""
        parameters = self.network.count_params()
        return f"{parameters:,} parameters, {self.tokens_a_step:,} tokens a step, from {self.step}"

    def fit(self, batches: Iterator[Any]) -> None:
        """Train until the last step, or until a signal to end comes."""
        left = (self.args.steps - self.step) * self.args.accumulate
        if left <= 0:
            return
        signals = (signal.SIGTERM, signal.SIGINT)
        before = [signal.signal(number, self._stop) for number in signals]
        try:
            self.network.fit(
                batches, steps_per_epoch=left, epochs=1, verbose=0, callbacks=[_Log(self)]
            )
        finally:
            for number, handler in zip(signals, before, strict=True):
                signal.signal(number, handler)

    def save(self) -> None:
        """All that is needed to go on; renamed into place, so that a kill cannot spoil it."""
        path = self.folder / STATE
        arrays = {k: np.ascontiguousarray(_numpy(v)) for k, v in self._variables().items()}
        save_file(arrays | {"factors": self.network.factors}, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").rename(path)

    def held_out(self) -> dict[str, float]:
        """Bits a character of a few held-out windows of each source of the mix."""
        found = {}
        for name in self.pack.mix(self.args.mix):
            batch = self.pack.sample(name, size=self.args.window, windows=HELD_OUT_WINDOWS)
            nats = self.network.mean_loss(batch)
            ratio = self.pack.held_out(name).tokens_a_character
            found[name] = round(nats * ratio / math.log(2), 4)
        return found

    def flops_a_token(self) -> float:
        """Of the matrix products of a training step: three times those of a forward pass."""
        config = self.config
        block = config.hidden_size * (4 * config.attention_size + 2 * config.intermediate_size)
        attention = 2 * self.args.window * config.attention_size
        head = config.hidden_size * config.vocab_size
        return 6.0 * (config.num_layers * (block + attention) + head)

    def log(self, line: dict[str, Any]) -> None:
        """A line for log.jsonl and the terminal."""
        text = json.dumps(line)
        with (self.folder / "log.jsonl").open("a") as file:
            file.write(text + "\n")
        print(text, flush=True)

    def _variables(self) -> dict[str, Any]:
        state = {f"model/{name}": value for name, value in self.network.learned.items()}
        optimizer = enumerate(self.network.optimizer.variables)
        return state | {f"optimizer/{i}": value for i, value in optimizer}

    def _assign(self, arrays: Arrays) -> None:
        for name, variable in self._variables().items():
            if name in arrays:
                variable.assign(arrays[name].reshape(variable.shape))

    def _stop(self, *_: Any) -> None:
        self.network.stop_training = True

    def _write_settings(self) -> None:
        settings = {
            "model": model_settings(self.config),
            "tokenizer": self.pack.manifest["tokenizer"],
            "arguments": {name: str(value) for name, value in vars(self.args).items()},
        }
        (self.folder / "config.json").write_text(json.dumps(settings, indent=1) + "\n")


class _Log(keras.callbacks.Callback):
    """Writes the log and saves the run every so many seconds."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run

    def on_train_begin(self, logs: Any = None) -> None:
        self.peak = peak_flops(self.run.args.threads)
        self.began = self.logged = self.saved = time.time()
        self.measured = 0.0
        self.calls = self.logged_calls = 0
        self.logged_sum = 0.0
        self.run.log({"step": self.run.step, "peak_gflops": round(self.peak / 1e9)})

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.calls += 1
        now = time.time()
        if now - self.logged > LOG_SECONDS:
            self._log(now, logs or {})
        if now - self.saved > SAVE_SECONDS:
            self._save()
            self.saved = now
        if now - self.measured > MEASURE_SECONDS:
            self._measure()
            self.measured = time.time()
            self.logged += self.measured - now

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self._log(time.time(), logs or {})
        self._save()
        self._measure()

    def _save(self) -> None:
        self._synchronize()
        self.run.save()

    def _measure(self) -> None:
        self._synchronize()
        self.run.log({"step": self.run.step, "held_out": self.run.held_out()})

    def _synchronize(self) -> None:
        """Keras on JAX keeps the variables elsewhere during an epoch, and puts them into a model
        that a callback asks for."""
        _ = self.model

    def _log(self, now: float, logs: dict[str, float]) -> None:
        calls, args = self.calls - self.logged_calls, self.run.args
        if not calls:
            return
        self._synchronize()
        # The metric is a mean over all calls so far.
        total = float(logs["nats"]) * self.calls
        per_second = calls * args.windows * args.window / max(now - self.logged, 1e-9)
        self.run.log(
            {
                "step": self.run.step,
                "seconds": round(now - self.began),
                "tokens": self.run.step * self.run.tokens_a_step,
                "loss": round((total - self.logged_sum) / calls, 4),
                "rate": float(f"{float(self.run.network.optimizer.learning_rate):.3g}"),
                "tokens_per_second": round(per_second),
                "peak_share": round(per_second * self.run.flops_a_token() / self.peak, 3),
            }
        )
        self.logged, self.logged_calls, self.logged_sum = now, self.calls, total


def peak_flops(threads: int, size: int = 2048) -> float:
    """The machine's rate of bfloat16 matrix products with so many threads, the best of a few."""

    def once(_: int) -> float:
        x = ops.cast(ops.ones((size, size)), "bfloat16")
        float(ops.cast(ops.matmul(x, x)[0, 0], "float32"))
        began = time.time()
        for _ in range(4):
            y = ops.matmul(x, x)
        float(ops.cast(y[0, 0], "float32"))
        return 4 * 2.0 * size**3 / (time.time() - began)

    with ThreadPoolExecutor(threads) as pool:
        rounds = [sum(pool.map(once, range(threads))) for _ in range(3)]
    return max(rounds)


def _numpy(variable: Any) -> np.ndarray:
    return np.asarray(ops.convert_to_numpy(variable))
