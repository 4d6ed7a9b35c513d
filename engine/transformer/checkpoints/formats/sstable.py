"""The two formats that TensorFlow's checkpoint index is made of: LevelDB's table, protobuf.

A table is a list of blocks of sorted (key, value) pairs, found through a block of their places
at its end: https://github.com/google/leveldb/blob/main/doc/table_format.md. Protobuf's wire
format: https://protobuf.dev/programming-guides/encoding/.
"""

import struct
from collections.abc import Iterator

from engine.models.errors import CheckpointError
from engine.weights.mapped import DAMAGED

MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
"""The last bytes of every table."""

MAX_BYTES = 32_000_000
"""The longest table that is read: GPT2_ML's 1,835 variables need 26,201 bytes."""

MAX_ENTRIES, MAX_KEY = 200_000, 1024
_FOOTER = 48

Field = int | bytes


def pairs(table: bytes) -> Iterator[tuple[bytes, bytes]]:
    """All keys and values in a table, in its order.

    Raises:
        CheckpointError: it is truncated, or a block is damaged or has not its own checksum.
    """
    if not _FOOTER <= len(table) <= MAX_BYTES or table[-8:] != MAGIC:
        raise CheckpointError(f"it is no complete table; {DAMAGED}")
    try:
        # Of the first of its two blocks, for filters, checkpoints make no use.
        _, at = _handle(table[-_FOOTER:], 0)
        index, _ = _handle(table[-_FOOTER:], at)
        end = entries = 0
        for _, value in _entries(_block(table, index)):
            (offset, size), _ = _handle(value, 0)
            # Blocks that lie in a row cannot be one, read over and over.
            if offset < end:
                raise IndexError
            end = offset + size
            for pair in _entries(_block(table, (offset, size))):
                entries += 1
                if entries > MAX_ENTRIES:
                    raise IndexError
                yield pair
    except (IndexError, struct.error) as error:
        raise CheckpointError(f"its table is damaged; {DAMAGED}") from error


def fields(message: bytes) -> Iterator[tuple[int, Field]]:
    """Numbers and values of a protobuf message's fields: integers, or bytes for all else.

    Raises:
        CheckpointError: it is no such message.
    """
    at = 0
    try:
        while at < len(message):
            tag, at = _varint(message, at)
            number, wire = tag >> 3, tag & 7
            if wire == 0:
                value, at = _varint(message, at)
                yield number, value
                continue
            size, at = _varint(message, at) if wire == 2 else ({1: 8, 5: 4}[wire], at)
            if at + size > len(message):
                raise IndexError
            yield number, message[at : at + size]
            at += size
    except (IndexError, KeyError) as error:
        raise CheckpointError(f"its index has a damaged entry; {DAMAGED}") from error


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """An integer of seven bits a byte, lowest first, and where the next thing begins."""
    value = 0
    for shift in range(0, 64, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise IndexError


def _handle(data: bytes, at: int) -> tuple[tuple[int, int], int]:
    """A block's offset and size, and where the next thing begins."""
    offset, at = _varint(data, at)
    size, at = _varint(data, at)
    return (offset, size), at


def _block(table: bytes, handle: tuple[int, int]) -> bytes:
    """A block's entries, with the list of places to restart from at their end cut off."""
    offset, size = handle
    block = table[offset : offset + size]
    compression, checksum = struct.unpack_from("<BI", table, offset + size)
    if checksum != _masked(crc32c(table[offset : offset + size + 1])):
        raise CheckpointError(f"its table is damaged (a checksum differs); {DAMAGED}")
    if compression:
        block = snappy(block)
    (restarts,) = struct.unpack_from("<I", block, len(block) - 4)
    if 4 * restarts + 4 > len(block):
        raise IndexError
    return block[: len(block) - 4 * restarts - 4]


def snappy(compressed: bytes) -> bytes:
    """A block as it was before compression: runs of bytes, and copies of what came before.

    https://github.com/google/snappy/blob/main/format_description.txt
    """
    size, at = _varint(compressed, 0)
    out = bytearray()
    while at < len(compressed):
        kind, length = compressed[at] & 3, compressed[at] >> 2
        at += 1
        if kind == 0:  # the bytes themselves; a long run has its length in 1 to 4 bytes more
            more = max(0, length - 59)
            length = int.from_bytes(compressed[at : at + more], "little") if more else length
            at += more
            out += compressed[at : at + length + 1]
            at += length + 1
        else:
            more = (0, 1, 2, 4)[kind]
            back = int.from_bytes(compressed[at : at + more], "little")
            at += more
            if kind == 1:
                back, length = (length >> 3) << 8 | back, (length & 7) + 3
            _repeat(out, back, length + 1)
        if len(out) > size:
            break
    if len(out) != size:
        raise IndexError
    return bytes(out)


def _repeat(out: bytearray, back: int, length: int) -> None:
    """Copy bytes that begin ``back`` before the end; they may run into those just copied."""
    if not 0 < back <= len(out):
        raise IndexError
    start = len(out) - back
    run = out[start : start + length]
    out += (run * (length // back + 1))[:length]


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Keys, of which only what differs from the one before is written, and values."""
    at, key = 0, b""
    while at < len(block):
        shared, at = _varint(block, at)
        fresh, at = _varint(block, at)
        size, at = _varint(block, at)
        if shared > len(key) or at + fresh + size > len(block) or shared + fresh > MAX_KEY:
            raise IndexError
        key = key[:shared] + block[at : at + fresh]
        at += fresh
        yield key, block[at : at + size]
        at += size


def _crc32c_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


_CRC = _crc32c_table()


def crc32c(data: bytes) -> int:
    """Castagnoli's checksum, which zlib does not have; some 10 MB a second."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def _masked(crc: int) -> int:
    """As it is stored, lest a checksum be taken over checksums."""
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
