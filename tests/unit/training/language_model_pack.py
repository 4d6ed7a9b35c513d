"""A tiny pack as training/corpus/pack.py writes them, and runs on it."""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from engine.tokenizers import conditions
from tests.unit.engine.tokenizers.samples import MODELS
from training.language_model.train import arguments

TOKENIZER = MODELS / "marks.model"
VOCABULARY = 64


def write(folder: Path, name: str, documents: list[list[int]], *, dialogue: bool = False) -> None:
    """A source, with every document held out as well; of a dialogue the second half is wanted."""
    losses = [[int(not dialogue or 2 * i > len(d)) for i in range(len(d))] for d in documents]
    segment = conditions.SPEAKERS[1] if dialogue else 0
    segments = [[(segment or n % 5)] * len(d) for n, d in enumerate(documents)]
    for place in (folder, folder / "held_out"):
        place.mkdir(parents=True, exist_ok=True)
        starts = np.cumsum([0, *map(len, documents)])
        np.save(place / f"{name}.starts.npy", starts.astype(np.int64))
        for kind, dtype, values in (
            ("tokens", np.uint16, documents),
            ("segments", np.uint8, segments),
            ("loss", np.uint8, losses),
        ):
            np.save(place / f"{name}.{kind}.npy", np.concatenate(values).astype(dtype))
    np.save(folder / "held_out" / f"{name}.characters.npy", np.array([2 * sum(x) for x in losses]))


def pack(folder: Path) -> Path:
    """Texts that count upwards, and dialogues of one token over and over."""
    random = np.random.default_rng(0)
    starts = random.integers(5, 40, 30)
    texts = [[*range(s, s + int(random.integers(3, 20))), 4] for s in starts.tolist()]
    talks = [[2, *[int(s)] * 6, 3] for s in starts]
    write(folder, "texts", texts)
    write(folder, "talks", talks, dialogue=True)
    manifest = {
        "tokenizer": hashlib.sha256(TOKENIZER.read_bytes()).hexdigest(),
        "sources": {"texts": {}, "talks": {}},
        "mixes": {"base": {"texts": 3, "talks": 1}, "texts": {"texts": 1}},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def options(folder: Path, run: Path, **changes: Any) -> argparse.Namespace:
    """The arguments of a tiny run."""
    tiny = {"steps": 6, "decay": 2, "warmup": 1, "window": 16, "windows": 8, "threads": 2}
    tiny |= {"vocabulary": VOCABULARY, "hidden": 16, "layers": 2, "heads": 2, "intermediate": 32}
    given = {"run": run, **tiny, "condition": 4, "precision": "float32", **changes}
    words = [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
    with patch.object(sys, "argv", ["language_model", str(folder), *words]):
        return arguments()
