"""python -m engine models: the catalogue as a table."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from engine import memory
from engine.registry import Models


def main(arguments: Sequence[str]) -> int:
    """Print the table. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m engine models", description="List the models; none is loaded."
    )
    parser.add_argument(
        "--models", type=Path, metavar="FOLDER", help="a folder whose NAME/ replaces model NAME"
    )
    models = Models(folder=parser.parse_args(arguments).models)
    rows = [("name", "state", "size", "source", "licence", "family", "folder")]
    for status in models.status():
        spec, folder = models.spec(status.name), models.folder(status.name)
        rows.append(
            (
                *(spec.name, str(status.state), memory.readable(status.bytes), spec.source),
                *(spec.licence, spec.family, spec.location if folder is None else str(folder)),
            )
        )
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    return 0
