"""Train word vectors on a packed text.

    python -m training.word2vec.corpus CORPUS --out SHARDS
    python -m training.word2vec.pack SHARDS --out PACK
    python -m training.word2vec.train PACK --run runs/word2vec --epochs 5

Runs on any Keras backend (TensorFlow is the fastest on a CPU). Everything is in the run folder, so
a run that was stopped goes on: saved every few minutes and when the process is told to end.
"""

import argparse
import dataclasses
import time
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

from safetensors.numpy import load_file

from engine.word2vec.training.recipe import Recipe
from engine.word2vec.training.trainer import Trainer
from training.common.state import (
    LOG_SECONDS,
    SAVE_SECONDS,
    STATE,
    log,
    stop_asked,
    write_settings,
    write_state,
)
from training.word2vec.pack import read


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


def recipe_of(args: argparse.Namespace) -> Recipe:
    """The recipe that the options ask for."""
    names = (setting.name for setting in dataclasses.fields(Recipe))
    given = {name: getattr(args, name) for name in names if hasattr(args, name)}
    return Recipe(**given)


def train(pack: Path, run: Path, recipe: Recipe) -> None:
    """To the end, or until the process is told to end; goes on from where the run was saved."""
    vocabulary, tokens = read(pack)
    state = load_file(run / STATE) if (run / STATE).exists() else None
    trainer = Trainer(tokens, vocabulary, recipe, state)
    run.mkdir(parents=True, exist_ok=True)
    write_settings(run, {"recipe": recipe.as_dict(), "tokens": len(tokens), "pack": pack.name})
    saved = time.monotonic()
    with stop_asked() as stop:
        for progress in trainer.run(LOG_SECONDS):
            log(run, dataclasses.asdict(progress))
            if stop.is_set():
                break
            if time.monotonic() - saved > SAVE_SECONDS:
                write_state(run, trainer.state())
                saved = time.monotonic()
        write_state(run, trainer.state())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pack", type=Path, help="folder that training.word2vec.pack wrote")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    add_recipe_arguments(parser)
    args = parser.parse_args()
    train(args.pack, args.run, recipe_of(args))


if __name__ == "__main__":
    main()
