"""The shapes that are measured: all of GPT-2's architecture, which every peer knows."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Size:
    """A GPT-2 of this shape, and the precision that its random weights are stored in."""

    layers: int
    hidden: int
    heads: int
    vocabulary: int
    stored: str
    context: int = 1024

    @property
    def weights_read(self) -> int:
        """Weights that one decoded token has to read: everything but the position table.

        The token table counts once: it is the output head, and a row of it is the input.
        """
        kernels = 12 * self.hidden**2
        biases_and_norms = 13 * self.hidden
        return self.layers * (kernels + biases_and_norms) + (self.vocabulary + 2) * self.hidden


SIZES: Final[dict[str, Size]] = {
    "tiny": Size(2, 64, 4, 500, "float32"),
    "12x768": Size(12, 768, 12, 30_000, "float32"),
    "gpt2_ml": Size(48, 1536, 24, 21_130, "float16"),
    "cpm_lm": Size(32, 2560, 32, 30_000, "float16"),
}
