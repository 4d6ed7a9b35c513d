"""Turn a training run into the bundled model: int8 shards and config.json.

python -m training.xiangqi.export runs/xiangqi assets/models/xiangqi
"""

import argparse
import json
from pathlib import Path

from engine.weights import bundle
from training.common.state import learned, read_state


def export(run: Path, folder: Path) -> None:
    """Write the run's model into ``folder``. Raises CheckpointError where nothing is saved yet."""
    settings, state = read_state(run)
    bundle.save(learned(state), folder)
    # Older runs have the model's settings alone.
    document = {"family": "xiangqi", "model": settings.get("model", settings)}
    (folder / "config.json").write_text(json.dumps(document, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    export(args.run, args.folder)


if __name__ == "__main__":
    main()
