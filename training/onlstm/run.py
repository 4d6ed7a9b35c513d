"""A run of training an ON-LSTM language model."""

import argparse
import math
from collections.abc import Iterator

from engine.onlstm.config import OnLstmConfig
from training.common.run import Run
from training.onlstm.data import Batch, Pack, side_by_side
from training.onlstm.network import Dropouts, Network

HELD_OUT_WINDOWS = 3


class OnLstmRun(Run):
    """Model, optimizer and data of a run, as its folder has them or new.

    Args:
        args: of training.onlstm.train.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        super().__init__(args)
        self.pack = Pack(args.pack)
        self.config = OnLstmConfig(
            vocabulary_size=len(self.pack.vocabulary),
            embedding_size=args.embedding,
            hidden_sizes=tuple(args.hidden),
            chunk_size=args.chunk,
            cell=args.cell,
            master_input=args.master_input,
            unit=self.pack.unit,
            language=self.pack.language,
            tied=args.hidden[-1] == args.embedding,
        )
        self.prepare(
            Network(
                self.config,
                streams=args.streams,
                length=args.length,
                running=self.pack.running,
                dropouts=_dropouts(args),
                precision=args.precision,
                seed=args.seed,
            )
        )
        self.pack.vocabulary.save(self.folder)
        self.write_settings(model=self.config.to_dict())

    @property
    def tokens_a_call(self) -> int:
        return int(self.args.streams * self.args.length)

    def batches(self) -> Iterator[Batch]:
        """The batches that are left, without end."""
        args = self.args
        return self.pack.batches(
            streams=args.streams, length=args.length, start=self.step, seed=args.seed
        )

    def held_out(self) -> dict[str, float]:
        """Perplexity of the first held-out sentences of each source."""
        found = {}
        for name in self.pack.sources:
            streams, length = self.args.streams, self.args.length
            text = self.pack.held_out(name)[: HELD_OUT_WINDOWS * streams * length]
            windows = side_by_side(text, streams=streams, length=length, whole=True)
            nats = self.network.mean_nats(windows)
            found[name] = round(math.exp(nats), 2)
        return found

    def flops_a_token(self) -> float:
        config = self.config
        kernels = sum(
            (config.input_size(layer) + size) * config.kernel_width(layer)
            for layer, size in enumerate(config.hidden_sizes)
        )
        return 6.0 * (kernels + config.hidden_sizes[-1] * config.vocabulary_size)


def _dropouts(args: argparse.Namespace) -> Dropouts:
    return Dropouts(
        words=args.drop_words,
        embedding=args.drop_embedding,
        hidden=args.drop_hidden_layers,
        output=args.drop_output,
        recurrent=args.drop_recurrent,
        activation=args.penalty_activation,
        temporal=args.penalty_temporal,
    )
