"""Colours, squares, pieces, moves and errors: the vocabulary that the rest of the package shares.

A square is an ``int`` from 0 to 89: ``rank * 9 + file``. Files a to i run from red's left to red's
right (0 to 8); rank 0 is red's back rank and rank 9 is black's. So a0 is 0, e0 (the red king's
starting square) is 4 and i9 is 89. A move is written as ICCS writes it: ``h2e2``.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from engine.models.errors import EngineError

Color = bool
RED: Final = True
BLACK: Final = False

PieceType = int
PAWN: Final = 1
ADVISOR: Final = 2
ELEPHANT: Final = 3
HORSE: Final = 4
CANNON: Final = 5
ROOK: Final = 6
KING: Final = 7
PIECE_TYPES: Final = range(PAWN, KING + 1)
PIECE_SYMBOLS: Final = (None, "p", "a", "b", "n", "c", "r", "k")
_CHINESE_PIECES: Final = {RED: "兵仕相傌炮俥帥", BLACK: "卒士象馬砲車將"}
_ALIASES: Final = {"e": "b", "h": "n"}

Square = int
FILES: Final = 9
RANKS: Final = 10
FILE_NAMES: Final = "abcdefghi"
SQUARES: Final = range(FILES * RANKS)


class XiangqiError(EngineError):
    """Base of the errors of this package; the message carries the text that was wrong."""


class InvalidFenError(XiangqiError):
    """The text is not a position in Forsyth-Edwards notation."""


class InvalidMoveError(XiangqiError):
    """The text is not a move in the notation asked for."""


class IllegalMoveError(XiangqiError):
    """The move can be read, but the rules do not allow it in this position."""


class AmbiguousMoveError(XiangqiError):
    """The text fits more than one legal move of this position."""


def square(file: int, rank: int) -> Square:
    """The square on ``file`` (0 to 8) and ``rank`` (0 to 9)."""
    return rank * FILES + file


def square_file(sq: Square) -> int:
    """The file of a square, 0 (a) to 8 (i)."""
    return sq % FILES


def square_rank(sq: Square) -> int:
    """The rank of a square, 0 (red's back rank) to 9 (black's)."""
    return sq // FILES


def square_name(sq: Square) -> str:
    """The name of a square, such as ``e0``."""
    return SQUARE_NAMES[sq]


def parse_square(name: str) -> Square:
    """The square called ``name``, such as ``e0``.

    Raises:
        InvalidMoveError: there is no such square.
    """
    try:
        return _SQUARE_OF_NAME[name]
    except KeyError:
        raise InvalidMoveError(f"not a square: {name!r}") from None


def square_mirror_file(sq: Square) -> Square:
    """The square at the same rank on the other side of the e-file."""
    return sq + FILES - 1 - 2 * (sq % FILES)


SQUARE_NAMES: Final = tuple(f"{FILE_NAMES[s % FILES]}{s // FILES}" for s in SQUARES)
_SQUARE_OF_NAME: Final = {name: sq for sq, name in enumerate(SQUARE_NAMES)}


class Piece(NamedTuple):
    """A piece of one colour."""

    piece_type: PieceType
    color: Color

    @classmethod
    def from_symbol(cls, symbol: str) -> Piece:
        """The piece of a FEN letter: capitals are red; E and H also stand for B and N.

        Raises:
            InvalidFenError: the letter stands for no piece.
        """
        lower = symbol.lower()
        lower = _ALIASES.get(lower, lower)
        if lower not in PIECE_SYMBOLS:
            raise InvalidFenError(f"not a piece: {symbol!r}")
        return cls(PIECE_SYMBOLS.index(lower), symbol.isupper())

    def symbol(self) -> str:
        """The FEN letter: a capital for red, one of P A B N C R K."""
        letter = PIECE_SYMBOLS[self.piece_type] or ""
        return letter.upper() if self.color else letter

    def chinese(self) -> str:
        """The character on the piece; the two colours have different ones, as on a wooden set."""
        return _CHINESE_PIECES[self.color][self.piece_type - 1]


_UCI: Final = re.compile(r"([a-i])(10|[0-9])-?([a-i])(10|[0-9])", re.ASCII | re.IGNORECASE)


class Move(NamedTuple):
    """A step from one square to another. It knows nothing of a position; captures look the same."""

    from_square: Square
    to_square: Square

    @classmethod
    def from_uci(cls, text: str, *, one_based: bool = False) -> Move:
        """Read ``h2e2`` or ``H2-E2``; with ``one_based`` ranks run from 1 to 10 (``h3e3``).

        Raises:
            InvalidMoveError: the text is not two different squares.
        """
        match = _UCI.fullmatch(text)
        if match is None:
            raise InvalidMoveError(f"not a move: {text!r}")
        from_name, to_name = match.group(1, 3)
        shift = 1 if one_based else 0
        ranks = [int(rank) - shift for rank in match.group(2, 4)]
        files = [FILE_NAMES.index(name.lower()) for name in (from_name, to_name)]
        from_square, to_square = map(square, files, ranks)
        if not all(0 <= rank < RANKS for rank in ranks) or from_square == to_square:
            raise InvalidMoveError(f"not a move: {text!r}")
        return cls(from_square, to_square)

    def uci(self, *, one_based: bool = False) -> str:
        """The move as ``h2e2``, or with ranks 1 to 10 (``h3e3``) if ``one_based``."""
        if not one_based:
            return SQUARE_NAMES[self.from_square] + SQUARE_NAMES[self.to_square]
        return "".join(f"{FILE_NAMES[s % FILES]}{s // FILES + 1}" for s in self)

    def mirror(self) -> Move:
        """The same move on a board reflected left to right."""
        return Move(square_mirror_file(self.from_square), square_mirror_file(self.to_square))

    def __str__(self) -> str:
        return self.uci()

    def __repr__(self) -> str:
        return f"Move.from_uci({self.uci()!r})"
