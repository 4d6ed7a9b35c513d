"""Turn a training run into the bundled model: int8 shards and config.json.

python -m training.xiangqi.export runs/xiangqi assets/models/xiangqi
"""

import argparse
import json
from pathlib import Path

from safetensors.numpy import load_file

from engine.weights import bundle


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    state = load_file(args.run / "state.safetensors")
    prefix = "model/"
    weights = {
        name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)
    }
    bundle.save(weights, args.folder)
    config = json.loads((args.run / "config.json").read_text())
    document = {"family": "xiangqi", "model": config}
    (args.folder / "config.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
