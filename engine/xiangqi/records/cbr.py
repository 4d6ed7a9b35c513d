"""CBR and CBL, the games and libraries of 象棋桥 (CCBridge), read.

The layout is that of version 2 as public readers describe it: a header of 2,210 bytes with texts in
UTF-16 and the start position, then the moves as a tree in preorder, four bytes a node: flags,
unused, from, to. Squares count from black's left-hand corner, row by row. A library is a list of
such games after one another.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import (
    ADVISOR,
    BLACK,
    CANNON,
    ELEPHANT,
    FILES,
    HORSE,
    KING,
    PAWN,
    RANKS,
    RED,
    ROOK,
    SQUARES,
    Piece,
    Square,
    square,
)
from engine.xiangqi.records.game import Game, InvalidRecordError
from engine.xiangqi.records.record_tree import Node, read_tree

_GAME: Final = b"CCBridge Record\0"
_LIBRARY: Final = b"CCBridgeLibrary\0"
_VERSION: Final = 2
_HEADER_SIZE: Final = 2214
_TEXTS: Final = {
    "Title": (180, 128),
    "Event": (692, 64),
    "Round": (756, 64),
    "Date": (884, 64),
    "Site": (948, 64),
    "Red": (1076, 64),
    "RedTeam": (1140, 64),
    "Black": (1300, 64),
    "BlackTeam": (1364, 64),
    "Annotator": (1652, 64),
    "Author": (1780, 64),
}
"""Offset and size in bytes of the texts of the header."""
_RESULTS: Final = {1: "1-0", 2: "0-1", 3: "1/2-1/2", 4: "1/2-1/2"}
_TYPES: Final = dict(enumerate((ROOK, HORSE, ELEPHANT, ADVISOR, KING, CANNON, PAWN), start=1))
_NO_NEXT: Final = 1
_SIBLING: Final = 2
_COMMENT: Final = 4


def is_cbr(data: bytes) -> bool:
    """Whether a file starts as CBR files do."""
    return data.startswith(_GAME)


def is_cbl(data: bytes) -> bool:
    """Whether a file starts as CBL files do."""
    return data.startswith(_LIBRARY)


def read_cbl(data: bytes) -> Iterator[Game]:
    """The games of a CBL file, one after the other; errors as `read_cbr`."""
    if not is_cbl(data):
        raise InvalidRecordError(f"not a CBL file: {data[:16]!r}")
    start = data.find(_GAME)
    while start >= 0:
        end = data.find(_GAME, start + 1)
        yield read_cbr(data[start : end if end >= 0 else len(data)])
        start = end


def read_cbr(data: bytes) -> Game:
    """The game of a CBR file with its comments and variations.

    The side to move is the one whose piece moves first; a variation ends before a move that is
    not legal. The time grows with the size alone.

    Raises:
        InvalidRecordError: the bytes are not a CBR file of version 2, or it is cut short.
        IllegalMoveError: a move of the main line is not legal.
    """
    if not is_cbr(data) or len(data) < _HEADER_SIZE:
        raise InvalidRecordError(f"not a CBR file: {data[:16]!r}")
    if data[19] != _VERSION:
        raise InvalidRecordError(f"a CBR file of version {data[19]}, not 2: {data[:20]!r}")
    texts = {key: _text(data[at : at + size]) for key, (at, size) in _TEXTS.items()}
    headers = {key: text for key, text in texts.items() if text}
    headers["Result"] = _RESULTS.get(data[2076], "*")
    game = Game(headers=headers, board=_board(data))
    tree = _Tree(data)
    root = tree.read_node()
    game.add_comment(root.comment)
    if root.has_next and not tree.is_at_end():
        read_tree(tree, game)
    return game


def _text(data: bytes) -> str:
    text = data.decode("utf-16-le", errors="replace").partition("\0")[0]
    return text.replace("\r\n", "\n").strip()


def _board(data: bytes) -> Board:
    """The start position: black's back rank first, 1 to 7 in the low half byte of each piece."""
    board = Board(None)
    for index, byte in enumerate(data[2120:2210]):
        color, kind = {1: RED, 2: BLACK}.get(byte >> 4), _TYPES.get(byte & 15)
        sq = _square(index)
        if color is not None and kind is not None and sq is not None:
            board.set_piece_at(sq, Piece(kind, color))
    board.turn = BLACK if data[2112] == 2 else RED
    return board


def _square(index: int) -> Square | None:
    if index not in SQUARES:
        return None
    return square(index % FILES, RANKS - 1 - index // FILES)


class _Tree:
    """Reads the nodes one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = _HEADER_SIZE

    def is_at_end(self) -> bool:
        """Whether only the zeros follow that fill up a file without moves."""
        return not any(self.data[self.position : self.position + 4])

    def read_bytes(self, size: int) -> bytes:
        """The next bytes."""
        found = self.data[self.position : self.position + size]
        if len(found) < size:
            raise InvalidRecordError(f"a CBR file cut short at byte {len(self.data)}: {found!r}")
        self.position += size
        return found

    def read_node(self) -> Node:
        """The next node with its comment."""
        flags, _, source, target = self.read_bytes(4)
        comment = ""
        if flags & _COMMENT:
            comment = _text(self.read_bytes(int.from_bytes(self.read_bytes(4), "little")))
        has_next, has_sibling = not flags & _NO_NEXT, bool(flags & _SIBLING)
        return Node(_square(source), _square(target), has_next, has_sibling, comment)
