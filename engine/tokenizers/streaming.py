"""Text out of pieces that are strings or bytes, whole characters only."""

import codecs
from collections.abc import Callable


class PieceStream:
    """A `TextStream` over pieces that are text or bytes of text in UTF-8.

    Bytes wait until they are a whole character; bytes that can never become one are dropped, as
    nobody can read them.

    Args:
        text_of: the text of an id, or its bytes; "" where it has none.
        trim: whether blanks at the start and the end of the text are dropped, because the
            vocabulary puts one before every word.
    """

    def __init__(self, text_of: Callable[[int], str | bytes], *, trim: bool = False) -> None:
        self._text_of = text_of
        self._trim = trim
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._started = False
        self._blanks = ""

    def push(self, id: int) -> str:
        """See `TextStream.push`."""
        piece = self._text_of(id)
        if isinstance(piece, bytes):
            text = self._decoder.decode(piece)
        else:
            text = piece
            if piece:
                self._decoder.reset()
        return self._trimmed(text) if self._trim else text

    def flush(self) -> str:
        """See `TextStream.flush`."""
        return ""

    def _trimmed(self, text: str) -> str:
        """The text with the blanks that waited before it; its own last ones wait in turn."""
        visible = text.rstrip(" ")
        if not visible:
            self._blanks += text
            return ""
        whole = self._blanks + visible
        if not self._started:
            whole = whole.lstrip(" ")
            self._started = True
        self._blanks = text[len(visible) :]
        return whole
