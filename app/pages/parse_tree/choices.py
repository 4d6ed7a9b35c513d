"""What the switches of the page say, checked: every value may come from anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Final

from app.pages.parse_tree.variants import AUTO, KINDS
from app.web.limits import Refusal, checked_choice
from app.web.texts import Language, text
from engine.onlstm.sentences import LANGUAGES
from engine.onlstm.trees import PARSERS

#: Layers that a link may name; a model with fewer shows its last.
MAX_LAYERS: Final = 8
LAYERS: Final = (AUTO, *map(str, range(1, MAX_LAYERS + 1)))
#: Trees that need no model, to put beside one that has one.
TRIVIAL: Final = ("right", "left", "balanced")
NOTHING: Final = "none"
GOLD: Final = "gold"
OTHER_PARSER: Final = "parser"
#: Commas divide a sentence before the distances do, or nobody looks at them.
FIRST: Final = "first"
COMMAS: Final = (FIRST, "ignored")
_LAYER: Final = "layer-"
_KIND: Final = "kind-"
_BESIDE: Final = (
    NOTHING,
    GOLD,
    OTHER_PARSER,
    *TRIVIAL,
    *(f"{_LAYER}{layer}" for layer in LAYERS[1:]),
    *(f"{_KIND}{kind}" for kind in KINDS),
)
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "language": (AUTO, *LANGUAGES),
    "kind": (AUTO, *KINDS),
    "layer": LAYERS,
    "parser": (AUTO, *PARSERS),
    "commas": COMMAS,
    "beside": _BESIDE,
}


@dataclass(frozen=True)
class Choices:
    """How sentences are read and what is drawn of them.

    Attributes:
        language: of the text; "auto" lets the script tell.
        kind: of the model, one of variants.KINDS.
        layer: "1" for the first; "auto" is the model's best.
        parser: "auto" is the one with which the model's trees are best.
        commas: of COMMAS.
        beside: what the second tree is, NOTHING for none.
    """

    language: str = AUTO
    kind: str = AUTO
    layer: str = AUTO
    parser: str = AUTO
    commas: str = FIRST
    beside: str = NOTHING

    @classmethod
    def of(cls, values: Sequence[object], lang: Language) -> Choices:
        """From the values that an event sends, in the order of the fields. Raises Refusal."""
        if len(values) != len(fields(cls)):
            raise Refusal(text("limits.not_a_choice", lang))
        named = zip(_CHOICES.items(), values, strict=True)
        return cls(**{name: checked_choice(value, all, lang) for (name, all), value in named})

    @property
    def values(self) -> tuple[str, ...]:
        """In the order of the fields."""
        return astuple(self)

    @property
    def commas_first(self) -> bool:
        """Whether commas divide a sentence before the distances do."""
        return self.commas == FIRST

    @property
    def beside_layer(self) -> str | None:
        """The other layer that is asked for."""
        return self.beside.removeprefix(_LAYER) if self.beside.startswith(_LAYER) else None

    @property
    def beside_kind(self) -> str | None:
        """The other kind of model that is asked for."""
        return self.beside.removeprefix(_KIND) if self.beside.startswith(_KIND) else None


def beside_layer(layer: int) -> str:
    """A layer, counted from 1, as a value of ``beside``."""
    return f"{_LAYER}{layer}"


def beside_kind(kind: str) -> str:
    """A kind of model as a value of ``beside``."""
    return f"{_KIND}{kind}"
