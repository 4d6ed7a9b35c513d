"""Bits per character of held-out text, by a model in each precision and by n-grams."""

from collections.abc import Mapping

from benchmarks.report import table
from benchmarks.text.ngram import NGramBits
from training.language_model.evaluate import NOTHING, Bits


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
