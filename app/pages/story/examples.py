"""Openings to try: examples.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("examples.json")


@dataclass(frozen=True)
class Opening:
    """A beginning of a text.

    Attributes:
        zh, en: its name.
        genre, mood: see engine.tokenizers.conditions.
    """

    zh: str
    en: str
    text: str
    genre: str = "any"
    mood: str = "any"


@cache
def openings() -> tuple[Opening, ...]:
    """Those of Su Jianlin's GPT2_ML example (kexue.fm/archives/7292) first, then our own."""
    return tuple(Opening(**entry) for entry in json.loads(FILE.read_text(encoding="utf-8")))
