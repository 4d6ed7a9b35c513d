"""What a visit has: vectors of its own, the open tab, and what it has set going."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from app.web.run import Runs

#: Of a visitor's own vectors that are offered.
_MAX_OWN: Final = 4


@dataclass
class Visit:
    """A visit; it changes in place.

    Attributes:
        own: keys of the visitor's own vectors, the newest last.
        tab: the open tab of the page.
        training, measuring: these two may run beside each other.
    """

    own: tuple[str, ...] = ()
    tab: str = "look"
    training: Runs = field(default_factory=Runs)
    measuring: Runs = field(default_factory=Runs)

    def add(self, key: str) -> None:
        """Offer vectors that have come."""
        self.own = (*self.own, key)[-_MAX_OWN:]
