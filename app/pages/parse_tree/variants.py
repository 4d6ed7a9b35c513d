"""The models of the bundle: which there are for a language, and in which form their gates are."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final, cast

from app.pages.parse_tree.words import say
from app.text.models import TextModels
from app.web.limits import Refusal
from app.web.texts import Language
from engine.onlstm.sentences import Language as TextLanguage

if TYPE_CHECKING:
    from engine.models.registry import Models
    from engine.onlstm.analysis import OnLstm
    from engine.onlstm.config import OnLstmConfig

_CELLS: Final = ("onlstm-complement", "onlstm-reverse", "lstm")
_UNITS: Final = ("word", "character")
#: Everything that a model can be, whether there is one or not.
KINDS: Final = tuple(f"{cell}-{unit}" for unit in _UNITS for cell in _CELLS)
#: The language's own model, whatever it is.
AUTO: Final = "auto"


class Variants:
    """The bundle ``name`` of a catalogue, which is loaded when it is first asked for."""

    def __init__(self, models: Models, name: str) -> None:
        self._models = TextModels(models, [name])
        self._name = name

    def load(self, lang: Language) -> dict[str, OnLstm]:
        """The models by name. Raises Refusal where they are not here or failed."""
        bundle = cast(Any, self._models.get(self._name, lang))
        found: dict[str, OnLstm] = bundle.languages
        return found


def kind_of(config: OnLstmConfig) -> str:
    """One of KINDS."""
    cell = config.cell if config.cell == "lstm" else f"onlstm-{config.master_input}"
    return f"{cell}-{config.unit}"


def kinds_of(models: dict[str, OnLstm], languages: Collection[TextLanguage]) -> list[str]:
    """Those that there are for any of the languages, in the order of KINDS."""
    there = {kind_of(m.config) for m in models.values() if m.config.language in languages}
    return [kind for kind in KINDS if kind in there]


def kind_name(kind: str, kinds: Collection[str], lang: Language) -> str:
    """For people; words or characters are named where there are both."""
    cell, _, unit = kind.rpartition("-")
    name = say(f"cell.{cell}", lang)
    return (
        f"{name} · {say(f'unit.{unit}', lang)}"
        if len({k.rpartition("-")[2] for k in kinds}) > 1
        else name
    )


def chosen(
    models: dict[str, OnLstm], language: TextLanguage, kind: str, lang: Language
) -> tuple[str, OnLstm]:
    """The model for a language, and its name: of that kind, or the language's own where there is
    none of it. Raises Refusal for a language without a model."""
    suited = {name: m for name, m in models.items() if m.config.language == language}
    if not suited:
        raise Refusal(say("error.no_model", lang, language=say(f"language.{language}", lang)))
    of_kind = [name for name, model in suited.items() if kind_of(model.config) == kind]
    name = of_kind[0] if of_kind else language if language in suited else next(iter(suited))
    return name, suited[name]
