"""The fixtures of tests/parity/models, and what our engine computes for them.

    KERAS_BACKEND=jax python -m tests.parity.cases keras LOGITS.npz

writes what one runtime computes, for a backend can be chosen only once a process.
"""

import json
import lzma
import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.transformer.checkpoints import load_checkpoint
from engine.transformer.decoder import Chunk, Decoder
from engine.transformer.language_model import LanguageModel

MODELS = Path(__file__).parent / "models"

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Row:
    """A prompt and the reference's logits [S, V] at each of its positions."""

    tokens: Ints
    logits: Floats
    segments: Ints | None = None
    source: Ints | None = None
    prefix: int = 0

    def chunk(self, slot: int, start: int, stop: int, *, bidirectional: bool = False) -> Chunk:
        """Tokens ``start`` to ``stop`` for a slot."""
        segments = None if self.segments is None else self.segments[start:stop].tolist()
        return Chunk(slot, self.tokens[start:stop].tolist(), segments, bidirectional)


@dataclass(frozen=True)
class Case:
    """A folder of models/, as its case.json says."""

    name: str
    family: str
    settings: dict[str, Any]

    @cached_property
    def rows(self) -> list[Row]:
        with np.load(MODELS / self.settings["logits"]) as file:
            arrays = dict(file)
        count = sum(name.startswith("tokens_") for name in arrays)
        return [_row(arrays, number) for number in range(count)]

    def unpack(self, folder: Path) -> Path:
        """A copy of the checkpoint whose path says nothing, with what is .xz unpacked."""
        copy = folder / "checkpoint"
        shutil.copytree(MODELS / self.settings.get("checkpoint", self.name) / "checkpoint", copy)
        for packed in copy.rglob("*.xz"):
            packed.with_suffix("").write_bytes(lzma.decompress(packed.read_bytes()))
            packed.unlink()
        return copy

    def load(self, folder: Path, runtime: str | None = None) -> LanguageModel:
        """The checkpoint in float32, from a copy in this folder."""
        return load_checkpoint(
            self.unpack(folder), self.family, dtype="float32", tokenizer=False, runtime=runtime
        )


def _row(arrays: dict[str, NDArray[Any]], number: int) -> Row:
    def ids(name: str) -> Ints | None:
        array = arrays.get(f"{name}_{number}")
        return None if array is None else array.astype(np.int64)

    tokens = ids("tokens")
    assert tokens is not None
    prefix = int(arrays.get(f"prefix_{number}", 0))
    return Row(tokens, arrays[f"logits_{number}"], ids("segments"), ids("source"), prefix)


def all_cases() -> list[Case]:
    """Every folder of models/."""
    found = []
    for path in sorted(MODELS.glob("*/case.json")):
        settings = json.loads(path.read_text(encoding="utf-8"))
        found.append(Case(path.parent.name, settings["family"], settings))
    return found


def one_of_each_architecture() -> list[Case]:
    """A case for each forward pass that there is; what it was published in makes no difference."""
    names = (
        "gpt2_ml_tensorflow gpt2_safetensors cdial_safetensors nezha_bin bert_safetensors "
        "bert_lm_tensorflow unilm_tensorflow roformer_safetensors mt5_safetensors"
    ).split()
    return [case for case in all_cases() if case.name in names]


def open_row(decoder: Decoder, row: Row) -> int:
    """A slot for the row, which has read its source if there is one."""
    return decoder.open(source=None if row.source is None else row.source.tolist())


def one_by_one(model: LanguageModel, case: Case) -> list[Floats]:
    """Logits of each row, in one pass (two, where a prefix sees itself) over an empty slot."""
    return [together(model, [row])[0] for row in case.rows]


def together(model: LanguageModel, rows: list[Row]) -> list[Floats]:
    """Logits of rows of different lengths that pass as one batch."""
    encoder = model.config.attention == "bidirectional"
    decoder = model.decoder(len(rows))
    slots = [open_row(decoder, row) for row in rows]
    first = [row.prefix or len(row.tokens) for row in rows]
    chunks = [
        row.chunk(slot, 0, stop, bidirectional=encoder or row.prefix > 0)
        for slot, row, stop in zip(slots, rows, first, strict=True)
    ]
    found = decoder.extend(chunks, every_position=True)
    rest = [n for n, row in enumerate(rows) if first[n] < len(row.tokens)]
    chunks = [rows[n].chunk(slots[n], first[n], len(rows[n].tokens)) for n in rest]
    later = decoder.extend(chunks, every_position=True) if rest else []
    for n, logits in zip(rest, later, strict=True):
        found[n] = np.concatenate([found[n], logits])
    return found


def step_by_step(model: LanguageModel, row: Row, start: int = 0) -> Floats:
    """Logits of a row whose tokens come one at a time, each over the cache of those before.

    Args:
        start: so many come at once; a prefix that sees itself always does.
    """
    decoder = model.decoder()
    slot = open_row(decoder, row)
    logits: list[Floats] = []
    if row.prefix:
        chunk = row.chunk(slot, 0, row.prefix, bidirectional=True)
        logits += list(decoder.extend([chunk], every_position=True)[0])
    if start > row.prefix:
        chunk = row.chunk(slot, row.prefix, start)
        logits += list(decoder.extend([chunk], every_position=True)[0])
    for place in range(max(start, row.prefix), len(row.tokens)):
        logits += decoder.extend([row.chunk(slot, place, place + 1)])
    return np.stack(logits)


def in_pieces(model: LanguageModel, rows: list[Row], pieces: tuple[int, ...]) -> list[Floats]:
    """Logits of rows that take turns: each pass has a piece of another length of each of them."""
    decoder = model.decoder(len(rows))
    slots = [open_row(decoder, row) for row in rows]
    found: list[list[Floats]] = [[] for _ in rows]
    waiting, turn = list(range(len(rows))), 0
    while waiting:
        chunks = []
        for n in waiting:
            start, row = decoder.length(slots[n]), rows[n]
            whole = start < row.prefix
            size = row.prefix if whole else pieces[(turn + n) % len(pieces)]
            stop = min(start + size, len(row.tokens))
            chunks.append(row.chunk(slots[n], start, stop, bidirectional=whole))
        for n, logits in zip(waiting, decoder.extend(chunks, every_position=True), strict=True):
            found[n].append(logits)
        waiting = [n for n in waiting if decoder.length(slots[n]) < len(rows[n].tokens)]
        turn += 1
    return [np.concatenate(parts) for parts in found]


def compute(case: Case, model: LanguageModel) -> list[Floats]:
    """What is compared between runtimes: all rows in a batch, and the longest by steps.

    The steps cross the 64 tokens from which a decoder's cache is a longer one.
    """
    logits = together(model, case.rows)
    if model.config.attention == "causal":
        longest = case.rows[-1]
        logits.append(step_by_step(model, longest, start=62))
    return logits


def main(runtime: str, target: str) -> None:
    arrays = {}
    for case in one_of_each_architecture():
        with tempfile.TemporaryDirectory() as folder:
            found = compute(case, case.load(Path(folder), runtime))
        arrays |= {f"{case.name}/{number}": logits for number, logits in enumerate(found)}
    np.savez(target, **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
