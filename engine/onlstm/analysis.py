"""What an ON-LSTM makes of sentences: distances between words, master gates, surprisal.

Importing this imports no deep-learning library; loading a model does.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.models.errors import CheckpointError
from engine.onlstm.config import OnLstmConfig
from engine.onlstm.trees import Parser
from engine.onlstm.vocabulary import Vocabulary, units
from engine.onlstm.weights import CONFIG, Arrays, Settings, load

FloatArray = NDArray[np.float32]

_LENGTHS: Final = (16, 32, 64, 128)
_BATCHES: Final = (1, 4, 16, 64)
_MOST: Final = 2_048
"""Steps times sentences that are read at once: each has a score for every word."""


@dataclass(frozen=True)
class LayerGates:
    """A layer over a sentence.

    Attributes:
        distances: 1 - mean of the master forget gate as each word is read [words]: how much is
            closed before it. Of an LSTM, which has no master gates, 1 - mean of its forget gate.
        forget, input: the master gates [words, levels]; of an LSTM, the mean of its own gates
            over as many groups of neurons.
    """

    distances: FloatArray
    forget: FloatArray
    input: FloatArray


@dataclass(frozen=True)
class Analysis:
    """A sentence.

    Attributes:
        layers: the first one reads the words.
        surprisal: bits of each word, given those before it [words].
        known: whether each word is in the vocabulary [words]; the others are read as their class.
    """

    words: tuple[str, ...]
    layers: tuple[LayerGates, ...]
    surprisal: FloatArray
    known: tuple[bool, ...]


class OnLstm:
    """A loaded language model. Safe to use from several threads.

    Attributes:
        default_layer, default_parser: with which its trees are best, by the evaluation.
        device: what it runs on, for people.
    """

    def __init__(self, settings: Settings, vocabulary: Vocabulary, arrays: Arrays) -> None:
        self.config = settings.model
        self.default_layer = settings.default_layer
        self.default_parser: Parser = settings.default_parser
        self.vocabulary = vocabulary
        self._lock = Lock()
        self.device, self._read = _reader(self.config, arrays)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a folder in the format of weights.py, ready for sentences of up to 31 words.

        Raises CheckpointError or TokenizerError where something is missing or damaged.
        """
        model = cls(*load(folder))
        model.warm_up()
        return model

    def warm_up(self) -> None:
        """Compile what a first sentence needs, so that nobody waits for it."""
        for length in _LENGTHS[:2]:
            self.analyse([[self.vocabulary.words[-1]] * (length // 2)])

    def analyse(self, sentences: Sequence[Sequence[str]]) -> list[Analysis]:
        """Each sentence by itself, from a state of zeros; its words are read in one pass.

        Words are as written; punctuation is left out of sentences in training.

        Raises ValueError where a sentence or a word is empty.
        """
        if not all(sentences) or not all(word for words in sentences for word in words):
            raise ValueError("a sentence and a word cannot be empty")
        unit = self.config.unit
        read = [[self.vocabulary.ids(units(word, unit)) for word in words] for words in sentences]
        sizes = [sum(map(len, ids)) for ids in read]
        longest_first = sorted(range(len(sentences)), key=lambda i: -sizes[i])
        found: dict[int, Analysis] = {}
        while longest_first:
            batch = _batch(sizes[longest_first[0]])
            some, longest_first = longest_first[:batch], longest_first[batch:]
            traces = self._trace([[id for word in read[i] for id in word] for i in some])
            for place, i in enumerate(some):
                lengths = [len(word) for word in read[i]]
                known = tuple(
                    all(part in self.vocabulary for part in units(word, unit))
                    for word in sentences[i]
                )
                found[i] = _analysis(tuple(sentences[i]), known, lengths, traces, place)
        return [found[i] for i in range(len(sentences))]

    def _trace(self, sentences: Sequence[Sequence[int]]) -> list[FloatArray]:
        """Nats of each unit [T, B], and of each layer forget and input [T, B, levels].

        Entry t is of unit t: the first step, which reads END, is left out of the gates.
        """
        longest = max(map(len, sentences))
        length = _steps(longest)
        inputs = np.zeros((length, _padded(len(sentences), _BATCHES)), np.int32)
        targets = np.zeros_like(inputs)
        for place, ids in enumerate(sentences):
            inputs[1 : len(ids) + 1, place] = ids
            targets[: len(ids), place] = ids
        with self._lock:
            nats, *masters = self._read(inputs, targets)
        return [nats[:longest], *(gate[1 : longest + 1] for gate in masters)]


class OnLstmModels:
    """The models of a folder's subfolders, one a language or a variant ("zh", "zh-lstm")."""

    def __init__(self, languages: Mapping[str, OnLstm]) -> None:
        self.languages = dict(languages)
        self.device = next(iter(languages.values())).device

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load every subfolder that has a config.json; CheckpointError where there is none."""
        folders = sorted(path.parent for path in folder.glob(f"*/{CONFIG}"))
        if not folders:
            raise CheckpointError(f"no model in the folders of {folder}")
        return cls({path.name: OnLstm.load(path) for path in folders})


def _reader(
    config: OnLstmConfig, arrays: Arrays
) -> tuple[str, Callable[[NDArray[np.int32], NDArray[np.int32]], list[FloatArray]]]:
    """The device, and the compiled pass: inputs and targets [T, B] to what ``_trace`` returns."""
    from engine import backend
    from engine.onlstm import network

    device = str(backend.device())
    weights = {name: backend.from_numpy(array) for name, array in arrays.items()}

    def step(inputs: Any, targets: Any) -> tuple[Any, ...]:
        traces = network.forward(config, weights, inputs)
        nats = network.nats(config, weights, traces[-1].hidden, targets)
        return (nats, *(gate for trace in traces for gate in (trace.forget, trace.input)))

    compiled = backend.compile_step(step)

    def read(inputs: NDArray[np.int32], targets: NDArray[np.int32]) -> list[FloatArray]:
        given = (backend.from_numpy(inputs), backend.from_numpy(targets))
        return [backend.to_numpy(found) for found in compiled(*given)]

    return device, read


def _analysis(
    words: tuple[str, ...],
    known: tuple[bool, ...],
    lengths: Sequence[int],
    traces: Sequence[FloatArray],
    place: int,
) -> Analysis:
    """A word's gates are those at its first unit, which the boundary before it is in front of; its
    bits are those of all its units."""
    starts = np.cumsum([0, *lengths[:-1]])
    nats, *masters = (trace[: sum(lengths), place] for trace in traces)
    layers = []
    for forget, input in zip(masters[::2], masters[1::2], strict=True):
        first = forget[starts]
        layers.append(LayerGates(1.0 - first.mean(axis=-1), first, input[starts]))
    bits = np.add.reduceat(nats, starts) / math.log(2)
    return Analysis(words, tuple(layers), bits.astype(np.float32), known)


def _steps(units: int) -> int:
    """Steps of a pass over a sentence of so many units: END comes first."""
    return _padded(units + 1, _LENGTHS)


def _batch(units: int) -> int:
    """How many sentences of at most so many units are read at once."""
    return max((b for b in _BATCHES if b * _steps(units) <= _MOST), default=1)


def _padded(size: int, sizes: Sequence[int]) -> int:
    """The first of ``sizes`` that is large enough, or a multiple of the last one."""
    return next((s for s in sizes if s >= size), -(-size // sizes[-1]) * sizes[-1])
