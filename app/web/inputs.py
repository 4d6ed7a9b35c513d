"""What a browser, a share link or a kept page sent, checked in one way: by a model of the fields.

    class Inputs(Model):
        text: Annotated[str, clean_text(20_000)] = ""
        count: Annotated[int, whole(1, 8, "story.branches")] = 1
        vary: Literal["seed", "mood"] = "seed"

    Inputs.read(values, lang)       # what an event sent, in the order of the fields, or Refusal
    Inputs.restore(mapping)         # what was kept for a reload, or SavedError
    components(controls, Inputs)    # the gradio components of these names, in that order

The order of the fields is the order of an event's inputs and outputs because both are derived from
the names, so a component in a new place cannot become another value.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Final, Self

import gradio as gr
from gradio.components import Component
from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError
from pydantic_core import PydanticCustomError

from app.web.limits import Refusal
from app.web.texts import Language, catalogue, text

_LINE_BREAKS: Final = ("\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")
#: Of the format characters, those that join letters and emoji; the others turn text around.
_JOINERS: Final = "\u200c\u200d"
#: pydantic's own errors that have a sentence; all others are values that no page offers.
_SENTENCES: Final = {"string_type": "limits.not_text"}


class SavedError(ValueError):
    """What was to be opened is no page or link of ours."""


class Model(BaseModel):
    """Checked values, frozen, of exactly the types of the fields; model_copy(update={...}) makes
    another one, without checks."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    @classmethod
    def names(cls) -> list[str]:
        """The fields, in their order."""
        return [*cls.model_fields]

    @classmethod
    def read(cls, values: Sequence[object], lang: Language) -> Self:
        """The values of an event, in the order of the fields. Raises Refusal."""
        if len(values) != len(cls.model_fields):
            raise Refusal(text("limits.not_a_choice", lang))
        return cls.read_named(dict(zip(cls.model_fields, values, strict=True)), lang)

    @classmethod
    def read_named(cls, values: Mapping[str, object], lang: Language) -> Self:
        """The values by name; fields that are not among them have their defaults. Raises Refusal
        with a sentence about the first that is wrong."""
        try:
            return cls.model_validate({**values})
        except ValidationError as error:
            raise Refusal(_sentence(error, lang)) from None

    @classmethod
    def restore(cls, value: object) -> Self:
        """A mapping that was kept or linked, by name. Raises SavedError."""
        if not isinstance(value, Mapping):
            raise SavedError("not an object")
        try:
            return cls.model_validate({**value})
        except (ValidationError, RecursionError) as error:
            raise SavedError(str(error)) from error

    def values(self) -> list[Any]:
        """In the order of the fields."""
        return [getattr(self, name) for name in type(self).model_fields]

    @classmethod
    def updates(cls, **shown: Any) -> list[Any]:
        """What a handler returns for the components of all fields: those that are not named stay.

        Raises KeyError for a name that is no field.
        """
        for name in shown:
            _ = cls.model_fields[name]
        return [shown.get(name, gr.skip()) for name in cls.model_fields]


def text_check(maximum: int) -> Callable[[object], str]:
    """What plain_text checks, for a validator of something that has texts in it."""

    def check(value: object) -> str:
        if not isinstance(value, str):
            raise PydanticCustomError("limits.not_text", "not a text")
        if len(value) > maximum:
            facts = {"length": len(value), "maximum": maximum}
            raise PydanticCustomError("limits.too_long", "too long", facts)
        return value

    return check


def clean_text(maximum: int) -> PlainValidator:
    """A text of at most maximum characters, cleaned."""
    check = text_check(maximum)
    return PlainValidator(lambda value: cleaned(check(value)))


def plain_text(maximum: int) -> PlainValidator:
    """A text of at most maximum characters, as it was sent."""
    return PlainValidator(text_check(maximum))


def one_of(choices: Sequence[object]) -> PlainValidator:
    """One of values that are known when the program starts only; for others there is Literal."""

    def check(value: object) -> object:
        for choice in choices:
            if type(value) is type(choice) and value == choice:
                return choice
        raise PydanticCustomError("limits.not_a_choice", "not a choice")

    return PlainValidator(check)


def whole(low: int, high: int, what: str = "limits.value") -> PlainValidator:
    """A whole number from low to high; 3.0 is one, as JSON has it, and True is none.

    Args:
        what: key of the value's name for the visitor.
    """

    def check(value: object) -> int:
        if isinstance(value, float) and math.isfinite(value) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise _out_of_range(low, high, what)
        return value

    return PlainValidator(check)


def number(low: float, high: float, what: str = "limits.value") -> PlainValidator:
    """A finite number from low to high; see ``whole``."""

    def check(value: object) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            return float(value)
        raise _out_of_range(low, high, what)

    return PlainValidator(check)


def json_text(maximum: int) -> PlainValidator:
    """What a JSON text of at most maximum characters says; for events, whose widgets send one."""
    check = text_check(maximum)

    def read(value: object) -> object:
        content = check(value)
        try:
            return json.loads(content, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise PydanticCustomError("limits.json", "not JSON") from None

    return PlainValidator(read)


def cleaned(value: str) -> str:
    """A text with plain line breaks, and without control characters, half surrogates and
    characters that turn the direction of a line; tabs stay."""
    for line_break in _LINE_BREAKS:
        value = value.replace(line_break, "\n")
    return "".join(
        character
        for character in value
        if character in "\n\t"
        or character in _JOINERS
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )


def components(controls: object, names: type[Model] | Sequence[str]) -> list[Any]:
    """The components of these names, in that order; they are Any because gradio gives each its
    events when the program runs.

    Args:
        controls: a dataclass of components, or of other such dataclasses, which are looked
            through too.
        names: a model, whose fields are meant, or the ``_fields`` of a screen.

    Raises KeyError for a name that no component has or two have.
    """
    wanted = names.names() if isinstance(names, type) else names
    found: dict[str, list[Component]] = {}
    for name, component in _named(controls):
        found.setdefault(name, []).append(component)
    picked = []
    for name in wanted:
        if len(found.get(name, ())) != 1:
            raise KeyError(f"{len(found.get(name, ()))} components are called {name}")
        picked += found[name]
    return picked


def _named(controls: object) -> Iterator[tuple[str, Component]]:
    assert is_dataclass(controls)
    for one in fields(controls):
        value = getattr(controls, one.name)
        if is_dataclass(value):
            yield from _named(value)
        else:
            yield one.name, value


def _out_of_range(low: float, high: float, what: str) -> PydanticCustomError:
    facts = {"low": f"{low:,}", "high": f"{high:,}", "what": what}
    return PydanticCustomError("limits.range", "out of range", facts)


def _sentence(error: ValidationError, lang: Language) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    key = first["type"] if first["type"] in catalogue() else "limits.not_a_choice"
    facts = dict(first.get("ctx", {}))
    if "what" in facts:
        facts["what"] = text(facts["what"], lang)
    return text(_SENTENCES.get(first["type"], key), lang, **facts)


def _refuse_constant(constant: str) -> None:
    # Python reads NaN and Infinity, which JSON does not have.
    raise ValueError(constant)
