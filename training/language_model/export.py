"""Turn a run of training.language_model.train into a bundled model.

    python -m training.language_model.export runs/story assets/models/story --tokenizer FOLDER

The folder gets int8 shards (or another --dtype), config.json and the tokenizer's file; whatever
loads published checkpoints loads it.
"""

import argparse
import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints import bundled
from engine.transformer.checkpoints.convert import convert
from engine.transformer.config import TransformerConfig
from engine.transformer.weights import shapes
from engine.weights import bundle
from engine.weights.writing import write_shards
from training.common.state import learned, read_state

FACTORED = ("embeddings/segment", "embeddings/condition")
"""Tables whose rows are sums of what a segment is made of: see engine.tokenizers.conditions."""
TOKENIZER = "chinese.model"


class Trained(NamedTuple):
    """What a run has learned so far, for LanguageModel.build.

    Attributes:
        arrays: float32, under the names of engine/transformer/weights.py.
        tokenizer: SHA-256 of the tokenizer's file.
    """

    config: TransformerConfig
    arrays: dict[str, NDArray[np.float32]]
    tokenizer: str

    def read(self, name: str) -> NDArray[np.float32]:
        """See engine.transformer.weights.Weights."""
        return self.arrays[name]


def whole(
    found: Mapping[str, NDArray[np.float32]], factors: NDArray[np.float32]
) -> dict[str, NDArray[np.float32]]:
    """What the network learned in the shapes of engine/transformer/weights.py."""
    return {name: factors @ a if name in FACTORED else a for name, a in found.items()}


def apart(
    found: Mapping[str, NDArray[np.float32]], factors: NDArray[np.float32]
) -> dict[str, NDArray[np.float32]]:
    """What the network is to learn on from: the reverse of ``whole``."""
    inverse = np.linalg.pinv(factors).astype(np.float32)
    return {name: inverse @ a if name in FACTORED else a for name, a in found.items()}


def read_bundle(folder: Path, config: TransformerConfig) -> dict[str, NDArray[np.float32]]:
    """The weights of an exported model as float32. Raises CheckpointError."""
    with closing(bundled.BundledWeights(folder, config)) as source:
        return {name: bundle.as_float(source.read(name)) for name in shapes(config)}


def read_run(run: Path) -> Trained:
    """The weights of a run. Raises CheckpointError where there are none."""
    settings, state = read_state(run)
    config = bundled.read_config(settings, run)
    return Trained(config, whole(learned(state), state["factors"]), settings["tokenizer"])


def export(run: Path, folder: Path, tokenizer: Path, dtype: bundled.Dtype = "int8") -> None:
    """Write the run's model and its tokenizer into ``folder``, in place of what is there.

    Args:
        tokenizer: the folder of chinese.model.

    Raises CheckpointError where the tokenizer is not the one that the run was trained with.
    """
    trained = read_run(run)
    if sha256(tokenizer / TOKENIZER) != trained.tokenizer:
        raise CheckpointError(f"{run} was trained with another tokenizer than {tokenizer}")
    settings = {
        "model": bundled.model_settings(trained.config),
        "tokenizer": {"words": False},
    }
    with tempfile.TemporaryDirectory() as exact:
        plan = bundled.plan(trained.config, "float32")
        arrays = ((name, trained.read(name)) for name in shapes(trained.config))
        for _ in write_shards(Path(exact), plan, arrays, bundle.SHARD_BYTES):
            pass
        (Path(exact) / "config.json").write_text(json.dumps(settings))
        shutil.copyfile(tokenizer / TOKENIZER, Path(exact) / TOKENIZER)
        convert(exact, folder, dtype)


def sha256(path: Path) -> str:
    """Of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True, help=f"folder of {TOKENIZER}")
    parser.add_argument("--dtype", default="int8")
    args = parser.parse_args()
    export(args.run, args.folder, args.tokenizer, args.dtype)


if __name__ == "__main__":
    main()
