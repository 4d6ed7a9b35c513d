"""Records of games in files: PGN read and written; XQF, CBR and CBL read."""

from __future__ import annotations

from collections.abc import Iterator

from engine.xiangqi.records.cbr import is_cbl, is_cbr, read_cbl, read_cbr
from engine.xiangqi.records.encodings import decode_text
from engine.xiangqi.records.game import Game, InvalidRecordError, Line, Notation
from engine.xiangqi.records.pgn import read_games
from engine.xiangqi.records.xqf import is_xqf, read_xqf

__all__ = [
    "Game",
    "InvalidRecordError",
    "Line",
    "Notation",
    "decode_text",
    "read_cbl",
    "read_cbr",
    "read_games",
    "read_record",
    "read_xqf",
]


def read_record(data: bytes) -> Iterator[Game]:
    """The games of a file: XQF, CBR and CBL are known by their first bytes, the rest is PGN.

    Raises:
        XiangqiError: as `read_xqf`, `read_cbr` and `read_games`.
    """
    if is_xqf(data):
        yield read_xqf(data)
    elif is_cbr(data):
        yield read_cbr(data)
    elif is_cbl(data):
        yield from read_cbl(data)
    else:
        yield from read_games(data)
