"""Tasks to begin with, as data in examples.json.

A preset's name is kept in both languages there; its texts are Chinese, as the models are.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from app.web.texts import LANGUAGES, Language
from engine.fewshot import Example, Template

FILE: Final = Path(__file__).with_name("examples.json")
GROUPS: Final = ("article", "bundled", "hard", "unseen")
"""Those of Su's article on CPM, those of a kind that the bundled model was trained on and mostly
answers right, those that it mostly does not for all its training, and those of a kind that it
never saw."""

SEPARATORS: Final[Mapping[str, str]] = {"newline": "\n", "blank": "\n\n", "semicolon": "；"}
"""What may stand between two examples."""


@dataclass(frozen=True)
class Preset:
    """A task, filled in.

    Attributes:
        key, group: its names in the program.
        name: for people, by language.
        pattern, separator: of the template; the separator as a key of SEPARATORS.
        examples: to show.
        question: to ask.
        candidates: answers to choose from.
        test: more questions with their answers, to measure with.
    """

    key: str
    group: str
    name: Mapping[Language, str]
    pattern: str
    separator: str
    examples: tuple[Example, ...]
    question: str
    candidates: tuple[str, ...]
    test: tuple[Example, ...]

    @property
    def template(self) -> Template:
        """How its examples are written down."""
        return Template(self.pattern, SEPARATORS[self.separator])


@cache
def presets() -> dict[str, Preset]:
    """All presets by key, in the order of the file; the first one is the page's own beginning."""
    found = [_preset(values) for values in json.loads(FILE.read_text(encoding="utf-8"))]
    return {preset.key: preset for preset in found}


def first() -> Preset:
    """What the page begins with."""
    return next(iter(presets().values()))


def _preset(values: Mapping[str, Any]) -> Preset:
    return Preset(
        key=values["key"],
        group=values["group"],
        name={lang: values["name"][lang] for lang in LANGUAGES},
        pattern=values["pattern"],
        separator=values["separator"],
        examples=tuple(Example(*pair) for pair in values["examples"]),
        question=values["question"],
        candidates=tuple(values["candidates"]),
        test=tuple(Example(*pair) for pair in values["test"]),
    )
