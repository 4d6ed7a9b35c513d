"""Train word vectors on a packed text.

    python -m training.word2vec.corpus CORPUS --out SHARDS
    python -m training.word2vec.pack SHARDS --out PACK
    python -m training.word2vec.train PACK --run runs/word2vec --epochs 5

Runs on any Keras backend (TensorFlow is the fastest on a CPU). Everything is in the run folder, so
a run that was stopped goes on: saved every few minutes and when the process is told to end.
"""

import argparse
import dataclasses
import json
import signal
import time
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import numpy as np
from safetensors.numpy import load_file, save_file

from engine.word2vec.training.recipe import Recipe
from engine.word2vec.training.trainer import Progress, State, Trainer
from training.common.state import STATE
from training.word2vec.pack import read

LOG_SECONDS: Final = 30
SAVE_SECONDS: Final = 180


def add_recipe_arguments(parser: argparse.ArgumentParser) -> None:
    """An option for each setting of a recipe; min_count and max_words were the pack's to settle."""
    hints = get_type_hints(Recipe)
    for setting in dataclasses.fields(Recipe):
        if setting.name in ("min_count", "max_words"):
            continue
        hint = hints[setting.name]
        literal = get_origin(hint) is Literal
        parser.add_argument(
            f"--{setting.name.replace('_', '-')}",
            type=str if literal else get_args(hint)[0] if get_args(hint) else hint,
            choices=get_args(hint) if literal else None,
            default=setting.default,
        )


def recipe_of(args: argparse.Namespace, **settings: Any) -> Recipe:
    """The recipe that the options ask for."""
    names = (setting.name for setting in dataclasses.fields(Recipe))
    given = {name: getattr(args, name) for name in names if hasattr(args, name)}
    return Recipe(**given, **settings)


class Run:
    """A run in its folder: new, or going on from where it was saved."""

    def __init__(self, pack: Path, folder: Path, recipe: Recipe) -> None:
        self.folder = folder
        vocabulary, tokens = read(pack)
        state = load_file(folder / STATE) if (folder / STATE).exists() else None
        self.trainer = Trainer(tokens, vocabulary, recipe, state)
        folder.mkdir(parents=True, exist_ok=True)
        settings = {"recipe": recipe.as_dict(), "tokens": len(tokens), "pack": pack.name}
        (folder / "config.json").write_text(json.dumps(settings, indent=1) + "\n")
        self._stopped = False

    def train(self) -> None:
        """To the end, or until the process is told to end."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        saved = time.monotonic()
        for progress in self.trainer.run(LOG_SECONDS):
            self._log(progress)
            if self._stopped:
                break
            if time.monotonic() - saved > SAVE_SECONDS:
                self._save(self.trainer.state())
                saved = time.monotonic()
        self._save(self.trainer.state())

    def _stop(self, *_: Any) -> None:
        self._stopped = True

    def _log(self, progress: Progress) -> None:
        line = json.dumps(dataclasses.asdict(progress))
        with (self.folder / "log.jsonl").open("a") as file:
            file.write(line + "\n")
        print(line, flush=True)

    def _save(self, state: State) -> None:
        """Renamed into place, so that a kill cannot spoil it."""
        path = self.folder / STATE
        save_file(
            {name: np.ascontiguousarray(array) for name, array in state.items()},
            path.with_suffix(".tmp"),
        )
        path.with_suffix(".tmp").rename(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pack", type=Path, help="folder that training.word2vec.pack wrote")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    add_recipe_arguments(parser)
    args = parser.parse_args()
    Run(args.pack, args.run, recipe_of(args)).train()


if __name__ == "__main__":
    main()
