"""Bits per character of the held-out documents of every source of a pack.

    python -m training.language_model.evaluate runs/story PACK --tokenizer FOLDER
    python -m training.language_model.evaluate assets/models/story PACK

A run is measured with the weights that it has saved last, an exported folder as the app runs it:
the difference is what int8 costs.
"""

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from engine.tokenizers.loading import load_tokenizer
from engine.transformer.checkpoints.loading import load_checkpoint
from engine.transformer.language_model import LanguageModel
from engine.transformer.runtimes import Dtype
from training.common.state import STATE
from training.language_model.data import Pack
from training.language_model.documents import Document, Texts
from training.language_model.export import read_run

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bits:
    """How much of a surprise some text was.

    Attributes:
        bits: of all targets, the ends of turns and of texts included.
        characters: of the targets; ends have none.
        tokens: targets.
    """

    bits: float
    characters: int
    tokens: int

    def __add__(self, other: "Bits") -> "Bits":
        return Bits(
            self.bits + other.bits, self.characters + other.characters, self.tokens + other.tokens
        )

    @property
    def per_character(self) -> float:
        return self.bits / max(self.characters, 1)

    @property
    def perplexity(self) -> float:
        """Of a token."""
        return float(2 ** (self.bits / max(self.tokens, 1)))

    def row(self, name: str) -> str:
        """For a table in Markdown."""
        sizes = f"{self.characters:,} | {self.perplexity:.1f} | {self.per_character:.3f}"
        return f"| {name} | {sizes} |"


NOTHING = Bits(0.0, 0, 0)


def surprises(
    model: LanguageModel, document: Document, context: int, segment: int | None = None
) -> Floats:
    """Bits of every target of a document.

    A text follows the end of another, as in training. What is longer than the context is read in
    windows that overlap by half, and of all but the first the second half counts.

    Args:
        segment: what to tell the model instead of the document's own conditions.
    """
    tokens = document.tokens.astype(np.int64)
    segments = document.segments.astype(np.int64)
    if segment is not None:
        segments = np.full_like(segments, segment)
    wanted = document.loss.astype(bool)
    if wanted[0]:
        tokens = np.concatenate([[document.pieces.end], tokens])
        segments = np.concatenate([segments[:1], segments])
        wanted = np.concatenate([[False], wanted])
    found = []
    size = len(tokens) - 1
    for begin in range(0, max(size - context // 2, 1), context // 2):
        end = min(begin + context, size)
        counted = begin + (context // 2 if begin else 0)
        logits = model.logits(tokens[begin:end].tolist(), segments[begin:end].tolist())
        found.append(_bits(logits[counted - begin :], tokens[counted + 1 : end + 1]))
    bits: Floats = np.concatenate(found)[wanted[1:]]
    return bits


def _bits(logits: NDArray[np.floating], targets: NDArray[np.int64]) -> Floats:
    """-log2 of the probability of each target [S] by its row of logits [S, V]."""
    chosen = np.take_along_axis(logits, targets[:, None], axis=-1)[:, 0].astype(np.float64)
    most = logits.max(axis=-1, keepdims=True)
    sums = np.exp(logits - most).sum(axis=-1, dtype=np.float64)
    found: Floats = (np.log(sums) + most[:, 0] - chosen) / math.log(2)
    return found


def measure(
    model: LanguageModel,
    documents: Sequence[Document],
    context: int | None = None,
    segment: int | None = None,
) -> Bits:
    """Documents, each by itself."""
    context = context or model.config.max_positions
    total = NOTHING
    for document in documents:
        found = surprises(model, document, context, segment)
        total += Bits(float(found.sum()), document.characters, len(found))
    return total


def load(model: Path, tokenizer: Path | None, dtype: Dtype | None) -> LanguageModel:
    """A run, with the tokenizer of a folder, or an exported model."""
    if not (model / STATE).exists():
        return load_checkpoint(model, dtype=dtype)
    trained = read_run(model)
    text = None
    if tokenizer is not None:
        text = load_tokenizer(tokenizer, trained.config.family, words=False)
    return LanguageModel.build(trained.config, trained, text, name=model.name, dtype=dtype)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path, help="a run or an exported folder")
    parser.add_argument("pack", type=Path)
    parser.add_argument("--tokenizer", type=Path, help="its folder; an exported model has its own")
    parser.add_argument("--dtype", choices=get_args(Dtype), help="by default what suits the model")
    parser.add_argument("--mix", default="base", help="whose sources")
    parser.add_argument("--characters", type=int, default=10_000, help="of each source, about")
    parser.add_argument("--context", type=int, default=256, help="tokens seen at once")
    args = parser.parse_args()
    model = load(args.model, args.tokenizer, args.dtype)
    if model.tokenizer is None:
        parser.error("a run has no tokenizer of its own: give --tokenizer")
    pack = Pack(args.pack)
    texts = Texts(pack, model.tokenizer)
    print("| source | characters | perplexity of a token | bits a character |")
    print("| --- | ---: | ---: | ---: |")
    total = NOTHING
    for name in pack.measured(args.mix):
        found = measure(model, texts.some(name, args.characters), args.context)
        print(found.row(name), flush=True)
        total += found
    print(total.row("all"))


if __name__ == "__main__":
    main()
