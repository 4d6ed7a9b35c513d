"""Stop strings: found across the borders of tokens, and never shown, not even in part."""

from collections.abc import Iterable

from engine.models.errors import GenerationError


class StopStrings:
    """Text goes in piece by piece and comes out once it can no longer begin a stop string.

    What comes out does not depend on how the text was cut into pieces: everything before the stop
    string that is complete first (of those that end together, the longest).

    Attributes:
        met: whether a stop string was met; nothing comes out any more then.

    Raises GenerationError for an empty stop string.
    """

    def __init__(self, strings: Iterable[str]) -> None:
        self._strings = tuple(dict.fromkeys(strings))
        if "" in self._strings:
            raise GenerationError("a stop string must not be empty: it is everywhere")
        # What may begin one, the longest first.
        beginnings = {string[:end] for string in self._strings for end in range(1, len(string))}
        self._beginnings = tuple(sorted(beginnings, key=len, reverse=True))
        self._held = ""
        self.met = False

    def push(self, text: str) -> str:
        """The text that is certain now."""
        if self.met:
            return ""
        text = self._held + text
        found = [
            (at + len(string), at) for string in self._strings if (at := text.find(string)) >= 0
        ]
        if found:
            self.met, self._held = True, ""
            return text[: min(found)[1]]
        self._held = next((start for start in self._beginnings if text.endswith(start)), "")
        return text[: len(text) - len(self._held)]

    def flush(self) -> str:
        """What was held back and began no stop string after all."""
        text, self._held = self._held, ""
        return text
