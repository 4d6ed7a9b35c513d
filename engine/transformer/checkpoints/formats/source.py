"""The reader for a path, by what its files are."""

import re
from pathlib import Path

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints.formats.hdf5 import MAGIC as HDF5
from engine.transformer.checkpoints.formats.hdf5 import open_keras_hdf5
from engine.transformer.checkpoints.formats.pytorch import open_pytorch
from engine.transformer.checkpoints.formats.tensorflow import (
    checkpoint_prefix,
    is_v1,
    open_tensorflow,
)
from engine.weights.mapped import TensorSource
from engine.weights.safetensors import open_safetensors
from engine.weights.shards import open_index, open_numbered

_USUAL = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
_PATTERNS = ("*.safetensors", "*.bin", "*.pt", "*.pth", "*.index", "*.h5", "*.hdf5", "*.weights")


def open_source(path: str | Path) -> TensorSource:
    """The tensors at a path, whose format is recognised by its content.

    Args:
        path: a file (safetensors, torch.save, Keras HDF5, an index of shards), the prefix or a
            file of a TensorFlow checkpoint, or a folder with any of these.

    Raises:
        CheckpointError: there is nothing, nothing that is known, more than one thing in a folder,
            or what there is is damaged; the message says what to do.
    """
    try:
        return _open(Path(path))
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error


def _open(path: Path) -> TensorSource:
    if path.is_dir():
        return _open_folder(path)
    if checkpoint_prefix(path) is not None:
        return open_tensorflow(path)
    if not path.is_file():
        raise CheckpointError(f"there is no {path}; name a file, a prefix or a folder of weights")
    if (head := _head(path)).lstrip()[:1] == b"{" and b"\0" not in head:
        return open_index(path, _open_tensors)
    return _open_tensors(path)


def _open_tensors(path: Path) -> TensorSource:
    """One file that holds tensors itself, which is what an index may list."""
    head = _head(path)
    # Safetensors first: the length of a header may begin as a pickle does, with 80 04.
    if head[4:9] == b"\0\0\0\0{":
        return open_safetensors(path)
    if head[:2] == b"PK" or re.match(rb"\x80[\x01-\x05]", head):
        return open_pytorch(path)
    if head.startswith(HDF5):
        return open_keras_hdf5(path)
    if is_v1(path):
        return open_tensorflow(path)
    if head.startswith(b"version https://"):
        raise CheckpointError(f"{path} only says where Git LFS keeps the file; run git lfs pull")
    raise CheckpointError(
        f"{path} is in no format that is read here (safetensors, torch.save, TensorFlow "
        "checkpoints, Keras 2 HDF5); if it was downloaded, see that it is no error page"
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)


def _open_folder(folder: Path) -> TensorSource:
    for name in _USUAL:
        if (folder / name).is_file():
            return _open(folder / name)
    if (latest := _latest(folder)) is not None:
        return _open(latest)
    for numbered in sorted(folder.glob("model-*-of-*.safetensors")):
        return open_numbered(numbered, _open_tensors)
    for pattern in _PATTERNS:
        found = sorted(folder.glob(pattern))
        if len(found) > 1:
            names = ", ".join(path.name for path in found[:5])
            raise CheckpointError(f"{folder} has several checkpoints ({names}); name one of them")
        if found:
            return _open(found[0])
    raise CheckpointError(f"{folder} has no weights in it; put a checkpoint there")


def _latest(folder: Path) -> Path | None:
    """The checkpoint that TensorFlow's file `checkpoint` names as the newest, if it is here."""
    state = folder / "checkpoint"
    if not state.is_file():
        return None
    with state.open("rb") as file:
        match = re.search(rb'^model_checkpoint_path: "([^"\n]+)"', file.read(10_000), re.MULTILINE)
    # It may hold the path on the machine that trained; only its last part matters here.
    name = re.split(r"[/\\]", match[1].decode(errors="replace"))[-1] if match else ""
    path = folder / name
    here = path.is_file() or checkpoint_prefix(path) is not None
    return path if name and here else None
