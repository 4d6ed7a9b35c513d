"""What a run keeps in its folder: settings, state and log; needs no deep-learning library."""

import json
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from engine.models.errors import CheckpointError

STATE: Final = "state.safetensors"
SETTINGS: Final = "config.json"
LEARNED: Final = "model/"
"""Before the names of the weights; the optimizer's variables are in the state as well."""
LOG_SECONDS: Final = 30
SAVE_SECONDS: Final = 180

Arrays = dict[str, NDArray[Any]]


def read_state(run: Path) -> tuple[dict[str, Any], Arrays]:
    """The settings and the state of a run. Raises CheckpointError where there are none."""
    try:
        settings = json.loads((run / SETTINGS).read_bytes())
        return settings, load_file(run / STATE)
    except OSError as error:
        raise CheckpointError(f"{run} is no run, or nothing is saved yet: {error}") from error


def learned(state: Mapping[str, NDArray[Any]]) -> Arrays:
    """The weights among the arrays of a state."""
    return {k.removeprefix(LEARNED): v for k, v in state.items() if k.startswith(LEARNED)}


def write_state(run: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """All that is needed to go on; renamed into place, so that a kill cannot spoil it."""
    unfinished = (run / STATE).with_suffix(".tmp")
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, unfinished)
    unfinished.rename(run / STATE)


def write_settings(run: Path, settings: Mapping[str, Any]) -> None:
    """What the model is, and how it is trained."""
    (run / SETTINGS).write_text(json.dumps(settings, indent=1) + "\n")


def log(run: Path, line: Mapping[str, Any]) -> None:
    """A line for log.jsonl and the terminal."""
    text = json.dumps(line)
    with (run / "log.jsonl").open("a") as file:
        file.write(text + "\n")
    print(text, flush=True)


@contextmanager
def stop_asked() -> Iterator[threading.Event]:
    """An event that is set when the process is told to end, instead of ending."""
    event = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: event.set()) for number in numbers]
    try:
        yield event
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
