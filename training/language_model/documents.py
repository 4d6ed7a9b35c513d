"""Documents of a pack (training/corpus/pack.py) as the benchmarks of text read them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.tokenizers.base import Tokenizer
from training.language_model.data import Pack, Source

Ids = NDArray[np.integer]


PASSAGES: Final = "reading"
"""The source of questions about passages of an encyclopedia, of which some stand in long articles
of `general`: what is held out of it was partly trained on there, so it is not measured."""


def is_dialogue(source: str) -> bool:
    """Whether the documents of a source are turns, of which the replies are targets."""
    return source.startswith("dialogue_")


class Pieces:
    """The text of tokens, by a table of all pieces: a corpus is decoded within a minute."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self._texts = [tokenizer.decode([id]) for id in range(tokenizer.vocab_size)]
        names = [tokenizer.piece(id) for id in range(tokenizer.vocab_size)]
        self._bytes = {i for i, name in enumerate(names) if name.startswith("<0x")}
        self.start, self.separator, self.end = map(tokenizer.id, ("<cls>", "<sep>", "<eod>"))

    def text(self, tokens: list[int]) -> str:
        """What the tokenizer's decode gives."""
        if self._bytes.isdisjoint(tokens):
            return "".join([self._texts[id] for id in tokens])
        return self.tokenizer.decode(tokens)


@dataclass(frozen=True)
class Turn:
    """One turn of a dialogue, or a whole text.

    Attributes:
        ended: whether a separator follows it.
        target: whether it is to be predicted.
    """

    text: str
    tokens: list[int]
    segment: int
    ended: bool
    target: bool


@dataclass(frozen=True)
class Document:
    """One document of a pack: tokens [N], their segments [N] and whether they are targets [N]."""

    pieces: Pieces
    tokens: Ids
    segments: Ids
    loss: Ids

    @property
    def ends(self) -> bool:
        """Whether the text really ends here: documents may be cut out of a long work."""
        return bool(len(self.tokens)) and int(self.tokens[-1]) == self.pieces.end

    def turns(self) -> list[Turn]:
        """Its turns; a text is one, without its end."""
        found = []
        begin = 0
        special = (self.pieces.start, self.pieces.end)
        borders = np.flatnonzero(self.tokens == self.pieces.separator).tolist()
        for border in [*borders, len(self.tokens)]:
            kept = [id for id in self.tokens[begin:border].tolist() if id not in special]
            if kept:
                text = self.pieces.text(kept)
                ended, target = border < len(self.tokens), bool(self.loss[border - 1])
                found.append(Turn(text, kept, int(self.segments[border - 1]), ended, target))
            begin = border + 1
        return found

    @cached_property
    def text(self) -> str:
        """The turns, one a line."""
        return "\n".join(turn.text for turn in self.turns())

    @property
    def characters(self) -> int:
        """How many characters are to be predicted."""
        return sum(len(turn.text) for turn in self.turns() if turn.target)


class Texts:
    """The sources of a pack as documents."""

    def __init__(self, pack: Pack, tokenizer: Tokenizer) -> None:
        self.pack = pack
        self.pieces = Pieces(tokenizer)

    def documents(self, name: str, *, held_out: bool = True) -> Iterator[Document]:
        """The documents of a source in their order."""
        source = self.pack.held_out(name) if held_out else Source(self.pack.folder, name)
        for begin, end in zip(source.starts, source.starts[1:], strict=False):
            part = slice(begin, end)
            yield Document(
                self.pieces,
                np.asarray(source.tokens[part]),
                np.asarray(source.segments[part]),
                np.asarray(source.loss[part]),
            )

    def some(self, name: str, characters: int) -> list[Document]:
        """Held-out documents at random, the same ones every time, with about so many characters."""
        every = list(self.documents(name))
        found = []
        for i in np.random.default_rng(0).permutation(len(every)):
            if characters <= 0:
                break
            found.append(every[i])
            characters -= every[i].characters
        return found
