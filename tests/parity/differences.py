"""The table of tests/parity/README.md: how far our logits are from the references'.

python -m tests.parity.differences                              (the default runtime)
KERAS_BACKEND=jax python -m tests.parity.differences keras
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.parity.cases import Floats, all_cases, in_pieces, one_by_one, step_by_step, together


def largest(found: list[Floats], expected: list[Floats]) -> str:
    """The largest difference, as the table has it."""
    pairs = zip(found, expected, strict=True)
    return f"{max(float(np.abs(a - b).max()) for a, b in pairs):.1e}"


def main(runtime: str | None = None) -> None:
    """Print a row a case."""
    print("| case | family | alone | in a batch | step by step | in pieces |")
    print("|---|---|---|---|---|---|")
    for case in all_cases():
        with tempfile.TemporaryDirectory() as folder:
            model = case.load(Path(folder), runtime)
        expected = [row.logits for row in case.rows]
        alone = one_by_one(model, case)
        cells = [largest(alone, expected), largest(together(model, case.rows), expected)]
        if model.config.attention == "causal":
            cells.append(largest([step_by_step(model, case.rows[-1])], alone[-1:]))
            cells.append(largest(in_pieces(model, case.rows, (5, 1, 11, 2)), alone))
        print(f"| {case.name} | {case.family} | {' | '.join((*cells, '', '')[:4])} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
