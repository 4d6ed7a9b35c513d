"""The models that a page offers, with their state, and the one that a visitor chose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import gradio as gr

from app.text.checks import explain
from app.web.events import QUICK, root
from app.web.limits import Refusal, checked_choice
from app.web.texts import Language, catalogue, label, language, text
from engine.models import memory
from engine.models.errors import ModelError
from engine.models.registry import MEMORY_PER_BYTE, Models, ModelStatus, State

if TYPE_CHECKING:
    from engine.transformer.language_model import LanguageModel

#: What a model's parameters are counted in.
_MILLION: Final = 1_000_000
_HERE: Final = (State.WAITING, State.LOADING, State.READY)


class TextModels:
    """Models that suit a page.

    Args:
        names: in the catalogue, the default first.
    """

    def __init__(self, models: Models, names: Sequence[str]) -> None:
        self.models = models
        self.names = tuple(names)

    @property
    def default(self) -> str:
        """The model that the page begins with."""
        return self.names[0]

    def choices(self, lang: Language) -> list[tuple[str, str]]:
        """A label with the model's state, and its name: for a dropdown."""
        return [(self._label(name, lang), name) for name in self.names]

    def get(self, name: object, lang: Language) -> LanguageModel:
        """The model, loaded; one that is loading is waited for.

        Raises Refusal for a name that the page does not offer, and for a model that is not on
        this machine, has failed, or does not fit into the memory beside the others.
        """
        chosen = checked_choice(name, self.names, lang)
        (status,) = self.models.status(chosen)
        if status.state not in _HERE:
            key = "failed" if status.state is State.FAILED else "absent"
            raise Refusal(text(f"text.model.{key}", lang, name=chosen))
        if status.state is State.WAITING and not self._has_room(status):
            raise Refusal(text("text.model.no_memory", lang, name=chosen))
        try:
            model: LanguageModel = self.models.get(chosen)
        except ModelError as error:
            raise Refusal(explain(error, lang)) from error
        return model

    def ready(self, name: str) -> bool:
        """Whether nobody would have to wait for the model."""
        (status,) = self.models.status(name)
        return status.state is State.READY

    def _label(self, name: str, lang: Language) -> str:
        (status,) = self.models.status(name)
        parts = [title(name, lang), text(f"text.state.{status.state}", lang)]
        parameters = self.models.spec(name).parameters
        if status.bytes:
            parts.append(memory.readable(status.bytes))
        elif parameters:
            millions = round(parameters / _MILLION)
            parts.append(text("text.model.parameters", lang, millions=f"{millions:,}"))
        return " · ".join(parts)

    def _has_room(self, status: ModelStatus) -> bool:
        """Whether the memory that the host gives to models holds this one too."""
        ready = (other for other in self.models.status() if other.state is State.READY)
        used = sum(self._memory(other) for other in ready)
        return used + self._memory(status) <= self.models.budget

    def _memory(self, status: ModelStatus) -> int:
        return self.models.spec(status.name).memory() or MEMORY_PER_BYTE * status.bytes


def title(name: str, lang: Language) -> str:
    """What people call a model."""
    key = f"text.name.{name}"
    return text(key, lang) if key in catalogue() else name


def model_dropdown(
    models: TextModels, elem_id: str, *, key: str = "text.model", value: str | None = None
) -> gr.Dropdown:
    """Place the choice of a model; its states are looked up when the page opens, and again when
    somebody turns to it.

    Args:
        key: of its label.
        value: the choice at first; None for the page's default.
    """
    dropdown = gr.Dropdown(
        models.choices("zh"), value=value or models.default, label=label(key), elem_id=elem_id
    )

    def refreshed(request: gr.Request) -> gr.Dropdown:
        return gr.Dropdown(models.choices(language(request)))

    gr.on([root().load, dropdown.focus], refreshed, None, [dropdown], **QUICK)
    return dropdown
