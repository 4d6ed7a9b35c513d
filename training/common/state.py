"""What a run has saved, for those who export or measure it; needs no deep-learning library."""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from engine.models.errors import CheckpointError

STATE: Final = "state.safetensors"
LEARNED: Final = "model/"
"""Before the names of the weights; the optimizer's variables are in the state as well."""

Arrays = dict[str, NDArray[np.float32]]


def read_state(run: Path) -> tuple[dict[str, Any], Arrays]:
    """The config.json and the state of a run. Raises CheckpointError where there are none."""
    try:
        settings = json.loads((run / "config.json").read_bytes())
        return settings, load_file(run / STATE)
    except OSError as error:
        raise CheckpointError(f"{run} is no run, or nothing is saved yet: {error}") from error


def learned(state: Arrays) -> Arrays:
    """The weights among the arrays of a state."""
    return {k.removeprefix(LEARNED): v for k, v in state.items() if k.startswith(LEARNED)}
