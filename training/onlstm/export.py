"""Turn a run of training.onlstm.train into a bundled model.

    python -m training.onlstm.export runs/onlstm/zh-onlstm assets/models/onlstm/zh --layer 1

The folder gets int8 shards, words.txt and config.json (engine/onlstm/weights.py).
"""

import argparse
from pathlib import Path

from engine.onlstm.config import OnLstmConfig
from engine.onlstm.trees import PARSERS, Parser
from engine.onlstm.vocabulary import Vocabulary
from engine.onlstm.weights import Settings, save
from training.common.state import learned, read_state


def export(run: Path, folder: Path, layer: int = 1, parser: Parser = "unbiased") -> None:
    """Write the run's model into ``folder``.

    Args:
        layer: whose trees to show first, counted from 0.
        parser: with which parser.

    Raises CheckpointError where the run has saved nothing.
    """
    settings, state = read_state(run)
    config = OnLstmConfig.from_dict(settings["model"])
    vocabulary = Vocabulary.load(run, config.language)
    save(folder, Settings(config, layer, parser), vocabulary, learned(state))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layer", type=int, default=1, help="whose trees come first, from 0")
    parser.add_argument("--parser", choices=PARSERS, default="unbiased")
    args = parser.parse_args()
    export(args.run, args.folder, args.layer, args.parser)


if __name__ == "__main__":
    main()
