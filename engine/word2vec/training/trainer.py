"""Training of word vectors, a little at a time: progress, vectors at any moment, and going on."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import numpy as np
from keras import ops
from numpy.typing import NDArray

from engine import backend
from engine.word2vec.errors import Word2VecError
from engine.word2vec.model import Word2Vec
from engine.word2vec.training.batches import CHUNK, Batches, Groups, Ints
from engine.word2vec.training.recipe import Recipe
from engine.word2vec.training.step import make_step
from engine.word2vec.training.targets import Labels, make_targets
from engine.word2vec.training.vocabulary import Tokens, Vocabulary
from engine.word2vec.vectors import Vectors

T = TypeVar("T")
State = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Progress:
    """How far a training run is.

    Attributes:
        share: of the whole run that is done, 0 to 1.
        epoch: the pass over the text, from 0.
        words: of the text read so far, all passes together.
        loss: mean negative log-likelihood of a prediction since the report before, in nats;
            of negative sampling that of all its judgements together.
        rate: the learning rate.
        words_per_second: since the report before, of the text before subsampling.
    """

    share: float
    epoch: int
    words: int
    loss: float
    rate: float
    words_per_second: float


class _Update(NamedTuple):
    """What one update needs, and where in the run it ends.

    Attributes:
        place: the pass, the chunk, and the next update in it.
        words: of the text, all passes together.
    """

    groups: Groups
    rows: Ints
    labels: Labels
    place: tuple[int, int, int]
    words: int


class Trainer:
    """A training run. Of use to one thread at a time.

    Args:
        tokens: the text, as numbers of the vocabulary's words.
        vocabulary: the words, and how often each occurs in the text.
        state: what ``state`` gave in an earlier run of the same text and recipe.

    Raises:
        Word2VecError: the text is empty, or the state is of another run.
    """

    def __init__(
        self, tokens: Tokens, vocabulary: Vocabulary, recipe: Recipe, state: State | None = None
    ) -> None:
        if not len(tokens):
            raise Word2VecError("the text has no words to learn")
        self.vocabulary, self.recipe = vocabulary, recipe
        self._batches = Batches(tokens, vocabulary.counts, recipe)
        self._targets = make_targets(vocabulary.counts, recipe)
        self._total = recipe.epochs * len(tokens)
        shapes = (len(vocabulary) + 1, recipe.size), (self._targets.rows + 1, recipe.size)
        self._place, self._words = (0, 0, 0), 0
        arrays = self._restored(state, shapes) if state is not None else self._new(shapes)
        self._tables = backend.row_tables(arrays)
        self._update = backend.compile_row_updates(make_step(recipe, (shapes[0][0], shapes[1][0])))

    @classmethod
    def of_sentences(cls, sentences: Iterable[Sequence[str]], recipe: Recipe) -> "Trainer":
        """A run on sentences of words, with the words that the recipe asks for.

        Raises Word2VecError where fewer than two words occur often enough.
        """
        kept = list(sentences)
        counts = Counter(word for sentence in kept for word in sentence)
        vocabulary = Vocabulary.of_counts(counts, recipe.min_count, recipe.max_words)
        return cls(vocabulary.encode(kept), vocabulary, recipe)

    def run(self, every: float = 0.5) -> Iterator[Progress]:
        """Train to the end, or until the generator is closed; another call goes on from there.

        Args:
            every: seconds between two reports. There is one at the end in any case.

        Raises:
            Word2VecError: the loss is no number any more.
        """
        began, words = time.monotonic(), self._words
        losses: list[tuple[Any, Any]] = []
        rate = self.recipe.rate
        for update in _ahead(self._updates()):
            seconds = time.monotonic() - began
            if losses and seconds >= every:
                yield self._progress(losses, rate, (self._words - words) / max(seconds, 1e-9))
                losses, began, words = [], time.monotonic(), self._words
            rate = self._rate()
            losses.append(self._apply(update, rate))
            self._place, self._words = update.place, update.words
        self._words = self._total
        if losses:
            seconds = time.monotonic() - began
            yield self._progress(losses, rate, (self._words - words) / max(seconds, 1e-9))

    def vectors(self) -> Vectors:
        """The words' vectors as they are now."""
        matrix = self._arrays()[0][:-1]
        return Vectors(self.vocabulary.words, matrix, self.vocabulary.counts)

    def model(self) -> Word2Vec:
        """The model as it is now, with probabilities if it has a Huffman tree."""
        nodes = None
        if self.recipe.output == "hierarchical":
            nodes = self._arrays()[1][:-1]
        return Word2Vec(self.vectors(), nodes, recipe=self.recipe.as_dict())

    def state(self) -> dict[str, NDArray[Any]]:
        """All that a later run needs to go on, between two reports of ``run``."""
        inputs, outputs = self._arrays()
        place = np.array([*self._place, self._words], np.int64)
        return {"inputs": inputs, "outputs": outputs, "place": place}

    def _arrays(self) -> list[NDArray[np.float32]]:
        """The tables, copied: the next update may use up their memory."""
        return [np.array(backend.to_numpy(ops.convert_to_tensor(t))) for t in self._tables]

    def _new(self, shapes: Sequence[tuple[int, int]]) -> list[NDArray[np.float32]]:
        random = np.random.default_rng(self.recipe.seed)
        inputs = (random.random(shapes[0], np.float32) - 0.5) / np.float32(self.recipe.size)
        inputs[-1] = 0
        return [inputs, np.zeros(shapes[1], np.float32)]

    def _restored(
        self, state: State, shapes: Sequence[tuple[int, int]]
    ) -> list[NDArray[np.float32]]:
        arrays = [state["inputs"], state["outputs"]]
        if [array.shape for array in arrays] != list(shapes):
            raise Word2VecError("this state is of another text or recipe")
        epoch, chunk, update, self._words = (int(number) for number in state["place"])
        self._place = (epoch, chunk, update)
        return arrays

    def _updates(self) -> Iterator[_Update]:
        """From the present place on."""
        epoch, chunk, done = self._place
        for number in range(
            epoch * self._batches.chunks + chunk, self._batches.chunks * self.recipe.epochs
        ):
            epoch, chunk = divmod(number, self._batches.chunks)
            groups = self._batches.of_chunk(epoch, chunk)
            for update, part in enumerate(islice(groups, done, None), start=done):
                random = np.random.default_rng((self.recipe.seed, epoch, chunk, update))
                rows, labels = self._targets.of(part.centres, random)
                words = epoch * self._batches.words + chunk * CHUNK + part.read
                yield _Update(part, rows, labels, (epoch, chunk, update + 1), words)
            done = 0

    def _apply(self, update: _Update, rate: float) -> tuple[Any, Any]:
        groups = update.groups
        result: tuple[Any, Any]
        self._tables, result = self._update(
            self._tables,
            (groups.positions, update.rows),
            groups.positions,
            update.rows,
            groups.band,
            update.labels,
            np.float32(rate),
        )
        return result

    def _rate(self) -> float:
        recipe, done = self.recipe, self._words / self._total
        return recipe.rate + (recipe.last_rate - recipe.rate) * done

    def _progress(self, losses: list[tuple[Any, Any]], rate: float, speed: float) -> Progress:
        loss, pairs = np.sum([[float(part) for part in pair] for pair in losses], axis=0)
        if not np.isfinite(loss):
            raise Word2VecError("the learning rate is too high: the loss has become infinite")
        share = self._words / self._total
        return Progress(share, self._place[0], self._words, loss / max(pairs, 1), rate, speed)


def _ahead(items: Iterator[T]) -> Iterator[T]:
    """The items, each made in a thread while the one before is used."""
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, items, None)
        while (item := following.result()) is not None:
            following = pool.submit(next, items, None)
            yield item
