"""The explorer's model: vectors, the Huffman tree with its vectors, and a map of the words.

A folder of it holds

- config.json, ``{"model": {"words": n, "size": d}, "recipe": {how it was trained}}``,
- words.txt, a word and its count a line with a tab between, the most frequent first,
- model-00001-of-0000N.safetensors, shards under 10 MB: ``vectors`` [n, d] and, where the model
  was trained with hierarchical softmax, ``nodes`` [n - 1, d], both int8 with a float16 scale a row
  (``vectors.scale`` [n, 1]); where there is a map, ``map`` [m, 2] in float16 and ``map.clusters``
  [m] in int8, of the first m words.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.models.errors import CheckpointError
from engine.weights.bundle import SCALE, Bundle, write
from engine.weights.quantization import Quantized, quantize_rows
from engine.word2vec.errors import Word2VecError
from engine.word2vec.huffman import Huffman
from engine.word2vec.maps import WordMap
from engine.word2vec.matrices import Floats, Matrix
from engine.word2vec.vectors import Vectors


class Word2Vec:
    """A trained model. Safe to use from several threads.

    Args:
        vectors: of n words, with their counts where there are nodes.
        nodes: vectors of the Huffman tree's inner nodes [n - 1, d]; None for a model that was
            trained otherwise, which knows no probabilities.
        word_map: where the words lie on a map.
        recipe: how it was trained, as JSON keeps it.

    Raises:
        Word2VecError: nodes and vectors do not fit.
    """

    device: Final = "CPU"

    def __init__(
        self,
        vectors: Vectors,
        nodes: Floats | Quantized | None = None,
        word_map: WordMap | None = None,
        recipe: Mapping[str, Any] | None = None,
    ) -> None:
        if nodes is not None and nodes.shape != (len(vectors) - 1, vectors.size):
            raise Word2VecError(f"nodes of shape {nodes.shape} do not fit {len(vectors)} words")
        self.vectors = vectors
        self.map = word_map
        self.recipe = dict(recipe or {})
        self._nodes = None if nodes is None else Matrix(nodes)

    @property
    def has_probabilities(self) -> bool:
        """Whether p(y | x) is known: whether it was trained with hierarchical softmax."""
        return self._nodes is not None

    @property
    def nodes(self) -> Floats:
        """The inner nodes' vectors [n - 1, d]. Raises Word2VecError where there are none."""
        if self._nodes is None:
            raise Word2VecError("these vectors come without a Huffman tree, so no probabilities")
        return self._nodes.floats

    @cached_property
    def huffman(self) -> Huffman:
        """The tree over the words. Raises Word2VecError where the counts are not known."""
        return Huffman(self.counts)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often each word occurred [n]. Raises Word2VecError where that is not known."""
        if self.vectors.counts is None:
            raise Word2VecError("the counts of the words are not known")
        return self.vectors.counts

    def log_probabilities(self, word: str) -> Floats:
        """log p(y | word) of every word y [n]: how probable it is in the word's company.

        Raises UnknownWordError, or Word2VecError where there are no probabilities.
        """
        nodes = self.nodes
        return self.huffman.log_probabilities(self.vectors.vector(word), nodes)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a folder that ``save`` wrote. Raises CheckpointError where something is damaged."""
        words, counts = _read_words(folder / "words.txt")
        with Bundle(folder) as bundle:
            names = bundle.names()
            vectors = _quantized(bundle, "vectors")
            nodes = _quantized(bundle, "nodes") if "nodes" in names else None
            word_map = None
            if "map" in names:
                word_map = WordMap(
                    bundle.plain("map").astype(np.float32), bundle.plain("map.clusters")
                )
        try:
            recipe = json.loads((folder / "config.json").read_text(encoding="utf8"))["recipe"]
            return cls(Vectors(words, vectors, counts), nodes, word_map, recipe)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"{folder}: {error}") from error

    def save(self, folder: Path) -> None:
        """Write the folder, in place of the model that is there.

        Raises Word2VecError where the counts are not known or a word cannot be written.
        """
        counts = self.counts
        folder.mkdir(parents=True, exist_ok=True)
        _write_words(folder / "words.txt", self.vectors.words, counts)
        write(dict(self._tensors()), folder)
        config = {
            "model": {"words": len(self.vectors), "size": self.vectors.size},
            "recipe": self.recipe,
        }
        text = json.dumps(config, ensure_ascii=False, indent=2)
        (folder / "config.json").write_text(text + "\n", encoding="utf8")

    def _tensors(self) -> Iterator[tuple[str, NDArray[Any]]]:
        matrices = {"vectors": self.vectors.matrix}
        if self.has_probabilities:
            matrices["nodes"] = self.nodes
        for name, matrix in matrices.items():
            packed = quantize_rows(matrix)
            yield name, packed.values
            yield f"{name}.scale", packed.scale.astype(np.float16)
        if self.map is not None:
            yield "map", self.map.positions.astype(np.float16)
            yield "map.clusters", self.map.clusters.astype(np.int8)


def _quantized(bundle: Bundle, name: str) -> Quantized:
    values, scale = bundle.plain(name), bundle.plain(name + SCALE)
    if values.dtype != np.int8 or values.ndim != 2 or scale.shape != (len(values), 1):
        raise CheckpointError(f"{bundle.folder}: {name} is no int8 matrix with a scale a row")
    if not np.isfinite(scale).all():
        raise CheckpointError(f"{bundle.folder}: {name + SCALE} holds what is no number")
    return Quantized(values, scale.astype(np.float32))


def _read_words(path: Path) -> tuple[list[str], NDArray[np.int64]]:
    try:
        lines = path.read_text(encoding="utf8").split("\n")
        rows = [line.split("\t") for line in lines if line]
        return [word for word, _ in rows], np.array([int(count) for _, count in rows], np.int64)
    except (OSError, ValueError, OverflowError) as error:
        raise CheckpointError(f"{path}: no words with their counts ({error})") from error


def _write_words(path: Path, words: list[str], counts: NDArray[np.int64]) -> None:
    for word in words:
        if not word or set(word) & {"\t", "\n", "\r"}:
            raise Word2VecError(f"a word that is empty or has a line break or tab: {word!r}")
    lines = [f"{word}\t{count}\n" for word, count in zip(words, counts.tolist(), strict=True)]
    path.write_text("".join(lines), encoding="utf8", newline="\n")
