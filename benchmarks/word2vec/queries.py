"""How long word vectors take to answer, at the size of the blog's model, beside gensim.

    pip install gensim==4.4.0
    python -m benchmarks.word2vec.queries

352,196 words of 256 random numbers with counts after Zipf's law; both hold the same matrix, and
take turns. With OMP_NUM_THREADS=1 the processor time tells the two apart however busy the machine
is. gensim gives no probabilities over the vocabulary, so for these the peer is the blog's own way:
a walk down the tree for each pair of words (https://kexue.fm/archives/4316).
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors

from engine.word2vec.formats import read, write
from engine.word2vec.keywords import keywords, related
from engine.word2vec.model import Word2Vec
from engine.word2vec.vectors import Vectors

TEXT_WORDS = 200
SAMPLED_PAIRS = 2000


def random_model(words: int, size: int) -> Word2Vec:
    """A model of random numbers: as slow as a trained one."""
    random = np.random.default_rng(0)
    names = [f"词{number}" for number in range(words)]
    counts = (1e9 / np.arange(1, words + 1)).astype(np.int64)
    matrix = random.standard_normal((words, size), np.float32)
    nodes = 0.1 * random.standard_normal((words - 1, size), np.float32)
    return Word2Vec(Vectors(names, matrix, counts), nodes)


def peer(vectors: Vectors) -> KeyedVectors:
    """gensim over the same matrix."""
    found = KeyedVectors(vectors.size)
    found.index_to_key = vectors.words
    found.key_to_index = {word: row for row, word in enumerate(vectors.words)}
    found.vectors = vectors.matrix
    found.fill_norms()
    return found


def walks(model: Word2Vec, text: list[str]) -> tuple[float, float]:
    """Seconds of the blog's way for all pairs of the text's words, from a sample of them."""

    def walk() -> None:
        for a, b in pairs:
            length = paths.lengths[a]
            z = model.nodes[paths.nodes[a, :length]] @ model.vectors.matrix[rows[b]]
            float(-np.log1p(np.exp(-z)).sum() - paths.codes[a, :length] @ z)

    rows = [model.vectors.index(word) for word in text]
    pairs = np.random.default_rng(1).integers(0, len(rows), (SAMPLED_PAIRS, 2))
    paths = model.huffman.paths_to(rows)
    share = len(rows) ** 2 / SAMPLED_PAIRS
    clock, processor = timed(walk)
    return share * clock, share * processor


def timed(ask: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and of the processor."""
    began, used = time.perf_counter(), time.process_time()
    ask()
    return time.perf_counter() - began, time.process_time() - used


def row(name: str, seconds: list[tuple[float, float]]) -> None:
    clock, processor = 1000 * np.array(seconds).T
    cells = [np.median(processor), np.percentile(processor, 95)]
    cells += [np.median(clock), np.percentile(clock, 95)]
    numbers = " | ".join(f"{cell:.1f}" for cell in cells)
    print(f"| {name} | {len(seconds)} | {numbers} |", flush=True)


def loading(model: Word2Vec, words: int, size: int) -> None:
    """Processor seconds of a bundle of the most frequent words, cut to some dimensions."""
    counts = model.counts[:words]
    cut = Vectors(model.vectors.words[:words], model.vectors.matrix[:words, :size].copy(), counts)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Word2Vec(cut, model.nodes[: words - 1, :size].copy()).save(folder)
        stored = sum(file.stat().st_size for file in folder.iterdir())
        began = time.process_time()
        loaded = Word2Vec.load(folder)
        seconds = time.process_time() - began
        _, first = timed(lambda: loaded.vectors.most_similar("词9"))
        _, then = timed(lambda: related(loaded, "词9"))
        print(
            f"\nA model of {words:,} x {size} in int8: {stored / 1e6:.1f} MB on disk, read in "
            f"{seconds:.2f} s; its first neighbours took {first:.2f} s more, its first related "
            f"words {then:.2f} s"
        )
        write(cut, folder / "vectors.npz")
        write(cut, folder / "vectors.bin")
        times = {s: timed(partial(read, folder / f"vectors{s}"))[1] for s in (".npz", ".bin")}
        _, gensim = timed(
            lambda: KeyedVectors.load_word2vec_format(str(folder / "vectors.bin"), binary=True)
        )
        print(
            f"Read from npz in {times['.npz']:.2f} s, from word2vec's binary in "
            f"{times['.bin']:.2f} s (gensim {gensim:.2f} s)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--words", type=int, default=352_196)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=40)
    args = parser.parse_args()
    model = random_model(args.words, args.size)
    vectors, gensim = model.vectors, peer(model.vectors)
    random = np.random.default_rng(2)
    ranks = np.exp(random.uniform(0, np.log(args.words), (args.rounds, 3))).astype(int)
    asked = [[vectors.words[rank] for rank in row] for row in ranks]
    chance = 1 / np.arange(1, args.words + 1)
    drawn = random.choice(args.words, (10, TEXT_WORDS), p=chance / chance.sum())
    texts = [[vectors.words[rank] for rank in text] for text in drawn]
    _, building = timed(lambda: model.huffman.log_probabilities(vectors.matrix[0], model.nodes))
    times: dict[str, list[tuple[float, float]]] = {}

    def measure(name: str, ask: Callable[[], object]) -> None:
        times.setdefault(name, []).append(timed(ask))

    for a, b, c in asked:
        measure("neighbours", partial(vectors.most_similar, a))
        measure("neighbours, gensim", partial(gensim.most_similar, a))
        measure("3CosAdd", partial(vectors.most_similar, [b, c], [a]))
        measure("3CosAdd, gensim", partial(gensim.most_similar, [b, c], [a]))
        measure("3CosMul", partial(vectors.most_similar_cosmul, [b, c], [a]))
        measure("3CosMul, gensim", partial(gensim.most_similar_cosmul, [b, c], [a]))
        measure("related words", partial(related, model, a))
        measure("near spellings", partial(vectors.near_spellings, a + "x"))
    for text in texts:
        measure(f"keywords of {TEXT_WORDS} words", partial(keywords, model, text))
        times.setdefault("the same, pair by pair", []).append(walks(model, text))
    print("| question | asked | processor, median ms | 95% | clock, median ms | 95% |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, seconds in times.items():
        row(name, seconds)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"\nThe Huffman tree takes {building:.2f} s once; at most {memory:.1f} GB of memory.")
    loading(model, 60_000, 96)


if __name__ == "__main__":
    main()
