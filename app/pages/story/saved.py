"""What the browser keeps of the page for a reload, and what a share link holds."""

from __future__ import annotations

from typing import Final

from app.pages.story import PAGE
from app.pages.story.inputs import Link, Page
from app.web.saved import Format, Saved

SAVED: Final = Saved(
    PAGE,
    kept=Format(Page),
    link=Format(Link),
    too_long=f"{PAGE}.error.too_long_to_share",
    bad_link=f"{PAGE}.error.bad_link",
    bad_kept=f"{PAGE}.error.bad_saved",
)
