"""What the scripts that make the fixtures share: random weights, prompts, and how both are kept.

Only NumPy is needed, so that it runs in the environment of every reference.
"""

import json
import lzma
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MODELS = Path(__file__).parent.parent / "models"

LENGTHS = (1, 2, 7, 33, 70)
"""Of the prompts; the last is beyond NEZHA's distance of 64 and beyond a cache of 64."""

TABLE = re.compile(r"wte|wpe|embed|shared")
T5_QUERY = re.compile(r"Attention[./]q\b")
SCALE = re.compile(r"(ln_?\w*|norm\w*)[./](weight|gamma|scale)", re.IGNORECASE)


@dataclass
class Row:
    """One prompt, and the reference's logits [S, V] at each of its positions.

    Attributes:
        segments: one for each token, where the family has them.
        prefix: so many tokens at the beginning all see each other (prefix language model).
        source: the encoder's input, where there is an encoder.
    """

    tokens: NDArray[np.int32]
    segments: NDArray[np.int32] | None = None
    prefix: int = 0
    source: NDArray[np.int32] | None = None
    logits: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))


def random_weight(name: str, shape: Sequence[int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Weights under which a wrong epsilon, activation, order or scale is seen in the logits.

    Trained models begin with 0.02, where every layer is nearly linear and biases are 0. Here
    kernels are wide, biases and scales differ from 0 and 1, and the rows of tables differ in size
    so much that the smallest meet the epsilon of the LayerNorm after them.
    """
    if len(shape) == 1:
        values = rng.normal(0, 0.3, shape)
        return (1 + values if SCALE.search(name) else values).astype(np.float32)
    if "relative_attention_bias" in name:
        return rng.normal(0, 1, shape).astype(np.float32)
    if TABLE.search(name):
        sizes = np.exp(rng.uniform(np.log(0.003), np.log(0.5), (shape[0], 1)))
        return (rng.normal(0, 1, shape) * sizes).astype(np.float32)
    # T5 has its queries' scale in their kernel, which is the smaller for it.
    scale = 0.6 if T5_QUERY.search(name) else 1.4
    return rng.normal(0, scale / np.sqrt(shape[0]), shape).astype(np.float32)


def random_rows(
    vocab_size: int,
    rng: np.random.Generator,
    *,
    lengths: Sequence[int] = LENGTHS,
    segments: str = "",
) -> list[Row]:
    """Prompts of these lengths; id 0 is in none of them, for bert4keras takes it for padding.

    Args:
        segments: "turns" for speakers 0 and 1 by turns, "ids" for ids of the vocabulary,
            "prefix" for a prefix of segment 0 and the rest of segment 1.
    """
    rows = []
    for length in lengths:
        row = Row(rng.integers(1, vocab_size, length, dtype=np.int32))
        if segments == "turns":
            row.segments = (np.arange(length, dtype=np.int32) // 5) % 2
        elif segments == "ids":
            row.segments = rng.integers(3, 6, length, dtype=np.int32)
        elif segments == "prefix":
            row.prefix = (2 * length + 2) // 3
            row.segments = (np.arange(length) >= row.prefix).astype(np.int32)
        rows.append(row)
    return rows


def padded(arrays: Sequence[NDArray[np.int32]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Arrays of different lengths as one [B, S], zeros to the right; the mask of what is real."""
    width = max(len(array) for array in arrays)
    values = np.zeros((len(arrays), width), np.int64)
    mask = np.zeros_like(values)
    for row, array in enumerate(arrays):
        values[row, : len(array)] = array
        mask[row, : len(array)] = 1
    return values, mask


def batch_of(rows: Sequence[Row]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Tokens, segments and mask [B, S] of the prompts together."""
    tokens, mask = padded([row.tokens for row in rows])
    segments, _ = padded(
        [np.zeros_like(row.tokens) if row.segments is None else row.segments for row in rows]
    )
    return tokens, segments, mask


def keep_logits(rows: Sequence[Row], batch: NDArray[Any], alone: Sequence[NDArray[Any]]) -> float:
    """Give each row its logits out of a padded batch [B, S, V].

    Args:
        alone: the logits [S, V] of each row when it is the only one.

    Returns the largest difference between the two, which padding must not make.
    """
    worst = 0.0
    for row, logits, single in zip(rows, batch, alone, strict=True):
        row.logits = np.asarray(logits[: len(row.tokens)], np.float32)
        worst = max(worst, float(np.abs(row.logits - single).max()))
    assert worst < 2e-5, f"the reference itself differs by {worst} with padding"
    return worst


def save_rows(name: str, rows: Sequence[Row]) -> None:
    """The prompts and their logits as models/NAME.npz, which several fixtures may share."""
    arrays: dict[str, NDArray[Any]] = {}
    for number, row in enumerate(rows):
        arrays[f"tokens_{number}"] = row.tokens.astype(np.uint16)
        arrays[f"logits_{number}"] = row.logits
        if row.segments is not None:
            arrays[f"segments_{number}"] = row.segments.astype(np.uint16)
        if row.source is not None:
            arrays[f"source_{number}"] = row.source.astype(np.uint16)
        if row.prefix:
            arrays[f"prefix_{number}"] = np.array(row.prefix)
    MODELS.mkdir(exist_ok=True)
    np.savez_compressed(MODELS / f"{name}.npz", **arrays)
    largest = max(float(np.abs(row.logits).max()) for row in rows)
    print(f"{name}: {len(rows)} prompts, logits up to {largest:.1f}")


def save_case(
    name: str, family: str, logits: str, reference: str, *, tolerance: float = 3e-5, **more: Any
) -> None:
    """models/NAME/case.json: which family the folder holds, and who computed the logits.

    Args:
        tolerance: how far our logits may be from the reference's: some times what float32 makes.
        more: "checkpoint", the folder that holds the weights if it is another's; "texts" with
            their ids.
    """
    more = {key: value for key, value in more.items() if value}
    case = {
        "family": family,
        "logits": f"{logits}.npz",
        "reference": reference,
        "tolerance": tolerance,
        **more,
    }
    text = json.dumps(case, indent=2, ensure_ascii=False) + "\n"
    (MODELS / name).mkdir(exist_ok=True)
    (MODELS / name / "case.json").write_text(text, encoding="utf-8")


def folder_of(name: str) -> Path:
    """models/NAME/checkpoint, where the published format is written."""
    folder = MODELS / name / "checkpoint"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pack(path: Path) -> None:
    """Replace a PyTorch file by its .xz: the repository itself keeps no pickle."""
    path.with_name(path.name + ".xz").write_bytes(lzma.compress(path.read_bytes(), preset=9))
    path.unlink()
