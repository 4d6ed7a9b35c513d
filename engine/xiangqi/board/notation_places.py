"""What the file notations share: where a piece stands among its like, and how far it goes.

A *stack* is two or more pieces of one type and colour on one file, front to back as their owner
sees it. Files are numbered 1 to 9 from the owner's right.
"""

from __future__ import annotations

import unicodedata
from enum import Enum, auto
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from engine.xiangqi.board.moves import (
    ADVISOR,
    CANNON,
    ELEPHANT,
    FILES,
    HORSE,
    KING,
    PAWN,
    RANKS,
    ROOK,
    Color,
    IllegalMoveError,
    InvalidMoveError,
    Move,
    Piece,
    PieceType,
    Square,
    square,
    square_name,
)

if TYPE_CHECKING:
    from engine.xiangqi.board import Board

ADVANCE: Final = 1
RETREAT: Final = -1
TRAVERSE: Final = 0

_STRAIGHT: Final = frozenset({PAWN, CANNON, ROOK, KING})
_RANKS_BY_FILES: Final = {HORSE: {1: 2, 2: 1}, ADVISOR: {1: 1}, ELEPHANT: {2: 2}}
"""How many ranks a piece that does not go straight crosses, by how many files it crosses."""
_MAX_LENGTH: Final = 30
_DASHES: Final = str.maketrans("−–—", "---")


class Position(Enum):
    """A word for one piece of a stack."""

    FRONT = auto()
    MIDDLE = auto()
    REAR = auto()
    PLUS = auto()
    """WXF's ``P+``: the front one of two or three, the second of four or five."""
    MINUS = auto()
    """WXF's ``P-``: the rear one of two or three, the last but one of four or five."""
    CENTER = auto()
    """WXF's ``P3``: the only pawn on the file or the middle one; also a loose ``C3`` of two."""

    def pick(self, stack: list[Square]) -> list[Square]:
        """The pieces of a stack that the word can mean."""
        height = len(stack)
        second = height > 3
        if self in (Position.MIDDLE, Position.CENTER):
            if height % 2 and (height > 1 or self is Position.CENTER):
                return [stack[height // 2]]
            return stack if self is Position.CENTER else []
        if self in (Position.FRONT, Position.PLUS):
            return [stack[1 if second and self is Position.PLUS else 0]]
        return [stack[-2 if second and self is Position.MINUS else -1]]


class Place(NamedTuple):
    """Where a piece stands among its like."""

    file: int
    """1 to 9 from its owner's right."""
    depth: int
    """0 for the front piece of its file."""
    height: int
    """How many of its like are on its file, itself included."""
    stacks: int
    """How many files hold two or more of its like."""
    ordinal: int
    """Its number, from 0, among the pieces of all stacks: right to left, then front to back."""


class Step(NamedTuple):
    """Where a move goes: ADVANCE, RETREAT or TRAVERSE, and the number written after it."""

    direction: int
    number: int


class Description(NamedTuple):
    """What the text of a move says; None where it says nothing."""

    piece_type: PieceType
    file: int | None
    position: Position | None
    ordinal: int | None
    direction: int
    number: int


def normalize(text: str) -> str:
    """The text without blanks, with dashes and full-width letters, digits and signs made ASCII.

    Raises:
        InvalidMoveError: the text is longer than any move.
    """
    if len(text) > _MAX_LENGTH:
        raise InvalidMoveError(f"not a move: {text[:_MAX_LENGTH]!r}...")
    return "".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())


def _file_number(sq: Square, color: Color) -> int:
    return FILES - sq % FILES if color else sq % FILES + 1


def _files_of(board: Board, piece: Piece) -> dict[int, list[Square]]:
    """The squares of a colour's pieces of one type by file number, each front to back."""
    squares = board.pieces(*piece)
    squares.sort(reverse=piece.color)
    files: dict[int, list[Square]] = {}
    for sq in squares:
        files.setdefault(_file_number(sq, piece.color), []).append(sq)
    return files


def _stacks(files: dict[int, list[Square]]) -> list[list[Square]]:
    return [files[number] for number in sorted(files) if len(files[number]) > 1]


def place_of(board: Board, sq: Square) -> tuple[Piece, Place]:
    """The piece on a square and where it stands among its like.

    Raises:
        IllegalMoveError: the square is empty.
    """
    piece = board.piece_at(sq)
    if piece is None:
        raise IllegalMoveError(f"no piece on {square_name(sq)} in {board.fen()}")
    file = _file_number(sq, piece.color)
    files = _files_of(board, piece)
    stack = files[file]
    if len(stack) == 1:
        return piece, Place(file, depth=0, height=1, stacks=0, ordinal=0)
    stacks = _stacks(files)
    ordinal = list(chain.from_iterable(stacks)).index(sq)
    return piece, Place(file, stack.index(sq), len(stack), len(stacks), ordinal)


def step_of(piece: Piece, move: Move) -> Step | None:
    """Direction and number of a piece's move; None if the notations have no words for it."""
    source, target = move
    ranks = target // FILES - source // FILES
    if not piece.color:
        ranks = -ranks
    direction = (ranks > 0) - (ranks < 0)
    if direction == TRAVERSE or piece.piece_type not in _STRAIGHT:
        return Step(direction, _file_number(target, piece.color))
    if source % FILES != target % FILES:
        return None
    return Step(direction, abs(ranks))


def find_moves(board: Board, description: Description) -> list[Move]:
    """The legal moves that fit a description, by square."""
    piece = Piece(description.piece_type, board.turn)
    moves = []
    for source in sorted(_candidates(_files_of(board, piece), description)):
        target = _target(piece, source, description)
        if target is not None and board.is_legal(Move(source, target)):
            moves.append(Move(source, target))
    return moves


def _candidates(files: dict[int, list[Square]], description: Description) -> list[Square]:
    """The squares of the pieces that the text can mean."""
    position, ordinal = description.position, description.ordinal
    if description.file is not None:
        groups = [files[description.file]] if description.file in files else []
    else:
        groups = _stacks(files)
        if ordinal is not None:
            groups = [list(chain.from_iterable(groups))]
    if ordinal is not None:
        return [group[ordinal - 1] for group in groups if ordinal <= len(group)]
    if position is not None:
        return list(chain.from_iterable(position.pick(group) for group in groups))
    return list(chain.from_iterable(groups))


def _target(piece: Piece, source: Square, description: Description) -> Square | None:
    """The square that a piece reaches by direction and number, if it is on the board."""
    file, rank = source % FILES, source // FILES
    direction, number = description.direction, description.number
    if direction == TRAVERSE or piece.piece_type not in _STRAIGHT:
        to_file = FILES - number if piece.color else number - 1
        ranks = 0
        if direction != TRAVERSE:
            ranks = _RANKS_BY_FILES[piece.piece_type].get(abs(to_file - file), 0)
    else:
        to_file, ranks = file, number
    to_rank = rank + ranks * direction * (1 if piece.color else -1)
    if not 0 <= to_rank < RANKS or (to_file, to_rank) == (file, rank):
        return None
    return square(to_file, to_rank)
