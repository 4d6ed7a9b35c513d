"""Keras 2's HDF5: what Model.save_weights, or Model.save, wrote to a .h5 or .weights file.

HDF5's library loops for ever or crashes on some damaged files, so another process looks up where
the weights lie (`hdf5_layout`), under a limit of time and memory, and here they are mapped.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints.formats import hdf5_layout
from engine.weights.mapped import DAMAGED, Extent, MappedSource

MAGIC = b"\x89HDF\r\n\x1a\n"
SECONDS = 20
"""Time to look up the weights: a model of 200 takes less than one."""


def open_keras_hdf5(path: Path) -> MappedSource:
    """The weights in a file of Keras 2; each under its name in weight_names, "NAME/kernel:0".

    A name that several layers use has its layer's name and a slash in front.

    Raises:
        CheckpointError: the file is truncated, damaged, or not one of Keras 2.
    """
    return MappedSource(
        path,
        {
            name: Extent(path, offset, np.dtype(dtype), tuple(shape))
            for name, offset, dtype, shape in _layout(path)
        },
    )


def _layout(path: Path) -> list[tuple[str, int, str, list[int]]]:
    """Name, offset, dtype and shape of each weight, in the model's order."""
    # A thread a core of NumPy's linear algebra would use up the limit of memory.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-P", hdf5_layout.__file__, str(path.resolve())]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=SECONDS, check=False, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise CheckpointError(f"{path}: HDF5 comes to no end with it; {DAMAGED}") from error
    try:
        found: Any = json.loads(done.stdout)
    except ValueError as error:
        reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise CheckpointError(
            f"{path}: HDF5 cannot read it ({reason or done.returncode}); {DAMAGED}"
        ) from error
    if isinstance(found, str):
        raise CheckpointError(f"{path}: {found}")
    return [(name, offset, dtype, shape) for name, offset, dtype, shape in found]
