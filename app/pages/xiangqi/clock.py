"""A chess clock that the server keeps: the browser only shows it."""

from dataclasses import dataclass, field

from engine.xiangqi.board.moves import BLACK, RED, Color


@dataclass
class Clock:
    """Time left to each side, in seconds; times called now are those of time.monotonic().

    It stands still until the first move, so that nobody loses time by reading the page.
    """

    minutes: int
    increment: int
    left: dict[Color, float] = field(default_factory=dict)
    running: Color | None = None
    since: float = 0.0

    def __post_init__(self) -> None:
        if not self.left:
            self.left = {RED: self.minutes * 60.0, BLACK: self.minutes * 60.0}

    def remaining(self, color: Color, now: float) -> float:
        """Seconds left to a side, never below zero."""
        used = now - self.since if self.running is color else 0.0
        return max(0.0, self.left[color] - used)

    def press(self, mover: Color, now: float) -> None:
        """The mover has moved: it gains the increment, and the other side's time runs."""
        if self.running is mover:
            self.left[mover] = self.remaining(mover, now) + self.increment
        self.running, self.since = not mover, now

    def start(self, color: Color, now: float) -> None:
        """Let the time of a side run from now on."""
        self.pause(now)
        self.running, self.since = color, now

    def pause(self, now: float) -> None:
        """Stop the side whose time runs."""
        if self.running is not None:
            self.left[self.running] = self.remaining(self.running, now)
        self.running = None

    def fallen(self, now: float) -> Color | None:
        """The side that has run out of time, if it is on the move."""
        if self.running is not None and self.remaining(self.running, now) <= 0.0:
            return self.running
        return None
