"""How fast word vectors are trained, and how good they become, beside gensim.

    pip install gensim==4.4.0
    python -m benchmarks.word2vec.training PACK --words 1000000
    python -m benchmarks.word2vec.training PACK --words 2500000 --tests FOLDER --epochs 3

PACK is what training.word2vec.pack wrote. Both learn the same words of the same text with the same
recipe, subsampling 1e-3 and dynamic windows included; gensim draws random words for each pair, ours
shares them among the words of a group. Words a second are of the text before subsampling: by the
clock, and by processor time, which tells them apart however busy the machine is. Reading the text
and compiling are not counted. With --tests (wordsim-240.txt and wordsim-297.txt in it), the
vectors are measured too.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from engine.models.devices import available_cores
from engine.word2vec.evaluation import read_similarity, word_similarity
from engine.word2vec.training.recipe import Recipe
from engine.word2vec.training.trainer import Trainer
from engine.word2vec.training.vocabulary import Tokens, Vocabulary
from engine.word2vec.vectors import Vectors
from training.word2vec.pack import read

_CBOW: Final[dict[str, Any]] = {"architecture": "cbow", "size": 128, "window": 5, "rate": 0.05}
RECIPES: Final[dict[str, Recipe]] = {
    "CBOW, 16 negatives, 128-d": Recipe(output="negative", **_CBOW),
    "CBOW, 16 negatives for each word": Recipe(output="negative", group=1, **_CBOW),
    "CBOW, softmax over 17, 128-d": Recipe(output="random_softmax", **_CBOW),
    "skip-gram, Huffman, 96-d": Recipe(),
}
TESTS: Final = ("wordsim-240", "wordsim-297")


class Result(NamedTuple):
    """Of one training.

    Attributes:
        clock, processor: words a second by the clock, and a second of processor time.
    """

    clock: float
    processor: float
    vectors: Vectors


def ours(tokens: Tokens, vocabulary: Vocabulary, recipe: Recipe) -> Result:
    """Timed from the second update on; the first one compiles."""
    trainer = Trainer(tokens, vocabulary, recipe)
    first = next(trainer.run(every=0))
    began, used = time.perf_counter(), time.process_time()
    for last in trainer.run(every=5):
        words = last.words - first.words
    clock, processor = time.perf_counter() - began, time.process_time() - used
    return Result(words / clock, words / processor, trainer.vectors())


def gensims(tokens: Tokens, vocabulary: Vocabulary, recipe: Recipe) -> Result | None:
    """The same in gensim with a thread for each core; None for the softmax that it has not."""
    from gensim.models import Word2Vec

    if recipe.output == "random_softmax":
        return None
    sentences = [[vocabulary.words[i] for i in part] for part in _sentences(tokens)]
    tree = recipe.output == "hierarchical"
    model = Word2Vec(
        vector_size=recipe.size,
        window=recipe.window,
        sg=int(recipe.architecture == "skipgram"),
        hs=int(tree),
        negative=0 if tree else recipe.negatives,
        sample=recipe.sample,
        alpha=recipe.rate,
        min_alpha=recipe.last_rate,
        min_count=1,
        workers=available_cores(),
        epochs=recipe.epochs,
    )
    model.build_vocab(sentences)
    began, used = time.perf_counter(), time.process_time()
    model.train(sentences, total_examples=model.corpus_count, epochs=recipe.epochs)
    clock, processor = time.perf_counter() - began, time.process_time() - used
    words = len(tokens) * recipe.epochs
    vectors = Vectors(model.wv.index_to_key, model.wv.vectors)
    return Result(words / clock, words / processor, vectors)


def beginning(vocabulary: Vocabulary, tokens: Tokens, words: int) -> tuple[Vocabulary, Tokens]:
    """About so many words of the text, with those of the vocabulary that are in them."""
    starts = tokens.starts[: max(2, int(np.searchsorted(tokens.starts, words)) + 1)]
    ids = np.asarray(tokens.ids[: starts[-1]], np.int64)
    counts = np.bincount(ids, minlength=len(vocabulary))
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    numbers = np.zeros(len(vocabulary), np.int32)
    numbers[order] = np.arange(len(order))
    part = Vocabulary([vocabulary.words[i] for i in order], counts[order])
    return part, Tokens(numbers[ids], starts)


def _sentences(tokens: Tokens) -> Iterator[list[int]]:
    for begin, end in zip(tokens.starts[:-1], tokens.starts[1:], strict=True):
        yield tokens.ids[begin:end].tolist()


def _row(name: str, result: Result | None, tests: Path | None) -> str:
    if result is None:
        return ""
    cells = [name, f"{result.clock:,.0f}", f"{result.processor:,.0f}"]
    for test in TESTS if tests is not None else ():
        assert tests is not None
        found = word_similarity(result.vectors, read_similarity(tests / f"{test}.txt"))
        cells.append(f"{100 * found.spearman:.1f} ({found.known} pairs)")
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pack", type=Path)
    parser.add_argument("--words", type=int, default=1_000_000, help="of the text")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--tests", type=Path, help="folder of the tests of word similarity")
    parser.add_argument("--only", default="", help="recipes whose names have this in them")
    args = parser.parse_args()
    vocabulary, tokens = beginning(*read(args.pack), args.words)
    print(f"{len(tokens):,} words, {len(vocabulary):,} different, {available_cores()} cores\n")
    titles = ["training", "words a second", "a processor second"]
    titles += TESTS if args.tests is not None else ()
    print(f"| {' | '.join(titles)} |\n| --- |{' ---: |' * (len(titles) - 1)}", flush=True)
    for name, recipe in RECIPES.items():
        if args.only not in name:
            continue
        settings = Recipe(**{**recipe.as_dict(), "epochs": args.epochs})
        for who, run in (("ours", ours), ("gensim", gensims)):
            row = _row(f"{name}, {who}", run(tokens, vocabulary, settings), args.tests)
            if row:
                print(row, flush=True)


if __name__ == "__main__":
    main()
