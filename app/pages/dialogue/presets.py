"""Ways to begin: first lines, and people whose first turns are written down.

The bundled model has no token for a persona. A person is a few invented turns that stand in the
conversation, and in the context, like any others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.web.texts import Language

_FILE: Final = Path(__file__).with_name("examples.json")


@dataclass(frozen=True)
class Persona:
    """Somebody to talk to.

    Attributes:
        name: on the button.
        turns: a question, an answer, and so on; the person's are the even ones.
    """

    key: str
    name: dict[Language, str]
    turns: tuple[str, ...]


def _load() -> tuple[tuple[str, ...], tuple[str, ...], dict[str, Persona]]:
    content: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    personas = {
        one["key"]: Persona(one["key"], one["name"], tuple(one["turns"]))
        for one in content["personas"]
    }
    return tuple(content["openings"]), tuple(content["topics"]), personas


OPENINGS, TOPICS, PERSONAS = _load()
"""First lines to say; first lines for two models; people by their keys."""
