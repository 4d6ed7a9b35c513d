"""Prefix caching: the next turn of a dialogue does not read its history again."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from engine.transformer.decoder import Decoder, Past

SHORTEST = 4
"""Tokens from which on a past is worth its copy."""


@dataclass(frozen=True)
class Prefix:
    """Tokens that a slot holds or will hold, ready to be compared with others.

    Two texts are the same up to a token only if the segments are, and what an encoder read.
    """

    pairs: NDArray[np.int64]  # [T, 2]: token, segment
    source: tuple[int, ...] = ()

    @classmethod
    def of(
        cls, tokens: Sequence[int], segments: Sequence[int], source: Sequence[int] | None = None
    ) -> "Prefix":
        """That of these tokens [T] with these segments [T]."""
        return cls(np.array([tokens, segments], np.int64).T, tuple(source or ()))

    def __len__(self) -> int:
        return len(self.pairs)

    def shared(self, other: "Prefix") -> int:
        """How many tokens both begin with."""
        if self.source != other.source:
            return 0
        length = min(len(self), len(other))
        same = (self.pairs[:length] == other.pairs[:length]).all(axis=1)
        return length if same.all() else int(same.argmin())


class PrefixCache:
    """Pasts of slots within a budget of bytes; those that were used last stay.

    Attributes:
        budget: bytes of keys and values.
        nbytes: bytes in use.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.nbytes = 0
        self._pasts: OrderedDict[int, tuple[Prefix, Past]] = OrderedDict()
        self._numbers = count()
        self._bytes_per_token = 0.0

    def __len__(self) -> int:
        return len(self._pasts)

    def longest(self, wanted: Prefix) -> tuple[Past | None, int]:
        """The past that shares most of what is wanted, and how many tokens of it."""
        best, length = None, SHORTEST - 1
        for number, (prefix, _) in self._pasts.items():
            shared = prefix.shared(wanted)
            if shared > length:
                best, length = number, shared
        if best is None:
            return None, 0
        self._pasts.move_to_end(best)
        return self._pasts[best][1], length

    def keep(self, decoder: Decoder, slot: int, prefix: Prefix) -> Past | None:
        """Keep what a slot holds, where it is new and fits into the budget.

        Args:
            prefix: what the slot holds.

        Returns the past if it was copied, whether or not there was room for it.
        """
        if len(prefix) < SHORTEST or len(prefix) * self._bytes_per_token > self.budget:
            return None
        for number, (known, _) in list(self._pasts.items()):
            shared = known.shared(prefix)
            if shared == len(prefix):
                self._pasts.move_to_end(number)
                return None
            if shared == len(known):  # the new one says all that it says
                self._remove(number)
        past = decoder.keep(slot)
        self._bytes_per_token = past.nbytes / len(past)
        self.nbytes += past.nbytes
        self._pasts[next(self._numbers)] = prefix, past
        while self.nbytes > self.budget:
            self._remove(next(iter(self._pasts)))
        return past

    def clear(self) -> None:
        """Forget everything."""
        self._pasts.clear()
        self.nbytes = 0

    def _remove(self, number: int) -> None:
        _, past = self._pasts.pop(number)
        self.nbytes -= past.nbytes
