"""Files of a corpus folder, plain or xz-compressed."""

import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def read_lines(path: Path) -> Iterator[str]:
    """Lines of a text file, which may be xz-compressed."""
    opened = lzma.open if path.suffix == ".xz" else open
    with opened(path, "rt", encoding="utf8") as file:
        yield from (line.rstrip("\n") for line in file)


def corpus_file(folder: Path, name: str) -> Path:
    """NAME.xz or NAME in a corpus folder."""
    packed = folder / f"{name}.xz"
    return packed if packed.exists() else folder / name


def read_objects(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file, one a line."""
    return map(json.loads, read_lines(path))
