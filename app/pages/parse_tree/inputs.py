"""What is filled in and chosen on the page, checked: every value may come from anybody."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, cast

from app.web.inputs import Model, one_of, plain_text
from engine.onlstm.sentences import LANGUAGES
from engine.onlstm.sentences import Language as TextLanguage
from engine.onlstm.trees import PARSERS

#: Of a text that is to be read; a longer one is not even looked at.
MAX_TEXT: Final = 50_000
#: Layers that a link may name; a model with fewer shows its last.
MAX_LAYERS: Final = 8
#: The language's own model, the model's best layer and parser.
AUTO: Final = "auto"
CELLS: Final = ("onlstm-complement", "onlstm-reverse", "lstm")
UNITS: Final = ("word", "character")
#: Everything that a model can be, whether there is one or not.
KINDS: Final = tuple(f"{cell}-{unit}" for unit in UNITS for cell in CELLS)
LAYERS: Final = (AUTO, *map(str, range(1, MAX_LAYERS + 1)))
#: Trees that need no model, to put beside one that has one.
TRIVIAL: Final = ("right", "left", "balanced")
NOTHING: Final = "none"
GOLD: Final = "gold"
OTHER_PARSER: Final = "parser"
#: Commas divide a sentence before the distances do, or nobody looks at them.
COMMAS: Final = ("first", "ignored")
SOURCES: Final = ("text", "gold")
_LAYER: Final = "layer-"
_KIND: Final = "kind-"
_BESIDE: Final = (
    *(NOTHING, GOLD, OTHER_PARSER, *TRIVIAL),
    *(f"{_LAYER}{layer}" for layer in LAYERS[1:]),
    *(f"{_KIND}{kind}" for kind in KINDS),
)


class Choices(Model):
    """How sentences are read and what is drawn of them.

    Attributes:
        language: of the text; "auto" lets the script tell.
        kind: of the model.
        layer: "1" for the first; "auto" is the model's best.
        parser: "auto" is the one with which the model's trees are best.
        beside: what the second tree is.
    """

    language: Annotated[str, one_of((AUTO, *LANGUAGES))] = AUTO
    kind: Annotated[str, one_of((AUTO, *KINDS))] = AUTO
    layer: Annotated[str, one_of(LAYERS)] = AUTO
    parser: Annotated[str, one_of((AUTO, *PARSERS))] = AUTO
    commas: Literal["first", "ignored"] = "first"
    beside: Annotated[str, one_of(_BESIDE)] = NOTHING

    @property
    def text_language(self) -> TextLanguage | None:
        """The language that a text is said to be in; None where its script shall tell."""
        return None if self.language == AUTO else cast(TextLanguage, self.language)

    @property
    def commas_first(self) -> bool:
        """Whether commas divide a sentence before the distances do."""
        return self.commas == "first"

    @property
    def beside_layer(self) -> str | None:
        """The other layer that is asked for."""
        return self.beside.removeprefix(_LAYER) if self.beside.startswith(_LAYER) else None

    @property
    def beside_kind(self) -> str | None:
        """The other kind of model that is asked for."""
        return self.beside.removeprefix(_KIND) if self.beside.startswith(_KIND) else None


class Page(Choices):
    """All fields of the page.

    Attributes:
        text, gold: what is typed, and the bracketing that is pasted.
        source: which of the two is drawn.
    """

    text: Annotated[str, plain_text(MAX_TEXT)] = ""
    gold: Annotated[str, plain_text(MAX_TEXT)] = ""
    source: Literal["text", "gold"] = "text"

    @property
    def drawn(self) -> str:
        """What is drawn."""
        return self.gold if self.source == "gold" else self.text


def beside_layer(layer: int) -> str:
    """A layer, counted from 1, as a value of ``beside``."""
    return f"{_LAYER}{layer}"


def beside_kind(kind: str) -> str:
    """A kind of model as a value of ``beside``."""
    return f"{_KIND}{kind}"


@dataclass(frozen=True)
class Examples:
    """To try; the first of each is what the page begins with.

    Attributes:
        texts: one or several sentences each.
        gold: bracketings.
    """

    texts: tuple[str, ...]
    gold: tuple[str, ...]


@cache
def examples() -> Examples:
    """Those of examples.json: a sentence of Su Jianlin's article (kexue.fm/archives/6621), then
    our own; no treebank's."""
    found = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
    return Examples(tuple(found["texts"]), tuple(found["gold"]))


def beginning() -> Page:
    """What the page is served with."""
    return Page(text=examples().texts[0])
