"""A run of training a Transformer language model."""

import argparse
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import keras

from engine.tokenizers import conditions
from engine.transformer.checkpoints.bundled import model_settings
from engine.transformer.families import family_config
from training.common.run import Run
from training.common.state import LEARNED, STATE
from training.language_model.data import Pack
from training.language_model.export import apart, read_bundle
from training.language_model.network import Arrays, Network

HELD_OUT_WINDOWS: Final = 16


class TransformerRun(Run):
    """Model, optimizer and data of a run, as its folder has them or new.

    Args:
        args: of training.language_model.train.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        super().__init__(args)
        self.pack = Pack(args.pack)
        self.config = family_config(
            "bundled",
            vocab_size=args.vocabulary,
            hidden_size=args.hidden,
            num_layers=args.layers,
            num_heads=args.heads,
            intermediate_size=args.intermediate,
            max_positions=args.positions,
            num_segments=conditions.NUM_SEGMENTS,
            condition_size=args.condition,
        )
        pool = ThreadPoolExecutor(args.threads) if keras.backend.backend() == "torch" else None
        network = Network(
            self.config,
            conditions.factors(),
            precision=args.precision,
            dropout=args.dropout,
            pool=pool,
            parts=2 * args.threads if args.threads > 1 else 1,
        )
        self.prepare(network, pool)
        self.write_settings(
            model=model_settings(self.config), tokenizer=self.pack.manifest["tokenizer"]
        )

    @property
    def tokens_a_call(self) -> int:
        return int(self.args.windows * self.args.window)

    @property
    def calls_a_step(self) -> int:
        return int(self.args.accumulate)

    def constants(self) -> Arrays:
        return {"factors": self.network.factors}

    def beginning(self, place: Path) -> Arrays:
        """The weights of a run, or of a bundled model."""
        if (place / STATE).exists():
            return super().beginning(place)
        found = read_bundle(place, self.config)
        return {f"{LEARNED}{n}": a for n, a in apart(found, self.network.factors).items()}

    def held_out(self) -> dict[str, float]:
        """Bits a character of a few held-out windows of each source of the mix."""
        found = {}
        for name in self.pack.measured(self.args.mix):
            batch = self.pack.sample(name, size=self.args.window, windows=HELD_OUT_WINDOWS)
            nats = self.network.mean_loss(batch)
            ratio = self.pack.held_out(name).tokens_a_character
            found[name] = round(nats * ratio / math.log(2), 4)
        return found

    def flops_a_token(self) -> float:
        """Of the matrix products of a training step: three times those of a forward pass."""
        config = self.config
        block = config.hidden_size * (4 * config.attention_size + 2 * config.intermediate_size)
        attention = 2 * self.args.window * config.attention_size
        head = config.hidden_size * config.vocab_size
        return float(6 * (config.num_layers * (block + attention) + head))
