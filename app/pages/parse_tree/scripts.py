"""The page's few lines of JavaScript, for the js= of events."""

from __future__ import annotations

import json
from typing import Final

#: Of a store.Page as store.save writes it, in the order of the components.
NAMES: Final = ("text", "gold", "source", "language", "kind", "layer", "parser", "commas", "beside")

_SAVE: Final = """(...values) => {
  OPENED
  if (!window.parseTreeIsOpen) return values[values.length - 1];
  return Object.fromEntries(NAMES.map((name, index) => [name, values[index]]));
}"""


def save(*, opened: bool = False) -> str:
    """The page as the browser keeps it; nothing is kept before the page was opened, since its
    empty fields would replace what is there.

    Args:
        opened: from now on it is.
    """
    return _SAVE.replace("NAMES", json.dumps(NAMES)).replace(
        "OPENED", "window.parseTreeIsOpen = true;" if opened else ""
    )
