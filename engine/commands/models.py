"""python -m engine models: the catalogue as a table."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from engine.models import memory
from engine.models.catalogue import ModelSpec
from engine.models.registry import Models, ModelStatus

_COLUMNS = ("name", "state", "parameters", "files", "memory", "licence", "family", "from")


def main(arguments: Sequence[str]) -> int:
    """Print the table. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m engine models",
        description="List the models; none is loaded. 'memory' is what the weights of a published "
        "model take on a CPU.",
    )
    parser.add_argument(
        "--models", type=Path, metavar="FOLDER", help="a folder whose NAME/ replaces model NAME"
    )
    folder = parser.parse_args(arguments).models
    if folder is not None and not folder.is_dir():
        parser.error(f"there is no folder {folder}")
    models = Models(folder=folder)
    rows: list[tuple[str, ...]] = [_COLUMNS]
    for status in models.status():
        rows.append(_row(models.spec(status.name), status, models.folder(status.name)))
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
    return 0


def _row(spec: ModelSpec, status: ModelStatus, folder: Path | None) -> tuple[str, ...]:
    parameters = f"{spec.parameters / 1e6:,.0f} M" if spec.parameters else "-"
    return (
        *(spec.name, str(status.state), parameters),
        memory.readable(status.bytes) if status.bytes else "-",
        memory.readable(spec.memory()) if spec.parameters else "-",
        *(spec.licence, spec.family),
        f"https://huggingface.co/{spec.location}" if folder is None else str(folder),
    )
