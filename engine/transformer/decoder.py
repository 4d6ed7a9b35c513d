"""Slots over one set of weights: each has its own past, and all step together.

A slot's past is kept in a row of the runtime's cache. Rows in use are 0 to n - 1 without a gap, so
that a step over all of them is one contiguous batch; closing a slot moves the last row into its
place. The cache's length grows in buckets, and new tokens are padded to buckets too, because each
new shape is compiled.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.models.errors import ContextFullError, GenerationError, PromptError, SlotsFullError
from engine.transformer.batches import Row, bucket, feeds, source_feeds
from engine.transformer.runtimes import Floats, KeysValues, Runtime

LENGTHS = (64, 128, 192, 256, 320, 384, 448, 512, 640, 768, 896, 1024)
"""Tokens that a cache has room for."""
NEW_TOKENS = (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, *range(256, 1025, 64))
"""Sizes that the new tokens of a pass are padded to."""
PASS = 128
"""Tokens of a causal text that one pass takes: more are no faster, and take more memory."""
TOGETHER = 32
"""Chunks up to this long are padded and batched; longer ones fill a pass by themselves."""


@dataclass(frozen=True)
class Chunk:
    """Tokens to append to one slot.

    Attributes:
        segments: as many ids as tokens; 0 for each by default.
        bidirectional: these tokens see each other both ways: UniLM's prefix. A past that is cut
            among them keeps what they saw.
    """

    slot: int
    tokens: Sequence[int]
    segments: Sequence[int] | None = None
    bidirectional: bool = False


@dataclass(frozen=True)
class Past:
    """A slot's content at one moment; it never changes and outlives the slot."""

    tokens: tuple[int, ...]
    segments: tuple[int, ...]
    source: tuple[int, ...]
    state: KeysValues

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def nbytes(self) -> int:
        """Bytes of its keys and values."""
        return self.state.nbytes


@dataclass
class _Slot:
    row: int
    tokens: list[int] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)
    source: tuple[int, ...] = ()


class Decoder:
    """Up to ``slots`` texts being read or written at once. Not safe for several threads.

    Token ids are checked against the vocabulary: a wrong one raises PromptError.
    """

    def __init__(self, runtime: Runtime, slots: int = 1) -> None:
        self.config = runtime.config
        self.slots = slots
        # Families without segments are given some all the same, and make nothing of them.
        self._segments = self.config.num_segments or self.config.vocab_size
        self._cache = runtime.cache()
        self._open: dict[int, _Slot] = {}
        self._rows: list[int] = []  # the slot in each row
        self._allocated = (0, 0)

    def open(
        self,
        past: Past | None = None,
        *,
        length: int | None = None,
        source: Sequence[int] | None = None,
    ) -> int:
        """A free slot, empty or with the first ``length`` tokens of ``past``.

        Args:
            source: the encoder's tokens; encoder-decoders only, which need them or a past.

        Raises SlotsFullError, PromptError.
        """
        if len(self._open) == self.slots:
            raise SlotsFullError(f"all {self.slots} slots are taken")
        sources = (source is not None) + (past is not None and past.source != ())
        if sources != bool(self.config.encoder_layers):
            raise PromptError("an encoder-decoder needs one source text, and nothing else takes it")
        number = next(n for n in range(self.slots) if n not in self._open)
        slot = _Slot(row=len(self._rows))
        if past is not None:
            slot.tokens, slot.segments = list(past.tokens[:length]), list(past.segments[:length])
            slot.source = past.source
        self._reserve(slot.row + 1, max(1, len(slot.tokens)))
        if source is not None:
            slot.source = tuple(self._checked(source))
            self._cache.encode(slot.row, source_feeds(self.config, slot.source, NEW_TOKENS))
        if past is not None:
            self._cache.write(slot.row, past.state, len(slot.tokens))
        self._open[number] = slot
        self._rows.append(number)
        return number

    def close(self, slot: int) -> None:
        """Free the slot; closing it again does nothing."""
        closed = self._open.get(slot)
        if closed is None:
            return
        last = len(self._rows) - 1
        if closed.row != last:
            self._cache.move([last if row == closed.row else row for row in range(last)])
            self._rows[closed.row] = self._rows[last]
            self._open[self._rows[last]].row = closed.row
        self._rows.pop()
        del self._open[slot]
        if not self._rows:
            self._cache.allocate(0, 0)
            self._allocated = (0, 0)

    def length(self, slot: int) -> int:
        """Tokens in the slot."""
        return len(self._slot(slot).tokens)

    def tokens(self, slot: int) -> list[int]:
        """The tokens in the slot."""
        return list(self._slot(slot).tokens)

    def extend(self, chunks: Sequence[Chunk], *, every_position: bool = False) -> list[Floats]:
        """Append tokens to slots, at most one chunk a slot.

        Returns for each chunk the logits [V] that follow its last token, or those of each of its
        tokens [S, V]. Raises PromptError for an empty chunk or a wrong id, and ContextFullError
        where the context would overflow; nothing is appended then.
        """
        rows = [self._row(chunk) for chunk in chunks]
        if len({row.index for row in rows}) < len(rows):
            raise GenerationError("two chunks for one slot in one call")
        logits: dict[int, Floats] = {}
        try:
            for group in _groups(rows):
                logits |= self._run(group, every_position)
        except BaseException:
            for row in rows:  # the passes before the one that failed
                self.truncate(self._rows[row.index], row.start)
            raise
        return [logits[row.index] for row in rows]

    def keep(self, slot: int) -> Past:
        """A copy of what is in the slot."""
        kept = self._slot(slot)
        state = self._cache.read(kept.row, len(kept.tokens))
        return Past(tuple(kept.tokens), tuple(kept.segments), kept.source, state)

    def truncate(self, slot: int, length: int) -> None:
        """Forget the slot's tokens from ``length`` on."""
        kept = self._slot(slot)
        del kept.tokens[length:], kept.segments[length:]

    def reorder(self, slots: Sequence[int], sources: Sequence[int]) -> None:
        """Each slot becomes a copy of what its source was before: the beams of a beam search."""
        rows = {
            self._slot(slot).row: self._slot(source)
            for slot, source in zip(slots, sources, strict=True)
        }
        moved = {row: (list(s.tokens), list(s.segments), s.source) for row, s in rows.items()}
        order = [rows[row].row if row in rows else row for row in range(len(self._rows))]
        if order != list(range(len(order))):
            self._cache.move(order)
        for row, (tokens, segments, source) in moved.items():
            slot = self._open[self._rows[row]]
            slot.tokens, slot.segments, slot.source = tokens, segments, source

    def _slot(self, slot: int) -> _Slot:
        try:
            return self._open[slot]
        except KeyError:
            raise GenerationError(f"slot {slot} is not open") from None

    def _checked(self, tokens: Iterable[int]) -> list[int]:
        checked = [int(token) for token in tokens]
        for token in checked:
            if not 0 <= token < self.config.vocab_size:
                raise PromptError(
                    f"token id {token} is not in the vocabulary of {self.config.vocab_size}"
                )
        return checked

    def _row(self, chunk: Chunk) -> Row:
        slot = self._slot(chunk.slot)
        tokens = self._checked(chunk.tokens)
        segments = [0] * len(tokens) if chunk.segments is None else list(chunk.segments)
        if not tokens or len(segments) != len(tokens):
            raise PromptError(f"{len(tokens)} tokens with {len(segments)} segments to append")
        if any(not 0 <= segment < self._segments for segment in segments):
            raise PromptError(f"segment ids must be below {self._segments}: {set(segments)}")
        is_encoder = self.config.attention == "bidirectional"
        if is_encoder and slot.tokens:
            raise PromptError("an encoder reads a text at once: what it has read cannot go on")
        total = len(slot.tokens) + len(tokens)
        if total > self.config.max_positions:
            raise ContextFullError(
                f"{total} tokens do not fit into a context of {self.config.max_positions}"
            )
        both_ways = chunk.bidirectional or is_encoder
        return Row(slot.row, len(slot.tokens), tokens, segments, both_ways)

    def _run(self, rows: list[Row], every_position: bool) -> dict[int, Floats]:
        """Rows in one pass, or one long row in several unless its tokens all see each other."""
        if len(rows[0].tokens) > PASS and not rows[0].bidirectional:
            return self._run_long(rows[0], every_position)
        self._reserve(len(self._rows), max(row.start + len(row.tokens) for row in rows))
        first = min(row.index for row in rows)
        # Texts that begin here have no past to look at.
        past = self._allocated[1] if any(row.start for row in rows) else 0
        batch = feeds(self.config, rows, past, NEW_TOKENS, every_position)
        out = self._cache.run(first, batch)
        found = {}
        for row in rows:
            slot = self._open[self._rows[row.index]]
            slot.tokens += row.tokens
            slot.segments += row.segments
            logits = out[row.index - first]
            found[row.index] = logits[: len(row.tokens)] if every_position else logits[0]
        return found

    def _run_long(self, row: Row, every_position: bool) -> dict[int, Floats]:
        parts = [self._run([part], every_position)[row.index] for part in row.split(PASS)]
        return {row.index: np.concatenate(parts) if every_position else parts[-1]}

    def _reserve(self, rows: int, length: int) -> None:
        have_rows, have_length = self._allocated
        length = bucket(max(length, have_length), LENGTHS)
        if rows > have_rows or length > have_length:
            rows = min(self.slots, max(rows, 2 * have_rows if rows > have_rows else have_rows))
            self._cache.allocate(rows, length)
            self._allocated = (rows, length)


def _groups(rows: list[Row]) -> list[list[Row]]:
    """Rows that share a pass: all short ones, and each long one by itself."""
    steps = [row for row in rows if len(row.tokens) == 1]
    short = [row for row in rows if 1 < len(row.tokens) <= TOGETHER]
    long = [[row] for row in rows if len(row.tokens) > TOGETHER]
    return [group for group in (steps, short, *long) if group]
