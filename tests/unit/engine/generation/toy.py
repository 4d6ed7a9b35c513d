"""A bigram table is a language model too: a decoder small enough to count everything it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.models.errors import ContextFullError, PromptError, SlotsFullError
from engine.transformer.config import TransformerConfig
from engine.transformer.decoder import Chunk

LETTERS = "abcdefghijklmnopqrstuvwxyz"
END = len(LETTERS)


class LetterStream:
    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.half = ""

    def push(self, id: int) -> str:
        return self.tokenizer.decode([id])

    def flush(self) -> str:
        return ""


class LetterTokenizer:
    """a is 0 and so on; the last id ends a text."""

    vocab_size = len(LETTERS) + 1
    eos_id = END
    bos_id = pad_id = unk_id = newline_id = None

    def encode(self, text: str) -> list[int]:
        return [LETTERS.index(letter) for letter in text]

    def decode(self, ids) -> str:
        return "".join(LETTERS[id] for id in ids if id != END)

    def piece(self, id: int) -> str:
        return [*LETTERS, "[END]"][id]

    def id(self, piece: str) -> int:
        return [*LETTERS, "[END]"].index(piece)

    def text_stream(self) -> LetterStream:
        return LetterStream(self)


@dataclass(frozen=True)
class ToyPast:
    tokens: tuple[int, ...]
    segments: tuple[int, ...]
    source: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def nbytes(self) -> int:
        return 10 * len(self.tokens)


class ToyDecoder:
    """The decoder's interface over a table of logits [V, V], or one for each position [T, V, V].

    ``fail`` makes the next pass fail. ``passes`` has for each pass the size of every chunk.
    """

    def __init__(self, model: "ToyModel", slots: int) -> None:
        self.config = model.config
        self.slots = slots
        self.table = model.table
        self.held: dict[int, tuple[list[int], list[int]]] = {}
        self.passes: list[list[int]] = []
        self.most_open = 0
        self.kept = 0
        self.fail: Exception | None = None

    @property
    def extended(self) -> int:
        return sum(map(sum, self.passes))

    def open(self, past=None, *, length=None, source=None) -> int:
        slot = next((n for n in range(self.slots) if n not in self.held), None)
        if slot is None:
            raise SlotsFullError("full")
        tokens, segments = (past.tokens, past.segments) if past else ((), ())
        self.held[slot] = list(tokens[:length]), list(segments[:length])
        self.most_open = max(self.most_open, len(self.held))
        return slot

    def close(self, slot: int) -> None:
        self.held.pop(slot, None)

    def length(self, slot: int) -> int:
        return len(self.held[slot][0])

    def tokens(self, slot: int) -> list[int]:
        return list(self.held[slot][0])

    def extend(self, chunks: Sequence[Chunk], *, every_position: bool = False):
        if self.fail is not None:
            error, self.fail = self.fail, None
            raise error
        assert len({chunk.slot for chunk in chunks}) == len(chunks)
        for chunk in chunks:
            if not 0 <= min(chunk.tokens) <= max(chunk.tokens) < self.config.vocab_size:
                raise PromptError(f"no such tokens: {chunk.tokens}")
            if self.length(chunk.slot) + len(chunk.tokens) > self.config.max_positions:
                raise ContextFullError("full")
        self.passes.append([len(chunk.tokens) for chunk in chunks])
        logits = []
        for chunk in chunks:
            tokens, segments = self.held[chunk.slot]
            tokens += chunk.tokens
            segments += chunk.segments or [0] * len(chunk.tokens)
            if self.table.ndim == 3:
                first = len(tokens) - len(chunk.tokens)
                rows = self.table[range(first, len(tokens)), list(chunk.tokens)]
            else:
                rows = self.table[list(chunk.tokens)]
            logits.append(rows if every_position else rows[-1])
        return logits

    def keep(self, slot: int) -> ToyPast:
        self.kept += 1
        tokens, segments = self.held[slot]
        return ToyPast(tuple(tokens), tuple(segments))

    def truncate(self, slot: int, length: int) -> None:
        tokens, segments = self.held[slot]
        del tokens[length:], segments[length:]

    def reorder(self, slots: Sequence[int], sources: Sequence[int]) -> None:
        before = {s: (list(t), list(g)) for s, (t, g) in self.held.items()}
        for slot, source in zip(slots, sources, strict=True):
            tokens, segments = before[source]
            self.held[slot] = list(tokens), list(segments)


class ToyModel:
    """What a batcher needs of a LanguageModel. ``decoders`` has all that were made."""

    def __init__(self, table=None, *, positions: int = 1000, seed: int = 0) -> None:
        if table is None:
            size = len(LETTERS) + 1
            table = np.random.default_rng(seed).normal(size=(size, size)) * 2
            table[:, END] = -5
        self.name = "toy"
        self.table = np.asarray(table, np.float32)
        self.tokenizer: Any = LetterTokenizer()
        self.config = TransformerConfig(
            family="gpt2",
            vocab_size=self.table.shape[-1],
            hidden_size=1,
            num_layers=1,
            num_heads=1,
            intermediate_size=1,
            max_positions=positions,
        )
        self.decoders: list[ToyDecoder] = []

    def decoder(self, slots: int = 1) -> ToyDecoder:
        self.decoders.append(ToyDecoder(self, slots))
        return self.decoders[-1]


def alphabet() -> np.ndarray:
    """A table after which every letter is followed by the next, z by the end."""
    size = len(LETTERS) + 1
    table = np.zeros((size, size), np.float32)
    for id in range(len(LETTERS)):
        table[id, id + 1] = 20
    table[END, 0] = 20
    return table
