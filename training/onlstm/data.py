"""Packs of sentences as numbers, and the batches that the ON-LSTM language models learn from.

    python -m training.onlstm.data SENTENCES --out runs/onlstm/zh --language zh --vocabulary 12000
    python -m training.onlstm.data CORPUS/trees --out runs/onlstm/ptb --ptb

A pack has words.txt, ``train.npy`` (uint16: all sentences one after another, each with END, which
is 0, behind it), ``held_out/NAME.npy`` for each source, and manifest.json.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.onlstm.config import Language, Unit
from engine.onlstm.vocabulary import Vocabulary, units
from training.common.files import corpus_file, read_lines
from training.onlstm.corpus import read_sentences

Ids = NDArray[np.integer[Any]]
Batch = dict[str, NDArray[np.int32]]
SOURCES: Final[dict[Language, tuple[str, ...]]] = {
    "zh": ("novel", "children", "tech", "wiki", "smile", "tatoeba"),
    "en": ("english", "english_tatoeba"),
}
WSJ_LINES: Final = 3911
"""Lines of ptb.train.txt that are also in the treebank that trees are measured with."""


def read_units(folder: Path, source: str, unit: Unit, *, held_out: bool) -> Iterator[list[str]]:
    """The sentences of a source as what a model reads."""
    for words in read_sentences(folder, source, held_out=held_out):
        yield [part for word in words for part in units(word, unit)]


def encode(sentences: Iterable[list[str]], vocabulary: Vocabulary) -> NDArray[np.uint16]:
    """All sentences one after another, each with END behind it."""
    found: list[NDArray[np.uint16]] = []
    for words in sentences:
        found.append(np.array([*vocabulary.ids(words), 0], np.uint16))
    return np.concatenate(found)


def write_pack(
    folder: Path,
    vocabulary: Vocabulary,
    train: NDArray[np.uint16],
    held_out: dict[str, NDArray[np.uint16]],
    settings: dict[str, Any],
) -> dict[str, Any]:
    """Write a pack. Returns what the manifest says."""
    (folder / "held_out").mkdir(parents=True, exist_ok=True)
    vocabulary.save(folder)
    np.save(folder / "train.npy", train)
    for name, ids in held_out.items():
        np.save(folder / "held_out" / f"{name}.npy", ids)
    unknown = [i for i, word in enumerate(vocabulary.words) if word.startswith("<") and i]
    manifest = settings | {
        "sentences": int((train == 0).sum()),
        "tokens": len(train),
        "unknown_share": round(float(np.isin(train, unknown).mean()), 4),
        "held_out_tokens": {name: len(ids) for name, ids in held_out.items()},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf8")
    return manifest


def pack_sentences(
    sentences: Path, folder: Path, language: Language, unit: Unit, size: int
) -> dict[str, Any]:
    """A pack of what training.onlstm.corpus wrote, in shuffled order: each sentence by itself."""
    sources = SOURCES[language]
    counts: Counter[str] = Counter()
    for source in sources:
        for words in read_units(sentences, source, unit, held_out=False):
            counts.update(word.lower() if language == "en" else word for word in words)
    vocabulary = Vocabulary.build(counts, size, language)
    train = np.concatenate(
        [encode(read_units(sentences, s, unit, held_out=False), vocabulary) for s in sources]
    )
    held_out = {
        s: encode(read_units(sentences, s, unit, held_out=True), vocabulary) for s in sources
    }
    settings = {"language": language, "unit": unit, "running": False}
    return write_pack(folder, vocabulary, train, held_out, settings)


def pack_ptb(trees: Path, folder: Path) -> dict[str, Any]:
    """A pack of the Penn Treebank's running text (Mikolov et al. 2010), without the lines that
    are also in the treebank sample; its 10,000 words are as they are."""
    parts = {
        name: [line.split() for line in read_lines(corpus_file(trees, f"ptb.{name}.txt"))]
        for name in ("train", "valid", "test")
    }
    counts = Counter(word for line in parts["train"] for word in line)
    vocabulary = Vocabulary.build(counts, len(counts) + 1, "en", classes=False)
    train = encode(parts["train"][WSJ_LINES:], vocabulary)
    held_out = {name: encode(parts[name], vocabulary) for name in ("valid", "test")}
    settings = {"language": "en", "unit": "word", "running": True}
    return write_pack(folder, vocabulary, train, held_out, settings)


class Pack:
    """A folder that this module wrote.

    Attributes:
        running: whether sentences are in the order of a text and share the state of the model, or
            are shuffled and each begins from a state of zeros.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
        self.language: Language = self.manifest["language"]
        self.unit: Unit = self.manifest["unit"]
        self.running: bool = self.manifest["running"]
        self.vocabulary = Vocabulary.load(folder, self.language)

    @cached_property
    def train(self) -> NDArray[np.uint16]:
        """All sentences to train on [N]."""
        found: NDArray[np.uint16] = np.load(self.folder / "train.npy")
        return found

    @property
    def sources(self) -> list[str]:
        """Names of the held-out parts."""
        return list(self.manifest["held_out_tokens"])

    def held_out(self, name: str) -> NDArray[np.uint16]:
        """The held-out sentences of a source [N]."""
        found: NDArray[np.uint16] = np.load(self.folder / "held_out" / f"{name}.npy")
        return found

    def steps_an_epoch(self, *, streams: int, length: int) -> int:
        """Batches of one time through the text; ValueError where there is not enough for one."""
        steps = len(self.train) // (streams * length)
        if not steps:
            raise ValueError(f"{self.folder} has less than {streams} streams of {length} words")
        return steps

    def batches(
        self, *, streams: int, length: int, start: int = 0, seed: int = 0
    ) -> Iterator[Batch]:
        """Batches [T, B] without end, from number ``start``: each goes on where the one before
        ended. What comes when depends on the seed alone."""
        steps = self.steps_an_epoch(streams=streams, length=length)
        while True:
            epoch, begin = divmod(start, steps)
            text = self._epoch(np.random.default_rng((seed, epoch)))
            for batch in side_by_side(text, streams=streams, length=length, start=begin):
                yield batch
                start += 1

    def _epoch(self, random: np.random.Generator) -> Ids:
        if self.running:
            # Another beginning every time, or the same words would always begin a batch.
            return np.roll(self.train, -int(random.integers(len(self.train))))
        return shuffled(self.train, random)


def shuffled(text: Ids, random: np.random.Generator) -> Ids:
    """The sentences of a text [N], each of which ends with 0, in another order."""
    ends = np.flatnonzero(text == 0) + 1
    starts = np.concatenate([[0], ends[:-1]])
    order = random.permutation(len(ends))
    sizes = (ends - starts)[order]
    shifts = starts[order] - np.concatenate([[0], np.cumsum(sizes)[:-1]])
    mixed: Ids = text[np.arange(ends[-1]) + np.repeat(shifts, sizes)]
    return mixed


def side_by_side(
    text: Ids, *, streams: int, length: int, start: int = 0, whole: bool = False
) -> Iterator[Batch]:
    """A text [N] as ``streams`` equal parts read at once: windows [length, streams] of inputs and
    targets, from number ``start``.

    A target is the word itself, its input the one before: END before the first.

    Args:
        whole: whether the last window is filled up with ends of sentences whose targets are -1,
            none; else what does not fill a window is left out.
    """
    size = streams * length
    steps = -(-len(text) // size) if whole else len(text) // size
    kept = min(len(text), steps * size)
    wanted = np.full(steps * size, -1, np.int32)
    wanted[:kept] = text[:kept]
    before = np.concatenate([[0], np.maximum(wanted[:-1], 0)])[: steps * size]
    targets, inputs = (ids.reshape(streams, -1).T for ids in (wanted, before))
    for step in range(start, steps):
        part = slice(step * length, (step + 1) * length)
        yield {
            "tokens": np.ascontiguousarray(inputs[part], np.int32),
            "targets": np.ascontiguousarray(targets[part]),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sentences", type=Path, help="folder of training.onlstm.corpus, or of PTB")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pack")
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--unit", choices=("word", "character"), default="word")
    parser.add_argument("--vocabulary", type=int, default=12_000)
    parser.add_argument("--ptb", action="store_true", help="the folder has ptb.train.txt and so on")
    args = parser.parse_args()
    if args.ptb:
        manifest = pack_ptb(args.sentences, args.out)
    else:
        manifest = pack_sentences(
            args.sentences, args.out, args.language, args.unit, args.vocabulary
        )
    print(json.dumps(manifest, indent=1))


if __name__ == "__main__":
    main()
