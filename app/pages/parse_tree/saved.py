"""What the browser keeps of the page for a reload, and what a share link holds: all its fields."""

from __future__ import annotations

from typing import Final

from app.pages.parse_tree import PAGE
from app.pages.parse_tree.inputs import Page
from app.web.saved import Format, Saved

_FORMAT: Final = Format(Page)

SAVED: Final = Saved(
    PAGE,
    kept=_FORMAT,
    link=_FORMAT,
    too_long=f"{PAGE}.error.too_long_to_share",
    bad_link=f"{PAGE}.error.bad_link",
    bad_kept=f"{PAGE}.error.bad_saved",
)
