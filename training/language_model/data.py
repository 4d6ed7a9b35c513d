"""The packed corpora (training/corpus/pack.py) as windows to train on and to measure with."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

END: Final = 4
"""<eod>, as training/corpus/tokenizer.py numbers its pieces."""

Ids = NDArray[np.int32]
Batch = dict[str, Ids]


class Span(NamedTuple):
    """Some tokens of a stream of documents.

    Attributes:
        documents: a number for each document among them, from 0.
        loss: 1 where the token is to be predicted.
    """

    tokens: NDArray[np.integer[Any]]
    segments: NDArray[np.integer[Any]]
    loss: NDArray[np.integer[Any]]
    documents: NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Source:
    """One corpus of a pack: ``NAME.tokens.npy`` and the files beside it."""

    folder: Path
    name: str

    def _array(self, kind: str) -> NDArray[Any]:
        array: NDArray[Any] = np.load(self.folder / f"{self.name}.{kind}.npy", mmap_mode="r")
        return array

    @cached_property
    def tokens(self) -> NDArray[np.uint16]:
        """All documents, one after another [N]."""
        return self._array("tokens")

    @cached_property
    def segments(self) -> NDArray[np.uint8]:
        """The segment of each token [N]."""
        return self._array("segments")

    @cached_property
    def loss(self) -> NDArray[np.uint8]:
        """1 where the token is to be predicted [N]."""
        return self._array("loss")

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where each document begins, and the end of the last one [D + 1]."""
        return np.array(self._array("starts"))

    @cached_property
    def characters(self) -> NDArray[np.int64]:
        """Of each document; only held-out ones have it [D]."""
        return np.array(self._array("characters"))

    @property
    def exists(self) -> bool:
        """Whether there is anything of it."""
        return (self.folder / f"{self.name}.starts.npy").exists()

    @property
    def tokens_a_character(self) -> float:
        """Targets for each character of the text that they are."""
        return float(np.sum(self.loss, dtype=np.int64) / self.characters.sum())


class Stream:
    """A source's documents without end, in a new order every time around.

    What comes at which place depends on the seed alone, so a run that goes on after a stop sees
    what it would have seen.
    """

    def __init__(self, source: Source, seed: int) -> None:
        self._source, self._seed = source, seed
        self._length = int(source.starts[-1])
        if not self._length:
            raise ValueError(f"{source.folder / source.name} has no tokens")
        self._epoch = -1
        self._order = self._ends = np.zeros(0, np.int64)

    def read(self, begin: int, count: int) -> Span:
        """``count`` tokens from the place ``begin`` on."""
        pieces, numbers = [], []
        while count:
            epoch, at = divmod(begin, self._length)
            self._shuffle(epoch)
            i = int(np.searchsorted(self._ends, at, side="right"))
            left = int(self._ends[i]) - at
            end = int(self._source.starts[self._order[i] + 1])
            size = min(left, count)
            pieces.append(slice(end - left, end - left + size))
            numbers.append(size)
            begin, count = begin + size, count - size
        source = self._source
        tokens, segments, loss = (
            np.concatenate([array[piece] for piece in pieces])
            for array in (source.tokens, source.segments, source.loss)
        )
        return Span(tokens, segments, loss, np.repeat(np.arange(len(numbers)), numbers))

    def _shuffle(self, epoch: int) -> None:
        if epoch != self._epoch:
            sizes = np.diff(self._source.starts)
            self._order = np.random.default_rng((self._seed, epoch)).permutation(len(sizes))
            self._ends = np.cumsum(sizes[self._order])
            self._epoch = epoch


def window(span: Span) -> Batch:
    """T inputs and targets [T] out of T + 1 tokens; a target is -1 where none is wanted.

    A text's first token is predicted from END, with the text's segment and seeing nothing else: so
    a text can be written from nothing. END takes the place of the last token of the document
    before, which only this target was to be predicted from.
    """
    tokens, segments, loss, documents = (part.astype(np.int32) for part in span)
    begins = (documents[1:] != documents[:-1]) & (loss[1:] > 0)
    return {
        "tokens": np.where(begins, END, tokens[:-1]),
        "targets": np.where(loss[1:] > 0, tokens[1:], -1),
        "segments": np.where(begins, segments[1:], segments[:-1]),
        "documents": np.where(begins, documents[1:], documents[:-1]),
    }


def stacked(windows: list[Batch]) -> Batch:
    """Windows [T] as one batch [B, T]."""
    return {name: np.stack([w[name] for w in windows]) for name in windows[0]}


class Pack:
    """A folder that training/corpus/pack.py wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())

    def mix(self, name: str) -> dict[str, float]:
        """The share of the tokens of a phase of training that comes from each source.

        Raises ValueError for a mix that the pack has not.
        """
        mixes: Mapping[str, dict[str, float]] = self.manifest["mixes"]
        if name not in mixes:
            raise ValueError(f"no mix {name!r}; there are: {', '.join(mixes)}")
        total = sum(mixes[name].values())
        return {source: weight / total for source, weight in mixes[name].items() if weight > 0}

    def batches(
        self, mix: str, *, size: int, windows: int, start: int = 0, seed: int = 0
    ) -> Iterator[Batch]:
        """Batches of ``windows`` windows of ``size`` tokens without end, from number ``start``."""
        weights = self.mix(mix)
        shares = np.array(list(weights.values()))
        streams = [Stream(Source(self.folder, name), seed + i) for i, name in enumerate(weights)]
        random = np.random.default_rng(seed)
        used = np.bincount(
            random.choice(len(streams), start * windows, p=shares), minlength=len(streams)
        )
        while True:
            found = []
            for i in random.choice(len(streams), windows, p=shares):
                found.append(window(streams[i].read(int(used[i]) * size, size + 1)))
                used[i] += 1
            yield stacked(found)

    def held_out(self, name: str) -> Source:
        """A source's documents that are not trained on."""
        return Source(self.folder / "held_out", name)

    def measured(self, mix: str) -> list[str]:
        """The sources of a mix that have held-out documents."""
        return [name for name in self.mix(mix) if self.held_out(name).exists]

    def sample(self, name: str, *, size: int, windows: int) -> Batch:
        """Held-out windows of a source, the same ones every time."""
        stream = Stream(self.held_out(name), 0)
        return stacked([window(stream.read(i * size, size + 1)) for i in range(windows)])
