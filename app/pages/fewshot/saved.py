"""What the browser keeps of the page for a reload, and what a share link holds."""

from __future__ import annotations

from typing import Any, Final

from app.pages.fewshot import PAGE
from app.pages.fewshot.inputs import Link, Page
from app.web.saved import Format, Saved


def _examples_of_rows(old: dict[str, Any]) -> dict[str, Any]:
    """Version 1 has the rows alone, under a name of their own."""
    return {**old, "examples": f'{{"rows":{old["rows"]}}}'}


SAVED: Final = Saved(
    PAGE,
    kept=Format(Page, (_examples_of_rows,)),
    link=Format(Link, (_examples_of_rows,)),
    too_long=f"{PAGE}.error.long_link",
)
