"""Any published checkpoint as sharded safetensors of ours, tensor by tensor."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine.models import hub
from engine.models.errors import CheckpointError
from engine.transformer.checkpoints import bundled
from engine.transformer.checkpoints.loading import Opened, open_weights
from engine.transformer.weights import shapes
from engine.weights import bundle
from engine.weights.writing import write_shards

LARGE_SHARD_BYTES = 1_000_000_000
"""Fewer and larger files, where they need not go through a plain git push."""


def convert(
    source: str | Path,
    target: str | Path,
    dtype: bundled.Dtype = "float32",
    *,
    family: str | None = None,
    shard_bytes: int = bundle.SHARD_BYTES,
    progress: hub.Progress | None = None,
) -> Path:
    """Write a checkpoint, its configuration and its tokenizer's files into a folder.

    No more than one tensor is in memory. An interrupted conversion leaves what was in the folder
    before.

    Args:
        source, family: as ``open_weights``.
        target: the folder; made if need be, its older shards are replaced.
        dtype: of the matrices: "float32", "bfloat16", "float16" or "int8" (per output channel).
            Vectors stay in float32, but for float16 and int8 they are float16.
        progress: called with (bytes written, bytes in all).

    Returns the folder.

    Raises:
        CheckpointError: as ``open_weights``; a number does not fit the dtype; the folder is that of
            the source, cannot be written or the disk is full.
    """
    opened = open_weights(source, family)
    target = Path(target).expanduser()
    if target.resolve() == opened.folder.resolve():
        raise CheckpointError(f"{target} has the source itself in it: write to another folder")
    plan = bundled.plan(opened.config, dtype)
    total = sum(tensor.nbytes for tensor in plan)
    done = 0
    try:
        for written in write_shards(target, plan, _packed(opened, dtype), shard_bytes):
            done += written
            if progress is not None:
                progress(done, total)
        _write_settings(opened, target)
    except OSError as error:
        raise CheckpointError(f"{target} cannot be written: {error}") from error
    return target


def _packed(opened: Opened, dtype: bundled.Dtype) -> Iterator[tuple[str, NDArray[Any]]]:
    for name in shapes(opened.config):
        yield from bundled.pack(name, opened.weights.read(name), dtype)


def _write_settings(opened: Opened, target: Path) -> None:
    for pattern in hub.TOKENIZERS:
        for file in opened.folder.glob(pattern):
            shutil.copyfile(file, target / file.name)
    settings = {
        "model": bundled.model_settings(opened.config),
        "tokenizer": bundled.tokenizer_options(opened.settings),
    }
    text = json.dumps(settings, indent=1, ensure_ascii=False)
    (target / "config.json").write_text(text + "\n", encoding="utf8")
