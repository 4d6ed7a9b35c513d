"""What makes one ordered-neurons language model different from another, as data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, Self, get_args

Cell = Literal["onlstm", "lstm"]
MasterInput = Literal["complement", "reverse"]
Unit = Literal["word", "character"]
Language = Literal["zh", "en"]
Shape = tuple[int, ...]

_CHOICES: Final = {
    "cell": get_args(Cell),
    "master_input": get_args(MasterInput),
    "unit": get_args(Unit),
    "language": get_args(Language),
}


@dataclass(frozen=True, kw_only=True)
class OnLstmConfig:
    """A stack of ON-LSTM or LSTM layers between an embedding and a softmax over the vocabulary.

    Attributes:
        vocabulary_size: rows V of the embedding.
        embedding_size: its width E; also that of the last layer where the output is tied.
        hidden_sizes: width H of each layer, a multiple of ``chunk_size``.
        chunk_size: neurons that share a level of the master gates: H / chunk_size levels a layer.
        cell: "onlstm" (Shen et al., ICLR 2019), or "lstm" without master gates, to compare with.
        master_input: the master input gate of level k is 1 - cumax ("complement", Shen et al.), or
            the cumulative sum of a softmax from the right ("reverse", Su, kexue.fm/archives/6621).
        unit: what a step reads.
        tied: the output has the embedding's matrix and a bias (Press & Wolf 2017), or its own.
    """

    vocabulary_size: int
    embedding_size: int
    hidden_sizes: tuple[int, ...]
    chunk_size: int = 1
    cell: Cell = "onlstm"
    master_input: MasterInput = "complement"
    unit: Unit = "word"
    language: Language = "zh"
    tied: bool = True

    def __post_init__(self) -> None:
        sizes = {f"hidden_sizes[{i}]": size for i, size in enumerate(self.hidden_sizes)}
        for name in ("vocabulary_size", "embedding_size", "chunk_size"):
            sizes[name] = getattr(self, name)
        for name, size in sizes.items():
            if not isinstance(size, int) or size < 1:
                raise ValueError(f"{name} must be a whole number from 1 on, not {size!r}")
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {choices}, not {getattr(self, name)!r}")
        if not self.hidden_sizes:
            raise ValueError("hidden_sizes is empty: a model has at least one layer")
        for size in self.hidden_sizes:
            if size % self.chunk_size:
                raise ValueError(f"hidden size {size} is no multiple of {self.chunk_size=}")
        if self.tied and self.hidden_sizes[-1] != self.embedding_size:
            raise ValueError(
                f"a tied output needs a last layer as wide as the embedding: "
                f"{self.hidden_sizes[-1]} is not {self.embedding_size}"
            )

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """The fields as ``to_dict`` gave them; ValueError names what is missing or wrong."""
        unknown = settings.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        given = dict(settings)
        if not isinstance(given.get("hidden_sizes"), list | tuple):
            raise ValueError("hidden_sizes must be a list of whole numbers")
        given["hidden_sizes"] = tuple(given["hidden_sizes"])
        try:
            return cls(**given)
        except TypeError as error:
            raise ValueError(str(error)) from error

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain JSON."""
        return asdict(self) | {"hidden_sizes": list(self.hidden_sizes)}

    @property
    def layers(self) -> int:
        """How many layers there are."""
        return len(self.hidden_sizes)

    def input_size(self, layer: int) -> int:
        """Width of what a layer reads."""
        return self.hidden_sizes[layer - 1] if layer else self.embedding_size

    def levels(self, layer: int) -> int:
        """Entries of a layer's master gates."""
        return self.hidden_sizes[layer] // self.chunk_size

    def kernel_width(self, layer: int) -> int:
        """Columns of a layer's kernels: four gates, and two master gates of an ON-LSTM."""
        master = 2 * self.levels(layer) if self.cell == "onlstm" else 0
        return 4 * self.hidden_sizes[layer] + master


def shapes(config: OnLstmConfig) -> dict[str, Shape]:
    """Every weight's name and shape, in the order in which a forward pass meets them.

    The columns of a kernel are: forget, input, output, candidate [H each], master forget, master
    input [levels each].
    """
    words, width = config.vocabulary_size, config.embedding_size
    found: dict[str, Shape] = {"embeddings/word": (words, width)}
    for layer, size in enumerate(config.hidden_sizes):
        columns = config.kernel_width(layer)
        found[f"layers/{layer}/input/kernel"] = (config.input_size(layer), columns)
        found[f"layers/{layer}/recurrent/kernel"] = (size, columns)
        found[f"layers/{layer}/bias"] = (columns,)
    if not config.tied:
        found["output/kernel"] = (config.hidden_sizes[-1], words)
    found["output/bias"] = (words,)
    return found
