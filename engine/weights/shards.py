"""Checkpoints in several files: by Hugging Face's index, or numbered without one."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.models.errors import CheckpointError
from engine.weights.mapped import DAMAGED, Shape, TensorSource, no_such_tensor

Open = Callable[[Path], TensorSource]

NUMBERED = re.compile(r"(.+)-\d{5}-of-(\d{5})(\.\w+)")
_FILE_NAME = re.compile(r"(?!\.)[^/\\:\0]+")
INDEX_BYTES = 64_000_000


class ShardedSource:
    """A TensorSource over several: ``shards`` says for each tensor which one has it."""

    def __init__(self, path: Path, shards: Mapping[str, TensorSource]) -> None:
        self.path = path
        self._shards = dict(shards)

    def names(self) -> tuple[str, ...]:
        """Names of all tensors, in the index's order."""
        return tuple(self._shards)

    def shape(self, name: str) -> Shape:
        """The tensor's shape; nothing is read."""
        return self._shard(name).shape(name)

    def dtype(self, name: str) -> np.dtype[Any]:
        """The tensor's dtype as it is stored."""
        return self._shard(name).dtype(name)

    def read(self, name: str) -> NDArray[Any]:
        """The tensor; CheckpointError if there is none of that name."""
        return self._shard(name).read(name)

    def close(self) -> None:
        """Close every shard."""
        for shard in set(self._shards.values()):
            shard.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _shard(self, name: str) -> TensorSource:
        if name not in self._shards:
            raise no_such_tensor(self.path, name, self.names())
        return self._shards[name]


def open_index(path: Path, open_shard: Open) -> ShardedSource:
    """The shards that an index such as model.safetensors.index.json lists, beside it.

    Raises:
        CheckpointError: the index is damaged, a shard is missing or damaged, or lacks a tensor.
    """
    weight_map = _weight_map(path)
    shards: dict[str, TensorSource] = {}
    names: dict[str, frozenset[str]] = {}
    for file in sorted(set(weight_map.values())):
        if not (path.parent / file).is_file():
            wanted = sum(shard == file for shard in weight_map.values())
            raise CheckpointError(
                f"{path.parent / file} is missing: {path.name} lists {wanted} tensors in it; "
                "download this file and put it beside the others"
            )
        shards[file] = open_shard(path.parent / file)
        names[file] = frozenset(shards[file].names())
    for name, file in weight_map.items():
        if name not in names[file]:
            raise CheckpointError(
                f"{path.parent / file} lacks {name}, which {path.name} lists in it; they are not "
                "of the same checkpoint: download both again"
            )
    return ShardedSource(path, {name: shards[file] for name, file in weight_map.items()})


def _weight_map(path: Path) -> dict[str, str]:
    try:
        if path.stat().st_size > INDEX_BYTES:
            raise ValueError("it is longer than any index")
        index = json.loads(path.read_bytes())
        weight_map = index["weight_map"]
        for file in weight_map.values():
            # A shard lies beside its index, so that an index cannot name files elsewhere.
            if not isinstance(file, str) or not _FILE_NAME.fullmatch(file):
                raise ValueError(f"{file!r} is not the name of a file beside it")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(f"{path} is no index of shards ({error!r}); {DAMAGED}") from error
    return dict(weight_map)


def open_numbered(first: Path, open_shard: Open) -> ShardedSource:
    """All shards of NAME-00001-of-00003.SUFFIX, without an index.

    Raises:
        CheckpointError: a shard is missing or damaged, or two have a tensor of the same name.
    """
    match = NUMBERED.fullmatch(first.name)
    if match is None:
        raise CheckpointError(f"{first} is not named as a shard, NAME-00001-of-00003.SUFFIX")
    base, total, suffix = match.groups()
    shards: dict[str, TensorSource] = {}
    for number in range(1, int(total) + 1):
        path = first.with_name(f"{base}-{number:05}-of-{total}{suffix}")
        if not path.is_file():
            raise CheckpointError(
                f"{path} is missing, one of {int(total)} shards; download this file and put it "
                "beside the others"
            )
        shard = open_shard(path)
        twice = shards.keys() & set(shard.names())
        if twice:
            raise CheckpointError(
                f"{path} has {min(twice)}, which another shard has too; they are not of the same "
                "checkpoint: download all of them again"
            )
        shards |= dict.fromkeys(shard.names(), shard)
    return ShardedSource(first.parent, shards)
