"""Texts and bracketings to try: examples.json."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import gradio as gr

from app.web.limits import Refusal
from app.web.texts import language, text

FILE: Final = Path(__file__).with_name("examples.json")


@dataclass(frozen=True)
class Examples:
    """The first of each is what the page begins with.

    Attributes:
        texts: one or several sentences each.
        gold: bracketings.
    """

    texts: tuple[str, ...]
    gold: tuple[str, ...]


@cache
def examples() -> Examples:
    """Those of the file: a sentence of Su Jianlin's article (kexue.fm/archives/6621), then our
    own; no treebank's."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    return Examples(tuple(found["texts"]), tuple(found["gold"]))


def take(samples: tuple[str, ...]) -> Callable[..., str]:
    """The handler of a click on one of them, which is told by its number."""

    def taken(index: object, request: gr.Request) -> str:
        if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(samples):
            return samples[index]
        raise Refusal(text("limits.not_a_choice", language(request)))

    return taken
