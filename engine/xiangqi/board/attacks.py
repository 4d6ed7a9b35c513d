"""Precomputed geometry: where each piece can go from each square, and who can strike a square.

Pieces that step or leap have one table, ``LEAPS``. Rooks and cannons look up the occupancy of
their rank and of their file (as rotated bitboards do), which gives the moves at once; these tables
are filled as occupancies turn up, so that importing the package stays quick.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from engine.xiangqi.board.moves import (
    ADVISOR,
    BLACK,
    CANNON,
    ELEPHANT,
    FILES,
    HORSE,
    KING,
    PIECE_TYPES,
    RANKS,
    RED,
    ROOK,
    SQUARES,
    Color,
    Move,
    PieceType,
    Square,
    square,
)

NO_SQUARE: Final = len(SQUARES)
"""Stands for "no such square"; boards keep an empty 91st square there, so it can be looked up."""

BLACK_CODES: Final = KING
"""Piece codes: 0 empty, 1 to 7 red P A B N C R K, 8 to 14 black."""
KING_CODES: Final = (KING, KING + BLACK_CODES)

ORTHOGONAL: Final = ((1, 0), (-1, 0), (0, 1), (0, -1))
DIAGONAL: Final = ((1, 1), (-1, 1), (1, -1), (-1, -1))

Target = tuple[Square, Move]
Leap = tuple[Square, tuple[Target, ...]]
Blockers = tuple[tuple[Square, Square, Square], tuple[Square, Square, Square]]


class Slides(NamedTuple):
    """Along one line from one square: moves to empty squares, captures by rook and by cannon.

    The captures are those of either colour; whoever looks them up has to see who stands there.
    """

    quiet: tuple[Move, ...]
    rook: tuple[Target, ...]
    cannon: tuple[Target, ...]


def piece_code(piece_type: PieceType, color: Color) -> int:
    """The code of a piece on the board, 1 to 14."""
    return piece_type if color else piece_type + BLACK_CODES


MOVES: Final = tuple(tuple(Move(a, b) for b in SQUARES) for a in SQUARES)
"""``MOVES[a][b]`` is ``Move(a, b)``: made once, since making objects is what costs time."""


def _offset(sq: Square, df: int, dr: int) -> Square:
    file, rank = sq % FILES + df, sq // FILES + dr
    inside = 0 <= file < FILES and 0 <= rank < RANKS
    return square(file, rank) if inside else NO_SQUARE


def in_palace(sq: Square, color: Color) -> bool:
    """Whether a square lies in the palace of ``color``: files d to f, three ranks."""
    rank = sq // FILES if color else RANKS - 1 - sq // FILES
    return 3 <= sq % FILES <= 5 and rank <= 2


def in_home_half(sq: Square, color: Color) -> bool:
    """Whether a square lies on the side of the river where ``color`` starts."""
    return (sq // FILES < RANKS // 2) == color


def _step_offsets(piece_type: PieceType, color: Color, sq: Square) -> list[tuple[int, int]]:
    if piece_type == KING:
        return list(ORTHOGONAL)
    if piece_type == ADVISOR:
        return list(DIAGONAL)
    forward = (0, 1 if color else -1)
    return [forward] if in_home_half(sq, color) else [forward, (1, 0), (-1, 0)]


def _targets(sq: Square, squares: list[Square]) -> tuple[Target, ...]:
    return tuple((to, MOVES[sq][to]) for to in squares)


def _steps(piece_type: PieceType, color: Color, sq: Square) -> tuple[Leap, ...]:
    squares = [_offset(sq, df, dr) for df, dr in _step_offsets(piece_type, color, sq)]
    squares = [s for s in squares if s != NO_SQUARE]
    if piece_type in (KING, ADVISOR):
        squares = [s for s in squares if in_palace(s, color) and in_palace(sq, color)]
    return ((NO_SQUARE, _targets(sq, squares)),) if squares else ()


def _elephant_leaps(color: Color, sq: Square) -> tuple[Leap, ...]:
    leaps = []
    for df, dr in DIAGONAL:
        to = _offset(sq, 2 * df, 2 * dr)
        if to != NO_SQUARE and in_home_half(sq, color) and in_home_half(to, color):
            leaps.append((_offset(sq, df, dr), _targets(sq, [to])))
    return tuple(leaps)


def _horse_leaps(sq: Square) -> tuple[Leap, ...]:
    leaps = []
    for df, dr in ORTHOGONAL:
        ends = [_offset(sq, 2 * df + dr, 2 * dr + df), _offset(sq, 2 * df - dr, 2 * dr - df)]
        ends = [s for s in ends if s != NO_SQUARE]
        if ends:
            leaps.append((_offset(sq, df, dr), _targets(sq, ends)))
    return tuple(leaps)


def _leaps(piece_type: PieceType, color: Color, sq: Square) -> tuple[Leap, ...]:
    if piece_type == ELEPHANT:
        return _elephant_leaps(color, sq)
    if piece_type == HORSE:
        return _horse_leaps(sq)
    return () if piece_type in (CANNON, ROOK) else _steps(piece_type, color, sq)


LEAPS: Final = (
    (),
    *(
        tuple(_leaps(piece_type, color, sq) for sq in SQUARES)
        for color in (RED, BLACK)
        for piece_type in PIECE_TYPES
    ),
)
"""``LEAPS[code][sq]``: pairs of the square that must be empty and the targets it opens.

``NO_SQUARE`` stands for "nothing has to be empty". Empty for rooks and cannons.
"""


def _sources(code: int) -> tuple[tuple[tuple[Square, Square], ...], ...]:
    found: list[list[tuple[Square, Square]]] = [[] for _ in SQUARES]
    for sq in SQUARES:
        for blocker, targets in LEAPS[code][sq]:
            for to, _ in targets:
                found[to].append((sq, blocker))
    return tuple(map(tuple, found))


SOURCES: Final = tuple(() if code == 0 else _sources(code) for code in range(2 * KING + 1))
"""``SOURCES[code][sq]``: pairs (from, blocker) of where such a piece strikes ``sq`` from."""


# Occupancy is one int of 180 bits: the ranks, nine bits each, and then the files, ten bits each.
RANK_SHIFT: Final = tuple(sq // FILES * FILES for sq in SQUARES)
FILE_SHIFT: Final = tuple(len(SQUARES) + sq % FILES * RANKS for sq in SQUARES)
RANK_MASK: Final = (1 << FILES) - 1
FILE_MASK: Final = (1 << RANKS) - 1
OCCUPANCY: Final = tuple(
    1 << (RANK_SHIFT[sq] + sq % FILES) | 1 << (FILE_SHIFT[sq] + sq // FILES) for sq in SQUARES
)


def _blockers(line: tuple[Square, ...], start: int, occupied: int) -> Blockers:
    low = [sq for i, sq in enumerate(line[:start]) if occupied >> i & 1][::-1]
    high = [sq for i, sq in enumerate(line) if i > start and occupied >> i & 1]
    missing = [NO_SQUARE] * 3
    a, b, c = (low + missing)[:3]
    d, e, f = (high + missing)[:3]
    return (a, b, c), (d, e, f)


@cache
def _slides(line: tuple[Square, ...], start: int, near: Blockers) -> Slides:
    (low, low_behind, _), (high, high_behind, _) = near
    sq = line[start]
    first = line.index(low) + 1 if low != NO_SQUARE else 0
    last = line.index(high) if high != NO_SQUARE else len(line)
    quiet = tuple(MOVES[sq][to] for to in line[first:last] if to != sq)
    rook = _targets(sq, [s for s in (low, high) if s != NO_SQUARE])
    cannon = _targets(sq, [s for s in (low_behind, high_behind) if s != NO_SQUARE])
    return Slides(quiet, rook, cannon)


class LineBlockers(dict[int, Blockers]):
    """Occupancy of a line -> the nearest three occupied squares on either side of one square.

    `NO_SQUARE` fills up where there are fewer.
    """

    def __init__(self, line: tuple[Square, ...], start: int) -> None:
        super().__init__()
        self.line, self.start = line, start

    def __missing__(self, occupied: int) -> Blockers:
        self[occupied] = found = _blockers(self.line, self.start, occupied)
        return found


class LineSlides(dict[int, Slides]):
    """Occupancy of a line -> the moves along it from one square."""

    def __init__(self, blockers: LineBlockers) -> None:
        super().__init__()
        self.blockers = blockers

    def __missing__(self, occupied: int) -> Slides:
        line = self.blockers
        self[occupied] = found = _slides(line.line, line.start, line[occupied])
        return found


_RANK_LINES: Final = [tuple(square(f, r) for f in range(FILES)) for r in range(RANKS)]
_FILE_LINES: Final = [tuple(square(f, r) for r in range(RANKS)) for f in range(FILES)]
RANK_BLOCKERS: Final = [LineBlockers(_RANK_LINES[s // FILES], s % FILES) for s in SQUARES]
FILE_BLOCKERS: Final = [LineBlockers(_FILE_LINES[s % FILES], s // FILES) for s in SQUARES]
RANK_SLIDES: Final = [LineSlides(blockers) for blockers in RANK_BLOCKERS]
FILE_SLIDES: Final = [LineSlides(blockers) for blockers in FILE_BLOCKERS]


def _between(a: Square, b: Square) -> tuple[Square, ...]:
    step = FILES if a % FILES == b % FILES else 1
    return tuple(range(min(a, b) + step, max(a, b), step))


BETWEEN: Final = {
    (a, b): _between(a, b)
    for a in SQUARES
    for b in SQUARES
    if a != b and (a % FILES == b % FILES or a // FILES == b // FILES)
}
"""The squares strictly between two squares of one line."""
