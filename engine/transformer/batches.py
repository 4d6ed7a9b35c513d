"""From ragged rows of tokens to the padded arrays of one pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.models.errors import PromptError
from engine.transformer.config import TransformerConfig
from engine.transformer.positions import MASKED, Floats, Ids, relative_ids
from engine.transformer.runtimes import Feeds


@dataclass(frozen=True)
class Row:
    """New tokens of one row of the cache, after ``start`` tokens of its past."""

    index: int
    start: int
    tokens: list[int]
    segments: list[int]
    bidirectional: bool

    def split(self, size: int) -> Iterator["Row"]:
        """The same in parts of at most ``size`` tokens."""
        for begin in range(0, len(self.tokens), size):
            part = slice(begin, begin + size)
            yield replace(
                self,
                start=self.start + begin,
                tokens=self.tokens[part],
                segments=self.segments[part],
            )


def bucket(count: int, sizes: Sequence[int]) -> int:
    """The smallest size that is enough, or beyond all of them a multiple of the largest."""
    largest = sizes[-1]
    return next((size for size in sizes if size >= count), -(-count // largest) * largest)


def feeds(
    config: TransformerConfig,
    rows: Sequence[Row],
    past: int,
    sizes: Sequence[int],
    every_position: bool,
) -> Feeds:
    """One pass over rows ``rows[0].index`` (the smallest) up to the largest.

    Rows between them that are not given take part with no token: nothing is kept of those.

    Args:
        past: tokens T that the cache has room for.
        sizes: buckets of new tokens.
        every_position: whether logits are wanted at each new token, or at the last one.
    """
    first = min(row.index for row in rows)
    batch = max(row.index for row in rows) - first + 1
    width = bucket(max(len(row.tokens) for row in rows), sizes)
    tokens, segments = np.zeros((batch, width), np.int32), np.zeros((batch, width), np.int32)
    starts, counts = np.zeros(batch, np.int32), np.zeros(batch, np.int32)
    both_ways = np.zeros(batch, bool)
    for row in rows:
        at = row.index - first
        tokens[at, : len(row.tokens)] = row.tokens
        segments[at, : len(row.tokens)] = row.segments
        starts[at], counts[at] = row.start, len(row.tokens)
        both_ways[at] = row.bidirectional
    positions = (starts[:, None] + np.arange(width)).astype(np.int32)
    keys = np.concatenate(
        [np.broadcast_to(np.arange(past, dtype=np.int32), (batch, past)), positions], axis=1
    )
    needs_relative = config.position in ("nezha", "t5")
    last = np.maximum(counts - 1, 0)[:, None]
    every = np.broadcast_to(np.arange(width, dtype=np.int32), (batch, width))
    return Feeds(
        tokens=tokens,
        positions=np.minimum(positions, config.max_positions - 1),
        segments=segments,
        mask=_mask(starts, counts, both_ways, past, width),
        relative=relative_ids(config, positions, keys, bidirectional=False)
        if needs_relative
        else None,
        select=np.ascontiguousarray(every) if every_position else last.astype(np.int32),
        starts=starts,
        counts=counts,
    )


def source_feeds(config: TransformerConfig, source: Sequence[int], sizes: Sequence[int]) -> Feeds:
    """The encoder's pass over one text; PromptError where it is empty or too long."""
    if not 0 < len(source) <= config.max_positions:
        raise PromptError(
            f"a source of {len(source)} tokens; there must be 1 to {config.max_positions}"
        )
    width = bucket(len(source), sizes)
    tokens = np.zeros((1, width), np.int32)
    tokens[0, : len(source)] = source
    positions = np.arange(width, dtype=np.int32)[None]
    starts, counts = np.zeros(1, np.int32), np.array([len(source)], np.int32)
    return Feeds(
        tokens=tokens,
        positions=positions,
        segments=np.zeros_like(tokens),
        mask=_mask(starts, counts, np.ones(1, bool), 0, width),
        relative=relative_ids(config, positions, positions, bidirectional=True),
        select=np.zeros((1, 1), np.int32),
        starts=starts,
        counts=counts,
    )


def _mask(starts: Ids, counts: Ids, both_ways: np.ndarray, past: int, width: int) -> Floats:
    """0 where a new token may look, MASKED elsewhere [B, 1, S, T + S].

    Every token sees its row's past and itself, and the new ones before it or, both ways, all.
    """
    batch = len(starts)
    new = np.arange(width)
    before = np.broadcast_to((np.arange(past) < starts[:, None])[:, None], (batch, width, past))
    causal = new <= new[:, None]
    among = causal | (both_ways[:, None, None] & (new < counts[:, None, None]))
    seen = np.concatenate([before, np.broadcast_to(among, (batch, width, width))], axis=-1)
    return np.where(seen, np.float32(0), np.float32(MASKED))[:, None]
