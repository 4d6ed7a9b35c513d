"""An XQF writer, so that the reader can be tested on files of any version and with any keys.

It follows the description of version 1.0 (过河象, 2001) and the key schedule that public converters
document for later versions; it shares no code with the reader.
"""

import struct

from engine.xiangqi import PIECE_TYPES, RED, Board
from engine.xiangqi.records import Game, Line

ORDER = "RNBAKABNRCCPPPPP"
START = [80, 70, 60, 50, 40, 30, 20, 10, 0, 72, 12, 83, 63, 43, 23, 3]
START += [9, 19, 29, 39, 49, 59, 69, 79, 89, 17, 77, 6, 26, 46, 66, 86]
GONE = 0xFF


def byte_of(sq):
    rank, file = divmod(sq, 9)
    return file * 10 + rank


def placement(board):
    """The 32 bytes of a position, in the order of the format."""
    if board.board_fen() == Board().board_fen():
        return START
    free = {
        (kind, color): board.pieces(kind, color) for kind in PIECE_TYPES for color in (True, False)
    }
    found = []
    for color in (True, False):
        for symbol in ORDER:
            squares = free["..PABNCRK".index(symbol) - 1, color]
            found.append(byte_of(squares.pop()) if squares else GONE)
    return found


def strange(key):
    """The polynomial of the key schedule, as its author wrote it."""
    return (((((key * key) * 3 + 9) * 3 + 8) * 2 + 1) * 3 + 8) & 0xFF


def write_xqf(game: Game, *, version=10, secrets=(0,) * 9, mode=0):
    """The bytes of a game; ``secrets`` are bytes 3 and 8 to 15 of the header."""
    mask, ors, (total, key, key_from, key_to) = secrets[0], secrets[1:5], secrets[5:9]
    places, add_from, add_to, add_size, stream = 0, 0, 0, 0, [0] * 32
    if version > 10:
        places = strange(key) * key & 0xFF
        add_from = strange(key_from) * places & 0xFF
        add_to = strange(key_to) * add_from & 0xFF
        add_size = (total * 256 + key) % 32000 + 767
        parts = [(s & mask) | o for s, o in zip((total, key, key_from, key_to), ors, strict=True)]
        stream = [b & parts[i % 4] for i, b in enumerate(b"[(C) Copyright Mr. Dong Shiwei.]")]
    header = bytearray(0x400)
    header[0:4] = b"XQ" + bytes([version, mask])
    header[8:16] = bytes([*ors, total, key, key_from, key_to])
    men = [(sq + places) & 0xFF for sq in placement(game.board)]
    if version >= 12:
        men = [men[(places + 1 + i) % 32] for i in range(32)]
    header[0x10:0x30] = bytes(men)
    header[0x32] = 0 if game.board.turn == RED else 1
    header[0x33] = ("*", "1-0", "0-1", "1/2-1/2").index(game.result)
    header[0x40] = mode
    fields = {"Title": 0x50, "Event": 0xD0, "Date": 0x110, "Site": 0x120, "Red": 0x130}
    fields |= {"Black": 0x140, "Annotator": 0x1D0, "Author": 0x1E0}
    for name, offset in fields.items():
        text = game.headers.get(name, "").encode("gb18030")
        header[offset : offset + 1 + len(text)] = bytes([len(text)]) + text

    nodes = bytearray()

    def put(source, target, has_next, has_sibling, comment):
        text = comment.encode("gb18030")
        if version <= 10:
            flags = (0xF0 if has_next else 0) | (0x0F if has_sibling else 0)
        else:
            flags = 0x80 * has_next | 0x40 * has_sibling | 0x20 * bool(text)
        nodes.extend([(source + 24 + add_from) & 0xFF, (target + 32 + add_to) & 0xFF, flags, 0])
        if version <= 10 or text:
            nodes.extend(struct.pack("<I", len(text) + add_size) + text)

    def put_line(line: Line, siblings):
        """A line, and after its first move's subtree the lines beside it."""
        first, *rest = line.moves
        following = Line(
            rest,
            {made - 1: text for made, text in line.comments.items() if made},
            {at - 1: others for at, others in line.variations.items() if at},
        )
        put(
            byte_of(first.from_square), byte_of(first.to_square),
            bool(rest), bool(siblings), following.comments.get(0, ""),
        )  # fmt: skip
        if rest:
            put_line(following, line.variations.get(1, []))
        if siblings:
            put_line(siblings[0], siblings[1:])

    put(0, 0, bool(game.moves), False, game.comments.get(0, ""))
    if game.moves:
        put_line(game, game.variations.get(0, []))
    body = bytes((b + stream[i % 32]) & 0xFF for i, b in enumerate(nodes))
    return bytes(header) + body
