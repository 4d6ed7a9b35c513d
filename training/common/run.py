"""A run of training: its folder, its log, and how it goes on after a stop."""

import argparse
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any, ClassVar, Final

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray
from safetensors.numpy import load_file

from training.common import state
from training.common.optimizer import ADAM, Schedule, make_optimizer
from training.common.state import LEARNED, LOG_SECONDS, SAVE_SECONDS, STATE, Arrays

MEASURE_SECONDS: Final = 360


class Run(ABC):
    """A network, its optimizer and a folder that keeps everything.

    Args:
        args: ``run`` (the folder), ``steps``, ``threads``, the optimizer's, and whatever the run
            itself needs.
    """

    network: Any
    """A built and compiled keras.Model with ``learned``, its variables by name."""
    losses: ClassVar[Mapping[str, str]] = {"loss": "nats"}
    """What the log says, and the network's metric that it is: a mean over all calls so far. "nats"
    is the mean of -log p over a step's targets."""
    adam: ClassVar[Sequence[str]] = ADAM
    """Parts of names of matrices that Muon leaves to Adam."""

    def __init__(self, args: argparse.Namespace) -> None:
        keras.utils.set_random_seed(args.seed)
        if args.precision == "auto":
            args.precision = faster_precision(args.threads)
        self.args = args
        self.folder: Path = args.run
        self.folder.mkdir(parents=True, exist_ok=True)

    def prepare(self, network: Any, pool: ThreadPoolExecutor | None = None) -> None:
        """Build and compile the run's network, with the state of the folder, or else the weights
        of the run that it begins with.

        Args:
            pool: threads for the optimizer.
        """
        args, self.network = self.args, network
        network.build()
        decay = args.decay if args.schedule == "wsd" else None
        parts = self.calls_a_step
        schedule = Schedule(args.rate, args.steps, warmup=args.warmup, decay=decay, parts=parts)
        optimizer = make_optimizer(
            args.optimizer,
            schedule,
            adam_ratio=args.adam_ratio,
            weight_decay=args.weight_decay,
            precision=args.precision,
            pool=pool,
            adam=self.adam,
        )
        network.compile(optimizer=optimizer, jit_compile=keras.backend.backend() == "jax")
        optimizer.build(network.trainable_variables)
        if (self.folder / STATE).exists():
            self.assign(load_file(self.folder / STATE))
        elif args.init is not None:
            self.assign(self.beginning(args.init))

    def beginning(self, place: Path) -> Arrays:
        """The weights of another run, under the names of a state."""
        found = load_file(place / STATE)
        return {name: array for name, array in found.items() if name.startswith(LEARNED)}

    @property
    def step(self) -> int:
        """Steps done."""
        return int(self.network.optimizer.iterations)

    @property
    @abstractmethod
    def tokens_a_call(self) -> int:
        """Tokens of one call of the optimizer."""

    @property
    def calls_a_step(self) -> int:
        """Calls of the optimizer for one step: those of gradient accumulation."""
        return 1

    def flops_a_token(self) -> float | None:
        """Of the matrix products of a training step: three times those of a forward pass."""
        return None

    def held_out(self) -> dict[str, float]:
        """What is measured every few minutes, for the log."""
        return {}

    def description(self) -> str:
        """For people."""
        parameters, tokens = self.network.count_params(), self.tokens_a_call * self.calls_a_step
        return f"{parameters:,} parameters, {tokens:,} tokens a step, from step {self.step}"

    def fit(self, batches: Iterator[Any]) -> None:
        """Train until the last step, or until a signal to end comes."""
        left = (self.args.steps - self.step) * self.calls_a_step
        if left <= 0:
            return
        with state.stop_asked() as stop:
            self.network.fit(
                batches, steps_per_epoch=left, epochs=1, verbose=0, callbacks=[_Log(self, stop)]
            )

    def save(self) -> None:
        """All that is needed to go on."""
        arrays = {name: _numpy(variable) for name, variable in self._variables().items()}
        state.write_state(self.folder, arrays | self.constants())

    def constants(self) -> Arrays:
        """Arrays that the state has besides what changes."""
        return {}

    def log(self, **line: Any) -> None:
        """A line for log.jsonl and the terminal, with the step."""
        state.log(self.folder, {"step": self.step, **line})

    def assign(self, arrays: Arrays) -> None:
        """Put what a state has into the network and its optimizer."""
        for name, variable in self._variables().items():
            if name in arrays:
                variable.assign(arrays[name].reshape(variable.shape))

    def write_settings(self, **settings: Any) -> None:
        """Write config.json: the settings and the arguments of the run."""
        arguments = {name: str(value) for name, value in vars(self.args).items()}
        state.write_settings(self.folder, settings | {"arguments": arguments})

    def _variables(self) -> dict[str, Any]:
        found = {f"{LEARNED}{name}": value for name, value in self.network.learned.items()}
        optimizer = enumerate(self.network.optimizer.variables)
        return found | {f"optimizer/{i}": value for i, value in optimizer}


class _Log(keras.callbacks.Callback):
    """Writes the log and saves the run every so many seconds, and stops where it is asked to."""

    def __init__(self, run: Run, stop: Event) -> None:
        super().__init__()
        self.run, self.stop = run, stop

    def on_train_begin(self, logs: Any = None) -> None:
        self.peak = peak_flops(self.run.args.threads, dtype=self.run.args.precision)
        self.began = self.logged = self.saved = time.time()
        self.measured = 0.0
        self.calls = self.logged_calls = 0
        self.sums = dict.fromkeys(self.run.losses, 0.0)
        self.run.log(peak_gflops=round(self.peak / 1e9))

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.calls += 1
        if self.stop.is_set():
            self.run.network.stop_training = True
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
        if found := self.run.held_out():
            self.run.log(held_out=found)

    def _synchronize(self) -> None:
        """Keras on JAX keeps the variables elsewhere during an epoch, and puts them into a model
        that a callback asks for."""
        _ = self.model

    def _log(self, now: float, logs: dict[str, float]) -> None:
        calls, run = self.calls - self.logged_calls, self.run
        if not calls:
            return
        self._synchronize()
        # Metrics are means over all calls so far.
        sums = {name: float(logs[metric]) * self.calls for name, metric in run.losses.items()}
        per_second = calls * run.tokens_a_call / max(now - self.logged, 1e-9)
        line = {
            "seconds": round(now - self.began),
            "tokens": run.step * run.calls_a_step * run.tokens_a_call,
            **{name: round((sums[name] - self.sums[name]) / calls, 4) for name in sums},
            "rate": float(f"{float(run.network.optimizer.learning_rate):.3g}"),
            "tokens_per_second": round(per_second),
        }
        if (flops := run.flops_a_token()) is not None:
            line["peak_share"] = round(per_second * flops / self.peak, 3)
        run.log(**line)
        self.logged, self.logged_calls, self.sums = now, self.calls, sums


def faster_precision(threads: int) -> str:
    """Of bfloat16 and float32 what this machine multiplies faster: without instructions for
    bfloat16 a processor is some thirty times slower in it."""
    rates = {dtype: peak_flops(threads, 512, dtype) for dtype in ("float32", "bfloat16")}
    return max(rates, key=rates.__getitem__)


def peak_flops(threads: int, size: int = 2048, dtype: str = "bfloat16") -> float:
    """The machine's rate of matrix products with so many threads, the best of a few."""

    def once(_: int) -> float:
        x = ops.cast(ops.ones((size, size)), dtype)
        float(ops.cast(ops.matmul(x, x)[0, 0], "float32"))
        began = time.time()
        for _ in range(4):
            y = ops.matmul(x, x)
        float(ops.cast(y[0, 0], "float32"))
        return 4 * 2.0 * size**3 / (time.time() - began)

    with ThreadPoolExecutor(threads) as pool:
        rounds = [sum(pool.map(once, range(threads))) for _ in range(3)]
    return max(rounds)


def _numpy(variable: Any) -> NDArray[Any]:
    array: NDArray[Any] = np.asarray(ops.convert_to_numpy(variable))
    return array
