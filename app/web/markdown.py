"""Texts of visitors and models inside Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

#: What Markdown takes for a mark.
_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>()#+.!|~-])")


def escaped(words: str) -> str:
    """A text as it is, whatever Markdown would make of it; its lines stay lines."""
    return _MARKS.sub(r"\\\1", words).replace("\n", "  \n")


def quoted(words: str) -> str:
    """The same as a quotation."""
    return "\n".join(f"> {line}" for line in escaped(words).split("\n"))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table: names on the left in the first column, figures on the right in the
    others. Cells are Markdown already."""
    align = [":---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(row)} |" for row in (head, align, *rows)]
