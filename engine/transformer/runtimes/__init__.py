"""What a Transformer's one forward pass runs on: OpenVINO on a CPU, Keras anywhere.

A runtime holds the weights of one model; each decoder has a cache of its own over them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.transformer.config import TransformerConfig

Dtype = Literal["float32", "bfloat16", "float16", "int8"]
DTYPES: tuple[Dtype, ...] = ("float32", "bfloat16", "float16", "int8")

Floats = NDArray[np.float32]
Ids = NDArray[np.int32]


@dataclass(frozen=True)
class Feeds:
    """One pass over B rows of S new tokens, right-padded, after up to T tokens of the past.

    Attributes:
        tokens, positions, segments: [B, S].
        mask: added to the scores [B, 1, S, T + S].
        relative: rows of the table of relative positions [B, S, T + S], or None.
        select: positions whose logits are wanted [B, N].
        starts: tokens of each row's past [B].
        counts: how many of the S tokens are real [B]; their keys and values are kept.
    """

    tokens: Ids
    positions: Ids
    segments: Ids
    mask: Floats
    relative: Ids | None
    select: Ids
    starts: Ids
    counts: Ids


@dataclass(frozen=True)
class KeysValues:
    """One row's keys and values [L, h, t, d], and those of the encoder's tokens if there are any.
    They are the runtime's own arrays: only a cache of the same runtime can take them.

    Attributes:
        item_bytes: of one number of them.
    """

    item_bytes: int
    keys: Any
    values: Any
    cross_keys: Any = None
    cross_values: Any = None

    @property
    def nbytes(self) -> int:
        """Bytes of all of it."""
        parts = (self.keys, self.values, self.cross_keys, self.cross_values)
        numbers: int = sum(math.prod(part.shape) for part in parts if part is not None)
        return self.item_bytes * numbers


class Cache(Protocol):
    """Keys and values of some rows; rows and lengths grow, and never shrink but by ``allocate``."""

    def allocate(self, rows: int, length: int) -> None:
        """Room for this many rows of this many tokens; what fits of the content stays. No rows:
        all memory is given back."""

    def run(self, first: int, feeds: Feeds) -> Floats:
        """A pass over rows ``first`` to ``first + B - 1``: logits [B, N, V]; the cache has the
        new tokens afterwards."""

    def encode(self, row: int, feeds: Feeds) -> None:
        """Run the encoder over one row [1, E] and keep what the decoder's layers look at."""

    def move(self, sources: Sequence[int]) -> None:
        """Row i becomes what row ``sources[i]`` was; rows beyond stay."""

    def read(self, row: int, length: int) -> KeysValues:
        """A copy of the row's first ``length`` tokens."""

    def write(self, row: int, past: KeysValues, length: int) -> None:
        """Put the first ``length`` tokens of ``past`` into the row."""


class Runtime(Protocol):
    """The weights of one model, ready to run.

    Attributes:
        dtype: of the weights in memory.
        device: what they run on, for people.
    """

    config: TransformerConfig
    dtype: Dtype
    device: str

    def cache(self) -> Cache:
        """An empty cache. Caches of one runtime may be used from different threads."""
