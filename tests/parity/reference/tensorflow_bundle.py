"""Arrays as a TensorFlow V2 checkpoint (an .index and a .data file) under any names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf
from numpy.typing import NDArray


def save_bundle(arrays: Mapping[str, NDArray[Any]], prefix: Path) -> None:
    """Write ``arrays`` as tf.train.Saver would, as PREFIX.index and PREFIX.data-00000-of-00001."""
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=list(arrays),
        shape_and_slices=[""] * len(arrays),
        tensors=[tf.constant(array) for array in arrays.values()],
    )
