"""BaseBoard: pieces on squares and what they attack, without turn or history."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.xiangqi.board.attacks import (
    BLACK_CODES,
    FILE_BLOCKERS,
    FILE_MASK,
    FILE_SHIFT,
    NO_SQUARE,
    OCCUPANCY,
    RANK_BLOCKERS,
    RANK_MASK,
    RANK_SHIFT,
    SOURCES,
    piece_code,
)
from engine.xiangqi.board.moves import (
    CANNON,
    FILES,
    HORSE,
    KING,
    PAWN,
    RANKS,
    ROOK,
    SQUARES,
    Color,
    InvalidFenError,
    Piece,
    PieceType,
    Square,
)

_RANDOM: Final = random.Random(90)
PIECE_KEYS: Final = [
    [_RANDOM.getrandbits(60) if code else 0 for _ in range(len(SQUARES) + 1)]
    for code in range(2 * KING + 1)
]
"""Zobrist keys by piece code and square; 60 bits are two digits of a Python int."""
TURN_KEY: Final = _RANDOM.getrandbits(60)
"""Belongs to the key of a position where black is to move."""

PIECES: Final = (None, *(Piece(t, c) for c in (True, False) for t in range(PAWN, KING + 1)))
SYMBOLS: Final = tuple(piece.symbol() if piece else "." for piece in PIECES)


class BaseBoard:
    """Pieces on the 90 squares.

    Any placement is accepted, also one that no game can reach: `Board.status` says what is wrong
    with it. At most one king a colour is followed; a second one never moves out of check.
    """

    def __init__(self) -> None:
        self._squares: list[int]
        self._men: list[dict[Square, int]]
        self._kings: list[Square]
        self._occupied: int
        self._key: int
        self.clear_board()

    def clear_board(self) -> None:
        """Take all pieces off the board."""
        self._squares = [0] * (len(SQUARES) + 1)
        self._men = [{}, {}]
        self._kings = [NO_SQUARE, NO_SQUARE]
        self._occupied = 0
        self._key = 0

    def _copy_placement(self, other: BaseBoard) -> None:
        self._squares = other._squares[:]
        self._men = [other._men[0].copy(), other._men[1].copy()]
        self._kings = other._kings[:]
        self._occupied = other._occupied
        self._key = other._key

    def piece_at(self, sq: Square) -> Piece | None:
        """The piece on a square, or None."""
        return PIECES[self._squares[sq]]

    def piece_type_at(self, sq: Square) -> PieceType | None:
        """The type of the piece on a square, or None."""
        piece = PIECES[self._squares[sq]]
        return piece.piece_type if piece else None

    def remove_piece_at(self, sq: Square) -> Piece | None:
        """Empty a square and return what stood there."""
        piece = PIECES[self._squares[sq]]
        if piece is not None:
            self._set_code(sq, 0)
        return piece

    def set_piece_at(self, sq: Square, piece: Piece | None) -> None:
        """Put a piece on a square in place of what stood there; None empties it."""
        self._set_code(sq, piece_code(*piece) if piece else 0)

    def _set_code(self, sq: Square, code: int) -> None:
        old = self._squares[sq]
        if old:
            color = old <= BLACK_CODES
            del self._men[color][sq]
            self._occupied ^= OCCUPANCY[sq]
            self._squares[sq] = 0
            if self._kings[color] == sq:
                self._kings[color] = self._find(piece_code(KING, color))
        if code:
            color = code <= BLACK_CODES
            self._men[color][sq] = code
            self._occupied ^= OCCUPANCY[sq]
            self._squares[sq] = code
            if code == piece_code(KING, color):
                self._kings[color] = min(sq, self._kings[color])
        self._key ^= PIECE_KEYS[old][sq] ^ PIECE_KEYS[code][sq]

    def _find(self, code: int) -> Square:
        return self._squares.index(code) if code in self._squares else NO_SQUARE

    def piece_map(self) -> dict[Square, Piece]:
        """The pieces by square, in the order of the squares."""
        return {sq: piece for sq in SQUARES if (piece := self.piece_at(sq)) is not None}

    def pieces(self, piece_type: PieceType, color: Color) -> list[Square]:
        """The squares of all pieces of one type and colour, in order."""
        code = piece_code(piece_type, color)
        return sorted(sq for sq, found in self._men[color].items() if found == code)

    def king(self, color: Color) -> Square | None:
        """The square of a king, or None if it has none."""
        sq = self._kings[color]
        return None if sq == NO_SQUARE else sq

    def codes(self) -> NDArray[np.int8]:
        """Array int8 of shape (90,): 0 empty, 1 to 7 red P A B N C R K, 8 to 14 black."""
        return np.frombuffer(bytearray(self._squares[:-1]), np.int8)

    @classmethod
    def from_codes(cls, codes: NDArray[np.integer]) -> Self:
        """The board whose `codes` are these.

        Raises:
            InvalidFenError: the array does not have 90 numbers from 0 to 14.
        """
        numbers = np.asarray(codes).ravel()
        if len(numbers) != len(SQUARES) or not np.all((numbers >= 0) & (numbers <= 2 * KING)):
            raise InvalidFenError(f"not the codes of {len(SQUARES)} squares: {codes!r}")
        board = cls()
        board.clear_board()
        board._set_codes([int(code) for code in numbers])
        return board

    def _set_codes(self, codes: list[int]) -> None:
        """Set up the 90 piece codes of an empty board."""
        for sq, code in enumerate(codes):
            if code:
                BaseBoard._set_code(self, sq, code)

    def attackers(self, color: Color, sq: Square) -> set[Square]:
        """The squares of pieces of ``color`` that strike at ``sq``, pinned ones included.

        A piece strikes a square that it could capture on. The two kings strike each other along
        an open file (the flying general), and no other square that way.
        """
        found = {
            source for source, code in self._near_men(color, sq) if self._squares[source] == code
        }
        return found | self._line_attackers(color, sq)

    def _near_men(self, color: Color, sq: Square) -> Iterator[tuple[Square, int]]:
        squares = self._squares
        for piece_type in range(PAWN, KING + 1):
            code = piece_code(piece_type, color)
            for source, blocker in SOURCES[code][sq]:
                if not squares[blocker]:
                    yield source, code

    def _line_attackers(self, color: Color, sq: Square) -> set[Square]:
        squares = self._squares
        rook, cannon = piece_code(ROOK, color), piece_code(CANNON, color)
        along_rank = RANK_BLOCKERS[sq][self._occupied >> RANK_SHIFT[sq] & RANK_MASK]
        along_file = FILE_BLOCKERS[sq][self._occupied >> FILE_SHIFT[sq] & FILE_MASK]
        found = set()
        for near, behind, _ in (*along_rank, *along_file):
            if squares[near] == rook:
                found.add(near)
            if squares[behind] == cannon:
                found.add(behind)
        if squares[sq] == piece_code(KING, not color):
            king = piece_code(KING, color)
            found.update(near for near, _, _ in along_file if squares[near] == king)
        return found

    def is_attacked_by(self, color: Color, sq: Square) -> bool:
        """Whether a piece of ``color`` strikes at ``sq``; see `attackers`."""
        return bool(self.attackers(color, sq))

    def _is_king_attacked(self, color: Color, king: Square, occupied: int) -> bool:
        """Whether a king of ``color`` on ``king`` would be in check, given the occupancy.

        The quick form of `is_attacked_by`, for the square of a king only: no advisor or elephant
        can reach it, and kings strike along the file.
        """
        squares = self._squares
        other = BLACK_CODES if color else 0
        rook = other + ROOK
        cannon = other + CANNON
        (a, b, _), (c, d, _) = FILE_BLOCKERS[king][occupied >> FILE_SHIFT[king] & FILE_MASK]
        near, far = squares[a], squares[c]
        if near == rook or far == rook or squares[b] == cannon or squares[d] == cannon:
            return True
        if near == other + KING or far == other + KING:
            return True
        (a, b, _), (c, d, _) = RANK_BLOCKERS[king][occupied >> RANK_SHIFT[king] & RANK_MASK]
        if squares[a] == rook or squares[c] == rook:
            return True
        if squares[b] == cannon or squares[d] == cannon:
            return True
        for code in (other + HORSE, other + PAWN):
            for source, leg in SOURCES[code][king]:
                if squares[source] == code and not squares[leg]:
                    return True
        return False

    def board_fen(self) -> str:
        """The placement field of the FEN, rank 9 first."""
        ranks = []
        for rank in reversed(range(RANKS)):
            text, empty = "", 0
            for code in self._squares[rank * FILES : (rank + 1) * FILES]:
                if code == 0:
                    empty += 1
                    continue
                text += f"{empty or ''}{SYMBOLS[code]}"
                empty = 0
            ranks.append(text + str(empty or ""))
        return "/".join(ranks)

    def __str__(self) -> str:
        """Ten lines from rank 9 to rank 0, FEN letters and dots."""
        ranks = [self._squares[r * FILES : (r + 1) * FILES] for r in reversed(range(RANKS))]
        return "\n".join(" ".join(SYMBOLS[code] for code in rank) for rank in ranks)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.board_fen()!r})"


@cache
def _code_of(letter: str) -> int:
    return piece_code(*Piece.from_symbol(letter))


def parse_placement(text: str) -> list[int]:
    """The 90 piece codes of the placement field of a FEN.

    Raises:
        InvalidFenError: not ten ranks of nine squares, or an unknown letter.
    """
    rows = text.split("/")
    if len(rows) != RANKS:
        raise InvalidFenError(f"expected {RANKS} ranks, found {len(rows)}: {text[:200]!r}")
    codes: list[int] = []
    for row in reversed(rows):
        rank: list[int] = []
        for letter in row:
            if letter in "123456789":
                rank += [0] * int(letter)
            else:
                rank.append(_code_of(letter))
        if len(rank) != FILES:
            raise InvalidFenError(f"a rank has {len(rank)} squares, not {FILES}: {row[:50]!r}")
        codes += rank
    return codes
