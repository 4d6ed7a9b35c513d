"""Bits per character and perplexity of held-out text, by a model and by n-grams."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.text_data import Document
from benchmarks.text_ngram import NGramBits
from benchmarks.text_report import table
from engine.transformer.language_model import LanguageModel

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
        return 2 ** (self.bits / max(self.tokens, 1))


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
    return np.concatenate(found)[wanted[1:]]


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


def bits_table(
    columns: Mapping[str, Mapping[str, Bits]], ngrams: Mapping[str, NGramBits] | None
) -> str:
    """Bits per character of each source by the model in each precision, beside n-grams.

    Args:
        columns: by precision and source.
        ngrams: by source.
    """
    first = next(iter(columns.values()))
    rows = []
    for name in [*first, None]:
        cells = [_sum(column, name) for column in columns.values()]
        size = cells[0].characters
        row = [name or "all", f"{size:,}", f"{cells[0].perplexity:.1f}"]
        row += [f"{cell.per_character:.3f}" for cell in cells]
        if ngrams is not None:
            found = [bits for source, bits in ngrams.items() if name in (source, None)]
            row.append(f"{sum(bits.alone for bits in found) / size:.3f}")
            row.append(f"{sum(bits.mixed for bits in found) / size:.3f}")
        rows.append(row)
    headings = ["source", "characters", "perplexity a token", *columns]
    more = ["n-grams", "n-grams of all and of the source"] if ngrams is not None else []
    return table([*headings, *more], rows)


def _sum(found: Mapping[str, Bits], name: str | None) -> Bits:
    return sum((bits for key, bits in found.items() if name in (key, None)), NOTHING)
