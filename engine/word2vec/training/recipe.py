"""How word vectors are trained: the settings of word2vec, of its variants in the blog, and limits.

Nothing here needs a library that computes, so a page can check what it is asked for.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from engine.word2vec.errors import Word2VecError

Architecture = Literal["skipgram", "cbow"]
Output = Literal["hierarchical", "negative", "random_softmax"]


@dataclass(frozen=True)
class Recipe:
    """Settings of a training run.

    Attributes:
        architecture: "skipgram": the vector of a word predicts each word around it; "cbow": the
            mean vector of the words around predicts the word (Mikolov et al. 2013).
        output: "hierarchical": the target's path in a Huffman tree, which makes p(y | x) known
            exactly; "negative": the target among random words, each judged by itself (negative
            sampling, Mikolov et al. 2013); "random_softmax": a softmax over the target and random
            words (Su 2017, https://kexue.fm/archives/4402).
        size: of the vectors.
        window: words to either side; each word takes a random part of it, 1 to ``window``.
        negatives: random words of a group; unused with "hierarchical".
        group: neighbouring words that share random words, and are computed together. 1 draws
            anew for each word.
        exponent: random words are drawn in proportion to count ** exponent; 0 draws evenly.
        min_count: rarer words are no words.
        max_words: the most frequent so many at most; None keeps all.
        sample: subsampling: a word of frequency f is kept with probability
            sqrt(sample / f) + sample / f where that is less than 1; 0 keeps everything.
        epochs: passes over the text.
        rate, last_rate: the learning rate falls evenly from one to the other.
        step_words: words of an update, in whole groups; None takes a two-hundredth of the text,
            128 to 2048 words.
        seed: of everything random.

    Raises:
        Word2VecError: a value is out of its range.
    """

    architecture: Architecture = "skipgram"
    output: Output = "hierarchical"
    size: int = 96
    window: int = 10
    negatives: int = 16
    group: int = 32
    exponent: float = 0.75
    min_count: int = 5
    max_words: int | None = None
    sample: float = 1e-3
    epochs: int = 5
    rate: float = 0.025
    last_rate: float = 0.0001
    step_words: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.architecture not in ("skipgram", "cbow"):
            raise Word2VecError(f"no architecture {self.architecture!r}; skipgram and cbow")
        if self.output not in ("hierarchical", "negative", "random_softmax"):
            raise Word2VecError(
                f"no output {self.output!r}; hierarchical, negative and random_softmax"
            )
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise Word2VecError(f"{name} has to be {low:g} to {high:g}, not {value:g}")
        if self.last_rate > self.rate:
            raise Word2VecError("last_rate is above rate")

    def groups(self, words: int) -> int:
        """Groups of an update, for a text of so many words."""
        step = self.step_words or min(max(words // 200, 128), 2048)
        return max(1, step // self.group)

    def as_dict(self) -> dict[str, Any]:
        """For JSON; ``Recipe(**recipe.as_dict())`` is the recipe."""
        return asdict(self)


_RANGES: tuple[tuple[str, float, float], ...] = (
    ("size", 1, 1024),
    ("window", 1, 50),
    ("negatives", 1, 1024),
    ("group", 1, 256),
    ("exponent", 0, 2),
    ("min_count", 1, 1_000_000_000),
    ("max_words", 2, 10_000_000),
    ("sample", 0, 1),
    ("epochs", 1, 1000),
    ("rate", 0, 10),
    ("last_rate", 0, 10),
    ("step_words", 1, 1_000_000),
    ("seed", 0, 2**31 - 1),
)
