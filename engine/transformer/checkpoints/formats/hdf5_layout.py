"""Where the weights lie in an HDF5 file of Keras 2: a program for a process of its own.

It prints a JSON list of (name, offset, dtype, shape), or a text that says what is wrong.

Groups are layers, listed in the attribute layer_names; each lists its datasets in weight_names
(keras/engine/saving.py of Keras 2.3). A list too long for one attribute is cut into several,
layer_names0, layer_names1, and so on.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import count, takewhile
from typing import Any

MEMORY = 4 << 30
"""Address space, far more than any layout needs: HDF5 takes what a damaged file asks for."""

Layout = list[tuple[str, int, str, tuple[int, ...]]]


def layout(path: str) -> Layout:
    """Name, offset, dtype and shape of each weight; ValueError says what is wrong."""
    import h5py

    with h5py.File(path, "r") as file:
        root = file.get("model_weights", file)
        if "layer_names" not in root.attrs and "layer_names0" not in root.attrs:
            raise ValueError(
                "it lists no layers as Keras 2 does; if Keras 3 wrote it, load it there and "
                "convert the weights to safetensors"
            )
        found = [
            (layer, weight, _place(root, layer, weight))
            for layer in _texts(root.attrs, "layer_names")
            for weight in _texts(_member(root, layer).attrs, "weight_names")
        ]
    uses = Counter(weight for _, weight, _ in found)
    return [
        (weight if uses[weight] == 1 else f"{layer}/{weight}", *place)
        for layer, weight, place in found
    ]


def _texts(attributes: Any, name: str) -> Iterator[str]:
    """A list of texts, whole or in numbered pieces."""
    if name in attributes:
        pieces = [name]
    else:
        pieces = list(takewhile(attributes.__contains__, (f"{name}{n}" for n in count())))
    for piece in pieces:
        for text in attributes[piece].ravel().tolist():
            yield text.decode() if isinstance(text, bytes) else text


def _member(group: Any, name: str) -> Any:
    if name not in group:
        raise ValueError(f"it lists {name}, which is not in it; copy or download the file again")
    return group[name]


def _place(root: Any, layer: str, weight: str) -> tuple[int, str, tuple[int, ...]]:
    dataset = _member(root[layer], weight)
    dtype, shape = dataset.dtype, dataset.shape
    if dtype.kind not in "fiub" or dtype.byteorder == ">" or shape is None:
        raise ValueError(f"{weight} is no array of little-endian numbers")
    # Names may be links into other files, and datasets have their values in others.
    if dataset.external or dataset.is_virtual or dataset.file.filename != root.file.filename:
        raise ValueError(f"{weight} lies in another file; put them into one, with h5repack")
    offset = dataset.id.get_offset()
    if offset is None and dataset.size:
        raise ValueError(
            f"{weight} is compressed or in chunks; undo it, with h5repack -f NONE -l CONTI"
        )
    return offset or 0, dtype.str, shape


def main() -> None:
    """Look up the weights of the file that the command line names."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):  # Windows; or a limit that is lower already
        pass
    try:
        print(json.dumps(layout(sys.argv[1])))
    except ValueError as error:
        print(json.dumps(str(error)))


if __name__ == "__main__":
    main()
