"""What the browser keeps of the page for a reload, and what a share link holds: all its fields."""

from __future__ import annotations

from typing import Final

from app.pages.word2vec import PAGE
from app.pages.word2vec.inputs import Page
from app.web.saved import Format, Saved

_FORMAT: Final = Format(Page)

SAVED: Final = Saved(PAGE, kept=_FORMAT, link=_FORMAT, too_long=f"{PAGE}.error.share")
