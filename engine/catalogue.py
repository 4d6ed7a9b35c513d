"""The models there are, as data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class ModelSpec:
    """One line of the catalogue.

    Attributes:
        name: what pages and commands call it.
        family: the kind of network, for people ("decoder-only Transformer").
        source: where `location` leads: "bundled" (a folder of this repository), "hub" (a
            repository on the Hugging Face hub) or "local" (a folder anywhere).
        location: that folder or "owner/name".
        loader: "package.module:attribute", called with the folder's Path; imported when the
            model is loaded.
        licence: of the weights, as an SPDX expression.
        card: path of the model card, inside the folder.
        download: bytes that a hub repository holds; other sources are measured.
        uses_keras: whether engine.backend must be set up before loading.
    """

    name: str
    family: str
    source: Literal["bundled", "hub", "local"]
    location: str
    loader: str
    licence: str
    card: str = "CARD.md"
    download: int = 0
    uses_keras: bool = True

    def folder(self) -> Path | None:
        """The folder on this machine, or None for a hub repository."""
        if self.source == "hub":
            return None
        path = Path(self.location).expanduser()
        return ROOT / path if self.source == "bundled" else path


CATALOGUE: Final[tuple[ModelSpec, ...]] = (
    ModelSpec(
        name="xiangqi",
        family="decoder-only Transformer over moves",
        source="bundled",
        location="assets/models/xiangqi",
        loader="engine.xiangqi.player:Player.load",
        licence="Apache-2.0",
    ),
)
