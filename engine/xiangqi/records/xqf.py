"""XQF, the files of 象棋演播室 (XQStudio), read.

Version 10 (1.0) follows the author's description (过河象, 2001): a header of 1,024 bytes, then the
moves as a tree in preorder, four bytes a node: from, to, flags, unused. Squares are the byte
``file * 10 + rank`` from red's left, shifted by 24 and 32. Later versions keep the layout and add
to each byte a key made from the header, as public converters have found out. Text is GB18030.
"""

from __future__ import annotations

from typing import Final, NamedTuple, Self

from engine.xiangqi.board import Board
from engine.xiangqi.board.moves import (
    ADVISOR,
    BLACK,
    CANNON,
    ELEPHANT,
    HORSE,
    KING,
    PAWN,
    RANKS,
    RED,
    ROOK,
    Piece,
    Square,
    square,
)
from engine.xiangqi.records.game import Game, InvalidRecordError
from engine.xiangqi.records.record_tree import Node, read_tree

_HEADER_SIZE: Final = 0x400
_FIRST_ENCRYPTED: Final = 11
_FIRST_ROTATED: Final = 12
_TEXTS: Final = {
    "Title": (0x50, 64),
    "Event": (0xD0, 64),
    "Date": (0x110, 16),
    "Site": (0x120, 16),
    "Red": (0x130, 16),
    "Black": (0x140, 16),
    "TimeControl": (0x150, 64),
    "RedTime": (0x190, 16),
    "BlackTime": (0x1A0, 16),
    "Annotator": (0x1D0, 16),
    "Author": (0x1E0, 16),
}
"""Offset and size of the texts of the header; the first byte of each is its length."""
_RESULTS: Final = {1: "1-0", 2: "0-1", 3: "1/2-1/2", 4: "1/2-1/2"}
_SET: Final = (
    ROOK, HORSE, ELEPHANT, ADVISOR, KING, ADVISOR, ELEPHANT, HORSE, ROOK, CANNON, CANNON,
    PAWN, PAWN, PAWN, PAWN, PAWN,
)  # fmt: skip
_KEY_TEXT: Final = b"[(C) Copyright Mr. Dong Shiwei.]"


class _Keys(NamedTuple):
    """What is added to the bytes of an encrypted file; all zero in an open one."""

    placement: int
    source: int
    target: int
    comment_size: int
    stream: bytes

    @classmethod
    def of_header(cls, header: bytes) -> Self:
        """The keys that follow from bytes 3 and 8 to 15 of the header."""
        if header[2] < _FIRST_ENCRYPTED:
            return cls(0, 0, 0, 0, bytes(len(_KEY_TEXT)))
        mask, sums = header[3], header[12:16]
        placement = _mix(sums[1]) * sums[1] % 256
        source = _mix(sums[2]) * placement % 256
        target = _mix(sums[3]) * source % 256
        parts = [part | (byte & mask) for part, byte in zip(header[8:12], sums, strict=True)]
        stream = bytes(byte & parts[i % 4] for i, byte in enumerate(_KEY_TEXT))
        return cls(placement, source, target, (sums[0] * 256 + sums[1]) % 32000 + 767, stream)


def _mix(byte: int) -> int:
    return 54 * byte * byte + 221


def is_xqf(data: bytes) -> bool:
    """Whether a file starts as XQF files do."""
    return data.startswith(b"XQ")


def read_xqf(data: bytes) -> Game:
    """The game of an XQF file with its comments and variations.

    The side to move is the one whose piece moves first; a variation ends before a move that is
    not legal. The time grows with the size alone.

    Raises:
        InvalidRecordError: the bytes are not an XQF file, or it is cut short.
        IllegalMoveError: a move of the main line is not legal.
    """
    if not is_xqf(data) or len(data) < _HEADER_SIZE:
        raise InvalidRecordError(f"not an XQF file: {data[:16]!r}")
    keys = _Keys.of_header(data)
    game = Game(headers=_headers(data), board=_board(data, keys))
    tree = _Tree(data, keys)
    root = tree.read_node()
    game.add_comment(root.comment)
    if root.has_next:
        read_tree(tree, game)
    return game


def _headers(data: bytes) -> dict[str, str]:
    headers = {}
    for key, (offset, size) in _TEXTS.items():
        length = min(data[offset], size - 1)
        if text := _text(data[offset + 1 : offset + 1 + length]):
            headers[key] = text
    headers["Result"] = _RESULTS.get(data[0x33], "*")
    return headers


def _text(data: bytes) -> str:
    return data.decode("gb18030", errors="replace").replace("\r\n", "\n").strip("\0 \n")


def _board(data: bytes, keys: _Keys) -> Board:
    """The start position: 32 squares, of red's set and then of black's."""
    board = Board(None)
    squares = data[0x10:0x30]
    shift = keys.placement + 1 if data[2] >= _FIRST_ROTATED else 0
    for index, piece_type in enumerate(_SET * 2):
        sq = _square(squares[(index - shift) % 32] - keys.placement)
        if sq is not None:
            board.set_piece_at(sq, Piece(piece_type, RED if index < len(_SET) else BLACK))
    board.turn = BLACK if data[0x32] == 1 else RED
    return board


def _square(byte: int) -> Square | None:
    file, rank = divmod(byte % 256, RANKS)
    return square(file, rank) if file <= 8 else None


class _Tree:
    """Reads the nodes one after the other."""

    def __init__(self, data: bytes, keys: _Keys) -> None:
        self.data = data
        self.keys = keys
        self.position = _HEADER_SIZE

    def read_bytes(self, size: int) -> bytes:
        """The next bytes, decrypted."""
        start = self.position
        found = self.data[start : start + size]
        if len(found) < size:
            raise InvalidRecordError(f"an XQF file cut short at byte {len(self.data)}: {found!r}")
        self.position += size
        stream = self.keys.stream
        return bytes((byte - stream[(start + i) % 32]) % 256 for i, byte in enumerate(found))

    def read_node(self) -> Node:
        """The next node with its comment."""
        source, target, flags, _ = self.read_bytes(4)
        if self.data[2] < _FIRST_ENCRYPTED:
            has_next, has_sibling, has_comment = bool(flags & 0xF0), bool(flags & 0x0F), True
        else:
            has_next, has_sibling = bool(flags & 0x80), bool(flags & 0x40)
            has_comment = bool(flags & 0x20)
        comment = self.read_comment() if has_comment else ""
        return Node(
            _square(source - 24 - self.keys.source),
            _square(target - 32 - self.keys.target),
            has_next,
            has_sibling,
            comment,
        )

    def read_comment(self) -> str:
        """The text after a node; some files end where the size of an empty one would be."""
        if self.position == len(self.data):
            return ""
        size = int.from_bytes(self.read_bytes(4), "little") - self.keys.comment_size
        return _text(self.read_bytes(size)) if size > 0 else ""
