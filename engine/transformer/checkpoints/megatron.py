"""CPM-LM as it was trained: Megatron-LM's model-parallel shards, one file a rank.

Source: Megatron-LM's ColumnParallelLinear, RowParallelLinear and VocabParallelEmbedding (Shoeybi et
al. 2019). A column-parallel layer's outputs, and the rows of the token table, are dealt out to the
ranks; a row-parallel layer's inputs are; everything else every rank has whole.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints.formats.pytorch import open_pytorch
from engine.transformer.checkpoints.layouts import Layout
from engine.weights.mapped import TensorSource

Shape = tuple[int, ...]
Split = Literal["outputs", "inputs", "query_key_value"]

SPLITS: Final[tuple[tuple[str, Split], ...]] = (
    (r"word_embeddings\.weight", "outputs"),
    (r".*\.mlp\.dense_h_to_4h\.(weight|bias)", "outputs"),
    (r".*\.attention\.query_key_value\.(weight|bias)", "query_key_value"),
    (r".*\.attention\.dense\.weight", "inputs"),
    (r".*\.mlp\.dense_4h_to_h\.weight", "inputs"),
)
"""How a tensor is dealt out, by its name; kernels are [out, in]. A rank's query_key_value has its
heads' queries, then their keys, then their values."""

CPM: Final = Layout(
    title="Megatron-LM's CPM-LM",
    families=("cpm", "gpt2"),
    dense=(".weight", ".bias"),
    norm=(".weight", ".bias"),
    transposed=True,
    requires=("word_embeddings.weight", "transformer.final_layernorm.weight"),
    names={
        "embeddings/token": "word_embeddings.weight",
        "embeddings/position": "position_embeddings.weight",
        "layers/{i}/attention/query_key_value": "transformer.layers.{i}.attention.query_key_value",
        "layers/{i}/attention/output": "transformer.layers.{i}.attention.dense",
        "layers/{i}/attention_norm": "transformer.layers.{i}.input_layernorm",
        "layers/{i}/feed_forward/up": "transformer.layers.{i}.mlp.dense_h_to_4h",
        "layers/{i}/feed_forward/down": "transformer.layers.{i}.mlp.dense_4h_to_h",
        "layers/{i}/feed_forward_norm": "transformer.layers.{i}.post_attention_layernorm",
        "final_norm": "transformer.final_layernorm",
    },
)

LAYOUTS: Final = (CPM,)

_RANK: Final = re.compile(r"mp_rank_(\d+)(_model_states\.pt|/[^/]+\.pt)")


class MergedSource:
    """A TensorSource over the ranks of one model: each tensor is joined when it is read.

    Raises:
        CheckpointError: the ranks have other tensors, or tensors of shapes that do not fit.
    """

    def __init__(self, path: Path, ranks: Sequence[TensorSource]) -> None:
        self.path = path
        self.ranks = tuple(ranks)
        first = set(self.ranks[0].names())
        for rank, source in enumerate(self.ranks):
            different = first ^ set(source.names())
            if different:
                raise CheckpointError(
                    f"{source.path}: rank {rank} and rank 0 do not both have "
                    f"{', '.join(sorted(different)[:5])}; are they of the same checkpoint?"
                )
            for name in first:
                if source.shape(name) != self.ranks[0].shape(name):
                    raise CheckpointError(
                        f"{source.path}: {name} is {source.shape(name)} in rank {rank} and "
                        f"{self.ranks[0].shape(name)} in rank 0"
                    )

    def names(self) -> tuple[str, ...]:
        """The names of all tensors."""
        return self.ranks[0].names()

    def shape(self, name: str) -> Shape:
        """The joined tensor's shape."""
        rows, *columns = self.ranks[0].shape(name) or (1,)
        split = _split(name)
        if split is None:
            return self.ranks[0].shape(name)
        if split == "inputs":
            return (rows, *columns[:-1], columns[-1] * len(self.ranks))
        return (rows * len(self.ranks), *columns)

    def dtype(self, name: str) -> np.dtype[Any]:
        """The tensor's dtype."""
        return self.ranks[0].dtype(name)

    def read(self, name: str) -> NDArray[Any]:
        """The joined tensor; one that every rank has is that of rank 0."""
        split = _split(name)
        if split is None or len(self.ranks) == 1:
            return self.ranks[0].read(name)
        joined = np.empty(self.shape(name), self.dtype(name))
        places = _places(joined, split, len(self.ranks))
        for rank, place in zip(self.ranks, places, strict=True):
            place[...] = rank.read(name).reshape(place.shape)
        return joined

    def close(self) -> None:
        """Close every rank's file."""
        for rank in self.ranks:
            rank.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _split(name: str) -> Split | None:
    return next((split for pattern, split in SPLITS if re.fullmatch(pattern, name)), None)


def _places(joined: NDArray[Any], split: Split, ranks: int) -> list[NDArray[Any]]:
    """Views of the joined tensor, where each rank's share belongs."""
    if split == "inputs":
        return np.split(joined, ranks, axis=-1)
    if split == "outputs":
        return np.split(joined, ranks, axis=0)
    by_part = joined.reshape(3, ranks, -1, *joined.shape[1:])
    return [by_part[:, rank] for rank in range(ranks)]


def rank_files(path: Path) -> list[Path]:
    """The files of all ranks in a folder, or in that of its last iteration; none if it has none.

    Raises:
        CheckpointError: a rank between the first and the last is missing, or there are several
            iterations and nothing says which is the last.
    """
    folder = _iteration(path)
    found = {
        int(match[1]): file
        for file in sorted(folder.glob("mp_rank_*")) + sorted(folder.glob("mp_rank_*/*.pt"))
        if (match := _RANK.fullmatch(file.relative_to(folder).as_posix()))
    }
    missing = set(range(max(found, default=-1) + 1)) - found.keys()
    if missing:
        raise CheckpointError(f"{folder} lacks mp_rank_{min(missing):02}: get all the shards")
    return [found[rank] for rank in sorted(found)]


def _iteration(path: Path) -> Path:
    """The folder of the last iteration below this one, if the ranks are not in it itself."""
    below = sorted({file.parent for file in path.glob("*/mp_rank_*")})
    latest = path / "latest_checkpointed_iteration.txt"
    if latest.is_file() and below:
        iteration = latest.read_text(encoding="utf8").strip()
        below = [x for x in below if x.name in (iteration, f"iter_{iteration:0>7}")]
    if len(below) > 1:
        names = ", ".join(folder.name for folder in below[:5])
        raise CheckpointError(f"{path} has several iterations ({names}); give the folder of one")
    return below[0] if below else path


def open_megatron(path: Path) -> MergedSource:
    """The joined tensors of a folder of mp_rank_NN files.

    Raises:
        CheckpointError: there are none, or they do not belong together.
    """
    files = rank_files(path)
    if not files:
        raise CheckpointError(f"{path} has no mp_rank_00_model_states.pt")
    return MergedSource(path, [open_pytorch(file, root="module") for file in files])
