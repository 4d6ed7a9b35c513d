"""Perplexity of the held-out sentences of a pack, of each source and of all.

    python -m training.onlstm.evaluate runs/onlstm/zh-onlstm assets/models/onlstm/zh --pack PACK

A run is measured with the weights that it has saved last, an exported folder with its int8 ones.
Ends of sentences are predicted as well; a word that is not in the vocabulary counts as its class,
so models are to be compared with one vocabulary only.
"""

import argparse
import math
from pathlib import Path

import numpy as np

from engine.onlstm import weights
from engine.onlstm.config import OnLstmConfig
from engine.onlstm.vocabulary import Vocabulary
from training.common.state import STATE, Arrays, learned, read_state
from training.onlstm.data import Pack, side_by_side
from training.onlstm.network import Network

STREAMS, LENGTH = 16, 64


def load(model: Path) -> tuple[OnLstmConfig, Arrays]:
    """The weights of a run or of an exported folder."""
    if (model / STATE).exists():
        settings, state = read_state(model)
        return OnLstmConfig.from_dict(settings["model"]), learned(state)
    exported, _, arrays = weights.load(model)
    return exported.model, arrays


def perplexities(model: Path, pack: Pack) -> dict[str, float]:
    """Of each held-out source, and of "all" together.

    Raises ValueError where the pack has another vocabulary.
    """
    config, arrays = load(model)
    if Vocabulary.load(model, config.language).words != pack.vocabulary.words:
        raise ValueError(f"{model} has another vocabulary than {pack.folder}")
    network = Network(config, streams=STREAMS, length=LENGTH, running=pack.running)
    network.build()
    network.compile()
    for name, variable in network.learned.items():
        variable.assign(arrays[name])
    nats, counts = {}, {}
    for name in pack.sources:
        text = pack.held_out(name)
        windows = side_by_side(text, streams=STREAMS, length=LENGTH, whole=True)
        nats[name], counts[name] = network.mean_nats(windows), len(text)
    total = np.average(list(nats.values()), weights=list(counts.values()))
    return {name: math.exp(mean) for name, mean in (nats | {"all": float(total)}).items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", type=Path, nargs="+", help="runs or exported folders")
    parser.add_argument("--pack", type=Path, required=True)
    args = parser.parse_args()
    pack = Pack(args.pack)
    print("| model | " + " | ".join([*pack.sources, "all"]) + " |")
    print("| --- |" + " --- |" * (len(pack.sources) + 1))
    for model in args.models:
        found = perplexities(model, pack)
        print(f"| {model.name} | " + " | ".join(f"{value:.2f}" for value in found.values()) + " |")


if __name__ == "__main__":
    main()
