"""Put the shards of training.word2vec.corpus together: one vocabulary and one shuffled text.

    python -m training.word2vec.pack SHARDS --out PACK --words 60000

PACK gets tokens.npy (numbers of words, uint16 while 65,536 are enough), starts.npy (where each
piece begins, and the end of the last one) and words.txt (a word and its count a line, the most
frequent first). Long documents are cut into pieces, so that novels and dialogues come in turn.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.word2vec.training.vocabulary import Tokens, Vocabulary
from training.corpus.text import fraction

PIECE: Final = 2000
"""Words of a piece at most."""


class Shard(NamedTuple):
    """Words, the text as numbers of them, and where each document begins (and the last ends)."""

    words: list[str]
    tokens: NDArray[np.uint32]
    starts: NDArray[np.int64]


def read_shards(folder: Path) -> Iterator[Shard]:
    """All complete shards of a folder. Raises FileNotFoundError where there are none."""
    paths = sorted(folder.glob("*.npz"))
    if not paths:
        raise FileNotFoundError(f"{folder} has no shards of training.word2vec.corpus")
    for path in paths:
        words = path.with_suffix(".txt").read_text(encoding="utf8").split("\n")[:-1]
        with np.load(path, allow_pickle=False) as arrays:
            yield Shard(words, arrays["tokens"], arrays["starts"])


def pieces(starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where pieces of at most PIECE words begin, and the end of the last one."""
    sizes = np.diff(starts)
    parts = -(-sizes // PIECE)
    within = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    begins = np.repeat(starts[:-1], parts) + within * np.repeat(sizes, parts) // np.repeat(
        parts, parts
    )
    return np.append(begins, starts[-1])


def pack(folder: Path, max_words: int, min_count: int, share: float) -> tuple[Vocabulary, Tokens]:
    """The vocabulary and the text of all shards, or of a share of their documents."""
    counts: Counter[str] = Counter()
    kept: list[Shard] = []
    for number, shard in enumerate(read_shards(folder)):
        if share < 1:
            shard = _sampled(shard, number, share)
        for word, count in zip(
            shard.words, np.bincount(shard.tokens, minlength=len(shard.words)).tolist(), strict=True
        ):
            counts[word] += count
        kept.append(shard)
    vocabulary = Vocabulary.of_counts(counts, min_count, max_words)
    return vocabulary, _shuffled(kept, vocabulary)


def _sampled(shard: Shard, number: int, share: float) -> Shard:
    chosen = [i for i in range(len(shard.starts) - 1) if fraction(f"word2vec/{number}/{i}") < share]
    parts = [shard.tokens[shard.starts[i] : shard.starts[i + 1]] for i in chosen]
    starts = np.cumsum([0, *map(len, parts)], dtype=np.int64)
    return Shard(shard.words, np.concatenate(parts or [shard.tokens[:0]]), starts)


def _shuffled(shards: list[Shard], vocabulary: Vocabulary) -> Tokens:
    """Pieces of all shards in a random order, as numbers of the vocabulary."""
    unknown = len(vocabulary)
    dtype = np.uint16 if unknown < 1 << 16 else np.uint32
    found = []
    for words, tokens, starts in shards:
        numbers = np.array([vocabulary.places.get(word, unknown) for word in words] or [0], dtype)
        for part in np.split(numbers[tokens], pieces(starts)[1:-1]):
            found.append(part[part < unknown])
    order = np.random.default_rng(0).permutation(len(found))
    sizes = np.array([len(part) for part in found], np.int64)[order]
    return Tokens(
        np.concatenate([found[i] for i in order]), np.concatenate(([0], np.cumsum(sizes)))
    )


def write(folder: Path, vocabulary: Vocabulary, tokens: Tokens) -> None:
    """Write the three files."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "tokens.npy", tokens.ids)
    np.save(folder / "starts.npy", tokens.starts)
    lines = zip(vocabulary.words, vocabulary.counts.tolist(), strict=True)
    text = "".join(f"{word}\t{count}\n" for word, count in lines)
    (folder / "words.txt").write_text(text, encoding="utf8")


def read(folder: Path) -> tuple[Vocabulary, Tokens]:
    """What ``write`` wrote, with the text mapped into memory."""
    lines = (folder / "words.txt").read_text(encoding="utf8").split("\n")[:-1]
    rows = [line.split("\t") for line in lines]
    vocabulary = Vocabulary([word for word, _ in rows], np.array([int(n) for _, n in rows]))
    tokens = Tokens(np.load(folder / "tokens.npy", mmap_mode="r"), np.load(folder / "starts.npy"))
    return vocabulary, tokens


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shards", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--words", type=int, default=60_000, help="of the vocabulary, at most")
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--share", type=float, default=1.0, help="of the documents")
    args = parser.parse_args()
    vocabulary, tokens = pack(args.shards, args.words, args.min_count, args.share)
    write(args.out, vocabulary, tokens)
    rarest = int(vocabulary.counts[-1])
    print(f"{len(tokens):,} tokens; {len(vocabulary):,} words, the rarest {rarest} times")


if __name__ == "__main__":
    main()
