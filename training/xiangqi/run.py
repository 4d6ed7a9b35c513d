"""A run of training the xiangqi model."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import keras
import numpy as np

from engine.xiangqi.play.model import XiangqiConfig, XiangqiModel
from training.common.run import Run
from training.xiangqi.data import Games, Sampler, held_out, read_games, write_held_out
from training.xiangqi.network import LOSSES, Network


class XiangqiRun(Run):
    """Model, optimizer and games of a run, as its folder has them or new.

    Args:
        args: of training.xiangqi.train.
    """

    losses: ClassVar[dict[str, str]] = {name: name for name in ("loss", *LOSSES)}
    adam = ("token_output",)

    def __init__(self, args: argparse.Namespace) -> None:
        super().__init__(args)
        bfloat16 = args.precision == "bfloat16"
        keras.config.set_dtype_policy("mixed_bfloat16" if bfloat16 else "float32")
        config = XiangqiConfig(**{name: getattr(args, name) for name in XiangqiConfig().to_dict()})
        games = load_corpus(args.corpus, self.folder / "games")
        kept_out = held_out(games)
        write_held_out(args.corpus, kept_out, self.folder / "held_out.tsv")
        chosen = np.flatnonzero(~kept_out & (np.diff(games.start) >= 10))
        blind = max(args.windows // 4, 1)
        self.sampler = Sampler(games, chosen, windows=args.windows, blind_windows=blind)
        self.prepare(Network(XiangqiModel(config)))
        self.write_settings(model=config.to_dict())

    @property
    def tokens_a_call(self) -> int:
        """Plies with a board."""
        return self.sampler.windows * self.sampler.length

    def batches(self) -> Iterator[dict[str, Any]]:
        """Batches without end, other ones after every stop."""
        return self.sampler.batches(seed=self.step)


def load_corpus(corpus: Path, cache: Path) -> Games:
    """The corpus as arrays, replayed once and then kept in the run folder."""
    if not (cache / "result.npy").exists():
        read_games(corpus).save(cache)
    return Games.load(cache)
