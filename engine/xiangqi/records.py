"""Records of games in files: PGN read and written, XQF read."""

from __future__ import annotations

from collections.abc import Iterator

from engine.xiangqi.encodings import decode_text
from engine.xiangqi.game import Game, InvalidRecordError, Line, Notation
from engine.xiangqi.pgn import read_games
from engine.xiangqi.xqf import is_xqf, read_xqf

__all__ = [
    "Game",
    "InvalidRecordError",
    "Line",
    "Notation",
    "decode_text",
    "read_games",
    "read_record",
    "read_xqf",
]


def read_record(data: bytes) -> Iterator[Game]:
    """The games of a file, XQF by its first bytes and PGN otherwise.

    Raises:
        XiangqiError: as `read_xqf` and `read_games`.
    """
    if is_xqf(data):
        yield read_xqf(data)
    else:
        yield from read_games(data)
