"""What a visitor may send, and how often: checked on the server, answered with a sentence.

Every listener of a gradio page is a public endpoint that takes any JSON, so a handler passes
what it gets through the functions below before it looks at it.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock
from typing import Final, TypeVar

import gradio as gr

from app.web.texts import Language, text

KIB: Final = 1024
MIB: Final = 1024 * KIB

#: A position has at most 128 characters in FEN; the rest is room for spaces and counters.
MAX_FEN_CHARS: Final = 200
#: The longest professional games, with comments, are below 32 KiB.
MAX_GAME_BYTES: Final = 256 * KIB
#: Larger than any file a page accepts, so that the page itself can say what is too large.
MAX_UPLOAD_BYTES: Final = 16 * MIB
#: Of one HTTP request: an upload with its multipart frame.
MAX_REQUEST_BYTES: Final = MAX_UPLOAD_BYTES + 64 * KIB
#: Requests that wait or run, over all visitors; one more is told that the queue is full.
MAX_QUEUE: Final = 64
#: Visits that the server remembers; the one that was idle longest makes room for a new one.
MAX_VISITS: Final = 256

#: Sessions that a RateLimiter remembers. A session's name is chosen by its browser, so a
#: stranger can invent as many as there is memory for.
_MAX_SESSIONS: Final = 10_000

Choice = TypeVar("Choice", bound=str)


class Refusal(gr.Error):
    """A request that the server will not carry out; its message is meant for the visitor.

    Gradio shows it as a notice and leaves the page's state as it was. A page that has a
    better place for it catches it and shows str(refusal) there.
    """

    def __init__(self, message: str) -> None:
        # Messages are in one language; where an English one quotes Chinese, it does so later.
        letter = next(filter(str.isalpha, message), "")
        title = "请留意" if "\u4e00" <= letter <= "\u9fff" else "Please note"
        super().__init__(message, duration=8, print_exception=False, title=title)

    def __str__(self) -> str:
        return str(self.message)


def checked_text(value: object, maximum: int, lang: Language) -> str:
    """The value, if it is a text of at most maximum characters. Raises Refusal."""
    if not isinstance(value, str):
        raise Refusal(text("limits.not_text", lang))
    if len(value) > maximum:
        raise Refusal(text("limits.too_long", lang, length=len(value), maximum=maximum))
    return value


def checked_bytes(size: int, maximum: int, lang: Language) -> None:
    """Raises Refusal where a file of size bytes is larger than maximum bytes."""
    if size > maximum:
        raise Refusal(
            text("limits.too_large", lang, size=_kib(size), maximum=_kib(maximum)),
        )


def checked_choice(value: object, choices: tuple[Choice, ...], lang: Language) -> Choice:
    """The value, if it is one of the choices. Raises Refusal."""
    for choice in choices:
        if value == choice:
            return choice
    raise Refusal(text("limits.not_a_choice", lang))


def _kib(size: int) -> int:
    return -(-size // KIB)


class RateLimiter:
    """At most calls calls of each session within any seconds seconds (a sliding window).

    Safe to use from the threads of several requests.
    """

    def __init__(
        self, calls: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.calls = calls
        self.seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, request: gr.Request | None, lang: Language) -> None:
        """Count a call of the request's session. Raises Refusal where it is one too many.

        A refused call does not count, so that somebody who keeps trying is let in again.
        """
        wait = self.wait(str(request.session_hash) if request is not None else "")
        if wait > 0:
            raise Refusal(text("limits.too_often", lang, seconds=max(1, round(wait))))

    def wait(self, session: str) -> float:
        """Seconds until the session may call; 0.0, and the call is counted, if it may now."""
        now = self._clock()
        with self._lock:
            times = self._times.setdefault(session, deque())
            self._times.move_to_end(session)
            if len(self._times) > _MAX_SESSIONS:
                self._times.popitem(last=False)
            while times and times[0] <= now - self.seconds:
                times.popleft()
            if len(times) >= self.calls:
                return times[0] + self.seconds - now
            times.append(now)
            return 0.0
